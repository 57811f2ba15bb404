import { expect } from 'chai';
import type { Turer } from '../../src/domain/kvitteringskilde.js';
import { eachStore } from '../support/stores.js';

const LEASE = 60_000;
const t0 = Date.parse('2026-03-02T12:00:00Z');
const at = (seconds: number): Date => new Date(t0 + seconds * 1000);

describe('turns at sources of receipts', () => {
  eachStore((database) => {
    let one: Turer;
    let other: Turer;
    let navn: string;
    let count = 0;
    beforeEach(async () => {
      [one, other] = [(await database.open()).turer, (await database.open()).turer];
      navn = `urn:prioritert:kilde-${++count}`;
    });

    it('F36: one of many processes has it, from the first on', async () => {
      const taken = await Promise.all([one, other, one, other].map((turer) => turer.ta(navn, at(0), LEASE)));
      expect(taken.filter((tur) => tur !== undefined)).to.deep.equal([{ navn, feil: 0, fence: 1 }]);
      expect(await other.ta(navn, at(0), LEASE)).to.equal(undefined);
    });

    it('a source does not wait for another', async () => {
      await one.ta(navn, at(0), LEASE);
      expect(await other.ta(`${navn}-2`, at(0), LEASE)).to.include({ feil: 0 });
    });

    it('ended, it is due at the time that was said, and knows what came to nothing', async () => {
      const tur = await one.ta(navn, at(0), LEASE);
      await one.avslutt(tur!, at(10), 3);
      expect(await other.ta(navn, at(9.999), LEASE)).to.equal(undefined);
      expect(await other.ta(navn, at(10), LEASE)).to.deep.include({ navn, feil: 3 });
    });

    it('lost with its process, it is free after the lease; whoever lost it ends nothing', async () => {
      const lost = await one.ta(navn, at(0), LEASE);
      expect(await other.ta(navn, at(59.999), LEASE)).to.equal(undefined);
      expect(await other.ta(navn, at(60), LEASE)).to.include({ feil: 0 });
      await one.avslutt(lost!, at(61), 9);
      expect(await one.ta(navn, at(119.999), LEASE)).to.equal(undefined);
      expect(await one.ta(navn, at(120), LEASE)).to.include({ feil: 0 });
    });
  });
});
