import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { CompiledQuery, sql } from 'kysely';
import { Failure } from '../errors.js';
import type { Db, Flavour } from './backend.js';
import { memory } from './migrations/index.js';

/** Seconds that a process waits for the others. */
const PATIENCE_S = 60;

const busy = (): Failure =>
  new Failure('UNAVAILABLE', 'another process has been changing the tables for a minute; start again later');

/** Runs `work` under a lock of the server, which ends with the connection. The nodes of a cluster do not know of each other's. */
export async function underLock(db: Db, work: (db: Db) => Promise<void>): Promise<void> {
  const lock = sql`left(concat('posthorn ', database()), 64)`;
  await db.connection().execute(async (connection) => {
    const { rows } = await sql<{ got: number | null }>`select get_lock(${lock}, ${PATIENCE_S}) as got`.execute(
      connection,
    );
    if (rows[0]?.got !== 1) throw busy();
    try {
      await work(connection);
    } finally {
      await sql`select release_lock(${lock})`.execute(connection);
    }
  });
}

/** What stands among the migrations while they are run on a cluster: until when its holder has it, and of each holder another moment. */
const LEASE = '(under way)';
const LEASE_MS = 30_000;
const PAUSE_MS = 200;

/**
 * Runs `work` under a lease, which is a row and so holds between the nodes of a cluster: of two that take it at once the later commit fails.
 * A holder that has died is waited for until its lease ends.
 */
export async function underLease(db: Db, flavour: Flavour, work: (db: Db) => Promise<void>): Promise<void> {
  await db.executeQuery(CompiledQuery.raw(memory(flavour)));
  const unlessThere = sql.raw(flavour.onDuplicate(['name'], []));
  await db.insertInto('migration').values({ name: LEASE, at: 0 }).modifyEnd(unlessThere).execute();
  let held = 0;
  const take = async (until: number): Promise<boolean> => {
    const free = db.updateTable('migration').set({ at: until }).where('name', '=', LEASE);
    const ours = held === 0 ? free.where('at', '<', Date.now()) : free.where('at', '=', held);
    const taken = (await ours.executeTakeFirstOrThrow()).numUpdatedRows === 1n;
    if (taken) held = until;
    return taken;
  };
  const next = (): number => Date.now() + LEASE_MS + randomInt(1_000);
  for (const end = Date.now() + PATIENCE_S * 1_000; !(await take(next()));) {
    if (Date.now() > end) throw busy();
    await wait(PAUSE_MS);
  }
  let renewal: Promise<unknown> = Promise.resolve();
  const renewing = setInterval(() => void (renewal = take(next()).catch(() => undefined)), LEASE_MS / 3);
  try {
    await work(db);
  } finally {
    clearInterval(renewing);
    await renewal;
    await take(0);
  }
}
