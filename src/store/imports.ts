import { sql } from 'kysely';
import type { RegisterImport } from '../domain/ports.js';
import { Failure } from '../errors.js';
import type { Backend, Db, Flavour } from './backend.js';
import { advanceNumbers, batches, lockNumbers, replacePerson } from './persons.js';
import { personColumns } from './schema.js';

/** The import of register files. What is staged is seen by nobody until `publish`. */
export function registerImport({ flavour, write }: Backend): RegisterImport {
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
        await lockJob(db, flavour, fileId);
        for (const batch of batches(persons))
          await db
            .insertInto('person_import')
            .values(batch.map((row) => ({ ...row, file_id: fileId })))
            .modifyEnd(sql.raw(flavour.onDuplicate(['file_id', 'personidentifikator'], personColumns)))
            .execute();
        await db.updateTable('import_job').set({ staged: upToRow }).where('file_id', '=', fileId).execute();
      }),

    publish: (fileId) =>
      write(async (db) => {
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

    discard: (fileId) => write((db) => drop(db, fileId)),
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
  const reason = 'this import was published or discarded by another process; start it again';
  throw new Failure('INVALID_REQUEST', `no import job: ${reason}`, { reason });
}

/** Copies the staged rows that differ from the register's into it, with the next change numbers. */
async function publishChanged(db: Db, flavour: Flavour, fileId: string): Promise<void> {
  const columns = sql.join(personColumns.map((column) => sql.ref(column)));
  const staged = sql.join(personColumns.map((column) => sql.ref(`s.${column}`)));
  const equal = sql.join(
    personColumns.map((column) => sql`s.${sql.ref(column)} ${sql.raw(flavour.same)} p.${sql.ref(column)}`),
    sql` and `,
  );
  await sql`
    insert into person (endringsnummer, ${columns})
    select (select value from counter where name = 'endringsnummer')
             + row_number() over (order by s.personidentifikator), ${staged}
    from person_import s left join person p on p.personidentifikator = s.personidentifikator
    where s.file_id = ${fileId} and not (${equal})
    ${replacePerson(flavour)}`.execute(db);
}

async function drop(db: Db, fileId: string): Promise<void> {
  await db.deleteFrom('person_import').where('file_id', '=', fileId).execute();
  await db.deleteFrom('import_job').where('file_id', '=', fileId).execute();
}
