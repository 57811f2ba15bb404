import type { Ddl, Flavour } from '../backend.js';

const personColumns = ({ text, integer }: Ddl): string => `
  ${text('personidentifikator', 64)} not null,
  ${text('status', 16)} not null,
  ${integer('reservasjon')} not null,
  ${text('mobiltelefonnummer', 64)},
  ${integer('mobil_sist_oppdatert')},
  ${integer('mobil_sist_verifisert')},
  ${text('epostadresse', 320)},
  ${integer('epost_sist_oppdatert')},
  ${integer('epost_sist_verifisert')},
  ${text('postkasseadresse', 255)},
  ${text('postkasseleverandoer_adresse', 64)},
  ${text('spraak', 8)},`;

/** The register, its import, replay protection and the audit trail. Each statement may be run again after a crash. */
export const register = ({ ddl, onDuplicate }: Flavour): string[] => [
  `create table if not exists person (${personColumns(ddl)}
  ${ddl.integer('endringsnummer')} not null,
  primary key (personidentifikator),
  unique (endringsnummer)) ${ddl.keyed}`,

  `create table if not exists import_job (
  ${ddl.text('file_id', 128)} not null,
  ${ddl.integer('staged')} not null,
  primary key (file_id)) ${ddl.keyed}`,

  `create table if not exists person_import (
  ${ddl.text('file_id', 128)} not null,
  ${ddl.integer('file_row')} not null,${personColumns(ddl)}
  primary key (file_id, file_row)) ${ddl.keyed}`,

  `create table if not exists counter (
  ${ddl.text('name', 32)} not null,
  ${ddl.integer('value')} not null,
  primary key (name)) ${ddl.keyed}`,

  `insert into counter (name, value) values ('endringsnummer', 0) ${onDuplicate(['name'], [])}`,

  // The unique pair is there as an index on `expires`, in a form that both databases take.
  `create table if not exists replay (
  ${ddl.blob('digest', 32)} not null,
  ${ddl.integer('expires')} not null,
  primary key (digest),
  unique (expires, digest)) ${ddl.keyed}`,

  `create table if not exists audit (
  ${ddl.serial('id')},
  ${ddl.integer('at')} not null,
  ${ddl.text('correlation_id', 64)} not null,
  ${ddl.text('organisasjon', 64)} not null,
  ${ddl.text('paa_vegne_av', 64)} not null,
  ${ddl.text('operasjon', 64)} not null,
  ${ddl.blob('personer', 16_000)} not null) ${ddl.appended}`,
];
