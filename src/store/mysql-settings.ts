import { sql } from 'kysely';
import type { Db, Flavour } from './backend.js';
import { tablesOf } from './migrations/index.js';

type Values = ReadonlyMap<string, string>;

/** A setting that decides whether Posthorn can keep what it promises. */
interface Setting {
  readonly name: string;
  /** Where it counts; undefined: everywhere. */
  readonly where?: (values: Values) => boolean;
  readonly good: RegExp | ((value: string) => boolean);
  readonly advice: string;
  /** Posthorn does not start; otherwise it warns. */
  readonly refused?: true;
}

const on = /^(ON|1|YES)$/i;
const onGalera = (values: Values): boolean => on.test(values.get('wsrep_on') ?? '');
const onServer = (values: Values): boolean => !onGalera(values);
const inGroup = (values: Values): boolean => (values.get('group_replication_group_name') ?? '') !== '';
const atLeast =
  (least: number) =>
  (value: string): boolean =>
    Number(value) >= least;

/** Octets of the largest statement: a piece of a payload, or rows of a register file. */
const PACKET = 1_048_576;

export const settings: readonly Setting[] = [
  {
    name: 'innodb_flush_log_at_trx_commit',
    where: onServer,
    good: /^1$/,
    advice: 'a crash of the machine may lose what has been accepted; set innodb_flush_log_at_trx_commit = 1',
  },
  {
    name: 'innodb_flush_log_at_trx_commit',
    where: onGalera,
    good: /^1$/,
    advice:
      'what has been accepted is safe on the other nodes, and lost when all of them crash at once; accept that where the nodes do not share ' +
      'their power, or set innodb_flush_log_at_trx_commit = 1 on each',
  },
  {
    name: 'innodb_doublewrite',
    good: /^(ON|1|FAST|DETECT_AND_RECOVER)$/i,
    advice: 'a crash in the middle of a page write may destroy a table; set innodb_doublewrite = ON',
  },
  {
    name: 'sync_binlog',
    where: (values) => values.get('log_bin') !== 'OFF' && onServer(values),
    good: /^1$/,
    advice: 'after a crash a replica may miss what has been accepted; set sync_binlog = 1',
  },
  {
    name: 'sql_mode',
    good: /STRICT_(TRANS|ALL)_TABLES/,
    advice:
      'Posthorn is strict in its own sessions, other programs on this database are not; add STRICT_TRANS_TABLES to sql_mode',
  },
  {
    name: 'max_allowed_packet',
    good: atLeast(PACKET),
    advice: `contents and rows of the register would be refused; set max_allowed_packet to ${PACKET} or more`,
    refused: true,
  },
  {
    name: 'wsrep_osu_method',
    where: onGalera,
    good: /^TOI$/i,
    advice: 'tables would be made on one node and not on the others; set wsrep_OSU_method = TOI on each',
    refused: true,
  },
  {
    name: 'binlog_format',
    where: onGalera,
    good: /^ROW$/i,
    advice: 'nodes would come to differ; set binlog_format = ROW on each',
    refused: true,
  },
  {
    name: 'innodb_autoinc_lock_mode',
    where: onGalera,
    good: /^2$/,
    advice: 'nodes would wait for each other to number rows, and deadlock; set innodb_autoinc_lock_mode = 2 on each',
  },
  {
    name: 'wsrep_auto_increment_control',
    where: onGalera,
    good: on,
    advice: 'two nodes would give out the same numbers, and work would be done again; set it ON on each',
  },
  {
    name: 'wsrep_dirty_reads',
    where: onGalera,
    good: /^(OFF|0)$/i,
    advice: 'a node that has left the cluster would answer with what is old; set wsrep_dirty_reads = OFF on each',
  },
  {
    name: 'group_replication_consistency',
    where: (values) => inGroup(values) && !on.test(values.get('group_replication_single_primary_mode') ?? ''),
    good: /^(BEFORE|AFTER|BEFORE_AND_AFTER)$/i,
    advice:
      'a server may not see yet what another has accepted; set group_replication_consistency = BEFORE on each, or use a single primary',
  },
  {
    name: 'group_replication_transaction_size_limit',
    where: inGroup,
    good: (value) => value === '0' || Number(value) >= 2_000_000_000,
    advice: 'a large register file could not be imported; set group_replication_transaction_size_limit = 0 on each',
  },
];

/** How servers keep together. */
const kindOf = (values: Values): Server['kind'] => (onGalera(values) ? 'galera' : inGroup(values) ? 'group' : 'alone');

export interface Server {
  readonly kind: 'alone' | 'galera' | 'group';
  readonly warnings: readonly string[];
}

const TELLING = ['log_bin', 'wsrep_on', 'group_replication_group_name', 'group_replication_single_primary_mode'];

/** What is wrong with these values, each with its remedy. @throws Error with a sentence when Posthorn cannot work with one: waiting would not help */
export function judge(values: Values): readonly string[] {
  const wrong = settings.filter(({ name, where, good }) => {
    const value = values.get(name);
    if (value === undefined || where?.(values) === false) return false;
    return !(good instanceof RegExp ? good.test(value) : good(value));
  });
  const said = ({ name, advice }: Setting): string => `${name} is ${values.get(name) || 'empty'}: ${advice}`;
  const refused = wrong.filter((setting) => setting.refused);
  if (refused.length > 0)
    throw new Error(
      `Posthorn cannot work with this database server. ${refused.map(said).join('; ')}. ` +
        'Set it in the configuration of the server, or by SET GLOBAL, and start Posthorn again.',
    );
  return wrong.map(said);
}

/** The server, with what is wrong with its settings and with the tables that are there. @throws as `judge` */
export async function serverOf(db: Db, flavour: Flavour): Promise<Server> {
  const wanted = sql.join([...TELLING, ...new Set(settings.map(({ name }) => name))]);
  const { rows } = await sql<{ Variable_name: string; Value: string }>`
    show global variables where variable_name in (${wanted})`.execute(db);
  const values = new Map(rows.map((row) => [row.Variable_name.toLowerCase(), row.Value]));
  const tables = tablesOf(flavour);
  const warnings = [judge(values), await engineWarnings(db, tables), await collationWarnings(db, tables)];
  return { kind: kindOf(values), warnings: warnings.flat() };
}

/** Tables that know no transactions. */
async function engineWarnings(db: Db, tables: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ name: string; found: string }>`
    select table_name as name, engine as found from information_schema.tables
    where table_schema = database() and table_name in (${sql.join(tables)}) and engine <> 'InnoDB'
    order by table_name`.execute(db);
  return rows.map(
    ({ name, found }) =>
      `table ${name} is kept by ${found}: what was accepted may be lost or half; run: alter table ${name} engine = InnoDB`,
  );
}

/** Tables whose identifiers may be taken for each other. */
async function collationWarnings(db: Db, tables: readonly string[]): Promise<string[]> {
  const collation = await exactCollation(db);
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
  throw new Error('The database server is too old for Posthorn; use MariaDB 10.6, MySQL 8.0.17 or later.');
}
