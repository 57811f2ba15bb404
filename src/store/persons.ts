import { sql } from 'kysely';
import type { EndretPerson, Kontaktpunkt, Person } from '../domain/person.js';
import type { ChangeRange } from '../domain/ports.js';
import type { Db, Flavour } from './backend.js';
import { personColumns, type PersonRow } from './schema.js';

const date = (ms: number | null): Date | null => (ms === null ? null : new Date(ms));
const ms = (at: Date | null | undefined): number | null => at?.getTime() ?? null;
const kontaktpunkt = (
  verdi: string | null,
  oppdatert: number | null,
  verifisert: number | null,
): Kontaktpunkt | null =>
  verdi === null ? null : { verdi, sistOppdatert: date(oppdatert), sistVerifisert: date(verifisert) };

const personOf = (row: PersonRow): Person => ({
  personidentifikator: row.personidentifikator,
  status: row.status,
  reservasjon: row.reservasjon === 1,
  mobiltelefonnummer: kontaktpunkt(row.mobiltelefonnummer, row.mobil_sist_oppdatert, row.mobil_sist_verifisert),
  epostadresse: kontaktpunkt(row.epostadresse, row.epost_sist_oppdatert, row.epost_sist_verifisert),
  postkasse:
    row.postkasseadresse === null || row.postkasseleverandoer_adresse === null
      ? null
      : { postkasseadresse: row.postkasseadresse, postkasseleverandoerAdresse: row.postkasseleverandoer_adresse },
  spraak: row.spraak,
});

export const rowOf = (person: Person): PersonRow => ({
  personidentifikator: person.personidentifikator,
  status: person.status,
  reservasjon: person.reservasjon ? 1 : 0,
  mobiltelefonnummer: person.mobiltelefonnummer?.verdi ?? null,
  mobil_sist_oppdatert: ms(person.mobiltelefonnummer?.sistOppdatert),
  mobil_sist_verifisert: ms(person.mobiltelefonnummer?.sistVerifisert),
  epostadresse: person.epostadresse?.verdi ?? null,
  epost_sist_oppdatert: ms(person.epostadresse?.sistOppdatert),
  epost_sist_verifisert: ms(person.epostadresse?.sistVerifisert),
  postkasseadresse: person.postkasse?.postkasseadresse ?? null,
  postkasseleverandoer_adresse: person.postkasse?.postkasseleverandoerAdresse ?? null,
  spraak: person.spraak,
});

const same = (a: PersonRow, b: PersonRow): boolean => personColumns.every((column) => a[column] === b[column]);

/** Rows that one statement takes. */
const BATCH = 1000;

export const inBatches = <T>(rows: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(rows.length / BATCH) }, (_, i) => rows.slice(i * BATCH, (i + 1) * BATCH));

const LOOK_UP_SIZES = [1, 3, 10, 30, 100, 300, 1000];

/** Reads the rows of at most 1000 identifiers. A few fixed statements, prepared once; the last identifier fills the gap. */
function rowReader({ many }: Flavour): (db: Db, ids: readonly string[]) => Promise<readonly PersonRow[]> {
  const lookUps = LOOK_UP_SIZES.map((size) => ({
    size,
    text: `${many.select(personColumns)} from person where personidentifikator in (${'?, '.repeat(size - 1)}?)`,
  }));
  return async (db, ids) => {
    const lookUp = lookUps.find(({ size }) => size >= ids.length);
    const last = ids.at(-1);
    if (last === undefined) return [];
    if (lookUp === undefined) throw new RangeError(`${ids.length} identifiers in one look-up; the limit is 1000`);
    const filled = Array.from({ length: lookUp.size }, (_, i) => ids[i] ?? last);
    return many.rows((await db.executeQuery(many.query(lookUp.text, filled))).rows, personColumns);
  };
}

export type PersonReader = (db: Db, ids: readonly string[]) => Promise<ReadonlyMap<string, Person>>;

/** As `Reads.persons`. */
export function personReader(flavour: Flavour): PersonReader {
  const rowsOf = rowReader(flavour);
  return async (db, ids) => new Map((await rowsOf(db, ids)).map((row) => [row.personidentifikator, personOf(row)]));
}

/** As `Tx.personToChange`: whoever changes the register waits for the change numbers. */
export const personHolder = (flavour: Flavour): ((db: Db, id: string) => Promise<Person | undefined>) => {
  const read = personReader(flavour);
  return async (db, id) => {
    await lockNumbers(db, flavour);
    return (await read(db, [id])).get(id);
  };
};

/** As `Reads.changesFrom`; `db` is one snapshot. */
export async function changesFrom(db: Db, fra: number, limit: number): Promise<ChangeRange> {
  const rows = await db
    .selectFrom('person')
    .select([...personColumns, 'endringsnummer'])
    .where('endringsnummer', '>=', fra)
    .orderBy('endringsnummer')
    .limit(limit)
    .execute();
  const { value } = await counter(db).executeTakeFirstOrThrow();
  const personer = rows.map((row): EndretPerson => ({ ...personOf(row), endringsnummer: row.endringsnummer }));
  return { personer, seneste: value };
}

const counter = (db: Db) => db.selectFrom('counter').select('value').where('name', '=', 'endringsnummer');

/**
 * Last change number given out, locked until the transaction ends: numbers have no gaps and become visible in the
 * order of commits, because whoever wants the next waits here. It comes before any other read, so that what is
 * read afterwards is what the previous holder left.
 */
export async function lockNumbers(db: Db, flavour: Flavour): Promise<number> {
  return (await counter(db).modifyEnd(sql.raw(flavour.lock)).executeTakeFirstOrThrow()).value;
}

export const advanceNumbers = (db: Db, by: number) =>
  db
    .updateTable('counter')
    .set((eb) => ({ value: eb('value', '+', by) }))
    .where('name', '=', 'endringsnummer')
    .execute();

/** What an insert into `person` does about rows that are there. */
export const replacePerson = (flavour: Flavour) =>
  sql.raw<unknown>(flavour.onDuplicate(['personidentifikator'], [...personColumns, 'endringsnummer']));

/** As `Tx.upsertPersons`; of rows with the same identifier the last counts. */
export async function upsertPersons(db: Db, flavour: Flavour, persons: readonly Person[]): Promise<number> {
  const last = new Map(persons.map((person) => [person.personidentifikator, rowOf(person)]));
  let changed = 0;
  for (const batch of inBatches([...last.values()])) changed += await upsertBatch(db, flavour, batch);
  return changed;
}

async function upsertBatch(db: Db, flavour: Flavour, batch: readonly PersonRow[]): Promise<number> {
  const last = await lockNumbers(db, flavour);
  const stored = await rowReader(flavour)(
    db,
    batch.map((row) => row.personidentifikator),
  );
  const before = new Map(stored.map((row) => [row.personidentifikator, row]));
  const changed = batch.filter((row) => {
    const old = before.get(row.personidentifikator);
    return old === undefined || !same(old, row);
  });
  if (changed.length === 0) return 0;
  await db
    .insertInto('person')
    .values(changed.map((row, i) => ({ ...row, endringsnummer: last + i + 1 })))
    .modifyEnd(replacePerson(flavour))
    .execute();
  await advanceNumbers(db, changed.length);
  return changed.length;
}
