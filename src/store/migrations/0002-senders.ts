import type { Ddl, Flavour } from '../backend.js';

const period = ({ integer }: Ddl): string => `${integer('fra')} not null,
  ${integer('til')},`;

/** Who may call, with what, for whom; and whom letters are encrypted to. */
export const senders = ({ ddl }: Flavour): string[] => [
  `create table if not exists organisation (
  ${ddl.text('organisasjonsnummer', 64)} not null,
  ${ddl.text('navn', 255)} not null,
  ${period(ddl)}
  primary key (organisasjonsnummer)) ${ddl.keyed}`,

  `create table if not exists policy (
  ${ddl.text('organisasjonsnummer', 64)} not null,
  ${ddl.integer('tillat_usignert_paa_vegne_av')} not null,
  primary key (organisasjonsnummer),
  foreign key (organisasjonsnummer) references organisation (organisasjonsnummer)) ${ddl.keyed}`,

  `create table if not exists certificate (
  ${ddl.text('fingeravtrykk', 64)} not null,
  ${ddl.text('organisasjonsnummer', 64)} not null,
  ${ddl.text('pem', 30_000)} not null,
  ${period(ddl)}
  primary key (fingeravtrykk),
  foreign key (organisasjonsnummer) references organisation (organisasjonsnummer)) ${ddl.keyed}`,

  `create table if not exists credential (
  ${ddl.text('tjeneste', 32)} not null,
  ${ddl.text('brukernavn', 255)} not null,
  ${ddl.text('organisasjonsnummer', 64)} not null,
  ${ddl.text('passordhash', 512)} not null,
  primary key (tjeneste, brukernavn),
  foreign key (organisasjonsnummer) references organisation (organisasjonsnummer)) ${ddl.keyed}`,

  `create table if not exists delegation (
  ${ddl.text('leverandoer', 64)} not null,
  ${ddl.text('oppdragsgiver', 64)} not null,
  ${period(ddl)}
  primary key (leverandoer, oppdragsgiver)) ${ddl.keyed}`,

  `create table if not exists service_right (
  ${ddl.text('organisasjon', 64)} not null,
  ${ddl.text('tjeneste', 32)} not null,
  ${period(ddl)}
  primary key (organisasjon, tjeneste)) ${ddl.keyed}`,

  `create table if not exists supplier (
  ${ddl.text('organisasjonsnummer', 64)} not null,
  ${ddl.text('rolle', 16)} not null,
  ${ddl.text('navn', 255)} not null,
  ${ddl.blob('sertifikat', 16_384)} not null,
  primary key (organisasjonsnummer, rolle)) ${ddl.keyed}`,
];
