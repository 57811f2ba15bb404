import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Job, Shipment } from '../../../src/domain/shipment.js';
import type { Room, ShipmentTx } from '../../../src/domain/shipmentPorts.js';
import type { Backend, Db } from '../../../src/store/backend.js';
import type { Store } from '../../../src/store/index.js';
import { laneOf } from '../../../src/store/lanes.js';
import { memoryStore } from '../../support/memoryStore.js';
import { eachStore } from '../../support/stores.js';
import { openBackend } from './backend.js';
import { accept, at, due, hendelse, withStores } from './shipments.js';

/** Milliseconds. */
export const LEASE = 300_000;
export const idsOf = (jobs: readonly Job[]) => jobs.map(({ shipmentId }) => shipmentId);
export const only = (jobs: readonly Job[]): Job => {
  expect(jobs).to.have.length(1);
  return jobs[0] as Job;
};

/** Jobs of three providers and a hundred senders of each, that have long been due. */
export async function putMany({ write }: Backend, count: number): Promise<void> {
  const fresh = { leased_until: 0, forsoek: 0, foerste_forsoek: null, tapte: 0, fence: 0 };
  const rows = Array.from({ length: count }, (_, n) => {
    const whose = {
      leverandoer: 'ABC'[n % 3] ?? '',
      eier: String(Math.floor(n / 3) % 100),
      prioritet: 'NORMAL' as const,
    };
    return { ...fresh, ...whose, koe: laneOf(whose), shipment_id: randomUUID(), neste: n, klar: n };
  });
  await write(async (db) => {
    for (let n = 0; n < rows.length; n += 1000)
      await db
        .insertInto('job')
        .values(rows.slice(n, n + 1000))
        .execute();
  });
}

export type QueueStore = Pick<Store, 'shipments' | 'queue' | 'unitOfWork'>;

/** One database, or what stands in for it. */
export interface Subject {
  /** Two processes on it. */
  readonly stores: () => readonly QueueStore[];
  /** Takes all jobs and receipts away. */
  readonly clear: () => Promise<void>;
  /** Makes so many jobs of provider A that have long been due. Returns the first two shipments. */
  readonly flood: (count: number) => Promise<readonly string[]>;
}

/** Declares `rules` for each database, and for the memory store that tests of use cases stand on. */
export function eachQueue(rules: (subject: Subject) => void): void {
  eachStore((database) => {
    const stores = withStores(database, 2);
    const write = async (work: (db: Db) => Promise<unknown>) => {
      const backend = await openBackend(database.url());
      await backend.write(work);
      await backend.close();
    };
    rules({
      stores,
      clear: () =>
        write(async (db) => {
          for (const table of ['job', 'receipt'] as const) await db.deleteFrom(table).execute();
        }),
      flood: async (count) => {
        const job = {
          ...{ leverandoer: 'A', prioritet: 'NORMAL' as const, eier: '310000019', koe: 'NORMAL:A:310000019' },
          neste: 0,
          klar: 0,
          leased_until: 0,
          forsoek: 0,
          foerste_forsoek: null,
          tapte: 0,
          fence: 0,
        };
        const rows = Array.from({ length: count }, () => ({ ...job, shipment_id: randomUUID() }));
        await write(async (db) => {
          for (let n = 0; n < count; n += 1000)
            await db
              .insertInto('job')
              .values(rows.slice(n, n + 1000))
              .execute();
        });
        return rows.slice(0, 2).map((row) => row.shipment_id);
      },
    });
  });

  describe('of the memory store that tests of use cases stand on', () => {
    let store = memoryStore();
    rules({
      stores: () => [store, store],
      clear: async () => void (store = memoryStore()),
      flood: async (count) => {
        const all = Array.from({ length: count }, () => due('A'));
        await store.unitOfWork(async (tx) => {
          for (const one of all) await tx.insertShipment(one, hendelse(), new Date(0));
        });
        return all.slice(0, 2).map(({ id }) => id);
      },
    });
  });
}

/** Passes over these, and no other. */
export const without =
  (except: readonly string[] = []): Room =>
  (leverandoer) =>
    leverandoer !== null && except.includes(leverandoer) ? 0 : Infinity;

/** What the tests of a subject say. `store` and `other` are two processes; times are seconds after `t0`. */
export function sentences({ stores, clear }: Subject) {
  const by = (n: number): QueueStore => stores()[n] as QueueStore;
  afterEach(clear);
  return {
    store: () => by(0),
    other: () => by(1),
    claim: (seconds = 0, limit = 100, except: readonly string[] = [], store = by(0)) =>
      store.queue.claim(at(seconds), LEASE, limit, without(except)),
    tx: <T>(work: (tx: ShipmentTx) => Promise<T>, store = by(0)) => store.unitOfWork(work),
    queued: async (...shipments: Shipment[]): Promise<string[]> => {
      await accept(by(0), ...shipments);
      return shipments.map(({ id }) => id);
    },
  };
}
