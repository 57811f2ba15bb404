import { sql } from 'kysely';
import type { Enhet, Enhetsadresse, Enhetsregister } from '../domain/enhet.js';
import type { RegisterImport } from '../domain/ports.js';
import type { Backend, Db, Flavour } from './backend.js';
import { importRefusal } from './imports.js';
import { inBatches } from './persons.js';
import type { UnitRow } from './schema.js';

const address = (json: string | null): Enhetsadresse | null =>
  json === null ? null : (JSON.parse(json) as Enhetsadresse);
const json = (a: Enhetsadresse | null): string | null => (a === null ? null : JSON.stringify(a));

const unitOf = ({ utgave: _, ...row }: UnitRow): Enhet => ({
  ...row,
  forretningsadresse: address(row.forretningsadresse),
  postadresse: address(row.postadresse),
});

const rowOf = (utgave: number, unit: Enhet): UnitRow => ({
  ...unit,
  utgave,
  forretningsadresse: json(unit.forretningsadresse),
  postadresse: json(unit.postadresse),
});

/** The edition that readers see; 0 when nothing has been imported. */
const edition = (db: Db) => db.selectFrom('counter').select('value').where('name', '=', 'enhetsregister');

/** The same, which nobody else changes until the transaction ends: what imports decide by. */
const lockEdition = async (db: Db, { lock }: Flavour): Promise<number> =>
  (await edition(db).modifyEnd(sql.raw(lock)).executeTakeFirstOrThrow()).value;

const jobOf = (db: Db, fileId: string) =>
  db.selectFrom('unit_import').selectAll().where('file_id', '=', fileId).executeTakeFirst();

/** The import, held until the transaction ends. */
async function lockJob(db: Db, flavour: Flavour, fileId: string) {
  const published = await lockEdition(db, flavour);
  const job = await jobOf(db, fileId);
  if (job === undefined) throw importRefusal('it was published or discarded by another process');
  return { ...job, published };
}

/** Starts a new edition, and gives up every other that is not published yet. */
async function start(db: Db, published: number, fileId: string): Promise<void> {
  const { last } = await db
    .selectFrom('unit')
    .select((eb) => eb.fn.max('utgave').as('last'))
    .executeTakeFirstOrThrow();
  await db.deleteFrom('unit_import').execute();
  const utgave = Math.max(published, last ?? 0) + 1;
  await db.insertInto('unit_import').values({ file_id: fileId, utgave, staged: 0 }).execute();
}

/** The first edition that has rows and is none of these, found by seeks; null when there is none. */
async function oldEdition(db: Db, kept: readonly number[]): Promise<number | null> {
  let after = 0;
  for (;;) {
    const { next } = await db
      .selectFrom('unit')
      .select((eb) => eb.fn.min<number | null>('utgave').as('next'))
      .where('utgave', '>', after)
      .executeTakeFirstOrThrow();
    if (next === null || !kept.includes(next)) return next;
    after = next;
  }
}

/** Rows that one statement removes. */
const SWEEP = 10_000;

/** Removes rows of an edition that nobody reads and nobody makes, a part at a time. False when there are none. */
async function sweepSome(db: Db, flavour: Flavour): Promise<boolean> {
  const published = await lockEdition(db, flavour);
  const made = await db.selectFrom('unit_import').select('utgave').execute();
  const old = await oldEdition(db, [published, ...made.map(({ utgave }) => utgave)]);
  if (old === null) return false;
  const rows = db.selectFrom('unit').select('organisasjonsnummer').where('utgave', '=', old);
  const last = await rows.orderBy('organisasjonsnummer').offset(SWEEP).limit(1).executeTakeFirst();
  await db
    .deleteFrom('unit')
    .where('utgave', '=', old)
    .$if(last !== undefined, (q) => q.where('organisasjonsnummer', '<', last?.organisasjonsnummer ?? ''))
    .execute();
  return true;
}

/** An import fills an edition of its own, which nobody reads until it is published. The one that began last is the one that counts. */
function unitImport({ flavour, write }: Backend): RegisterImport<Enhet> {
  const sweep = async (): Promise<void> => {
    while (await write((db) => sweepSome(db, flavour)));
  };
  return {
    begin: async (fileId) => {
      const staged = await write(async (db) => {
        const published = await lockEdition(db, flavour);
        if ((await jobOf(db, fileId)) === undefined) await start(db, published, fileId);
        return (await jobOf(db, fileId))?.staged ?? 0;
      });
      await sweep();
      return staged;
    },
    stage: (fileId, upToRow, units) =>
      write(async (db) => {
        const { utgave, staged } = await lockJob(db, flavour, fileId);
        if (upToRow - units.length + 1 <= staged) throw importRefusal('its rows have been staged by another process');
        for (const batch of inBatches(units.map((unit) => rowOf(utgave, unit))))
          await db.insertInto('unit').values(batch).execute();
        await db.updateTable('unit_import').set({ staged: upToRow }).where('file_id', '=', fileId).execute();
      }),
    publish: async (fileId) => {
      const count = await write(async (db) => {
        const { utgave } = await lockJob(db, flavour, fileId);
        const rows = db.selectFrom('unit').where('utgave', '=', utgave);
        const { n } = await rows.select((eb) => eb.fn.countAll().as('n')).executeTakeFirstOrThrow();
        await db.updateTable('counter').set({ value: utgave }).where('name', '=', 'enhetsregister').execute();
        await db.deleteFrom('unit_import').where('file_id', '=', fileId).execute();
        return Number(n);
      });
      await sweep();
      return count;
    },
    discard: async (fileId) => {
      await write((db) => db.deleteFrom('unit_import').where('file_id', '=', fileId).execute());
      await sweep();
    },
  };
}

/** Enhetsregisteret: the edition that was published last takes the place of the one before, whose rows are removed. */
export function unitRegister(backend: Backend): Enhetsregister {
  const { read } = backend;
  return {
    isEmpty: () => read(async (db) => (await edition(db).executeTakeFirstOrThrow()).value === 0),
    find: async (ids) => {
      if (ids.length === 0) return new Map();
      const rows = await read((db) =>
        db
          .selectFrom('unit')
          .selectAll()
          .where('utgave', '=', edition(db))
          .where('organisasjonsnummer', 'in', ids)
          .execute(),
      );
      return new Map(rows.map((row) => [row.organisasjonsnummer, unitOf(row)]));
    },
    enhetsimport: unitImport(backend),
  };
}
