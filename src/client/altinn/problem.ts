import { z } from 'zod';
import type { Nei } from '../../domain/svar.js';
import { nei, ventAv } from '../answer.js';
import type { JsonAnswer } from '../bearer.js';

/* What the errors of Altinn 3 mean (its OpenAPI, and CONTRACT.md of SvarUt, section 10). */

const problem = z.object({
  title: z.string().nullish(),
  detail: z.string().nullish(),
  errorCode: z.number().nullish(),
});

/** A document that was uploaded is not there any more. */
export const DOKUMENT_BORTE = 1007;
/** Codes of its problems that pass: documents that are being looked through, a register that did not answer. */
const gaarOver: ReadonlySet<number> = new Set([1018, 2002, 2009, 4002]);
/** No such recipient (1029), and statuses that say that the request will never be taken. */
const UKJENT_MOTTAKER = 1029;
const avvist: ReadonlySet<number> = new Set([400, 413, 415, 422]);

export interface Problem {
  /** Number of Altinn's own; undefined when it says none. */
  readonly kode: number | undefined;
  readonly ord: string;
}

/** What a body that is no answer says. */
export function problemI(json: unknown): Problem {
  const { errorCode, detail, title } = problem.safeParse(json).data ?? {};
  // Where the number has no member of its own, it begins the text.
  const ord = detail ?? title ?? '';
  const kode = errorCode ?? Number(/^(\d{4})\b/.exec(ord)?.[1]);
  return { kode: Number.isNaN(kode) ? undefined : kode, ord };
}

function artAv(status: number, kode: number | undefined): Nei['art'] {
  if (status === 401 || status === 403) return 'adgang';
  if (kode !== undefined && gaarOver.has(kode)) return 'svarer_feil';
  return avvist.has(status) || kode === UKJENT_MOTTAKER ? 'innhold' : 'svarer_feil';
}

/** Why an answer other than success is none. */
export function neiAvProblem({ status, retryAfter }: JsonAnswer, json: unknown, now: Date): Nei {
  const { kode, ord } = problemI(json);
  const words = `HTTP ${status}${kode === undefined ? '' : ` (${kode})`}: ${ord}`;
  return nei(artAv(status, kode), words, ventAv(retryAfter, now));
}
