import { expect } from 'chai';
import type { Store } from '../../src/store/index.js';
import { eachStore } from '../support/stores.js';

const day = 86_400_000;
const at = (seconds: number): Date => new Date(1_700_000_000_000 + seconds * 1_000);

describe('the calendar row', () => {
  eachStore((database) => {
    let stores: readonly [Store, Store];
    before(async () => {
      stores = [await database.open(), await database.open()];
    });

    it('is the clock at first, moves forward by the sum of all moves, also of two processes at once, and is taken back', async () => {
      const [one, other] = stores;
      expect(await one.calendar.ahead()).to.equal(0);
      await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? one : other).calendar.advance(day, at(n))));
      expect(await other.calendar.ahead()).to.equal(20 * day);
      await one.calendar.reset(at(20));
      expect(await other.calendar.ahead()).to.equal(0);
      const moves = await other.calendar.moves();
      expect(moves.map((move) => move.at)).to.deep.equal(Array.from({ length: 21 }, (_, n) => at(n)));
      expect(moves.map(({ ahead }) => ahead).sort((a, b) => a - b)).to.deep.equal(
        Array.from({ length: 21 }, (_, n) => n * day),
      );
    });

    it('stays as it is when another process comes up', async () => {
      const [one] = stores;
      await one.calendar.advance(3 * day, at(30));
      const fresh = await database.open();
      expect(await fresh.calendar.ahead()).to.equal(3 * day);
    });
  });
});
