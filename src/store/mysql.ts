import { setTimeout as wait } from 'node:timers/promises';
import { CompiledQuery, Kysely, MysqlDialect, sql, type MysqlPool } from 'kysely';
import { createConnection, createPool, type PoolConnection } from 'mysql2';
import { Failure } from '../errors.js';
import type { Backend, Db, Flavour } from './backend.js';
import { failureOf, isBeaten, isElsewhere, isInDoubt, isLost } from './mysql-errors.js';
import { underLease, underLock } from './mysql-lock.js';
import { cutWhenFrozen, type Held, type Lending } from './mysql-patience.js';
import { rollingBack } from './mysql-rollback.js';
import { exactCollation, serverOf, type Server } from './mysql-settings.js';
import { addressesOf, nodesOf, type Nodes } from './nodes.js';
import type { Tables } from './schema.js';
import { leastBySeeks } from './seeks.js';

/** What every session is set to, whatever the server's defaults are. */
const SESSION = [
  'set session transaction isolation level repeatable read',
  `set session sql_mode = 'TRADITIONAL', time_zone = '+00:00', innodb_lock_wait_timeout = 10`,
];
/** Milliseconds for a new connection. */
const CONNECT_MS = 5_000;
/** A node of Galera waits with what is asked of it until it has seen all that the others accepted before. */
const SEE_ALL = 'set session wsrep_sync_wait = @@session.wsrep_sync_wait | 1';
/** Octets of a part of a large transaction. */
const FRAGMENT = 1_048_576;
/** A cluster that has lost a node takes some seconds to find itself again; as much longer is waited each time. */
const REFORM_MS = 200;
/** How often one piece of work is tried. */
const ATTEMPTS = 10;
/** Text columns share a row's 65,535 octets unless they are long. */
const LONG_TEXT = 4096;
const LONG_BLOB = 16_384;

const quoted = (column: string): string => `\`${column}\``;

const found = (what: string, table: string, which: string): string =>
  `select 1 from information_schema.${what} where table_schema = database() and table_name = '${table}' and ${which}`;

const raw = (text: string, values: readonly unknown[]): CompiledQuery => CompiledQuery.raw(text, [...values]);

