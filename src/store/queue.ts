import { sql, type ExpressionBuilder } from 'kysely';
import type { Prioritet } from '../domain/forsendelse.js';
import { shared } from './priority.js';
import type { Job } from '../domain/shipment.js';
import type { Queue, ShipmentTx } from '../domain/shipmentPorts.js';
import type { Backend, Db, Flavour } from './backend.js';
import type { JobRow, Tables } from './schema.js';

/*
 * A job is waiting (`leased_until` 0, `klar` = `neste`), begun (`leased_until` = `klar` = the end of the lease) or given up (`klar`
 * null). It may be claimed when `klar` has passed, so a lost lease needs no clearing up, and a shipment that ends the process that
 * claims it goes behind those that became due meanwhile. Every change of state raises `fence`; who comes with an old one writes nothing.
 *
 * A job that no attempt has been made of (`forsoek` 0) is dated by the calendar, since rules say when the letter may go; from its
 * first attempt on leases and pauses are of the clock. Which of the two holds is judged when a job is claimed, so that a calendar that
 * is moved makes letters due without a job being written, and without a process that has not heard of it yet writing an old date.
 *
 * Priority letters go before normal ones that have waited longer, but while both wait every fourth turn of a process is a normal letter's.
 */

/** Times that a batch is chosen anew because other processes were faster. */
const ROUNDS = 3;

/** Ends a select whose rows are locked, without those that somebody else holds. */
export const skippingLocked = ({ lock }: Flavour) => sql.raw<unknown>(lock === '' ? '' : `${lock} skip locked`);

