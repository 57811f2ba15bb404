/** One move of a sandbox's calendar: how far it has been ahead since then, in milliseconds. */
export interface CalendarMove {
  /** By the clock. */
  readonly at: Date;
  readonly ahead: number;
}

/** What the calendar said at an instant of the clock. `moves`: in their order. */
export const calendarAt = (moves: readonly CalendarMove[], clock: Date): Date =>
  new Date(clock.getTime() + (moves.findLast(({ at }) => at <= clock)?.ahead ?? 0));

/** Until when, by the clock, the calendar said something earlier than `date`; the last time, where it was taken back. `moves`: in their order. */
export function clockUntil(moves: readonly CalendarMove[], date: Date): Date {
  let until = Infinity;
  for (const { at, ahead } of moves.toReversed()) {
    const then = Math.min(until, date.getTime() - ahead);
    if (then > at.getTime()) return new Date(then);
    until = at.getTime();
  }
  return new Date(Math.min(until, date.getTime()));
}