/** `collation`: the server's collation that compares UTF-8 byte for byte, trailing spaces included. */
export const flavourWith = (collation: string): Flavour => ({
  kind: 'mysql',
  same: '<=>',
  lock: 'for update',
  onDuplicate: (key, columns) =>
    `on duplicate key update ${(columns.length === 0 ? key : columns).map((c) => `${quoted(c)} = values(${quoted(c)})`).join(', ')}`,
  leastOfEach: leastBySeeks,
  by: (index) => `force index (${index})`,
  one: raw,
  many: {
    select: (columns) => `select ${columns.map(quoted).join(', ')}`,
    query: raw,
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
 * Opens a MySQL or MariaDB database, `mysql://user:password@host:port/database`, or a cluster of them, `mysql://user:password@host,host/database`.
 * What follows a `?` goes to the driver: `connectionLimit=20`, `ssl={"rejectUnauthorized":true}`.
 */
export async function openMysql(url: string): Promise<Backend> {
  const addresses = addressesOf(url);
  const nodes: Nodes = nodesOf(addresses.map((address, node) => poolOf(address, () => nodes.leave(node))));
  const db = new Kysely<Tables>({ dialect: new MysqlDialect({ pool: nodes }) });
  const open = async (): Promise<Backend> => {
    const flavour = flavourWith(await exactCollation(db));
    return backendOf(db, nodes, flavour, await serverOf(db, flavour));
  };
  const hosts = addresses.map((address) => new URL(address).host).join();
  try {
    return await retrying(nodes, open, ` (${hosts}${new URL(addresses[0]).pathname})`);
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/** @param leave told when a node turns out to be outside its cluster before anybody has asked it for something */
function poolOf(uri: string, leave: () => void): MysqlPool {
  const pool = createPool({
    uri,
    charset: 'UTF8MB4_BIN',
    timezone: 'Z',
    connectTimeout: CONNECT_MS,
    // Without FOUND_ROWS a row that was left as it is counts as not affected; nobody loads files here.
    flags: ['-FOUND_ROWS', '-LOCAL_FILES'],
  });
  // The driver's types say nothing of a connection's stream.
  const getConnection = cutWhenFrozen(pool as unknown as Lending<PoolConnection & Held>, () => answers(uri));
  pool.on('connection', (connection) => {
    for (const statement of SESSION)
      connection.query(statement, (error) => {
        if (!error) return;
        if (isElsewhere(error)) leave();
        connection.destroy();
      });
    // A server that has no such setting is no node of Galera.
    connection.query(SEE_ALL, () => undefined);
  });
  return rollingBack({ getConnection, end: (done) => pool.end(done) });
}

/** Resolves when the server answers a new connection. */
const answers = (uri: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const connection = createConnection({ uri, connectTimeout: CONNECT_MS });
    connection.on('error', reject);
    connection.connect((error) => {
      connection.destroy();
      if (error) reject(error);
      else resolve();
    });
  });

/** The database behind `nodes`. */
export function backendOf(db: Kysely<Tables>, nodes: Nodes, flavour: Flavour, { kind, warnings }: Server): Backend {
  const write = <T>(work: (db: Db) => Promise<T>): Promise<T> => retrying(nodes, () => transaction(db, work, nodes));
  return {
    flavour,
    warnings,
    read: (work) => retrying(nodes, () => work(db)),
    snapshot: (work) => retrying(nodes, () => db.transaction().execute(work)),
    write,
    writeMuch: kind === 'galera' ? (work) => retrying(nodes, () => inFragments(db, work, nodes)) : write,
    exclusively: (work) =>
      retrying(nodes, () => (kind === 'alone' ? underLock(db, work) : underLease(db, flavour, work))),
    close: () => db.destroy(),
  };
}

/** One transaction. When its connection is lost at the commit, nobody knows whether it was made, so it is not tried again. */
async function transaction<T>(db: Db, work: (db: Db) => Promise<T>, nodes: Nodes): Promise<T> {
  const node = nodes.current();
  let workDone = false;
  const remarking = async (trx: Db) => {
    const result = await work(trx);
    workDone = true;
    return result;
  };
  try {
    return await db.transaction().execute(remarking);
  } catch (error) {
    if (!workDone || !(isLost(error) || isInDoubt(error))) throw error;
    if (isElsewhere(error)) nodes.leave(node);
    throw new Failure('UNAVAILABLE', 'the connection to the database was lost during a commit; it may have been made');
  }
}

/** One transaction that goes to the other nodes in parts, and is seen by nobody before its end. Whole, it might be too large for them. */
const inFragments = <T>(db: Db, work: (db: Db) => Promise<T>, nodes: Nodes): Promise<T> =>
  db.connection().execute(async (connection) => {
    await sql`set session wsrep_trx_fragment_unit = 'bytes', wsrep_trx_fragment_size = ${FRAGMENT}`.execute(connection);
    try {
      return await transaction(connection, work, nodes);
    } finally {
      // A connection that is lost goes from the pool.
      await sql`set session wsrep_trx_fragment_size = 0`.execute(connection).catch(() => undefined);
    }
  });

/**
 * Runs `attempt` again, a bounded number of times, when another transaction, a lost connection or a node that has left its cluster stopped it.
 * @param where for the error
 */
async function retrying<T>(nodes: Nodes, attempt: () => Promise<T>, where = ''): Promise<T> {
  for (let n = 1; ; n++) {
    const node = nodes.current();
    try {
      return await attempt();
    } catch (error) {
      const elsewhere = nodes.count > 1 && isElsewhere(error);
      if (elsewhere) nodes.leave(node);
      if (n === ATTEMPTS || !(isLost(error) || isBeaten(error) || elsewhere)) throw failureOf(error, where);
      await wait(elsewhere && n >= nodes.count ? REFORM_MS * n : Math.random() * 20 * n);
    }
  }
}
