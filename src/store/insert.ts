import { CompiledQuery, type Insertable } from 'kysely';
import type { Db } from './backend.js';
import type { Tables } from './schema.js';

/** Runs one statement, and gives the number of rows that it has changed. */
export type Run = (text: string, values: readonly unknown[]) => Promise<bigint | undefined>;

const direct = new WeakMap<Db, Run>();

/** From now on statements that are spelt out go past the query builder of `db`, which costs as much as running them. */
export const runDirectly = (db: Db, run: Run): void => void direct.set(db, run);

/** Runs a statement that is spelt out. @returns how many rows it has changed */
export async function change(db: Db, text: string, values: readonly unknown[]): Promise<bigint | undefined> {
  const run = direct.get(db);
  if (run !== undefined) return run(text, values);
  return (await db.executeQuery(CompiledQuery.raw(text, [...values]))).numAffectedRows;
}

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
  return (await change(db, text, Object.values(row))) === 1n;
}
