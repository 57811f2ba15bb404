import type { Nei } from '../../domain/svarut/oppstroem.js';
import { Failure } from '../../errors.js';
import { oneLine } from '../post.js';

/** What ends a letter for good, wherever it stands in a fault (CONTRACT.md section 1, rule 4). */
const endelig = [
  'Duplikat',
  'Forsendelse med samme mottaker',
  'Ugyldig innhold',
  'Feil under lesing av',
  'Kan ikke lagre tomt dokument',
] as const;

/** Of these, what is said of a letter that it may have got from us before. */
const omDuplikat: readonly string[] = endelig.slice(0, 2);

const nei = (art: Nei['art'], grunn: string, detalj?: string): Nei => ({
  type: 'nei',
  art,
  grunn: oneLine(grunn),
  ...(detalj !== undefined && { detalj }),
});

export const erDuplikat = (words: string): boolean => omDuplikat.some((text) => words.includes(text));

export const erEndelig = (words: string): boolean => endelig.some((text) => words.includes(text));

/** Statuses that say that the request will never be taken. */
const avvist: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/**
 * What an answer other than success means. 401 and 403 are about our account and not about the letter; 404 is an address or an account that is
 * wrong here; the rest may pass.
 * @param words the reason that it gives
 */
export function neiAv(status: number, words: string): Nei {
  if (status === 401 || status === 403) return nei('adgang', `HTTP ${status}: ${words}`);
  if (erEndelig(words) || avvist.has(status)) return nei('innhold', words === '' ? `HTTP ${status}` : words);
  return nei('svarer_feil', `HTTP ${status}: ${words}`);
}

/** A fault of SOAP: its text decides, whatever the status is. */
export const neiAvFault = (words: string): Nei => nei(erEndelig(words) ? 'innhold' : 'svarer_feil', words);

export const innholdNei = (words: string): Nei => nei('innhold', words);
export const feilsvar = (words: string): Nei => nei('svarer_feil', words);
export const ikkeNaadd = (reason: string, detalj: string): Nei => nei('naas_ikke', reason, oneLine(detalj));

/** What the network did. @throws what is neither the network's nor the other side's */
export function neiAvError(error: unknown): Nei {
  if (!(error instanceof Failure)) throw error;
  if (error.code === 'UPSTREAM_UNREACHABLE') return ikkeNaadd(error.values['reason'] ?? 'network', error.detail);
  if (error.code === 'UPSTREAM_FAULT') return feilsvar(error.detail);
  throw error;
}

/** What the octets say; undefined when they are no JSON. */
export function jsonOf(octets: Buffer): unknown {
  try {
    return JSON.parse(octets.toString()) as unknown;
  } catch {
    return undefined;
  }
}

/** Milliseconds for a question, given those for a letter: a turn at a source must end within its lease. */
export const spoersmaalstid = (timeout: number): number => Math.min(timeout, 30_000);
