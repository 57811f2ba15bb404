import type { KeyObject } from 'node:crypto';
import { sql } from 'kysely';
import type { Backend, Db } from './backend.js';
import { KEY_ID_AT, KEY_ID_SIZE, keyIdOf } from './sealed.js';

/** The name of the one row. */
const THE_ONE = 'sealed under';

/** Columns that are sealed, in the order in which a database without the row is asked. */
const SEALED = [
  ['shipment', 'forsendelse'],
  ['formidling', 'innhold'],
  ['mpc_receipt', 'innhold'],
] as const;

const recorded = async (db: Db): Promise<Buffer | undefined> =>
  (await db.selectFrom('data_key').select('id').where('name', '=', THE_ONE).executeTakeFirst())?.id;

/** The key id of something that is sealed already, and rather of what `given` opens; undefined in a database that nothing lies in. */
async function found(db: Db, given: Buffer): Promise<Buffer | undefined> {
  let other: Buffer | undefined;
  for (const [table, column] of SEALED) {
    const id = sql<Buffer>`substr(${sql.ref(column)}, ${KEY_ID_AT + 1}, ${KEY_ID_SIZE})`;
    const one = (where: ReturnType<typeof sql<boolean>>) =>
      sql<{ id: Buffer }>`select ${id} as id from ${sql.table(table)} where ${where} limit 1`.execute(db);
    if ((await one(sql`${id} = ${given}`)).rows.length > 0) return given;
    other ??= (await one(sql`${sql.ref(column)} is not null`)).rows[0]?.id;
  }
  return other;
}

const refusal = (stored: Buffer, given: Buffer): Error =>
  new Error(
    `The data key is not the one that this database was written under: its id is ${given.toString('hex')}, and what lies here ` +
      `names ${stored.toString('hex')}. Letters and their contents could not be read, and new ones not by others. Start with the right ` +
      'POSTHORN_DATA_KEY (where it is not set: with the file data.key of the data directory that was used before), or with an empty database.',
  );

/**
 * Holds `dataKey` against the one that the database is sealed under. The first who comes with a key decides, unless all that lies there is
 * sealed under others: of processes that come at once one writes the row, and all read it after their commit.
 * @throws Error with a sentence for people when it is another
 */
export async function checkDataKey({ flavour, read, write }: Backend, dataKey: KeyObject): Promise<void> {
  const given = keyIdOf(dataKey);
  const known = await read(recorded);
  if (known === undefined) {
    const unlessThere = sql.raw(flavour.onDuplicate(['name'], []));
    await write(async (db) => {
      const id = (await found(db, given)) ?? given;
      if (!Buffer.from(id).equals(given)) throw refusal(Buffer.from(id), given);
      await db.insertInto('data_key').values({ name: THE_ONE, id: given }).modifyEnd(unlessThere).execute();
    });
  }
  const stored = known ?? (await read(recorded)) ?? given;
  if (!Buffer.from(stored).equals(given)) throw refusal(Buffer.from(stored), given);
}
