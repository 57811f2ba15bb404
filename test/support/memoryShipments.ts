import type { Prioritet } from '../../src/domain/forsendelse.js';
import type { Formidling } from '../../src/domain/formidling.js';
import { koeAv } from '../../src/domain/routing/decision.js';
import type { Hendelse, Kvittering, Pakke, Shipment } from '../../src/domain/shipment.js';
import type { Job } from '../../src/domain/shipment.js';
import type { Queue, QueueRow, Room, ShipmentReads, ShipmentTx } from '../../src/domain/shipmentPorts.js';
import type { Varselrunde } from '../../src/domain/varselrunde.js';
import { laneOf } from '../../src/store/lanes.js';
import { inTurn, shared, within } from '../../src/store/priority.js';
import { Failure } from '../../src/errors.js';

/*
 * Shipments, their jobs and receipts in memory, as part of a store whose transactions work on a copy. What a job's numbers mean stands
 * in src/store/queue.ts.
 */

interface MemoryJob {
  readonly nr: number;
  readonly leverandoer: string | null;
  readonly prioritet: Prioritet;
  readonly eier: string;
  readonly neste: number;
  /** Null when the job has been given up. */
  readonly klar: number | null;
  readonly leasedUntil: number;
  readonly forsoek: number;
  readonly foersteForsoek: number | null;
  readonly tapte: number;
  readonly fence: number;
}

interface MemoryReceipt {
  readonly receipt: Kvittering;
  readonly leasedUntil: number;
}

/** Everything committed. Maps keep the order of arrival. */
export interface MemoryShipments {
  readonly shipments: Map<string, Shipment>;
  readonly events: Map<string, readonly Hendelse[]>;
  readonly jobs: Map<string, MemoryJob>;
  readonly receipts: Map<string, MemoryReceipt>;
  readonly varsler: Map<string, Varselrunde>;
  /** When payloads became free, by reference; null while they are needed. */
  readonly payloads: Map<string, { readonly shipmentId: string; readonly ledig: number | null }>;
  /** Jobs made so far, turns given, and the lane that had the last of each priority. */
  made: number;
  turns: number;
  last: Readonly<Record<Prioritet, string>>;
}

export const noShipments = (): MemoryShipments => ({
  shipments: new Map(),
  events: new Map(),
  jobs: new Map(),
  receipts: new Map(),
  varsler: new Map(),
  payloads: new Map(),
  made: 0,
  turns: 0,
  last: { PRIORITERT: '', NORMAL: '' },
});

/** What a transaction works on. Rows are replaced, never changed. */
export const copyOf = (s: MemoryShipments): MemoryShipments => ({
  shipments: new Map(s.shipments),
  events: new Map(s.events),
  jobs: new Map(s.jobs),
  receipts: new Map(s.receipts),
  varsler: new Map(s.varsler),
  payloads: new Map(s.payloads),
  made: s.made,
  turns: s.turns,
  last: s.last,
});

const byRef = (s: MemoryShipments, avsender: string, eksternRef: string): Shipment | undefined =>
  [...s.shipments.values()].find(({ forsendelse: f }) => f.avsender === avsender && f.eksternRef === eksternRef);

const leverandoerOf = ({ beslutning }: Shipment): string | null => koeAv(beslutning) || null;

export const memoryJob = (
  s: MemoryShipments,
  { leverandoer, prioritet, eier }: Pick<MemoryJob, 'leverandoer' | 'prioritet' | 'eier'>,
  at: Date,
  old?: MemoryJob,
): MemoryJob => ({
  nr: old?.nr ?? ++s.made,
  leverandoer,
  prioritet,
  eier,
  neste: at.getTime(),
  klar: at.getTime(),
  leasedUntil: 0,
  forsoek: 0,
  foersteForsoek: null,
  tapte: 0,
  fence: old === undefined ? 0 : old.fence + 1,
});

const turnOf = (shipment: Shipment) => ({
  leverandoer: leverandoerOf(shipment),
  prioritet: shipment.forsendelse.prioritet,
  eier: shipment.forsendelse.avsender,
});

const append = (s: MemoryShipments, id: string, event: Hendelse): void =>
  void s.events.set(id, [...(s.events.get(id) ?? []), event]);

const note = (s: MemoryShipments, shipmentId: string, refs: readonly string[]): void => {
  for (const ref of refs) if (!s.payloads.has(ref)) s.payloads.set(ref, { shipmentId, ledig: null });
};

const refsOf = (pakke: Pakke | undefined): string[] =>
  [pakke?.sbd, pakke?.cms].flatMap((blob) => (blob ? [blob.ref] : []));

