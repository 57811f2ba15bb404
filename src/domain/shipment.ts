import type { Beslutning } from './routing/decision.js';
import type { Tospraaklig } from './routing/words.js';
import type { Blob, Forsendelse, Prioritet } from './forsendelse.js';

/*
 * A shipment's life. MOTTATT: accepted and durable, not yet handed on. SENDT: the provider has taken it over (its transport receipt is
 * verified). I_PRODUKSJON: the printer has taken it in. LEVERT: it can be read, or paper is posted. AAPNET: the recipient has opened it.
 * RETURNERT: paper came back. TRUKKET: withdrawn by the sender before it was handed on. OVERLATT: handed back to the sender, whose own
 * portal shows it. VARSLET: it lies in Altinn, and its recipient has been told; unread when the time is up, it goes on paper. FEILET: given up, with
 * the reason; the sender has been told.
 */
export const tilstander = [
  'MOTTATT',
  'SENDT',
  'I_PRODUKSJON',
  'LEVERT',
  'AAPNET',
  'RETURNERT',
  'TRUKKET',
  'OVERLATT',
  'VARSLET',
  'FEILET',
] as const;
export type Tilstand = (typeof tilstander)[number];

/** What happens to a shipment, as its status shows it. */
export const hendelser = [
  'MOTTATT',
  'FORSOEK_UTSATT',
  'SENDT',
  'MOTTAK',
  'LEVERING',
  'VARSLINGFEILET',
  'AAPNING',
  'RETURPOST',
  'FEIL',
  'NYTT_OPPSLAG',
  'TRUKKET',
  'OVERLATT',
  'OPPGITT',
  'VARSLET',
  'LESEFRIST',
  'LEST_EKSTERNT',
  'MOTTAK_FEILET',
  'STANSET',
] as const;
export type Hendelsestype = (typeof hendelser)[number];

export interface Hendelse {
  readonly type: Hendelsestype;
  /** Real time at which it was recorded here. */
  readonly tid: Date;
  /** When it happened, by the calendar, where its sender reports that it did. */
  readonly skjedd?: Date;
  /** A code of the error table, of ebMS, or of the receipt; null when nothing needs to be told apart. */
  readonly kode: string | null;
  /** For people: what happened and why. Holds no national id. */
  readonly tekst: Tospraaklig;
}

/** What is handed on, made once for a MessageId: a provider knows a repeated message by its digests (PROFILES, "Duplicates"). */
export interface Pakke {
  readonly meldingsId: string;
  /** The signed StandardBusinessDocument; null for what is fetched without one. */
  readonly sbd: Blob | null;
  /** The encrypted document package. */
  readonly cms: Blob;
  /** Of a letter for paper: what it is charged by. */
  readonly sider?: number;
}

/** One shipment as it is stored. */
export interface Shipment {
  /** UUID. */
  readonly id: string;
  readonly mottatt: Date;
  readonly forsendelse: Forsendelse;
  /** SHA-256 over everything that the sender ordered: the same reference with another digest is a fault. 32 octets. */
  readonly digest: Buffer;
  readonly tilstand: Tilstand;
  /** The decision in force; made anew at dispatch when it waited for virkningstidspunkt. */
  readonly beslutning: Beslutning;
  /** UUID that ties the letter to its receipts (SBDH scope ConversationId). */
  readonly konversasjonsId: string;
  /** MessageId of the push in force: the same at each attempt, a new one after a new look-up. */
  readonly meldingsId: string;
  /** Absent until the first attempt. */
  readonly pakke?: Pakke;
}

/** A shipment's turn at being handed on. */
export interface Job {
  readonly shipmentId: string;
  readonly leverandoer: string | null;
  /** Attempts begun, this one included. */
  readonly forsoek: number;
  readonly foersteForsoek: Date;
  /** Turns in a row before this one that nobody has ended: their processes had ended first, or could not read the letter. */
  readonly tapte: number;
  /** Proves that the turn is still ours: it rises each time the job is claimed. */
  readonly fence: number;
}

/** A receipt that waits for its sender. */
export interface Kvittering {
  /** UUID. */
  readonly id: string;
  readonly shipmentId: string;
  /** Organisation number that may fetch it. */
  readonly avsender: string;
  readonly prioritet: Prioritet;
  readonly hendelse: Hendelse;
}
