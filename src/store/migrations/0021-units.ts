import type { Flavour } from '../backend.js';

/** Enhetsregisteret, one edition after the other: readers see the rows of the edition that the counter names. */
export const units = ({ ddl, onDuplicate }: Flavour): string[] => [
  `create table if not exists unit (
  ${ddl.integer('utgave')} not null,
  ${ddl.text('organisasjonsnummer', 9)} not null,
  ${ddl.text('navn', 255)} not null,
  ${ddl.text('organisasjonsform', 16)},
  ${ddl.text('forretningsadresse', 1500)},
  ${ddl.text('postadresse', 1500)},
  ${ddl.text('epostadresse', 320)},
  ${ddl.text('mobil', 64)},
  ${ddl.text('slettet', 10)},
  primary key (utgave, organisasjonsnummer)) ${ddl.keyed}`,

  `create table if not exists unit_import (
  ${ddl.text('file_id', 128)} not null,
  ${ddl.integer('utgave')} not null,
  ${ddl.integer('staged')} not null,
  primary key (file_id)) ${ddl.keyed}`,

  `insert into counter (name, value) values ('enhetsregister', 0) ${onDuplicate(['name'], [])}`,
];
