import type { Flavour } from '../backend.js';

/** When each source of receipts is looked at next, and by whom. */
export const turn = ({ ddl }: Flavour): string[] => [
  `create table if not exists turn (
  ${ddl.text('navn', 255)} not null,
  ${ddl.integer('klar')} not null,
  ${ddl.integer('feil')} not null,
  ${ddl.integer('fence')} not null,
  primary key (navn)) ${ddl.keyed}`,
];
