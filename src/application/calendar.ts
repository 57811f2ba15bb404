import type { Calendar, CalendarRow, Clock } from '../domain/ports.js';

/** The calendar as all processes on one database have it. */
export interface SharedCalendar extends Calendar {
  /** Milliseconds that it is ahead of the clock. */
  ahead(): number;
  /** Reads the row again; what was read before stays in force when that fails. */
  refresh(): Promise<void>;
}

/**
 * The calendar in memory: the clock's time until the first `refresh`, and never a read of the database when it is asked.
 * @param moved told when it is found elsewhere than it was; milliseconds ahead
 */
export function createCalendar(
  clock: Clock,
  row: Pick<CalendarRow, 'ahead'>,
  moved: (ahead: number) => void = () => undefined,
): SharedCalendar {
  let ahead = 0;
  return {
    now: () => (ahead === 0 ? clock.now() : new Date(clock.now().getTime() + ahead)),
    ahead: () => ahead,
    refresh: async () => {
      const found = await row.ahead();
      if (found === ahead) return;
      ahead = found;
      moved(found);
    },
  };
}

/**
 * The calendar of a gateway, read. In production it is the clock's for good.
 * @throws Error with a sentence when production finds it moved: letters have been dated by it
 */
export async function openCalendar(
  mode: 'development' | 'production',
  clock: Clock,
  row: Pick<CalendarRow, 'ahead'>,
  moved: (ahead: number) => void,
): Promise<SharedCalendar> {
  const calendar = createCalendar(clock, row, moved);
  await calendar.refresh();
  if (mode === 'development') return calendar;
  if (calendar.ahead() !== 0) {
    throw new Error(
      'The calendar of this database has been moved ahead, which only a sandbox may do: letters in it are dated by that. ' +
        'Use another database, or take the calendar back with posthorn sandbox clock reset outside production.',
    );
  }
  return { ...calendar, refresh: async () => undefined };
}
