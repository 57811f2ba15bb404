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
 * Makes the two rows that the service writes for each request durable, with nothing around them: prepared statements, and one commit
 * (WAL, synchronous = FULL, off the main thread) for all requests that came while the last commit was going on, as the service's
 * store does it.
 */
export async function openJournal(path: string): Promise<(rows: Rows) => Promise<void>> {
  const db = new Libsql(path, {}) as unknown as Handle;
  for (const pragma of ['journal_mode = wal', 'synchronous = full']) await (await db.prepare(`pragma ${pragma}`)).all();
  const begin = await db.prepare('begin immediate');
  const replayRow = await db.prepare('insert into replay (digest, expires) values (?, ?)');
  const auditRow = await db.prepare(
    "insert into audit (at, correlation_id, organisasjon, paa_vegne_av, operasjon, personer) values (?, ?, '310000019', '310000019', 'HentPersoner', ?)",
  );
  const waiting: { rows: Rows; resolve: () => void; reject: (error: unknown) => void }[] = [];
  let draining = false;

  const commitBatch = async (): Promise<void> => {
    const batch = waiting.splice(0);
    try {
      begin.run();
      for (const { rows } of batch) {
        replayRow.run(...rows.replay);
        auditRow.run(...rows.audit);
      }
      await db.exec('commit');
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };
  const drain = async (): Promise<void> => {
    draining = true;
    while (waiting.length > 0) await commitBatch();
    draining = false;
  };
  return (rows) =>
    new Promise((resolve, reject) => {
      waiting.push({ rows, resolve, reject });
      if (!draining) void drain();
    });
}
