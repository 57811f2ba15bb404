import type { Flavour } from '../backend.js';

/** How an organisation's letters of a type go. */
export const documentTypes = ({ ddl }: Flavour): string[] => [
  `create table if not exists document_type (
  ${ddl.text('organisasjonsnummer', 64)} not null,
  ${ddl.text('dokumenttype', 100)} not null,
  ${ddl.text('vei', 16)} not null,
  ${ddl.integer('vedtak')} not null,
  primary key (organisasjonsnummer, dokumenttype),
  foreign key (organisasjonsnummer) references organisation (organisasjonsnummer)) ${ddl.keyed}`,
];
