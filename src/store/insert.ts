import { CompiledQuery, type Insertable } from 'kysely';
import type { Db } from './backend.js';
import type { Tables } from './schema.js';

/**
 * Inserts one row with its statement spelt out, where every message does so: building it anew each time costs as much as running it.
 * @param end what follows the values, such as `Flavour.onDuplicate`
 * @returns whether there is a new row
 */
export async function insertRow<T extends keyof Tables>(
  db: Db,
  table: T,
  row: Insertable<Tables[T]>,
  end = '',
): Promise<boolean> {
  const columns = Object.keys(row);
  const marks = columns.map(() => '?').join(', ');
  const text = `insert into ${table} (${columns.join(', ')}) values (${marks}) ${end}`;
  const { numAffectedRows } = await db.executeQuery(CompiledQuery.raw(text, Object.values(row)));
  return numAffectedRows === 1n;
}
