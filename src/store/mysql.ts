import { setTimeout as wait } from 'node:timers/promises';
import { CompiledQuery, Kysely, MysqlDialect, sql } from 'kysely';
import { createPool, type Pool } from 'mysql2';
import { Failure } from '../errors.js';
import type { Backend, Db, Flavour } from './backend.js';
import { exactCollation, serverWarnings } from './mysql-settings.js';
import type { Tables } from './schema.js';

/** What every session is set to, whatever the server's defaults are. */
const SESSION = [
  'set session transaction isolation level repeatable read',
  `set session sql_mode = 'TRADITIONAL', time_zone = '+00:00', innodb_lock_wait_timeout = 10`,
];
/** How often one piece of work is tried. */
const ATTEMPTS = 10;
/** Text columns share a row's 65,535 octets unless they are long. */
const LONG_TEXT = 4096;
const LONG_BLOB = 16_384;

const quoted = (column: string): string => `\`${column}\``;

const found = (what: string, table: string, which: string): string =>
  `select 1 from information_schema.${what} where table_schema = database() and table_name = '${table}' and ${which}`;

/** `collation`: the server's collation that compares UTF-8 byte for byte, trailing spaces included. */
export const flavourWith = (collation: string): Flavour => ({
  kind: 'mysql',
  same: '<=>',
  lock: 'for update',
  onDuplicate: (key, columns) =>
    `on duplicate key update ${(columns.length === 0 ? key : columns).map((c) => `${quoted(c)} = values(${quoted(c)})`).join(', ')}`,
  leastOfEach: (table, group, value) => {
    const text = `select ${group}, min(${value}) as ${value} from ${table} where ${group} > ? and ${group} <= ? group by ${group} order by ${group} limit ?`;
    return (after, upTo, limit) => CompiledQuery.raw(text, [after, upTo, limit]);
  },
  many: {
    select: (columns) => `select ${columns.map(quoted).join(', ')}`,
    query: (text, values) => CompiledQuery.raw(text, [...values]),
    rows: <R>(found: readonly unknown[]) => found as readonly R[],
  },
  ddl: {
    text: (name, size) => `${name} ${size > LONG_TEXT ? 'text' : `varchar(${size})`}`,
    blob: (name, size) => `${name} ${size > LONG_BLOB ? 'mediumblob' : `varbinary(${size})`}`,
    integer: (name) => `${name} bigint`,
    serial: (name) => `${name} bigint auto_increment primary key`,
    addColumn: (table, name, definition) => ({
      unless: found('columns', table, `column_name = '${name}'`),
      run: `alter table ${table} add column ${definition}`,
    }),
    addIndex: (table, name, columns) => ({
      unless: found('statistics', table, `index_name = '${name}'`),
      run: `create unique index ${name} on ${table} (${columns.join(', ')})`,
    }),
    keyed: `engine = InnoDB default charset = utf8mb4 collate = ${collation}`,
    appended: `engine = InnoDB default charset = utf8mb4 collate = ${collation}`,
  },
});

/**
 * Opens a MySQL or MariaDB database, `mysql://user:password@host:port/database`. What follows a `?` goes to the driver:
 * `connectionLimit=20`, `ssl={"rejectUnauthorized":true}`.
 */
export async function openMysql(url: string): Promise<Backend> {
  const pool = createPool({
    uri: url,
    charset: 'UTF8MB4_BIN',
    timezone: 'Z',
    connectTimeout: 5000,
    // Without FOUND_ROWS a row that was left as it is counts as not affected; nobody loads files here.
    flags: ['-FOUND_ROWS', '-LOCAL_FILES'],
  });
  prepareSessions(pool);
  const db = new Kysely<Tables>({ dialect: new MysqlDialect({ pool }) });
  try {
    const collation = await exactCollation(db);
    const flavour = flavourWith(collation);
    return backendOf(db, flavour, await serverWarnings(db, flavour, collation));
  } catch (error) {
    await db.destroy();
    throw failureOf(error, ` (${new URL(url).host}${new URL(url).pathname})`);
  }
}

