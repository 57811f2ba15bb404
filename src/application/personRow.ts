import { osloInstant } from '../domain/oslo.js';
import type { Kontaktpunkt, Person } from '../domain/person.js';

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

/** What is wrong with one cell, or with a row as a whole; never quotes the value, which may be a national id. */
export interface CellError {
  readonly column?: string;
  readonly message: string;
}

const isoDate = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?)?$/;
/** Control characters and lone surrogates cannot stand in the XML of an answer. */
const notXml = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;

/** The instant of an ISO 8601 date or date and time, or undefined when there is no such time. */
export function parseDate(text: string): Date | undefined {
  const [, date, time = '00:00', zone] = isoDate.exec(text) ?? [];
  if (date === undefined) return undefined;
  const local = new Date(`${date}T${time}Z`);
  if (Number.isNaN(local.getTime()) || !local.toISOString().startsWith(date)) return undefined;
  if (zone === undefined) return osloInstant(local.getTime());
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [undefined, '+', '0', '0'];
  const offset = (Number(hours) * 60 + Number(minutes ?? 0)) * 60_000;
  return new Date(local.getTime() + (sign === '+' ? -offset : offset));
}

/** Reads cells by rule and collects what is wrong with them; a wrong cell reads as null. */
function cellReader(values: Readonly<Record<string, unknown>>, errors: CellError[]) {
  const wrong = (column: string, message: string): null => {
    errors.push({ column, message });
    return null;
  };
  const cell = (column: Column): string | null => {
    const value = values[column];
    if (value === undefined || value === null) return null;
    if (typeof value !== 'string') return wrong(column, 'must be text in quotes');
    return value.trim() || null;
  };
  return {
    wrong,
    cell,
    text(column: Column, min: number, max: number): string | null {
      const value = cell(column);
      if (value === null) return null;
      if (notXml.test(value)) return wrong(column, 'has a control character or half a character');
      const length = [...value].length;
      return length < min || length > max
        ? wrong(column, `has ${length} characters, must have ${min} to ${max}`)
        : value;
    },
    oneOf<T extends string>(column: Column, allowed: readonly T[]): T | null {
      const value = cell(column);
      if (value === null) return null;
      return allowed.find((known) => known === value) ?? wrong(column, `must be ${allowed.join(', ')} or empty`);
    },
    date(column: Column): Date | null {
      const value = cell(column);
      if (value === null) return null;
      return (
        parseDate(value) ?? wrong(column, 'must be a date or a date and time by ISO 8601, as 2026-01-31T12:00:00+01:00')
      );
    },
  };
}
type CellReader = ReturnType<typeof cellReader>;

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
  const read = cellReader(values, errors);
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
