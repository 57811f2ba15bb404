import type { Flavour } from '../backend.js';

/** How far the calendar is ahead of the clock: one row, that all processes follow. */
export const calendar = ({ ddl, onDuplicate }: Flavour): string[] => [
  `create table if not exists calendar (
  ${ddl.text('name', 32)} not null,
  ${ddl.integer('ahead')} not null,
  primary key (name)) ${ddl.keyed}`,

  `insert into calendar (name, ahead) values ('calendar', 0) ${onDuplicate(['name'], [])}`,
];
