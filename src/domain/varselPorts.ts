import type { Ord } from './hendelsestekst.js';
import type { Varselbestilling } from './routing/decision.js';

/** One notice as it goes out, its text ready. */
export interface Varsel {
  /** The same in each attempt, so that a gateway that knows it sends it once. */
  readonly id: string;
  readonly kanal: Varselbestilling['varslingskanal'];
  /** An e-mail address, or a telephone number as the register has it. */
  readonly adresse: string;
  readonly spraak: Varselbestilling['spraak'];
  /** Of an e-mail; an SMS has none. */
  readonly emne: string | null;
  readonly tekst: string;
}

/** Taken over by the next in line, or refused for good: the address is wrong, and trying again does not help. */
export type Varselutfall = { readonly type: 'sendt' } | { readonly type: 'avvist'; readonly grunn: Ord };

/** The way out for notices that the gateway sends itself. */
export interface Varselsender {
  /** The channels that are configured; a notice by another one is never handed over. */
  readonly kanaler: ReadonlySet<Varsel['kanal']>;
  /** Those of them whose other side knows a notice again by its id, and sends it once however often it is handed over. */
  readonly kjennerIgjen: ReadonlySet<Varsel['kanal']>;
  /**
   * Hands one notice over.
   * @throws {Failure} when it could not be handed over now, and may be tried again; `values.uvisst`: it may have been taken all the same
   */
  send(varsel: Varsel, signal: AbortSignal): Promise<Varselutfall>;
}
