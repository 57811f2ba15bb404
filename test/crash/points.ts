import { AsyncLocalStorage } from 'node:async_hooks';
import { plain, type Around } from '../../src/around.js';
import type { Channel } from '../../src/domain/channel.js';
import type { Tx, UnitOfWork } from '../../src/domain/ports.js';
import type { Hendelsestype } from '../../src/domain/shipment.js';
import type { Payloads } from '../../src/domain/shipmentPorts.js';
import type { Store } from '../../src/store/index.js';

/*
 * Points on the way of a letter at which a gateway can be killed. They are seen from outside the use cases, at the ports: which transaction
 * it is shows in what it writes.
 */

/** In the order of the way; `role`: which process passes there; `stands`: what is done by then, and what is not. */
export const points = {
  'accept.stored': { role: 'web', stands: 'a document is stored, and no letter refers to it' },
  'accept.written': { role: 'web', stands: 'the letter is written, not committed' },
  'accept.committed': { role: 'web', stands: 'the letter is committed, and its sender has no answer' },
  'dispatch.claimed': { role: 'worker', stands: 'jobs are leased, and nothing is done' },
  'dispatch.packed': { role: 'worker', stands: 'the package is made, and no letter refers to it' },
  'dispatch.kept': { role: 'worker', stands: 'the package is committed, not pushed' },
  'dispatch.pushed': { role: 'worker', stands: 'the provider has taken the letter over, and nothing says so here' },
  'dispatch.recorded': { role: 'worker', stands: 'what came of the push is committed' },
  'receipt.written': { role: 'web', stands: 'the receipt is written, not committed' },
  'receipt.committed': { role: 'web', stands: 'the receipt is committed, and its provider has no answer' },
} as const;
export type Point = keyof typeof points;
export const pointNames = Object.keys(points) as readonly Point[];

type Reach = (point: Point) => void;

/** What a transaction is for. */
type Purpose = 'accept' | 'keep' | 'record' | 'receive';

const written: Readonly<Partial<Record<Purpose, Point>>> = { accept: 'accept.written', receive: 'receipt.written' };
const committed: Readonly<Record<Purpose, Point>> = {
  accept: 'accept.committed',
  keep: 'dispatch.kept',
  record: 'dispatch.recorded',
  receive: 'receipt.committed',
};

const purposeOf: Readonly<Partial<Record<Hendelsestype, Purpose>>> = {
  SENDT: 'record',
  MOTTAK: 'receive',
  LEVERING: 'receive',
};

function watchedTx(tx: Tx, saw: (purpose: Purpose) => void): Tx {
  return {
    ...tx,
    insertShipment: async (...letter) => {
      const there = await tx.insertShipment(...letter);
      if (there === undefined) saw('accept');
      return there;
    },
    updateShipment: async (id, change) => {
      await tx.updateShipment(id, change);
      if (change.pakke !== undefined) saw('keep');
    },
    appendShipmentEvent: async (id, event) => {
      await tx.appendShipmentEvent(id, event);
      const purpose = purposeOf[event.type];
      if (purpose !== undefined) saw(purpose);
    },
  };
}

const watchedUnit =
  (unitOfWork: UnitOfWork, reach: Reach): UnitOfWork =>
  async (work) => {
    const seen: { purpose?: Purpose } = {};
    const pass = (by: Readonly<Partial<Record<Purpose, Point>>>): void => {
      const point = seen.purpose && by[seen.purpose];
      if (point !== undefined) reach(point);
    };
    const result = await unitOfWork(async (tx) => {
      delete seen.purpose;
      const done = await work(watchedTx(tx, (purpose) => void (seen.purpose = purpose)));
      pass(written);
      return done;
    });
    pass(committed);
    return result;
  };

const watchedStore = (store: Store, reach: Reach): Store => ({
  ...store,
  unitOfWork: watchedUnit(store.unitOfWork, reach),
  queue: {
    ...store.queue,
    claim: async (...claim) => {
      const jobs = await store.queue.claim(...claim);
      if (jobs.length > 0) reach('dispatch.claimed');
      return jobs;
    },
  },
});

/** Whoever stores something while a package is made, stores no sender's document. */
const packing = new AsyncLocalStorage<true>();

const watchedPayloads = (payloads: Payloads, reach: Reach): Payloads => ({
  ...payloads,
  put: async (octets) => {
    const stored = await payloads.put(octets);
    if (packing.getStore() === undefined) reach('accept.stored');
    return stored;
  },
});

const watchedChannel = (channel: Channel, reach: Reach): Channel => ({
  ...channel,
  prepare: async (shipment) => {
    const pakke = await packing.run(true, () => channel.prepare(shipment));
    reach('dispatch.packed');
    return pakke;
  },
  deliver: async (shipment) => {
    const outcome = await channel.deliver(shipment);
    if (outcome.type === 'sent') reach('dispatch.pushed');
    return outcome;
  },
});

/** Ports that call `reach` at each point. */
export const watching = (reach: Reach): Around => ({
  ...plain,
  store: (store) => watchedStore(store, reach),
  payloads: (payloads) => watchedPayloads(payloads, reach),
  channel: (channel) => watchedChannel(channel, reach),
});

/** How each of `kills` kills is done: at random (undefined) and at the points in their order, by turns. */
export const plan = (kills: number, at: readonly Point[]): readonly (Point | undefined)[] =>
  Array.from({ length: kills }, (_, n) => (n % 2 === 0 ? undefined : at[Math.floor(n / 2) % at.length]));
