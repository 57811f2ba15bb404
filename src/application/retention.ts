import type { BrokerRetention } from '../domain/formidlingPorts.js';
import type { Calendar, Clock } from '../domain/ports.js';
import type { Payloads, Retention } from '../domain/shipmentPorts.js';

/*
 * What a letter holds is removed some time after nobody needs it any more. The database goes first: it decides which process removes
 * a file, and whether anybody may still have it. A file whose row is gone and that a crash has left is an orphan like any other.
 */

const DAY_MS = 86_400_000;
/** Age from which a file that no row names is not of a request under way any more: milliseconds of the clock. */
export const ORPHAN_AGE_MS = DAY_MS;
/** Payloads of one transaction, and transactions of one round. */
const BATCH = 100;
const BATCHES = 20;

export interface RemoveDeps {
  readonly retention: Retention;
  readonly payloads: Pick<Payloads, 'remove'>;
  readonly calendar: Calendar;
  /** Whole days by the calendar; 0 removes at once. */
  readonly days: number;
}

/** Removes what has been free for longer than it is kept, up to 2,000 payloads. @returns how many */
export const removeFree =
  ({ retention, payloads, calendar, days }: RemoveDeps) =>
  async (signal?: AbortSignal): Promise<number> => {
    let removed = 0;
    for (let batch = 0; batch < BATCHES && signal?.aborted !== true; batch++) {
      const refs = await retention.forget(new Date(calendar.now().getTime() - days * DAY_MS), BATCH);
      for (const ref of refs) await payloads.remove(ref);
      removed += refs.length;
      if (refs.length < BATCH) break;
    }
    return removed;
  };

export interface ForgetDeps {
  readonly brokerRetention: BrokerRetention;
  readonly calendar: Calendar;
  /** Whole days by the calendar. */
  readonly brokerDays: number;
}

/** Forgets messages that the broker has passed on, and receipts that nobody has fetched, when they are old. @returns how many of each */
export const forgetOld =
  ({ brokerRetention, calendar, brokerDays }: ForgetDeps) =>
  async (signal?: AbortSignal): Promise<{ readonly messages: number; readonly receipts: number }> => {
    const until = new Date(calendar.now().getTime() - brokerDays * DAY_MS);
    const all = async (forget: BrokerRetention['forgetMessages']): Promise<number> => {
      let forgotten = 0;
      for (let batch = 0; batch < BATCHES && signal?.aborted !== true; batch++) {
        const count = await forget(until, BATCH);
        forgotten += count;
        if (count < BATCH) break;
      }
      return forgotten;
    };
    const messages = await all((...batch) => brokerRetention.forgetMessages(...batch));
    return { messages, receipts: await all((...batch) => brokerRetention.forgetReceipts(...batch)) };
  };

export interface SweepDeps {
  readonly retention: Retention;
  readonly payloads: Pick<Payloads, 'remove' | 'list'>;
  readonly clock: Clock;
}

/** Cuts what comes into batches. */
async function* batches<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

/**
 * Removes the payloads that a crash has left: those that no row names, a day after they were written. Payloads from before there were
 * rows are left alone. @returns how many
 */
export const sweepOrphans =
  ({ retention, payloads, clock }: SweepDeps) =>
  async (signal?: AbortSignal): Promise<number> => {
    let removed = 0;
    const since = await retention.since();
    for await (const batch of batches(payloads.list())) {
      if (signal?.aborted === true) break;
      const before = clock.now().getTime() - ORPHAN_AGE_MS;
      const old = batch.filter(({ written }) => written >= since && written.getTime() <= before);
      for (const ref of await retention.unknown(old.map(({ ref }) => ref))) {
        await payloads.remove(ref);
        removed++;
      }
    }
    return removed;
  };
