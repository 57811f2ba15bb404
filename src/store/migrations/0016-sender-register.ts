import type { Flavour } from '../backend.js';

/** More about organisations, names of agencies that are expected, and powers of attorney, which nothing fills yet. */
export const senderRegister = ({ ddl }: Flavour): string[] => [
  `create table if not exists sender_profile (
  ${ddl.text('organisasjonsnummer', 64)} not null,
  ${ddl.text('sektor', 16)},
  ${ddl.text('etterfoelger', 64)},
  primary key (organisasjonsnummer),
  foreign key (organisasjonsnummer) references organisation (organisasjonsnummer)) ${ddl.keyed}`,

  `create table if not exists agency (
  ${ddl.text('navn', 255)} not null,
  ${ddl.integer('fra')} not null,
  primary key (navn)) ${ddl.keyed}`,

  `create table if not exists fullmakt (
  ${ddl.text('personidentifikator', 64)} not null,
  ${ddl.text('fullmektig', 64)} not null,
  ${ddl.text('omraade', 64)} not null,
  ${ddl.integer('fra')} not null,
  ${ddl.integer('til')},
  primary key (personidentifikator, fullmektig, omraade)) ${ddl.keyed}`,
];
