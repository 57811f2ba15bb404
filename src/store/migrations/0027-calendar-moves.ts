import type { Flavour, Step } from '../backend.js';

/** When the calendar of a sandbox was moved, by the clock, and how far ahead it has been since: what is dated by the clock has a date of the calendar too. */
export const calendarMoves = ({ ddl }: Flavour): Step[] => [
  `create table if not exists calendar_move (
  ${ddl.integer('at')} not null,
  ${ddl.integer('ahead')} not null,
  primary key (at, ahead)) ${ddl.keyed}`,

  // When it came ahead is not known: it has been so all along.
  {
    unless: 'select 1 from calendar_move limit 1',
    run: 'insert into calendar_move (at, ahead) select 0, ahead from calendar where ahead > 0',
  },
];
