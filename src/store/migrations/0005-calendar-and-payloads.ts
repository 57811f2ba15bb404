import type { Flavour } from '../backend.js';

/**
 * How far the calendar is ahead of the clock: one row, that all processes follow. And the stored payloads that there is a reason for;
 * the unique sets that end in a key are there as indexes, in a form that both databases take.
 */
export const calendarAndPayloads = ({ ddl, onDuplicate }: Flavour): string[] => [
  `create table if not exists calendar (
  ${ddl.text('name', 32)} not null,
  ${ddl.integer('ahead')} not null,
  primary key (name)) ${ddl.keyed}`,

  `insert into calendar (name, ahead) values ('calendar', 0) ${onDuplicate(['name'], [])}`,

  `create table if not exists payload (
  ${ddl.text('ref', 64)} not null,
  ${ddl.text('shipment_id', 64)} not null,
  ${ddl.integer('ledig')},
  primary key (ref),
  unique (shipment_id, ref),
  unique (ledig, ref)) ${ddl.keyed}`,
];

/** Its name; payloads that were stored before it was run have no rows. */
export const CALENDAR_AND_PAYLOADS = '0005-calendar-and-payloads';