/** Takes a batch: `find` reads candidates, without those it is given; `take` returns those that it won. */
export async function takeBatch<C, T>(
  find: (beaten: readonly C[]) => Promise<readonly C[]>,
  take: (candidates: readonly C[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const beaten: C[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const candidates = await find(beaten);
    if (candidates.length === 0) return [];
    const won = await take(candidates);
    if (won.length > 0) return won;
    beaten.push(...candidates);
  }
  return [];
}

/**
 * As `Queue.claim`. The priorities share the turns; within each, providers take turns: one job of each, oldest first, then the next of
 * each, until there are `limit`.
 */
export function claimJobs({ flavour, read, write }: Backend): Queue['claim'] {
  let turns = 0;
  return (clock, leaseMs, limit, except, ahead = 0) => {
    const now = { clock: clock.getTime(), calendar: clock.getTime() + ahead };
    return takeBatch(
      async (beaten: readonly number[]) => {
        const due = await read((db) => dueJobs(db, { now, limit, except, beaten }));
        const chosen = shared(due, limit, turns);
        turns += chosen.length;
        return chosen;
      },
      (candidates) => write((db) => leaseJobs(db, flavour, candidates, now, leaseMs)),
    );
  };
}

/** One moment by both clocks, epoch milliseconds. */
interface Now {
  readonly clock: number;
  readonly calendar: number;
}

/** Providers that have jobs, `''` among them, found by one seek of the index each: the jobs themselves are many. */
async function providersOf(db: Db): Promise<string[]> {
  const providers: string[] = [];
  for (;;) {
    const [last] = providers.slice(-1);
    const jobs = db.selectFrom('job').select('leverandoer').orderBy('leverandoer').limit(1);
    const next = await (last === undefined ? jobs : jobs.where('leverandoer', '>', last)).executeTakeFirst();
    if (next === undefined) return providers;
    providers.push(next.leverandoer);
  }
}

interface Candidate {
  readonly nr: number;
  readonly klar: number;
  /** Place among the provider's own. */
  readonly turn: number;
}

const isDue =
  ({ clock, calendar }: Now) =>
  (eb: ExpressionBuilder<Tables, 'job'>) =>
    eb.or([
      eb.and([eb('forsoek', '=', 0), eb('klar', '<=', calendar)]),
      eb.and([eb('forsoek', '>', 0), eb('klar', '<=', clock)]),
    ]);

interface Search {
  readonly now: Now;
  readonly limit: number;
  readonly except: readonly string[];
  readonly beaten: readonly number[];
}

/** The oldest due jobs of one provider and priority. */
export const dueOf = (
  db: Db,
  leverandoer: string,
  prioritet: Prioritet,
  { now, limit, beaten }: Omit<Search, 'except'>,
) =>
  db
    .selectFrom('job')
    .select(['nr', 'klar'])
    .where('leverandoer', '=', leverandoer)
    .where('prioritet', '=', prioritet)
    .where('klar', '<=', Math.max(now.clock, now.calendar))
    // Where nobody has moved the calendar the index alone answers.
    .$if(now.clock !== now.calendar, (query) => query.where(isDue(now)))
    .$if(beaten.length > 0, (query) => query.where('nr', 'not in', beaten))
    .orderBy('klar')
    .orderBy('nr')
    .limit(limit);

/** Due jobs of each priority, in the order in which they go. */
async function dueJobs(db: Db, search: Search): Promise<Readonly<Record<Prioritet, readonly number[]>>> {
  const providers = (await providersOf(db)).filter(
    (leverandoer) => leverandoer === '' || !search.except.includes(leverandoer),
  );
  const dueWith = async (prioritet: Prioritet): Promise<number[]> => {
    const due: Candidate[] = [];
    for (const leverandoer of providers) {
      const rows = await dueOf(db, leverandoer, prioritet, search).execute();
      due.push(...rows.map(({ nr, klar }, turn) => ({ nr, klar: klar ?? 0, turn })));
    }
    due.sort((a, b) => a.turn - b.turn || a.klar - b.klar || a.nr - b.nr);
    return due.slice(0, search.limit).map(({ nr }) => nr);
  };
  return { PRIORITERT: await dueWith('PRIORITERT'), NORMAL: await dueWith('NORMAL') };
}

/**
 * Leases those of the candidates that are still free. Row locks only keep processes out of each other's way: the update by the fence
 * decides, also between the nodes of a cluster, where the later commit fails, is run again and then finds nothing free.
 */
async function leaseJobs(
  db: Db,
  flavour: Flavour,
  candidates: readonly number[],
  now: Now,
  leaseMs: number,
): Promise<Job[]> {
  const rows = await db
    .selectFrom('job')
    .select(['nr', 'shipment_id', 'forsoek', 'foerste_forsoek', 'fence'])
    .where('nr', 'in', candidates)
    .modifyEnd(skippingLocked(flavour))
    .execute();
  const byNr = new Map(rows.map((row) => [row.nr, row]));
  const until = now.clock + leaseMs;
  const won: Job[] = [];
  for (const nr of candidates) {
    const row = byNr.get(nr);
    if (row === undefined) continue;
    const [fence, forsoek, first] = [row.fence + 1, row.forsoek + 1, row.foerste_forsoek ?? now.clock];
    const { numUpdatedRows } = await db
      .updateTable('job')
      .set({ fence, forsoek, foerste_forsoek: first, leased_until: until, klar: until })
      .where('nr', '=', nr)
      .where('fence', '=', row.fence)
      .where('klar', '<=', row.forsoek === 0 ? now.calendar : now.clock)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 1n)
      won.push({ shipmentId: row.shipment_id, forsoek, foersteForsoek: new Date(first), fence });
  }
  return won;
}

type Writes = Pick<ShipmentTx, 'endJob' | 'deferJob' | 'waitJob' | 'giveUpJob' | 'endGivenUp' | 'withdrawJob'>;

/** The writes of `ShipmentTx` that end a turn. */
export function jobWrites(db: Db): Writes {
  const release = async ({ shipmentId, fence }: Job, change: Partial<Omit<JobRow, 'nr'>>) => {
    const { numUpdatedRows } = await db
      .updateTable('job')
      .set({ ...change, leased_until: 0, fence: fence + 1 })
      .where('shipment_id', '=', shipmentId)
      .where('fence', '=', fence)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  };
  return {
    async endJob({ shipmentId, fence }) {
      const job = db.deleteFrom('job').where('shipment_id', '=', shipmentId).where('fence', '=', fence);
      return (await job.executeTakeFirstOrThrow()).numDeletedRows === 1n;
    },
    deferJob: (job, until) => release(job, { neste: until.getTime(), klar: until.getTime() }),
    waitJob: (job, until) =>
      release(job, { neste: until.getTime(), klar: until.getTime(), forsoek: 0, foerste_forsoek: null }),
    giveUpJob: (job) => release(job, { klar: null }),
    async endGivenUp(shipmentId) {
      const job = db.deleteFrom('job').where('shipment_id', '=', shipmentId).where('klar', 'is', null);
      return (await job.executeTakeFirstOrThrow()).numDeletedRows === 1n;
    },
    async withdrawJob(shipmentId, now) {
      const job = db.deleteFrom('job').where('shipment_id', '=', shipmentId).where('klar', 'is not', null);
      const { numDeletedRows } = await job.where('leased_until', '<=', now.getTime()).executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },
  };
}
