import { AsyncLocalStorage } from 'node:async_hooks';
import { plain, type Around } from '../../src/around.js';
import type { Channel } from '../../src/domain/channel.js';
import type { Tx, UnitOfWork } from '../../src/domain/ports.js';
import type { Hendelsestype } from '../../src/domain/shipment.js';
import type { Payloads } from '../../src/domain/shipmentPorts.js';
import type { Store } from '../../src/store/index.js';

/*
 * Points on the way of a letter at which a gateway can be killed. They are seen from outside the use cases, at the ports (which transaction
 * it is shows in what it writes) and, those of httpPoints.ts, at the server.
 */

/** What is seen of a letter's way from outside, each with clients of its own. */
export const entranceNames = ['forsendelse', 'svarut', 'svarinn', 'broker'] as const;
export type EntranceName = (typeof entranceNames)[number];

interface PointRow {
  /** Which process passes there. */
  readonly role: 'web' | 'worker';
  /** Whose letters pass there. */
  readonly by: readonly EntranceName[];
  /** What is done by then, and what is not. */
  readonly stands: string;
}

const all = entranceNames;
/** Letters that are ours from their order to their receipt. */
const ours = ['forsendelse', 'svarut', 'svarinn'] as const;
/** Letters that a provider reports on to us. */
const pushed = ['forsendelse', 'svarut'] as const;

/** In the order of the way. */
export const points = {
  'request.halfway': { role: 'web', by: all, stands: 'half of a request has come in' },
  'request.whole': { role: 'web', by: all, stands: 'all of a request has come in, and it is not verified' },
  'accept.stored': { role: 'web', by: all, stands: 'a document is stored, and no letter refers to it' },
  'accept.written': { role: 'web', by: all, stands: 'the letter is written, not committed' },
  'accept.committed': { role: 'web', by: all, stands: 'the letter is committed, and its sender has no answer' },
  'answer.halfway': { role: 'web', by: all, stands: 'half of the answer is written' },
  'dispatch.claimed': { role: 'worker', by: all, stands: 'jobs are leased, and nothing is done' },
  'dispatch.packed': { role: 'worker', by: ours, stands: 'the package is made, and no letter refers to it' },
  'dispatch.kept': { role: 'worker', by: ours, stands: 'the package is committed, not pushed' },
  'push.halfway': { role: 'worker', by: all, stands: 'half of a letter is written to its provider' },
  'dispatch.pushed': {
    role: 'worker',
    by: ours,
    stands: 'the provider has taken the letter over, and nothing says so here',
  },
  'status.written': {
    role: 'worker',
    by: ['svarut', 'svarinn'],
    stands: 'what SvarUt says of a letter is written, not committed',
  },
  'dispatch.recorded': { role: 'worker', by: all, stands: 'what came of the push is committed' },
  'receipt.written': { role: 'web', by: pushed, stands: 'the receipt is written, not committed' },
  'receipt.committed': { role: 'web', by: pushed, stands: 'the receipt is committed, and its provider has no answer' },
  'queue.written': { role: 'web', by: ['broker'], stands: 'a receipt for a sender is written, not committed' },
  'pull.lent': { role: 'web', by: ['broker'], stands: 'a receipt is lent, and its sender has no answer' },
  'pull.confirming': { role: 'web', by: ['broker'], stands: 'a sender has pulled a receipt, and confirms it in vain' },
  'pull.confirmed': { role: 'web', by: ['broker'], stands: 'a receipt is ended, and its sender has no answer' },
  'svarinn.acknowledging': {
    role: 'web',
    by: ['svarinn'],
    stands: 'a receiver has downloaded a letter, and acknowledges it in vain',
  },
  'svarinn.acknowledged': {
    role: 'web',
    by: ['svarinn'],
    stands: 'an acknowledgement is committed, and its receiver has no answer',
  },
} as const satisfies Readonly<Record<string, PointRow>>;
export type Point = keyof typeof points;
export const pointNames = Object.keys(points) as readonly Point[];

/** The points that letters of these entrances pass. */
export const pointsOf = (entrances: readonly EntranceName[]): readonly Point[] =>
  pointNames.filter((point) => points[point].by.some((name) => entrances.includes(name)));

type Reach = (point: Point) => void;

/** What a transaction is for. */
type Purpose = 'accept' | 'keep' | 'record' | 'status' | 'receive' | 'queue' | 'lend' | 'confirm' | 'acknowledge';
type Passing = Readonly<Partial<Record<Purpose, Point>>>;

const written: Passing = {
  accept: 'accept.written',
  status: 'status.written',
  receive: 'receipt.written',
  queue: 'queue.written',
  confirm: 'pull.confirming',
  acknowledge: 'svarinn.acknowledging',
};
const committed: Passing = {
  accept: 'accept.committed',
  keep: 'dispatch.kept',
  record: 'dispatch.recorded',
  receive: 'receipt.committed',
  lend: 'pull.lent',
  confirm: 'pull.confirmed',
  acknowledge: 'svarinn.acknowledged',
};

const purposeOf: Readonly<Partial<Record<Hendelsestype, Purpose>>> = {
  SENDT: 'record',
  MOTTAK: 'receive',
  LEVERING: 'receive',
  AAPNING: 'acknowledge',
};

function watchedTx(tx: Tx, saw: (purpose: Purpose) => void): Tx {
  return {
    ...tx,
    insertShipment: async (...letter) => {
      const there = await tx.insertShipment(...letter);
      if (there === undefined) saw('accept');
      return there;
    },
    insertFormidling: async (formidling) => {
      await tx.insertFormidling(formidling);
      saw('accept');
    },
    updateShipment: async (id, change) => {
      await tx.updateShipment(id, change);
      if (change.pakke !== undefined) saw('keep');
    },
    updateSvarUt: async (id, change) => {
      await tx.updateSvarUt(id, change);
      if (change.status !== undefined) saw('status');
    },
    appendShipmentEvent: async (id, event) => {
      await tx.appendShipmentEvent(id, event);
      const purpose = purposeOf[event.type];
      if (purpose !== undefined) saw(purpose);
    },
    putKoekvittering: async (receipt) => {
      await tx.putKoekvittering(receipt);
      saw('queue');
    },
    leaseKoekvittering: async (...lease) => {
      const lent = await tx.leaseKoekvittering(...lease);
      if (lent !== undefined) saw('lend');
      return lent;
    },
    confirmKoekvittering: async (...receipt) => {
      const ended = await tx.confirmKoekvittering(...receipt);
      if (ended) saw('confirm');
      return ended;
    },
  };
}

const watchedUnit =
  (unitOfWork: UnitOfWork, reach: Reach): UnitOfWork =>
  async (work) => {
    const seen = new Set<Purpose>();
    const pass = (by: Passing): void => {
      for (const purpose of seen) {
        const point = by[purpose];
        if (point !== undefined) reach(point);
      }
    };
    const result = await unitOfWork(async (tx) => {
      seen.clear();
      const done = await work(watchedTx(tx, (purpose) => void seen.add(purpose)));
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
