import type { KeyObject } from 'node:crypto';
import { sql } from 'kysely';
import type { Backend, Db } from './backend.js';
import { keyIdIn, keyIdOf } from './sealed.js';

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

/** The key id of something that is sealed already; undefined in a database that nothing lies in. */
async function found(db: Db): Promise<Buffer | undefined> {
  for (const [table, column] of SEALED) {
    const { rows } = await sql<{ octets: Buffer }>`
      select ${sql.ref(column)} as octets from ${sql.table(table)} where ${sql.ref(column)} is not null limit 1`.execute(
      db,
    );
    if (rows[0] !== undefined) return keyIdIn(rows[0].octets);
  }
  return undefined;
}

const refusal = (stored: Buffer, given: Buffer): Error =>
  new Error(
    `The data key is not the one that this database was written under: its id is ${given.toString('hex')}, and what lies here ` +
      `names ${stored.toString('hex')}. Letters and their contents could not be read, and new ones not by others. Start with the right ` +
      'POSTHORN_DATA_KEY (where it is not set: with the file data.key of the data directory that was used before), or with an empty database.',
  );

/**
 * Holds `dataKey` against the one that the database is sealed under. The first who comes with a key decides, unless something is sealed
 * already: of processes that come at once one writes the row, and all read it after their commit.
 * @throws Error with a sentence for people when it is another
 */
export async function checkDataKey({ flavour, read, write }: Backend, dataKey: KeyObject): Promise<void> {
  const given = keyIdOf(dataKey);
  const known = await read(recorded);
  if (known === undefined) {
    const unlessThere = sql.raw(flavour.onDuplicate(['name'], []));
    await write(async (db) => {
      const id = (await found(db)) ?? given;
      await db.insertInto('data_key').values({ name: THE_ONE, id }).modifyEnd(unlessThere).execute();
    });
  }
  const stored = known ?? (await read(recorded)) ?? given;
  if (!Buffer.from(stored).equals(given)) throw refusal(Buffer.from(stored), given);
}
