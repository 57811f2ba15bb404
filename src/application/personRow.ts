import type { Kontaktpunkt, Person } from '../domain/person.js';
import { cellReader, type CellError, type CellReader as Reader } from './cells.js';

/**
 * The columns of a register file: a CSV header row or the member names of each JSON line. Only `personidentifikator` must be
 * there; an empty or absent cell is no value.
 *
 * - `personidentifikator`: 11 digits; the register never judges check digits
 * - `status`: AKTIV (default) or SLETTET; a row with SLETTET deletes the person logically, its other cells are not read
 * - `reservasjon`: JA or NEI (default)
 * - `mobiltelefonnummer`: 8–20 characters; `epostadresse`: 3–50 characters
 * - `…_oppdatert`, `…_sist_verifisert`: ISO 8601; a date alone is midnight, and a time without a zone is local time, in Oslo
 * - `postkasseadresse`: 8–100 characters, with `postkasseleverandoeradresse`: 8–20 characters
 * - `spraak`: nb, nn, en or se
 *
 * The lengths are those of the 16-02 schema. When an identifier stands in several rows, the last one counts.
 */
export const columns = [
  'personidentifikator',
  'status',
  'reservasjon',
  'mobiltelefonnummer',
  'mobiltelefonnummer_oppdatert',
  'mobiltelefonnummer_sist_verifisert',
  'epostadresse',
  'epostadresse_oppdatert',
  'epostadresse_sist_verifisert',
  'postkasseadresse',
  'postkasseleverandoeradresse',
  'spraak',
] as const;
export type Column = (typeof columns)[number];
type CellReader = Reader<Column>;

function contactPoint(read: CellReader, column: 'mobiltelefonnummer' | 'epostadresse', min: number, max: number) {
  const verdi = read.text(column, min, max);
  const punkt: Omit<Kontaktpunkt, 'verdi'> = {
    sistOppdatert: read.date(`${column}_oppdatert`),
    sistVerifisert: read.date(`${column}_sist_verifisert`),
  };
  if (verdi !== null) return { verdi, ...punkt };
  const dated = punkt.sistOppdatert ?? punkt.sistVerifisert;
  return dated && read.cell(column) === null ? read.wrong(column, 'is empty, but has a date') : null;
}

function mailbox(read: CellReader): Person['postkasse'] {
  const postkasseadresse = read.text('postkasseadresse', 8, 100);
  const postkasseleverandoerAdresse = read.text('postkasseleverandoeradresse', 8, 20);
  if (postkasseadresse !== null && postkasseleverandoerAdresse !== null) {
    return { postkasseadresse, postkasseleverandoerAdresse };
  }
  const halves = ['postkasseadresse', 'postkasseleverandoeradresse'] as const;
  const missing = halves.filter((column) => read.cell(column) === null);
  return missing.length === 1 ? read.wrong(missing[0]!, 'is empty, but the other half of the mailbox is not') : null;
}

/** One row as a person, or everything that is wrong with it. */
export function readPerson(values: Readonly<Record<string, unknown>>): Person | readonly CellError[] {
  const errors: CellError[] = [];
  const read = cellReader<Column>(values, errors);
  for (const name of Object.keys(values)) {
    if (!columns.some((known) => known === name))
      errors.push({ column: name, message: 'is no column of the register' });
  }
  const personidentifikator = read.cell('personidentifikator') ?? '';
  if (!/^\d{11}$/.test(personidentifikator) && !errors.some((e) => e.column === 'personidentifikator')) {
    read.wrong('personidentifikator', 'must be 11 digits');
  }
  const status = read.oneOf('status', ['AKTIV', 'SLETTET']) ?? 'AKTIV';
  const person: Person =
    status === 'SLETTET'
      ? { ...empty, personidentifikator, status }
      : {
          personidentifikator,
          status,
          reservasjon: read.oneOf('reservasjon', ['JA', 'NEI']) === 'JA',
          mobiltelefonnummer: contactPoint(read, 'mobiltelefonnummer', 8, 20),
          epostadresse: contactPoint(read, 'epostadresse', 3, 50),
          postkasse: mailbox(read),
          spraak: read.oneOf('spraak', ['nb', 'nn', 'en', 'se']),
        };
  return errors.length > 0 ? errors : person;
}

const empty = {
  reservasjon: false,
  mobiltelefonnummer: null,
  epostadresse: null,
  postkasse: null,
  spraak: null,
} as const;
