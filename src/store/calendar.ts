import type { CalendarRow } from '../domain/ports.js';
import type { Backend } from './backend.js';

/** As `CalendarRow`. */
export const calendarRow = ({ read, write }: Backend): CalendarRow => ({
  ahead: async () => (await read((db) => db.selectFrom('calendar').select('ahead').executeTakeFirstOrThrow())).ahead,
  advance: async (ms) => {
    await write((db) =>
      db
        .updateTable('calendar')
        .set((eb) => ({ ahead: eb('ahead', '+', ms) }))
        .execute(),
    );
  },
  reset: async () => {
    await write((db) => db.updateTable('calendar').set({ ahead: 0 }).execute());
  },
});
