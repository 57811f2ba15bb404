import { expect } from 'chai';
import type { Store } from '../../src/store/index.js';
import { eachStore } from '../support/stores.js';
import { person, replayKey } from './support/rows.js';

describe('answers to mailbox providers', () => {
  eachStore((database) => {
    let store: Store;
    before(async () => {
      store = await database.open();
    });
    const keep = (key: ReturnType<typeof replayKey>, answer: string, in_: Store = store) =>
      in_.unitOfWork((tx) => tx.keepAnswer(key, answer));

    it('SECURITY 74: the first one stands', async () => {
      const key = replayKey();
      expect(await keep(key, 'OK')).to.equal(undefined);
      expect(await keep(key, 'RESERVERT')).to.equal('OK');
      expect(await keep(replayKey(), 'RESERVERT')).to.equal(undefined);
    });

    it('SECURITY 74: of 20 at once, in two processes, one is the first', async () => {
      const other = await database.open();
      const key = replayKey();
      const work = (i: number) => keep(key, `answer ${i}`, i % 2 ? store : other);
      const earlier = await Promise.all(Array.from({ length: 20 }, (_, i) => work(i)));
      expect(earlier.filter((answer) => answer === undefined)).to.have.length(1);
      expect(new Set(earlier.filter((answer) => answer !== undefined)).size).to.equal(1);
    });

    it('is not kept of a unit that failed', async () => {
      const key = replayKey();
      const failing = store.unitOfWork(async (tx) => {
        await tx.keepAnswer(key, 'OK');
        throw new RangeError('on purpose');
      });
      expect(await failing.catch((error: unknown) => error)).to.be.instanceOf(RangeError);
      expect(await keep(key, 'RESERVERT')).to.equal(undefined);
    });

    it('SECURITY 75: is forgotten when the timestamp alone refuses the request, and not before', async () => {
      const key = replayKey();
      await keep(key, 'OK');
      await store.pruneReplay(new Date(key.expires.getTime() - 1));
      expect(await keep(key, 'RESERVERT')).to.equal('OK');
      await store.pruneReplay(key.expires);
      expect(await keep(key, 'RESERVERT')).to.equal(undefined);
    });

    it('R-07: whoever holds a person sees what the one before has left', async () => {
      const other = await database.open();
      await store.unitOfWork((tx) => tx.upsertPersons([person('held', { spraak: null })]));
      const spraak = ['nb', 'nn', 'en', 'se'] as const;
      const seen = await Promise.all(
        spraak.map((next, i) =>
          (i % 2 ? store : other).unitOfWork(async (tx) => {
            const found = await tx.personToChange('held');
            if (found === undefined) throw new Error('nobody is there');
            await tx.upsertPersons([{ ...found, spraak: next }]);
            return found.spraak;
          }),
        ),
      );
      // Each saw another state: nobody's change was lost.
      expect(new Set(seen).size).to.equal(spraak.length);
      expect(await store.unitOfWork((tx) => tx.personToChange('unknown'))).to.equal(undefined);
    });
  });
});
