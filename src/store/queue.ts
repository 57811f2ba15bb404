import { sql, type Selectable } from 'kysely';
import type { Prioritet } from '../domain/forsendelse.js';
import type { Job } from '../domain/shipment.js';
import type { Queue, ShipmentTx } from '../domain/shipmentPorts.js';
import type { Backend, Db, Flavour } from './backend.js';
import { beforeAll, dueWith, lanesOf, type Due, type Now } from './lanes.js';
import { shared, within } from './priority.js';
import type { JobRow, Tables } from './schema.js';

/*
 * A job is waiting (`leased_until` 0, `klar` = `neste`), begun (`leased_until` = `klar` = the end of the lease) or given up (`klar`
 * null). It may be claimed when `klar` has passed, so a lost lease needs no clearing up, and a shipment that ends the process that
 * claims it goes behind those that became due meanwhile, and is known by the turns in a row that were lost (`tapte`). A process that is at
 * it and alive goes on leasing it, so that slow is not dead. Every change of state raises `fence`; who comes with an old one writes nothing.
 *
 * A job that no attempt has been made of (`forsoek` 0) is dated by the calendar, since rules say when the letter may go; from its
 * first attempt on leases and pauses are of the clock. Which of the two holds is judged when a job is claimed, so that a calendar that
 * is moved makes letters due without a job being written, and without a process that has not heard of it yet writing an old date.
 *
 * Priority letters go before normal ones that have waited longer, but while both wait every fourth turn of a process is a normal letter's.
 * Within each, senders and providers take turns (lanes.ts).
 */

/** Times that a batch is chosen anew because other processes were faster. */
const ROUNDS = 3;

/** Ends a select whose rows are locked, without those that somebody else holds. */
export const skippingLocked = ({ lock }: Flavour) => sql.raw<unknown>(lock === '' ? '' : `${lock} skip locked`);

/** Locks those of the rows that nobody else holds, and no others, as a server might that reads all of what it takes for a small table. */
export async function lockFree<T extends 'job' | 'receipt'>(
  db: Db,
  flavour: Flavour,
  table: T,
  numbers: readonly number[],
): Promise<readonly Selectable<Tables[T]>[]> {
  const query = sql<Selectable<Tables[T]>>`select * from ${sql.table(table)} ${sql.raw(flavour.by('primary'))}
where nr in (${sql.join(numbers)}) order by nr ${skippingLocked(flavour)}`;
  return (await query.execute(db)).rows;
}

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

/** As `Queue.claim`. Each process remembers whose turn it was last, and goes on from there. */
export function claimJobs({ flavour, read, write }: Backend): Queue['claim'] {
  const lanes = lanesOf(flavour);
  let turns = 0;
  const last: Record<Prioritet, string> = { PRIORITERT: beforeAll('PRIORITERT'), NORMAL: beforeAll('NORMAL') };
  return async (clock, leaseMs, limit, room, ahead = 0) => {
    if (limit < 1) return [];
    const now = { clock: clock.getTime(), calendar: clock.getTime() + ahead };
    const choose = async (beaten: readonly number[]): Promise<readonly number[]> => {
      const dueOf = (prioritet: Prioritet): Promise<Due[]> =>
        read((db) => dueWith(db, lanes, prioritet, last[prioritet], { now, limit, room, beaten }));
      const due = { PRIORITERT: await dueOf('PRIORITERT'), NORMAL: await dueOf('NORMAL') };
      const chosen = within(room, shared(due, limit, turns));
      turns += chosen.length;
      for (const { prioritet, koe } of chosen) last[prioritet] = koe;
      return chosen.map(({ nr }) => nr);
    };
    return takeBatch(choose, (candidates) => write((db) => leaseJobs(db, flavour, candidates, now, leaseMs)));
  };
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
  const rows = await lockFree(db, flavour, 'job', candidates);
  const byNr = new Map(rows.map((row) => [row.nr, row]));
  const until = now.clock + leaseMs;
  const won: Job[] = [];
  for (const nr of candidates) {
    const row = byNr.get(nr);
    if (row === undefined) continue;
    const [fence, forsoek, first] = [row.fence + 1, row.forsoek + 1, row.foerste_forsoek ?? now.clock];
    const tapte = row.leased_until === 0 ? 0 : row.tapte + 1;
    // Letters whose turns were lost together part, so that one of them that ends its process does not take the others with it ten times.
    const klar = until + (tapte < 2 ? 0 : Math.floor((Math.random() * leaseMs) / 2));
    const { numUpdatedRows } = await db
      .updateTable('job')
      .set({ fence, forsoek, foerste_forsoek: first, tapte, leased_until: until, klar })
      .where('nr', '=', nr)
      .where('fence', '=', row.fence)
      .where('klar', '<=', row.forsoek === 0 ? now.calendar : now.clock)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows !== 1n) continue;
    const leverandoer = row.leverandoer === '' ? null : row.leverandoer;
    won.push({ shipmentId: row.shipment_id, leverandoer, forsoek, foersteForsoek: new Date(first), tapte, fence });
  }
  return won;
}

/** As `Queue.hold`. The fence stays, or who does the job could not end it. */
export const holdJob =
  ({ write }: Backend): Queue['hold'] =>
  ({ shipmentId, fence }, until) =>
    write(async (db) => {
      const { numUpdatedRows } = await db
        .updateTable('job')
        .set({ leased_until: until.getTime(), klar: until.getTime() })
        .where('shipment_id', '=', shipmentId)
        .where('fence', '=', fence)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    });

type Writes = Pick<
  ShipmentTx,
  'endJob' | 'deferJob' | 'waitJob' | 'giveUpJob' | 'endGivenUp' | 'retryGivenUp' | 'withdrawJob'
>;

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
    async retryGivenUp(id, at) {
      const fresh = { neste: at.getTime(), klar: at.getTime(), forsoek: 0, foerste_forsoek: null, tapte: 0 };
      const { numUpdatedRows } = await db
        .updateTable('job')
        .set((eb) => ({ ...fresh, fence: eb('fence', '+', 1) }))
        .where('shipment_id', '=', id)
        .where('klar', 'is', null)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
    async withdrawJob(shipmentId, now) {
      const job = db.deleteFrom('job').where('shipment_id', '=', shipmentId).where('klar', 'is not', null);
      const { numDeletedRows } = await job.where('leased_until', '<=', now.getTime()).executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },
  };
}