function backendOf(db: Kysely<Tables>, flavour: Flavour, warnings: readonly string[]): Backend {
  return {
    flavour,
    warnings,
    read: (work) => retrying(() => work(db)),
    snapshot: (work) => retrying(() => db.transaction().execute(work)),
    write: (work) => retrying(() => transaction(db, work)),
    exclusively: (work) => retrying(() => underLock(db, work)),
    close: () => db.destroy(),
  };
}

function prepareSessions(pool: Pool): void {
  pool.on('connection', (connection) => {
    for (const statement of SESSION)
      connection.query(statement, (error) => {
        if (error) connection.destroy();
      });
  });
}

/** One transaction. When its connection is lost at the commit, nobody knows whether it was made, so it is not tried again. */
async function transaction<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  let workDone = false;
  const remarking = async (trx: Db) => {
    const result = await work(trx);
    workDone = true;
    return result;
  };
  try {
    return await db.transaction().execute(remarking);
  } catch (error) {
    if (!workDone || !isLost(error)) throw error;
    throw new Failure('UNAVAILABLE', 'the connection to the database was lost during a commit; it may have been made');
  }
}

async function underLock(db: Db, work: (db: Db) => Promise<void>): Promise<void> {
  const lock = sql`left(concat('posthorn ', database()), 64)`;
  await db.connection().execute(async (connection) => {
    const { rows } = await sql<{ got: number | null }>`select get_lock(${lock}, 60) as got`.execute(connection);
    if (rows[0]?.got !== 1)
      throw new Failure('UNAVAILABLE', 'another process has been changing the tables for a minute; start again later');
    try {
      await work(connection);
    } finally {
      await sql`select release_lock(${lock})`.execute(connection);
    }
  });
}

/** Runs `attempt` again, a bounded number of times, when another transaction or a lost connection stopped it. */
async function retrying<T>(attempt: () => Promise<T>): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await attempt();
    } catch (error) {
      if (n === ATTEMPTS || !(isLost(error) || isBeaten(error))) throw failureOf(error);
      await wait(Math.random() * 20 * n);
    }
  }
}

interface DriverError extends Error {
  readonly code?: string;
  readonly errno?: number;
  readonly fatal?: boolean;
}

const isDriverError = (error: unknown): error is DriverError =>
  error instanceof Error && !(error instanceof Failure) && ('errno' in error || 'fatal' in error);

const LOST = new Set(['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE', 'ER_SERVER_SHUTDOWN', 'ER_CONNECTION_KILLED']);
const CLOSED = "Can't add new command when connection is in closed state";

/** The connection broke while it was in use, or had been broken in the pool. */
const isLost = (error: unknown): boolean =>
  isDriverError(error) && (LOST.has(error.code ?? '') || error.message === CLOSED);

/** A deadlock, or a lock that was not given in time. The latter rolls back one statement only, we the whole. */
const isBeaten = (error: unknown): boolean => isDriverError(error) && (error.errno === 1213 || error.errno === 1205);

/** Server errors that pass, or that an operator mends: no access, too many connections, read-only, not in the cluster, full. */
const UNAVAILABLE = new Set([1021, 1040, 1044, 1045, 1047, 1049, 1053, 1114, 1203, 1205, 1213, 1290, 1317, 1836]);

/** Errors of the driver as a `Failure`, without the statement and its values; what others threw is left alone. */
function failureOf(error: unknown, where = ''): unknown {
  if (!isDriverError(error)) return error;
  const fromServer = (error.errno ?? 0) > 0;
  const unavailable = !fromServer || isLost(error) || UNAVAILABLE.has(error.errno ?? 0);
  const text = `${error.code ?? 'database'}: ${error.message.replace(/\d{6,}|entry '.*?'/g, '…')}${where}`;
  return new Failure(unavailable ? 'UNAVAILABLE' : 'INTERNAL', text);
}
