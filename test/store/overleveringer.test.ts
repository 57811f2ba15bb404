import { expect } from 'chai';
import type { Overleveringer, Overlevert } from '../../src/domain/overlevering.js';
import { eachStore } from '../support/stores.js';

const t0 = Date.parse('2026-03-02T12:00:00Z');
const at = (seconds: number): Date => new Date(t0 + seconds * 1000);

const letter = (meldingsId: string): Overlevert<never> => ({
  meldingsId,
  konversasjonsId: `k-${meldingsId}`,
  oppstroemsId: `o-${meldingsId}`,
  status: null,
  endret: at(0),
});

for (const service of ['overleveringer', 'altinn'] as const) {
  describe(`letters that are followed, ${service}`, () => {
    eachStore((database) => {
      let rows: Overleveringer<string>;
      beforeEach(async () => {
        rows = (await database.open())[service];
        for (const { meldingsId } of await rows.forfalte(at(1e9), 1000))
          await rows.sett(meldingsId, letter('x'), null, at(0));
      });

      it('are due when it was said, the longest overdue first, at most so many', async () => {
        await rows.begynn(letter('a'), at(20));
        await rows.begynn(letter('b'), at(10));
        await rows.begynn(letter('c'), at(30));
        expect(await rows.forfalte(at(9.999), 10)).to.deep.equal([]);
        expect(await rows.forfalte(at(20), 10)).to.deep.equal([letter('b'), letter('a')]);
        expect(await rows.forfalte(at(30), 1)).to.deep.equal([letter('b')]);
      });

      it('begun again, one stays as it is: an attempt that was repeated tells nothing new', async () => {
        await rows.begynn(letter('a'), at(0));
        await rows.sett('a', { status: 'VARSLET', endret: at(5) }, at(60), at(5));
        await rows.begynn({ ...letter('a'), oppstroemsId: 'other' }, at(0));
        expect(await rows.forfalte(at(59), 10)).to.deep.equal([]);
        expect(await rows.forfalte(at(60), 10)).to.deep.equal([{ ...letter('a'), status: 'VARSLET', endret: at(5) }]);
      });

      it('R-47: know when they were asked about last, and an urgent one is due at once', async () => {
        await rows.begynn(letter('a'), at(50));
        expect(await rows.sistSpurt('a')).to.deep.equal(at(0));
        await rows.sett('a', letter('a'), at(60), at(7));
        expect(await rows.sistSpurt('a')).to.deep.equal(at(7));
        await rows.sett('a', letter('a'), at(70), null);
        expect(await rows.sistSpurt('a')).to.deep.equal(at(7));
        expect(await rows.sistSpurt('b')).to.equal(undefined);
        await rows.haster('a', at(20));
        await rows.haster('a', at(30));
        expect(await rows.forfalte(at(20), 10)).to.deep.equal([letter('a')]);
      });

      it('one of which nothing more can come is forgotten, and no other', async () => {
        await rows.begynn(letter('a'), at(0));
        await rows.begynn(letter('b'), at(0));
        await rows.sett('a', { status: 'LEST', endret: at(5) }, null, at(5));
        expect(await rows.forfalte(at(1e6), 10)).to.deep.equal([letter('b')]);
      });
    });
  });
}
