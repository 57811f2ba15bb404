import { expect } from 'chai';
import { sql } from 'kysely';
import type { Store } from '../../src/store/index.js';
import { eachStore } from '../support/stores.js';
import { openBackend } from './support/backend.js';

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
      expect(moves.at(-1)).to.deep.equal({ at: at(20), ahead: 0 });
      const forward = moves.slice(0, -1).map(({ ahead }) => ahead);
      expect(forward).to.deep.equal(forward.toSorted((a, b) => a - b));
      expect(forward.at(-1)).to.equal(20 * day);
    });

    it('remembers its moves as they were made, also by clocks that differ, and two of one instant', async () => {
      const [one, other] = stores;
      await one.calendar.advance(day, at(22));
      await one.calendar.advance(day, at(25));
      await other.calendar.advance(day, at(24));
      const last = (): Promise<unknown> => one.calendar.moves().then((moves) => moves.slice(-2));
      expect(await last()).to.deep.equal([
        { at: at(22), ahead: day },
        { at: at(24), ahead: 3 * day },
      ]);
      await other.calendar.reset(at(24));
      expect(await last()).to.deep.equal([
        { at: at(22), ahead: day },
        { at: at(24), ahead: 0 },
      ]);
    });

    it('that was ahead before its moves were remembered has been so all along', async () => {
      const [one] = stores;
      await one.calendar.advance(2 * day, at(26));
      const backend = await openBackend(database.url());
      await backend.write((db) => db.deleteFrom('migration').where('name', '=', '0027-calendar-moves').execute());
      await backend.write((db) => sql`drop table calendar_move`.execute(db));
      await backend.close();
      const upgraded = await database.open();
      expect(await upgraded.calendar.moves()).to.deep.equal([{ at: new Date(0), ahead: 2 * day }]);
      await upgraded.calendar.reset(at(27));
    });

    it('stays as it is when another process comes up', async () => {
      const [one] = stores;
      await one.calendar.advance(3 * day, at(30));
      const fresh = await database.open();
      expect(await fresh.calendar.ahead()).to.equal(3 * day);
    });
  });
});
