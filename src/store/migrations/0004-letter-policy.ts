import type { Flavour } from '../backend.js';

/** How an organisation wants letters treated that the register does not decide. */
export const letterPolicy = ({ ddl }: Flavour): string[] => [
  `create table if not exists letter_policy (
  ${ddl.text('organisasjonsnummer', 64)} not null,
  ${ddl.text('uten_postkasse', 16)} not null,
  ${ddl.integer('egen_varsling')} not null,
  primary key (organisasjonsnummer),
  foreign key (organisasjonsnummer) references organisation (organisasjonsnummer)) ${ddl.keyed}`,
];