function shipmentWrites(
  s: MemoryShipments,
): Pick<ShipmentTx, 'insertShipment' | 'lockShipment' | 'updateShipment' | 'appendShipmentEvent'> {
  return {
    insertShipment: async (shipment, event, tidligst, konto) => {
      const { avsender, eksternRef } = shipment.forsendelse;
      const there = byRef(s, avsender, eksternRef);
      if (there !== undefined) return there;
      if (s.shipments.has(shipment.id)) throw new Failure('INTERNAL', `the shipment id ${shipment.id} is in use`);
      s.shipments.set(shipment.id, shipment);
      const { hoveddokument, vedlegg } = shipment.forsendelse;
      note(
        s,
        shipment.id,
        [hoveddokument, ...vedlegg].map(({ innhold }) => innhold.ref),
      );
      append(s, shipment.id, event);
      const whose = { ...turnOf(shipment), ...(konto !== undefined && { eier: konto }) };
      s.jobs.set(shipment.id, memoryJob(s, whose, tidligst ?? shipment.mottatt));
      return undefined;
    },
    lockShipment: async (id) => s.shipments.get(id),
    updateShipment: async (id, change) => {
      const old = s.shipments.get(id);
      if (old === undefined) return;
      const { pakke } = change;
      if (pakke !== undefined) {
        for (const ref of refsOf(old.pakke)) s.payloads.set(ref, { shipmentId: id, ledig: 0 });
        note(s, id, refsOf(pakke));
      }
      const shipment = { ...old, ...change };
      s.shipments.set(id, shipment);
      const job = s.jobs.get(id);
      if (job !== undefined) s.jobs.set(id, { ...job, leverandoer: leverandoerOf(shipment) });
    },
    appendShipmentEvent: async (id, event) => append(s, id, event),
  };
}

function jobWrites(
  s: MemoryShipments,
): Pick<
  ShipmentTx,
  'endJob' | 'deferJob' | 'waitJob' | 'giveUpJob' | 'endGivenUp' | 'retryGivenUp' | 'retryJob' | 'withdrawJob'
> {
  const ours = ({ shipmentId, fence }: Job): MemoryJob | undefined => {
    const job = s.jobs.get(shipmentId);
    return job?.fence === fence ? job : undefined;
  };
  const release = (job: Job, change: Partial<MemoryJob> & Pick<MemoryJob, 'klar'>): boolean => {
    const row = ours(job);
    if (row === undefined) return false;
    s.jobs.set(job.shipmentId, { ...row, ...change, leasedUntil: 0, fence: row.fence + 1 });
    return true;
  };
  return {
    endJob: async (job) => ours(job) !== undefined && s.jobs.delete(job.shipmentId),
    deferJob: async (job, until) => release(job, { neste: until.getTime(), klar: until.getTime() }),
    waitJob: async (job, until) =>
      release(job, { neste: until.getTime(), klar: until.getTime(), forsoek: 0, foersteForsoek: null }),
    giveUpJob: async (job) => release(job, { klar: null }),
    endGivenUp: async (id) => s.jobs.get(id)?.klar === null && s.jobs.delete(id),
    retryGivenUp: async (id, at) => {
      const old = s.jobs.get(id);
      if (old?.klar !== null) return false;
      s.jobs.set(id, memoryJob(s, old, at, old));
      return true;
    },
    retryJob: async (id, at) => {
      const shipment = s.shipments.get(id);
      if (shipment === undefined) throw new Failure('INTERNAL', `there is no shipment ${id}`);
      const old = s.jobs.get(id);
      if (old === undefined || old.leasedUntil <= at.getTime()) {
        s.jobs.set(id, memoryJob(s, { ...turnOf(shipment), ...(old && { eier: old.eier }) }, at, old));
      }
    },
    withdrawJob: async (id, now) => {
      const job = s.jobs.get(id);
      const waits = job !== undefined && job.klar !== null && job.leasedUntil <= now.getTime();
      return waits && s.jobs.delete(id);
    },
  };
}

/** Makes the job of a message that is passed on, and notes its package. */
export const formidlingJob = (
  s: MemoryShipments,
  { id, eier, leverandoer, mpc, mottatt, innhold }: Formidling,
): void => {
  s.jobs.set(id, memoryJob(s, { leverandoer, prioritet: mpc.prioritet, eier }, mottatt));
  note(s, id, [innhold.cms.ref]);
};

/** As `ShipmentTx`, on the state of one transaction. */
export const memoryShipmentTx = (s: MemoryShipments): ShipmentTx => ({
  ...shipmentWrites(s),
  ...jobWrites(s),
  freePayloads: async (id, since) => {
    for (const [ref, row] of s.payloads)
      if (row.shipmentId === id && row.ledig === null) s.payloads.set(ref, { ...row, ledig: since.getTime() });
  },
  dropPayloads: async (id) => {
    for (const [ref, row] of s.payloads) if (row.shipmentId === id) s.payloads.set(ref, { ...row, ledig: 0 });
  },
  keepPayload: async (ref) => note(s, '', [ref]),
  putReceipt: async (receipt) => void s.receipts.set(receipt.id, { receipt, leasedUntil: 0 }),
  confirmReceipt: async (avsender, id) => s.receipts.get(id)?.receipt.avsender === avsender && s.receipts.delete(id),
});

