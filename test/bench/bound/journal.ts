import Libsql from 'libsql/promise';

/** The rows of one request, by their columns: `replay` (digest, expires) and `audit` (at, correlation id, persons), and more of `audit`. */
export interface Rows {
  readonly replay: readonly [digest: Buffer, expires: number];
  readonly audit: readonly [at: number, correlationId: string, personer: Buffer];
  readonly more?: readonly Rows['audit'][];
}

interface Statement {
  run(...values: readonly unknown[]): unknown;
  all(): Promise<unknown>;
}

interface Handle {
  prepare(sql: string): Promise<Statement>;
  exec(sql: string): Promise<unknown>;
}

/**
 * Makes the rows that a service writes for each request durable, with nothing around them: prepared statements, and one commit a
 * request (WAL, synchronous = FULL, off the main thread).
 */
export async function openJournal(path: string): Promise<(rows: Rows) => Promise<void>> {
  const db = new Libsql(path, {}) as unknown as Handle;
  for (const pragma of ['journal_mode = wal', 'synchronous = full']) await (await db.prepare(`pragma ${pragma}`)).all();
  const begin = await db.prepare('begin immediate');
  const replayRow = await db.prepare('insert into replay (digest, expires) values (?, ?)');
  const auditRow = await db.prepare(
    "insert into audit (at, correlation_id, organisasjon, paa_vegne_av, operasjon, personer) values (?, ?, '310000019', '310000019', 'HentPersoner', ?)",
  );
  const commit = async ({ replay, audit, more = [] }: Rows): Promise<void> => {
    begin.run();
    replayRow.run(...replay);
    for (const row of [audit, ...more]) auditRow.run(...row);
    await db.exec('commit');
  };
  let last = Promise.resolve();
  return (rows) => (last = last.then(() => commit(rows)));
}
