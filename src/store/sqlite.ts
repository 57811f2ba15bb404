import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { CompiledQuery, Kysely } from 'kysely';
import Libsql from 'libsql';
import BackgroundLibsql from 'libsql/promise';
import { Failure } from '../errors.js';
import type { Backend, Db, Flavour, Least } from './backend.js';
import { groupCommit } from './group-commit.js';
import { runDirectly } from './insert.js';
import { named, oneConnection, oneRow, type Handle, type Statement } from './one-connection.js';
import type { Tables } from './schema.js';

/** Settings of each connection. */
const PRAGMAS = [
  'busy_timeout = 10000',
  'journal_mode = wal',
  'synchronous = full',
  'foreign_keys = on',
  // KiB, of each connection: what is not in it is a read from the system's own cache, and each process has two of them.
  'cache_size = -8192',
  'journal_size_limit = 67108864',
  // Sorting a whole register file must not take its size in memory.
  'temp_store = file',
];

/** Milliseconds that a writer waits for other processes' transactions, between two tries, and that it leaves to others meanwhile. */
const PATIENCE = 10_000;
const PAUSE = 5;
const REST = 3 * PAUSE;

const quoted = (columns: readonly string[]): string => columns.map((column) => `"${column}"`).join(', ');

export const flavour: Flavour = {
  kind: 'sqlite',
  same: 'is',
  lock: '',
  onDuplicate: (key, columns) =>
    columns.length === 0
      ? `on conflict (${quoted(key)}) do nothing`
      : `on conflict (${quoted(key)}) do update set ${columns.map((c) => `"${c}" = excluded."${c}"`).join(', ')}`,
  // SQLite knows no other way from one group to the next than to ask for it.
  leastOfEach: (table, group, value) => {
    const text = `with recursive found (name) as (
  select min(${group}) from ${table} where ${group} > ? and ${group} <= ?
  union all select (select min(${group}) from ${table} where ${group} > found.name and ${group} <= ?) from found where found.name is not null
  limit ?)
select name as "group", (select min(${value}) from ${table} where ${group} = found.name) as least from found where name is not null`;
    return async (db, after, upTo, limit) =>
      (await db.executeQuery<Least>(CompiledQuery.raw(text, [after, upTo, upTo, limit]))).rows;
  },
  by: () => '',
  one: oneRow,
  // One text costs the driver less than a value for each column of each row.
  many: {
    select: (columns) => `select json_group_array(json_array(${quoted(columns)})) as found`,
    query: oneRow,
    rows: ([row], columns) =>
      (JSON.parse((row as { found: string }).found) as unknown[][]).map((values) => named(columns, values)),
  },
  ddl: {
    text: (name, size) => `${name} text check (length(${name}) <= ${size})`,
    blob: (name, size) => `${name} blob check (length(${name}) <= ${size})`,
    integer: (name) => `${name} integer`,
    serial: (name) => `${name} integer primary key`,
    addColumn: (table, name, definition) => ({
      unless: `select 1 from pragma_table_info('${table}') where name = '${name}'`,
      run: `alter table ${table} add column ${definition}`,
    }),
    addIndex: (table, name, columns) => `create unique index if not exists ${name} on ${table} (${columns.join(', ')})`,
    keyed: 'strict, without rowid',
    appended: 'strict',
  },
};

/**
 * Opens the database file at `path` and makes it when it is not there, with its folder. Two connections: reads run at
 * once on the one and never wait for a writer; all writes go through the other, whose commits run off the main thread.
 */
export async function openSqlite(path: string): Promise<Backend> {
  const { reader, writer } = await open(path).catch((error: unknown) => {
    throw failureOf(error, ` (${path})`);
  });
  const reads = new Kysely<Tables>({ dialect: oneConnection(reader, bindable).dialect });
  const { dialect, run: change } = oneConnection(writer, bindable);
  const writes = new Kysely<Tables>({ dialect });
  runDirectly(writes, change);
  const run = controls(writer);
  const commit = groupCommit({
    begin: () => patiently(() => run('begin immediate')),
    run,
    commit: async () => void (await writer.exec('commit')),
    rest: () => wait(REST),
  });
  const write = <T>(work: (db: Db) => Promise<T>): Promise<T> => translated(commit(() => work(writes)));
  return {
    flavour,
    warnings: [],
    read: (work) => translated(work(reads)),
    snapshot: (work) => translated(reads.transaction().execute(work)),
    write,
    writeMuch: write,
    exclusively: write,
    close: async () => {
      await commit(async () => undefined);
      await Promise.all([reads.destroy(), writes.destroy()]);
    },
  };
}

/** Begins and ends transactions and their parts, which is done several times for each write. */
function controls(handle: Handle): (sql: string) => Promise<void> {
  const prepared = new Map<string, Statement>();
  return async (sql) => {
    const statement = prepared.get(sql) ?? (await handle.prepare(sql));
    prepared.set(sql, statement);
    statement.run([]);
  };
}

async function open(path: string): Promise<{ reader: Handle; writer: Handle }> {
  mkdirSync(dirname(path), { recursive: true });
  // The file holds personal data: nobody but its owner reads it. SQLite gives its companions the same mode.
  closeSync(openSync(path, 'a', 0o600));
  const writer = new BackgroundLibsql(path, {}) as Handle;
  const reader = new Libsql(path) as Handle;
  for (const handle of [writer, reader])
    for (const pragma of PRAGMAS) await (await handle.prepare(`pragma ${pragma}`)).all([]);
  // SQLite would do its waiting for a lock on the main thread.
  await (await writer.prepare('pragma busy_timeout = 0')).all([]);
  return { reader, writer };
}

async function patiently(begin: () => Promise<void>): Promise<void> {
  const until = Date.now() + PATIENCE;
  for (;;) {
    try {
      return await begin();
    } catch (error) {
      const busy = error instanceof Libsql.SqliteError && error.code.startsWith('SQLITE_BUSY');
      if (!busy || Date.now() >= until) throw error;
    }
    await wait(PAUSE);
  }
}

/** What the driver can bind. It ends the process when it is given a boolean, and reads text back only up to a NUL. */
function bindable(value: unknown): unknown {
  if (typeof value === 'string') {
    if (!value.includes('\0')) return value;
    const reason = 'text with a NUL character';
    throw new Failure('INVALID_REQUEST', reason, { reason });
  }
  if (value === null || Number.isFinite(value) || value instanceof Uint8Array) return value;
  throw new TypeError(`SQLite cannot store ${typeof value === 'number' ? value : `a value of type ${typeof value}`}`);
}

const UNAVAILABLE = /^SQLITE_(BUSY|LOCKED|IOERR|FULL|CANTOPEN|READONLY|NOTADB|CORRUPT|NOMEM)/;

/** Errors of SQLite and of the file as a `Failure`; what others threw is left alone. */
function failureOf(error: unknown, where = ''): unknown {
  if (error instanceof Libsql.SqliteError)
    return new Failure(
      UNAVAILABLE.test(error.code) ? 'UNAVAILABLE' : 'INTERNAL',
      `${error.code}: ${error.message}${where}`,
    );
  const isFileError = error instanceof Error && 'syscall' in error;
  return isFileError ? new Failure('UNAVAILABLE', `the database file cannot be used: ${error.message}`) : error;
}

const translated = <T>(result: Promise<T>): Promise<T> =>
  result.catch((error: unknown) => {
    throw failureOf(error);
  });