function queueRow(s: MemoryShipments, shipmentId: string, job: MemoryJob): QueueRow {
  const last = s.events.get(shipmentId)?.at(-1);
  return {
    shipmentId,
    avsender: s.shipments.get(shipmentId)?.forsendelse.avsender ?? '',
    leverandoer: job.leverandoer,
    forsoek: job.forsoek,
    neste: new Date(job.neste),
    givenUp: job.klar === null,
    sisteHendelse: last === undefined ? '' : `${last.type}: ${last.tekst.en}`,
  };
}

/** As `ShipmentReads`, on what is committed. */
export const memoryShipmentReads = (current: () => MemoryShipments): ShipmentReads => ({
  byId: async (id) => current().shipments.get(id),
  byRef: async (avsender, eksternRef) => byRef(current(), avsender, eksternRef),
  byConversation: async (id) => [...current().shipments.values()].find((s) => s.konversasjonsId === id),
  events: async (id) => current().events.get(id) ?? [],
  queue: async (limit) =>
    [...current().jobs]
      .sort(([, a], [, b]) => a.nr - b.nr)
      .slice(0, limit)
      .map(([id, job]) => queueRow(current(), id, job)),
});

/** Ids of due jobs: one of each lane, from the one after the last that had a turn, then the next of each. */
function dueJobs(s: MemoryShipments, now: number, ahead: number, limit: number, room: Room): readonly string[] {
  const due = [...s.jobs]
    .map(([id, job]) => ({
      ...job,
      id,
      klar: job.klar ?? Infinity,
      koe: laneOf({ ...job, leverandoer: job.leverandoer ?? '' }),
    }))
    .filter((j) => j.klar <= (j.forsoek === 0 ? now + ahead : now) && room(j.leverandoer) > 0)
    .sort((a, b) => a.klar - b.klar || a.nr - b.nr);
  const those = (prioritet: Prioritet) => {
    const jobs = due.filter((job) => job.prioritet === prioritet);
    const names = [...new Set(jobs.map(({ koe }) => koe))].sort();
    const next = [...names.filter((name) => name > s.last[prioritet]), ...names];
    const lanes = [...new Set(next)].map((name) => jobs.filter(({ koe }) => koe === name));
    return within(room, inTurn(lanes)).slice(0, limit);
  };
  const chosen = within(room, shared({ PRIORITERT: those('PRIORITERT'), NORMAL: those('NORMAL') }, limit, s.turns));
  s.turns += chosen.length;
  for (const { prioritet, koe } of chosen) s.last = { ...s.last, [prioritet]: koe };
  return chosen.map(({ id }) => id);
}

/** As `Queue`; `transaction` runs work on a copy of the state that is kept when it is done. */
export const memoryQueue = (transaction: <T>(work: (s: MemoryShipments) => T) => Promise<T>): Queue => ({
  claim: (now, leaseMs, limit, room, ahead = 0) =>
    transaction((s) =>
      dueJobs(s, now.getTime(), ahead, limit, room).map((id) => {
        const job = s.jobs.get(id) as MemoryJob;
        const until = now.getTime() + leaseMs;
        const foersteForsoek = job.foersteForsoek ?? now.getTime();
        const tapte = job.leasedUntil === 0 ? 0 : job.tapte + 1;
        const begun = { ...job, forsoek: job.forsoek + 1, fence: job.fence + 1, foersteForsoek, tapte };
        const klar = until + (tapte < 2 ? 0 : Math.floor((Math.random() * leaseMs) / 2));
        s.jobs.set(id, { ...begun, leasedUntil: until, klar });
        const { leverandoer, forsoek, fence } = begun;
        return { shipmentId: id, leverandoer, forsoek, foersteForsoek: new Date(foersteForsoek), tapte, fence };
      }),
    ),
  hold: ({ shipmentId, fence }, until) =>
    transaction((s) => {
      const job = s.jobs.get(shipmentId);
      if (job?.fence !== fence) return false;
      s.jobs.set(shipmentId, { ...job, leasedUntil: until.getTime(), klar: until.getTime() });
      return true;
    }),
  leaseReceipts: (avsender, prioritet, now, leaseMs, limit) =>
    transaction((s) => {
      const free = [...s.receipts.values()].filter(
        ({ receipt: r, leasedUntil }) =>
          r.avsender === avsender && r.prioritet === prioritet && leasedUntil <= now.getTime(),
      );
      const lent = free.slice(0, limit).map(({ receipt }) => receipt);
      const leasedUntil = now.getTime() + leaseMs;
      for (const receipt of lent) s.receipts.set(receipt.id, { receipt, leasedUntil });
      return lent;
    }),
});
