import type { Blob, Prioritet } from './forsendelse.js';

/*
 * A message that a sender of its own makes and signs, and that the broker passes on as it is. MOTTATT: accepted and durable. SENDT: the
 * provider has taken it over. FEILET: refused, or too old; its sender has been told.
 */
export type Formidlingstilstand = 'MOTTATT' | 'SENDT' | 'FEILET';

/** What goes on: a letter to a mailbox, one to print, or one that moves from one mailbox to another. */
export type Art = 'digital' | 'fysisk' | 'flyttet';

/** Whose turn a message is in: a priority, and a channel of the sender's own choice. */
export interface Mpc {
  readonly prioritet: Prioritet;
  /** Free text, colons too; undefined for the priority's common channel. */
  readonly id: string | undefined;
}

/** Where receipts wait for one sender. */
export interface Koe {
  /** Organisation number of whoever signed the envelope that the receipts are about: nobody else fetches them. */
  readonly eier: string;
  readonly mpc: Mpc;
}

/** What is passed on, octet by octet as it came. */
export interface Innhold {
  /** ConversationId of the envelope, as its sender wrote it. */
  readonly conversationId: string;
  /** The signed StandardBusinessDocument. */
  readonly sbd: string;
  /** The encrypted document package. */
  readonly cms: Blob;
}

/** Who is charged for a message. */
export interface Regning {
  /** Organisation number of the body whose letter it is, whoever has signed it. */
  readonly avsender: string;
  /** The reference that the body wants on its bill. */
  readonly kostnadskode: string | null;
}

export interface Formidling extends Koe {
  /** `formidling-` and a UUID. */
  readonly id: string;
  readonly mottatt: Date;
  /** MessageId that its sender gave it. */
  readonly meldingsId: string;
  /** MessageId under which it goes on, the same at each attempt. */
  readonly videreId: string;
  readonly art: Art;
  /** Organisation number of the provider that the document names. */
  readonly leverandoer: string;
  /** Ties it to its receipts, which are found without regard to case. */
  readonly konversasjonsId: string;
  /** Organisation number in the document's Sender, which receipts are addressed to. */
  readonly dokumentavsender: string;
  /** null for what a recipient takes along to another mailbox, which is no letter of a sender's. */
  readonly regning: Regning | null;
  readonly tilstand: Formidlingstilstand;
  readonly innhold: Innhold;
}

const MERKE = 'formidling-';

/** Jobs of letters of our own and of messages that are passed on stand in one queue. */
export const erFormidling = (id: string): boolean => id.startsWith(MERKE);
export const formidlingsId = (uuid: string): string => MERKE + uuid;

/** A receipt that waits to be fetched: the document of whoever reports, as it came. */
export interface Koekvittering extends Koe {
  /** UUID. */
  readonly id: string;
  readonly mottatt: Date;
  /** InstanceIdentifier of the document. */
  readonly instansId: string;
  readonly sbd: string;
}

/** A receipt as it is handed out once. */
export interface Utlevering {
  /** MessageId by which it is confirmed. */
  readonly meldingsId: string;
  readonly instansId: string;
  readonly sbd: string;
}

/** Milliseconds that a sender waits after an empty answer before it asks again. */
export const ventetid: Readonly<Record<Prioritet, number>> = { NORMAL: 600_000, PRIORITERT: 60_000 };

/** What recognises a message when it comes again: who signed it and its MessageId. */
export interface Meldingsnoekkel {
  /** 32 octets. */
  readonly key: Buffer;
  /** Of everything that it says: the same key with another digest is another message. 32 octets. */
  readonly digest: Buffer;
  /** From this time on nobody repeats it any more. */
  readonly expires: Date;
}

export type Gjenkjent = 'new' | 'same' | 'other';
