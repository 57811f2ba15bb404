import type { Ord } from '../../domain/hendelsestekst.js';
import { Failure } from '../../errors.js';
import type { Varsel, Varselsender, Varselutfall } from '../../domain/varselPorts.js';

/** One way out, for one channel. */
export interface Varselvei extends Pick<Varselsender, 'send'> {
  readonly kanal: Varsel['kanal'];
  /** Whether its other side sends what has one id once, however often it gets it. */
  readonly kjennerIgjen: boolean;
  /** Lets go of connections. */
  close(): void;
}

export const sendt: Varselutfall = { type: 'sendt' };

/** What never helps to try again. @param grunn holds neither address nor text */
export const avvist = (grunn: Ord): Varselutfall => ({ type: 'avvist', grunn });

/**
 * The other side answered, and may answer otherwise later.
 * @param hvor where it is, for the log
 * @param vent milliseconds for which it asks to be left alone; `vent` of the failure's values
 */
export const senere = (text: string, hvor: string, vent?: number): Failure =>
  new Failure('UPSTREAM_FAULT', `${hvor}: ${text}`, { text, ...(vent !== undefined && { vent: String(vent) }) });

/**
 * The other side was not reached, or its answer was lost.
 * @param reason a word that names nobody, such as `ECONNREFUSED`
 * @param uvisst whether it may have taken the notice all the same; `uvisst` of the failure's values
 */
export const naasIkke = (text: string, hvor: string, reason: string, uvisst: boolean): Failure =>
  new Failure('UPSTREAM_UNREACHABLE', `${hvor}: ${text}`, { text, reason, ...(uvisst && { uvisst: 'true' }) });

/** A name made of the notice's id that may stand in a Message-ID and in a header of HTTP, and is another for each id. */
export const merke = ({ id }: Pick<Varsel, 'id'>): string =>
  encodeURIComponent(id).replace(/[.!'()*~]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
