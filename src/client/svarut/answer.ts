import type { Nei } from '../../domain/svar.js';
import { nei } from '../answer.js';

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
