import type { Ord } from '../domain/hendelsestekst.js';
import type { Nei } from '../domain/svar.js';
import { Failure } from '../errors.js';
import { oneLine } from './post.js';

/* What the answers of services above us mean, whichever contract they speak. */

/** A reason as logs have it. */
export const paaEngelsk = (ord: Ord): string => (typeof ord === 'string' ? ord : ord.en);

const paaEnLinje = (ord: Ord): Ord =>
  typeof ord === 'string' ? oneLine(ord) : { nb: oneLine(ord.nb), en: oneLine(ord.en) };

export const nei = (art: Nei['art'], grunn: Ord, more: Pick<Nei, 'detalj' | 'vent'> = {}): Nei => ({
  type: 'nei',
  art,
  grunn: paaEnLinje(grunn),
  ...more,
});

export const innholdNei = (words: Ord): Nei => nei('innhold', words);
export const feilsvar = (words: Ord): Nei => nei('svarer_feil', words);

/** What was answered is not what the contract says. @param how for the log */
export const motKontrakten = (how = ''): Nei =>
  feilsvar({ nb: 'et svar i strid med kontrakten', en: `an answer against the contract${how && `: ${how}`}` });

/** What the network did. @throws what is neither the network's nor the other side's */
export function neiAvError(error: unknown): Nei {
  if (!(error instanceof Failure)) throw error;
  if (error.code === 'UPSTREAM_UNREACHABLE')
    return nei('naas_ikke', error.values['reason'] ?? { nb: 'nettverket', en: 'network' }, {
      detalj: oneLine(error.detail),
    });
  if (error.code === 'UPSTREAM_FAULT') return feilsvar(error.detail);
  throw error;
}

/** How long `Retry-After` asks to be left alone; nothing where it does not. */
export function ventAv(retryAfter: string | undefined, now: Date): Pick<Nei, 'vent'> {
  if (retryAfter === undefined) return {};
  const ms = /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now.getTime();
  return Number.isNaN(ms) ? {} : { vent: Math.max(0, ms) };
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
