import type { MottattKvittering } from './receipts.js';

/** What confirms a receipt where it was fetched; plain, so that it can be kept until then. */
export interface Kvitteringsbekreftelse {
  readonly messageId: string;
  readonly references: readonly string[];
}

/** What came of asking for a receipt. `feil`: no answer that can be gone by; nothing is lost, and one asks again. */
export type Henting =
  | {
      readonly type: 'kvittering';
      readonly kvittering: MottattKvittering;
      /** The provider's signed document. */
      readonly dokument: string;
      readonly bekreftelse: Kvitteringsbekreftelse;
    }
  | { readonly type: 'tom' }
  | {
      readonly type: 'feil';
      readonly grunn: string;
      /** Milliseconds for which it asks to be left alone. */
      readonly vent?: number;
    };

/** Where receipts of a channel's letters must be fetched, since nobody brings them. What is fetched is lent until it is confirmed. */
export interface Kvitteringskilde {
  /** Its row in the schedule; unique in an installation, 255 characters at the most. */
  readonly navn: string;
  /** Milliseconds to the next look after an empty one. */
  readonly pause: number;
  /** The next receipt; the one before is confirmed on the same way. What the other side does is no error. */
  hent(forrige?: Kvitteringsbekreftelse): Promise<Henting>;
  /** Confirms one alone. Undefined: done. Else why not, and the receipt comes again. */
  bekreft(bekreftelse: Kvitteringsbekreftelse): Promise<string | undefined>;
}

/** A turn at a source: only one process has it. */
export interface Tur {
  readonly navn: string;
  /** Looks in a row that came to nothing. */
  readonly feil: number;
  /** Proves that the turn is still ours. */
  readonly fence: number;
}

/** The schedule, shared by all processes of an installation. */
export interface Turer {
  /** Takes the turn at a source, when it is due and nobody else has it; it is free again after `leaseMs`. */
  ta(navn: string, now: Date, leaseMs: number): Promise<Tur | undefined>;
  /** Ends a turn. Nothing is written when it is no longer ours. */
  avslutt(tur: Tur, neste: Date, feil: number): Promise<void>;
}

/** Milliseconds that no pause exceeds. */
export const lengstePause = 3_600_000;

/** Milliseconds to the next look after `feil` looks in a row that came to nothing: doubled at each, up to an hour, and no fewer than it asks for. */
export const pauseEtter = (pause: number, feil: number, vent = 0): number => {
  const doblet = feil <= 1 ? pause : Math.min(lengstePause, pause * 2 ** Math.min(feil - 1, 30));
  return Math.max(pause, doblet, Math.min(lengstePause, vent));
};
