import type { Flavour } from '../backend.js';

/** 2014-11-19 and 2012-10-01 in Oslo. */
const [start, innlogging] = [1_416_351_600_000, 1_349_042_400_000];

/** The price list of PROFILES: thing, supplier, beginning, from which message, øre. */
const priser: readonly (readonly [string, string, number, number, number])[] = [
  ['POSTKASSE_LITEN', '', start, 1, 69],
  ['POSTKASSE_LITEN', '', start, 10_001, 62],
  ['POSTKASSE_MIDDELS', '', start, 1, 89],
  ['POSTKASSE_MIDDELS', '', start, 10_001, 80],
  ['POSTKASSE_PER_MB', '', start, 1, 20],
  ['POSTKASSE_PER_MB', '', start, 10_001, 18],
  ['SMS', '996460320', start, 1, 44],
  ['SMS', '984661185', start, 1, 50],
  ['AAPNINGSKVITTERING', '996460320', start, 1, 16],
  ['AAPNINGSKVITTERING', '984661185', start, 1, 186],
  ['UTSKRIFT_GRUNN', '', start, 1, 450],
  ['UTSKRIFT_SORT_HVIT', '', start, 1, 60],
  ['UTSKRIFT_FARGE', '', start, 1, 150],
  ['UTSKRIFT_A_POST', '', start, 1, 300],
  ['MELDINGSFORMIDLER', '', start, 1, 0],
  ['MELDINGSFORMIDLER', '', start, 25_000_001, 10],
  ['INNLOGGING', '', innlogging, 1, 20],
];

const key = ['plan', 'vare', 'leverandoer', 'fra', 'fra_nummer'];

/** Prices, what has been charged, and which price plan a sender has. Unique sets that end in a key are there as indexes. */
export const ledger = ({ ddl, onDuplicate }: Flavour): string[] => [
  `create table if not exists price (
  ${ddl.text('plan', 64)} not null,
  ${ddl.text('vare', 32)} not null,
  ${ddl.text('leverandoer', 64)} not null,
  ${ddl.integer('fra')} not null,
  ${ddl.integer('fra_nummer')} not null,
  ${ddl.integer('oere')} not null,
  primary key (${key.join(', ')})) ${ddl.keyed}`,

  ...priser.map(
    ([vare, leverandoer, fra, nummer, oere]) =>
      `insert into price (${key.join(', ')}, oere) values ('', '${vare}', '${leverandoer}', ${fra}, ${nummer}, ${oere}) ${onDuplicate(key, [])}`,
  ),

  `create table if not exists price_plan (
  ${ddl.text('organisasjonsnummer', 64)} not null,
  ${ddl.text('plan', 64)} not null,
  primary key (organisasjonsnummer)) ${ddl.keyed}`,

  `create table if not exists ledger (
  ${ddl.serial('nr')},
  ${ddl.text('shipment_id', 64)} not null,
  ${ddl.text('post', 32)} not null,
  ${ddl.text('avsender', 64)} not null,
  ${ddl.text('leverandoer', 64)} not null,
  ${ddl.text('kostnadskode', 64)} not null,
  ${ddl.integer('bokfoert')} not null,
  ${ddl.text('maaned', 7)} not null,
  ${ddl.integer('prisdato')} not null,
  ${ddl.integer('nummer')},
  ${ddl.integer('oere')},
  unique (shipment_id, post),
  unique (maaned, avsender, nr)) ${ddl.appended}`,
];
