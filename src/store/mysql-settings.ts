import { sql } from 'kysely';
import { Failure } from '../errors.js';
import type { Db, Flavour } from './backend.js';
import { tablesOf } from './migrations/index.js';

/** Settings that decide whether what was accepted survives a crash, and what is said when they are off. */
const settings: Readonly<Record<string, { readonly good: RegExp; readonly advice: string }>> = {
  innodb_flush_log_at_trx_commit: {
    good: /^1$/,
    advice: 'a crash of the machine may lose what has been accepted; set innodb_flush_log_at_trx_commit = 1',
  },
  innodb_doublewrite: {
    good: /^(ON|1|FAST|DETECT_AND_RECOVER)$/i,
    advice: 'a crash in the middle of a page write may destroy a table; set innodb_doublewrite = ON',
  },
  sync_binlog: {
    good: /^1$/,
    advice: 'after a crash a replica may miss what has been accepted; set sync_binlog = 1',
  },
  sql_mode: {
    good: /STRICT_(TRANS|ALL)_TABLES/,
    advice:
      'Posthorn is strict in its own sessions, other programs on this database are not; add STRICT_TRANS_TABLES to sql_mode',
  },
};

/** What is wrong with the server's settings and with the tables that are there, each with its remedy. Empty when all is well. */
export async function serverWarnings(db: Db, flavour: Flavour, collation: string): Promise<string[]> {
  const wanted = sql.join(['log_bin', ...Object.keys(settings)]);
  const { rows } = await sql<{ Variable_name: string; Value: string }>`
    show global variables where variable_name in (${wanted})`.execute(db);
  const values = new Map(rows.map((row) => [row.Variable_name, row.Value]));
  if (values.get('log_bin') === 'OFF') values.delete('sync_binlog');
  const wrong = [...values].flatMap(([name, value]) => {
    const setting = settings[name];
    return setting === undefined || setting.good.test(value)
      ? []
      : [`${name} is ${value || 'empty'}: ${setting.advice}`];
  });
  return [...wrong, ...(await collationWarnings(db, tablesOf(flavour), collation))];
}

/** Tables whose identifiers may be taken for each other. */
async function collationWarnings(db: Db, tables: readonly string[], collation: string): Promise<string[]> {
  const { rows } = await sql<{ name: string; found: string }>`
    select table_name as name, max(collation_name) as found from information_schema.columns
    where table_schema = database() and table_name in (${sql.join(tables)}) and collation_name <> ${collation}
    group by table_name order by table_name`.execute(db);
  return rows.map(
    ({ name, found }) =>
      `table ${name} compares text by ${found}: different identifiers may be taken for the same; ` +
      `run: alter table ${name} convert to character set utf8mb4 collate ${collation}`,
  );
}

/**
 * The server's collation that compares UTF-8 byte for byte and does not pad: `utf8mb4_bin` takes 'a' and 'a ' for equal
 * (SECURITY 107). MariaDB and MySQL call it differently.
 */
export async function exactCollation(db: Db): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    select collation_name as name from information_schema.collations
    where collation_name in ('utf8mb4_nopad_bin', 'utf8mb4_0900_bin') order by collation_name desc`.execute(db);
  if (rows[0] !== undefined) return rows[0].name;
  throw new Failure('UNAVAILABLE', 'the database is too old; use MariaDB 10.6, MySQL 8.0.17 or later');
}
