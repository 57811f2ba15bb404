import type { Prioritet } from './forsendelse.js';
import type { Beslutning } from './routing/decision.js';
import type { Hendelse, Job, Kvittering, Pakke, Shipment, Tilstand } from './shipment.js';

/** Payloads at rest: encrypted, addressed by reference. */
export interface Payloads {
  /**
   * Stores octets durably (fsync before it resolves); `ref` is new each time. Digest and size are those of the clear octets.
   * @param sha256 their digest, where somebody has it already; asked for after the last of them
   */
  put(
    octets: AsyncIterable<Uint8Array>,
    sha256?: () => Buffer,
  ): Promise<{ readonly ref: string; readonly size: number; readonly sha256: string }>;
  /** The clear octets. @throws Failure INTERNAL when they are missing or have been changed */
  get(ref: string): AsyncIterable<Uint8Array>;
  /** Does nothing when it is gone already. */
  remove(ref: string): Promise<void>;
  /** All that lies there, in no order, with the time of the clock at which it was written. */
  list(): AsyncIterable<{ readonly ref: string; readonly written: Date }>;
  /** Gives back the room of what was removed, where that does not come by itself. @param now by the clock */
  tidy(now: Date, signal?: AbortSignal): Promise<void>;
}

/** Reads of shipments; each call sees one snapshot. */
export interface ShipmentReads {
  byId(id: string): Promise<Shipment | undefined>;
  /** `avsender` and `eksternRef` are compared octet by octet. */
  byRef(avsender: string, eksternRef: string): Promise<Shipment | undefined>;
  byConversation(konversasjonsId: string): Promise<Shipment | undefined>;
  /** Oldest first. */
  events(shipmentId: string): Promise<readonly Hendelse[]>;
  /** Jobs that wait, and those given up: what an operator asks about. Oldest first. */
  queue(limit: number): Promise<readonly QueueRow[]>;
}

export interface QueueRow {
  readonly shipmentId: string;
  readonly avsender: string;
  readonly leverandoer: string | null;
  readonly forsoek: number;
  readonly neste: Date;
  readonly givenUp: boolean;
  readonly sisteHendelse: string;
}

/** Writes of one transaction about shipments; part of `Tx`. */
export interface ShipmentTx {
  /**
   * Inserts a shipment, its first event, what it holds and its job (due at `tidligst`, by the calendar), unless its sender has used the reference before: then the
   * shipment that is there is returned and nothing is written. Decided by a unique key. `konto`: the account that it is of, where an
   * organisation may have several; they take turns.
   */
  insertShipment(
    shipment: Shipment,
    event: Hendelse,
    tidligst: Date | null,
    konto?: string,
  ): Promise<Shipment | undefined>;
  /** The shipment, locked until the transaction ends. */
  lockShipment(id: string): Promise<Shipment | undefined>;
  updateShipment(
    id: string,
    change: {
      readonly tilstand?: Tilstand;
      readonly beslutning?: Beslutning;
      readonly meldingsId?: string;
      readonly pakke?: Pakke;
    },
  ): Promise<void>;
  appendShipmentEvent(id: string, event: Hendelse): Promise<void>;
  /** Ends a turn for good. False, with nothing written, when the turn is no longer ours. */
  endJob(job: Job): Promise<boolean>;
  /** Puts a job off, by the clock. False as `endJob`. */
  deferJob(job: Job, until: Date): Promise<boolean>;
  /** Puts a job off to a date of the calendar, with its attempts forgotten. False as `endJob`. */
  waitJob(job: Job, until: Date): Promise<boolean>;
  /** Gives a job up; it stays for the operator. False as `endJob`. */
  giveUpJob(job: Job): Promise<boolean>;
  /** Takes away a job that was given up, so that the operator does not see it any more. False when there is none such. */
  endGivenUp(shipmentId: string): Promise<boolean>;
  /** Makes a job that was given up, whosever it is, due at `at`, by the calendar, with its attempts forgotten. False when there is none such. */
  retryGivenUp(id: string, at: Date): Promise<boolean>;
  /** Makes a job that waits or was given up due at `at`, by the calendar, with its attempts forgotten; makes one when there is none. */
  retryJob(shipmentId: string, at: Date): Promise<void>;
  /** Takes a waiting job away. False when there is none, or somebody has begun it (its lease runs). */
  withdrawJob(shipmentId: string, now: Date): Promise<boolean>;
  /** What belongs to a letter is needed no more, from `since` on by the calendar; what has been free before stays as it was. */
  freePayloads(shipmentId: string, since: Date): Promise<void>;
  /** What belongs to a letter is removed with the next round, however long it would be kept. */
  dropPayloads(shipmentId: string): Promise<void>;
  /** Keeps a payload that belongs to no letter. */
  keepPayload(ref: string): Promise<void>;
  putReceipt(receipt: Kvittering): Promise<void>;
  /** Ends a receipt that `avsender` may fetch. False when there is none such. */
  confirmReceipt(avsender: string, id: string): Promise<boolean>;
}

/** What is known about stored payloads: a shipment's have a row from its acceptance on, and its packages'. */
export interface Retention {
  /**
   * Forgets at most `limit` payloads that have been free since `until` or longer, by the calendar, the oldest first. @returns their
   * references, each to one caller
   */
  forget(until: Date, limit: number): Promise<readonly string[]>;
  /** Those of the references that nothing is known about. */
  unknown(refs: readonly string[]): Promise<readonly string[]>;
  /** Payloads from before this time of the clock have no rows, though a letter may need them. */
  since(): Promise<Date>;
}

/** How many more jobs may be taken of a provider; null: of those that go to none. */
export type Room = (leverandoer: string | null) => number;

export interface Queue {
  /**
   * Claims jobs that are due at `now` and that nobody else holds, for `leaseMs`; attempts are counted before the work. Senders take
   * turns, and so do providers; of one sender's to one provider the oldest goes first. `room` says how many more of a provider's may
   * be taken. Fences decide between processes. `ahead`: milliseconds that the calendar is ahead of `now`.
   */
  claim(now: Date, leaseMs: number, limit: number, room: Room, ahead?: number): Promise<readonly Job[]>;
  /** Leases a job that is being done until then. False: it is not ours any more, and stays as it is. */
  hold(job: Job, until: Date): Promise<boolean>;
  /** Leases receipts of one sender and priority, oldest first; unconfirmed ones come again after `leaseMs`. */
  leaseReceipts(
    avsender: string,
    prioritet: Prioritet,
    now: Date,
    leaseMs: number,
    limit: number,
  ): Promise<readonly Kvittering[]>;
}
