import type { Flavour } from '../backend.js';

/** When the calendar of a sandbox was moved, by the clock, and how far ahead it has been since: what is dated by the clock has a date of the calendar too. */
export const calendarMoves = ({ ddl }: Flavour): string[] => [
  `create table if not exists calendar_move (
  ${ddl.integer('at')} not null,
  ${ddl.integer('ahead')} not null,
  primary key (at, ahead)) ${ddl.keyed}`,
];
