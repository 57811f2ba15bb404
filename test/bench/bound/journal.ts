import Libsql from 'libsql/promise';

/** The two rows of one request, by their columns: `replay` (digest, expires) and `audit` (at, correlation id, persons). */
export interface Rows {
  readonly replay: readonly [digest: Buffer, expires: number];
  readonly audit: readonly [at: number, correlationId: string, personer: Buffer];
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
 * Makes the two rows that the service writes for each request durable, with nothing around them: prepared statements, and one commit a
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
  const commit = async ({ replay, audit }: Rows): Promise<void> => {
    begin.run();
    replayRow.run(...replay);
    auditRow.run(...audit);
    await db.exec('commit');
  };
  let last = Promise.resolve();
  return (rows) => (last = last.then(() => commit(rows)));
}
