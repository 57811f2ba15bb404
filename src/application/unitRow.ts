import type { Enhet, Enhetsadresse } from '../domain/enhet.js';
import { validOrganisasjonsnummer } from '../domain/identifier.js';
import { cellReader, type CellError, type CellReader } from './cells.js';
import type { RowReader } from './importRegister.js';

const addressParts = ['postnummer', 'poststed', 'kommunenummer', 'landkode'] as const;
const addresses = ['forretningsadresse', 'postadresse'] as const;

/** The members of an object of the download, and the columns of its CSV, that are read; all others are passed by. */
const columns = [
  'organisasjonsnummer',
  'navn',
  'organisasjonsform.kode',
  'epostadresse',
  'mobil',
  'slettedato',
  ...addresses.flatMap((which) => addressParts.map((part) => `${which}.${part}` as const)),
] as const;
type Column = (typeof columns)[number] | `${(typeof addresses)[number]}.adresse`;

/** Columns that must be there. */
export const required = ['organisasjonsnummer', 'navn'] as const satisfies readonly Column[];

/** The value of a CSV column, or of a member of a member. */
function valueAt(values: Readonly<Record<string, unknown>>, column: Column): unknown {
  const direct = values[column];
  const [outer = '', inner] = column.split('.');
  if (direct !== undefined || inner === undefined) return direct;
  const object = values[outer];
  return typeof object === 'object' && object !== null ? (object as Record<string, unknown>)[inner] : undefined;
}

/** The lines of an address: a list, or in CSV one cell. */
function lines(
  values: Readonly<Record<string, unknown>>,
  read: CellReader<Column>,
  which: (typeof addresses)[number],
): readonly string[] {
  const column = `${which}.adresse` as const;
  const value = valueAt(values, column);
  const list = typeof value === 'string' ? value.split('\n') : (value ?? []);
  if (!Array.isArray(list) || !list.every((line) => typeof line === 'string' || line === null)) {
    read.wrong(column, 'must be a list of lines');
    return [];
  }
  const found = list.map((line: string | null) => line?.trim() ?? '').filter((line) => line !== '');
  if (found.join('').length > 500) read.wrong(column, 'has more than 500 characters');
  return found;
}

function address(
  values: Readonly<Record<string, unknown>>,
  read: CellReader<Column>,
  which: (typeof addresses)[number],
): Enhetsadresse | null {
  const [postnummer, poststed, kommunenummer, landkode] = addressParts.map((part) =>
    read.text(`${which}.${part}`, 1, 100),
  ) as [string | null, string | null, string | null, string | null];
  const adresselinjer = lines(values, read, which);
  if (adresselinjer.length === 0 && postnummer === null && poststed === null) return null;
  return { adresselinjer, postnummer, poststed, kommunenummer, landkode };
}

/** One row as a unit, or everything that is wrong with it. */
function readUnit(values: Readonly<Record<string, unknown>>): Enhet | readonly CellError[] {
  const errors: CellError[] = [];
  const cells = Object.fromEntries(columns.map((column) => [column, valueAt(values, column)]));
  const read = cellReader<Column>(cells, errors);
  const organisasjonsnummer = read.cell('organisasjonsnummer') ?? '';
  if (!validOrganisasjonsnummer(organisasjonsnummer))
    read.wrong('organisasjonsnummer', 'must be nine digits with a check digit');
  const navn = read.text('navn', 1, 255);
  if (navn === null && errors.every(({ column }) => column !== 'navn')) read.wrong('navn', 'is empty');
  const unit: Enhet = {
    organisasjonsnummer,
    navn: navn ?? '',
    organisasjonsform: read.text('organisasjonsform.kode', 1, 16),
    forretningsadresse: address(values, read, 'forretningsadresse'),
    postadresse: address(values, read, 'postadresse'),
    epostadresse: read.text('epostadresse', 1, 320),
    mobil: read.text('mobil', 1, 64),
    slettet: read.date('slettedato') && (read.cell('slettedato')?.slice(0, 10) ?? null),
  };
  return errors.length > 0 ? errors : unit;
}

/** One bit for each number that has been met: a check digit follows from the eight before it. */
const numbers = 10 ** 8;

/** Reads the rows of one file: a number that stands in it twice is an error of its second row. Counts those that are deleted. */
export function unitReader(): { readonly read: RowReader<Enhet>; readonly deleted: () => number } {
  const met = new Uint8Array(numbers / 8);
  let deleted = 0;
  return {
    deleted: () => deleted,
    read: (values) => {
      const unit = readUnit(values);
      if (!('organisasjonsnummer' in unit)) return unit;
      const number = Number(unit.organisasjonsnummer.slice(0, 8));
      const bit = 1 << (number & 7);
      if ((met[number >> 3]! & bit) !== 0)
        return [{ column: 'organisasjonsnummer', message: 'stands in a row before this one too' }];
      met[number >> 3]! |= bit;
      if (unit.slettet !== null) deleted += 1;
      return { held: unit };
    },
  };
}
