import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type QueryResult,
} from 'kysely';
import type { Run } from './insert.js';

/** A prepared statement, as better-sqlite3 made the shape known; a driver that works in the background gives promises. */
export interface Statement {
  readonly reader: boolean;
  raw(): Statement;
  columns(): readonly { readonly name: string }[];
  all(values: readonly unknown[]): unknown[][] | Promise<unknown[][]>;
  /** The first row, if there is one; never in the background. */
  get(values: readonly unknown[]): unknown[] | undefined;
  run(values: readonly unknown[]): { readonly changes: number };
}

/** An open database file. */
export interface Handle {
  prepare(sql: string): Statement | Promise<Statement>;
  exec(sql: string): unknown;
  close(): void;
}

/** Turns what was given for a `?` into what the driver takes, or throws. */
export type Bind = (value: unknown) => unknown;

/** A query that finds one row at the most: for so little the driver need not go to the background and back. */
interface OneRow extends CompiledQuery {
  readonly oneRow: true;
}

export const oneRow = (sql: string, values: readonly unknown[]): OneRow => ({
  ...CompiledQuery.raw(sql, [...values]),
  oneRow: true,
});

/** Statements kept prepared. Batches of persons come in many sizes, so there must be an end. */
const STATEMENTS = 64;

/** One connection: Kysely over it, which hands it to one user at a time, and changes past Kysely for whoever has it. Statements are prepared once. */
export interface Connection {
  readonly dialect: Dialect;
  readonly run: Run;
}

export function oneConnection(handle: Handle, bind: Bind): Connection {
  const prepare = preparedOnce(handle);
  const run: Run = async (text, values) => {
    const prepared = prepare(text);
    const { statement } = prepared instanceof Promise ? await prepared : prepared;
    return BigInt(statement.run(values.map(bind)).changes);
  };
  return { dialect: dialectOf(handle, bind, prepare), run };
}

function dialectOf(handle: Handle, bind: Bind, prepare: Prepare): Dialect {
  const executeQuery = async <R>(query: CompiledQuery | OneRow): Promise<QueryResult<R>> => {
    const values = query.parameters.map(bind);
    const prepared = prepare(query.sql);
    const { statement, columns } = prepared instanceof Promise ? await prepared : prepared;
    if (columns.length === 0) return { rows: [], numAffectedRows: BigInt(statement.run(values).changes) };
    const found = 'oneRow' in query ? onlyRow(statement.get(values)) : statement.all(values);
    const rows = found instanceof Promise ? await found : found;
    return { rows: rows.map((row) => named<R>(columns as readonly (keyof R)[], row)) };
  };
  const streamQuery = () => {
    throw new Error('rows are not streamed here');
  };
  const connection: DatabaseConnection = { executeQuery, streamQuery };
  const turns = takingTurns();
  const run = async (sql: string): Promise<void> => void (await handle.exec(sql));
  return {
    createAdapter: () => new SqliteAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createDriver: () => ({
      init: async () => undefined,
      acquireConnection: () => turns.take().then(() => connection),
      releaseConnection: async () => turns.leave(),
      beginTransaction: () => run('begin'),
      commitTransaction: () => run('commit'),
      rollbackTransaction: () => run('rollback'),
      destroy: async () => handle.close(),
    }),
  };
}

const onlyRow = (row: unknown[] | undefined): unknown[][] => (row === undefined ? [] : [row]);

interface Prepared {
  readonly statement: Statement;
  /** None when the statement returns no rows. */
  readonly columns: readonly string[];
}

type Prepare = (sql: string) => Prepared | Promise<Prepared>;

/** The most recently used statement is the last of the map. */
function preparedOnce(handle: Handle): Prepare {
  const kept = new Map<string, Prepared>();
  const keep = (sql: string, prepared: Prepared): Prepared => {
    kept.delete(sql);
    kept.set(sql, prepared);
    const [oldest] = kept.keys();
    if (kept.size > STATEMENTS && oldest !== undefined) kept.delete(oldest);
    return prepared;
  };
  const prepare = async (sql: string): Promise<Prepared> => {
    const statement = await handle.prepare(sql);
    const columns = statement.reader ? statement.columns().map(({ name }) => name) : [];
    return keep(sql, { statement: columns.length === 0 ? statement : statement.raw(), columns });
  };
  return (sql) => {
    const prepared = kept.get(sql);
    return prepared === undefined ? prepare(sql) : keep(sql, prepared);
  };
}

/** A row by the names of its columns. */
export function named<R>(columns: readonly (keyof R)[], values: readonly unknown[]): R {
  const row = {} as R;
  columns.forEach((column, i) => (row[column] = values[i] as R[keyof R]));
  return row;
}

function takingTurns(): { take(): Promise<void>; leave(): void } {
  const waiting: (() => void)[] = [];
  let taken = false;
  return {
    async take() {
      if (taken) await new Promise<void>((next) => waiting.push(next));
      taken = true;
    },
    leave() {
      const next = waiting.shift();
      if (next === undefined) taken = false;
      else next();
    },
  };
}
