import type { CompiledQuery, Kysely } from 'kysely';
import type { Tables } from './schema.js';

export type Db = Kysely<Tables>;

/** One change of the tables. With `when` it is made where that query finds a row, and with `unless` where it finds none. */
export type Step =
  string | { readonly when: string; readonly run: string } | { readonly unless: string; readonly run: string };

/** How tables are written down. Sizes are characters for text and octets for blobs; what is larger is refused, never cut. */
export interface Ddl {
  readonly text: (name: string, size: number) => string;
  readonly blob: (name: string, size: number) => string;
  readonly integer: (name: string) => string;
  /** An integer primary key that numbers the rows. */
  readonly serial: (name: string) => string;
  /** Adds a column that is not there. */
  readonly addColumn: (table: string, name: string, definition: string) => Step;
  /** Adds an index that is not there; its columns are unique together. */
  readonly addIndex: (table: string, name: string, columns: readonly string[]) => Step;
  /** Ends `create table` of a table stored by its primary key. */
  readonly keyed: string;
  /** Ends `create table` of a table stored in the order of insertion. */
  readonly appended: string;
}

export interface Least {
  readonly group: string;
  /** Null where no row of the group has a value. */
  readonly least: number | null;
}

/**
 * The least `value` of each `group` after `after` and up to `upTo`, in order, at the most `limit`; found by seeks of the index that begins
 * with both. What it returns is kept, for it may remember.
 */
export type LeastOfEach = (
  table: string,
  group: string,
  value: string,
) => (db: Db, after: string, upTo: string, limit: number) => Promise<readonly Least[]>;

/** Where the SQL of the two databases differs; everything else in the store is shared. */
export interface Flavour {
  readonly kind: 'sqlite' | 'mysql';
  readonly ddl: Ddl;
  /** Equality that holds for two NULLs too. */
  readonly same: 'is' | '<=>';
  /** Ends a select whose rows nobody else may change before the transaction ends. */
  readonly lock: '' | 'for update';
  /** Ends an insert: a row whose `key` is there already gets the new `columns`, or stays as it is when there are none. */
  readonly onDuplicate: (key: readonly string[], columns: readonly string[]) => string;
  readonly leastOfEach: LeastOfEach;
  /** Follows the name of a table that is read by this index, whatever its statistics say. */
  readonly by: (index: string) => string;
  /** A query that finds one row at the most. */
  readonly one: (sql: string, values: readonly unknown[]) => CompiledQuery;
  /** How rows of text and whole numbers are fetched many at a time. `select` begins a statement, which `query` asks; `rows` reads what it found. */
  readonly many: {
    readonly select: (columns: readonly string[]) => string;
    readonly query: (sql: string, values: readonly unknown[]) => CompiledQuery;
    readonly rows: <R>(found: readonly unknown[], columns: readonly (keyof R)[]) => readonly R[];
  };
}

/** One database, opened. Its own errors leave it as a `Failure`; those of `work` leave it as they are. */
export interface Backend {
  readonly flavour: Flavour;
  /** Settings of the server that break what Posthorn promises, each with its remedy. */
  readonly warnings: readonly string[];
  /** Runs `work` on committed rows. Each statement sees one snapshot. */
  readonly read: <T>(work: (db: Db) => Promise<T>) => Promise<T>;
  /** As `read`, with one snapshot for all statements of `work`. */
  readonly snapshot: <T>(work: (db: Db) => Promise<T>) => Promise<T>;
  /** Runs `work` in one transaction; resolves when it is durable. `work` may run more than once. */
  readonly write: <T>(work: (db: Db) => Promise<T>) => Promise<T>;
  /** As `write`, for what may be as large as a register. */
  readonly writeMuch: <T>(work: (db: Db) => Promise<T>) => Promise<T>;
  /** Runs `work` while no other process runs its own. */
  readonly exclusively: (work: (db: Db) => Promise<void>) => Promise<void>;
  readonly close: () => Promise<void>;
}
