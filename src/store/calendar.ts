import type { CalendarRow } from '../domain/ports.js';
import type { Backend, Db } from './backend.js';

/**
 * As `CalendarRow`. A move is written down with what it leads to, in one transaction, and takes the place of those that clocks ahead of this one have dated later:
 * the last that is committed is the last of all.
 */
export function calendarRow({ read, write }: Backend): CalendarRow {
  const aheadIn = async (db: Db): Promise<number> =>
    (await db.selectFrom('calendar').select('ahead').executeTakeFirstOrThrow()).ahead;
  const remember = async (db: Db, now: Date): Promise<void> => {
    const move = { at: now.getTime(), ahead: await aheadIn(db) };
    await db.deleteFrom('calendar_move').where('at', '>=', move.at).execute();
    await db.insertInto('calendar_move').values(move).execute();
  };
  return {
    ahead: () => read(aheadIn),
    moves: async () => {
      const rows = await read((db) => db.selectFrom('calendar_move').selectAll().orderBy('at').execute());
      return rows.map(({ at, ahead }) => ({ at: new Date(at), ahead }));
    },
    advance: (ms, now) =>
      write(async (db) => {
        const further = db.updateTable('calendar').set((eb) => ({ ahead: eb('ahead', '+', ms) }));
        await further.execute();
        await remember(db, now);
      }),
    reset: (now) =>
      write(async (db) => {
        await db.updateTable('calendar').set({ ahead: 0 }).execute();
        await remember(db, now);
      }),
  };
}
