import type { Flavour } from '../backend.js';

/** The data key that the rows are sealed under, by its id; the one row is named. */
export const dataKey = ({ ddl }: Flavour): string[] => [
  `create table if not exists data_key (
  ${ddl.text('name', 16)} not null,
  ${ddl.blob('id', 8)} not null,
  primary key (name)) ${ddl.keyed}`,
];
