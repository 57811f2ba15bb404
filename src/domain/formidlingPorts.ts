import type {
  Formidling,
  Formidlingstilstand,
  Gjenkjent,
  Koe,
  Koekvittering,
  Meldingsnoekkel,
  Utlevering,
} from './formidling.js';

/** What a receipt's way home is found by. */
export type Formidlingsrute = Pick<
  Formidling,
  'id' | 'eier' | 'mpc' | 'leverandoer' | 'dokumentavsender' | 'tilstand' | 'art'
>;

/** Reads of messages that are passed on. */
export interface FormidlingReads {
  byId(id: string): Promise<Formidling | undefined>;
  /** What `eier` was given in the delivery of that MessageId, while the receipt is not confirmed. */
  utlevert(eier: string, meldingsId: string): Promise<Utlevering | undefined>;
  /** Messages of one conversation, newest first; compared without regard to case. */
  byConversation(konversasjonsId: string): Promise<readonly Formidlingsrute[]>;
}

/** Ends what the broker has done with; a batch is one transaction. */
export interface BrokerRetention {
  /** Forgets at most `limit` messages that were taken over at `until` or before and have come to their end, with their history. @returns how many */
  forgetMessages(until: Date, limit: number): Promise<number>;
  /** Forgets at most `limit` receipts that came at `until` or before and that nobody has confirmed. @returns how many */
  forgetReceipts(until: Date, limit: number): Promise<number>;
}

/** Writes of one transaction about messages that are passed on, and their receipts; part of `Tx`. */
export interface FormidlingTx {
  /** Writes a message down as seen, unless it was: then nothing is written. Decided by a unique key. */
  rememberMessage(melding: Meldingsnoekkel): Promise<Gjenkjent>;
  /** Inserts a message, and its job, which is due at once. */
  insertFormidling(formidling: Formidling): Promise<void>;
  /** Its state, locked until the transaction ends. */
  lockFormidling(id: string): Promise<Formidlingstilstand | undefined>;
  settleFormidling(id: string, tilstand: Formidlingstilstand): Promise<void>;
  putKoekvittering(kvittering: Koekvittering): Promise<void>;
  /** Lends the oldest receipt that nobody has until `until`; unconfirmed it comes again. `hentetAv` recognises the request, 32 octets. */
  leaseKoekvittering(koe: Koe, now: Date, until: Date, hentetAv: Buffer): Promise<Utlevering | undefined>;
  /** What that request was given, while it is lent. */
  leasedBy(hentetAv: Buffer, now: Date): Promise<Utlevering | undefined>;
  /** Ends a receipt by the MessageId of one of its deliveries. False when `eier` has none such. */
  confirmKoekvittering(eier: string, meldingsId: string): Promise<boolean>;
}
