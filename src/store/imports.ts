import { sql } from 'kysely';
import type { RegisterImport } from '../domain/ports.js';
import { Failure } from '../errors.js';
import type { Backend, Db, Flavour } from './backend.js';
import { advanceNumbers, inBatches, lockNumbers, replacePerson, rowOf } from './persons.js';
import { personColumns } from './schema.js';

/** The import of register files. What is staged is seen by nobody until `publish`. */
export function registerImport({ flavour, write, writeMuch }: Backend): RegisterImport {
  return {
    begin: (fileId) =>
      write(async (db) => {
        await db
          .insertInto('import_job')
          .values({ file_id: fileId, staged: 0 })
          .modifyEnd(sql.raw(flavour.onDuplicate(['file_id'], [])))
          .execute();
        return lockJob(db, flavour, fileId);
      }),

    stage: (fileId, upToRow, persons) =>
      write(async (db) => {
        const staged = await lockJob(db, flavour, fileId);
        const first = upToRow - persons.length + 1;
        if (first <= staged) throw importRefusal(`row ${first} has been staged already, perhaps by another process`);
        const rows = persons.map((person, i) => ({ file_id: fileId, file_row: first + i, ...rowOf(person) }));
        for (const batch of inBatches(rows)) await db.insertInto('person_import').values(batch).execute();
        await db.updateTable('import_job').set({ staged: upToRow }).where('file_id', '=', fileId).execute();
      }),

    publish: (fileId) =>
      writeMuch(async (db) => {
        await lockJob(db, flavour, fileId);
        const before = await lockNumbers(db, flavour);
        await publishChanged(db, flavour, fileId);
        const { last } = await db
          .selectFrom('person')
          .select((eb) => eb.fn.max('endringsnummer').as('last'))
          .executeTakeFirstOrThrow();
        const changed = Math.max(0, (last ?? 0) - before);
        await advanceNumbers(db, changed);
        await drop(db, fileId);
        return changed;
      }),

    discard: (fileId) => writeMuch((db) => drop(db, fileId)),
  };
}

/** Rows of the file that are staged. The job stays locked, so that a file cannot be published while a part is being staged. */
async function lockJob(db: Db, flavour: Flavour, fileId: string): Promise<number> {
  const job = await db
    .selectFrom('import_job')
    .select('staged')
    .where('file_id', '=', fileId)
    .modifyEnd(sql.raw(flavour.lock))
    .executeTakeFirst();
  if (job !== undefined) return job.staged;
  throw importRefusal('it was published or discarded by another process');
}

/** An import that another process has got in the way of. */
export function importRefusal(why: string): Failure {
  const reason = `the import cannot go on: ${why}; start it again`;
  return new Failure('INVALID_REQUEST', reason, { reason });
}

/** Copies the staged rows that differ from the register's into it, with the next change numbers; of each person the last. */
async function publishChanged(db: Db, flavour: Flavour, fileId: string): Promise<void> {
  const columns = sql.raw(personColumns.join(', '));
  const staged = sql.raw(personColumns.map((column) => `s.${column}`).join(', '));
  const equal = sql.raw(personColumns.map((column) => `s.${column} ${flavour.same} p.${column}`).join(' and '));
  await sql`
    insert into person (endringsnummer, ${columns})
    select (select value from counter where name = 'endringsnummer')
             + row_number() over (order by s.personidentifikator), ${staged}
    from (select ${columns}, row_number() over (partition by personidentifikator order by file_row desc) as nth
          from person_import where file_id = ${fileId}) s
    left join person p on p.personidentifikator = s.personidentifikator
    where s.nth = 1 and not (${equal})
    ${replacePerson(flavour)}`.execute(db);
}

async function drop(db: Db, fileId: string): Promise<void> {
  await db.deleteFrom('person_import').where('file_id', '=', fileId).execute();
  await db.deleteFrom('import_job').where('file_id', '=', fileId).execute();
}
