import type { ErrorCode } from '../../../src/errors.js';
import type { Message, MessageKey, RequestSpec } from '../../support/messages.js';
import { body, goodRequest, hentPersoner, paaVegneAvBlock, timestamp } from '../../support/messages.js';

/** Who sends, and when. */
export interface Base {
  readonly key: MessageKey;
  /** A key of another organisation under the same authority. */
  readonly other: MessageKey;
  readonly at: Date;
}

/** What is wrong before it is signed, by the sender. */
export type Before = (base: Base) => Partial<RequestSpec>;
/** What somebody on the way does to the signed message. */
export type After = (message: Message, base: Base) => string | Buffer;

/** One thing wrong with an otherwise good request, and how it must be refused. */
export interface Attack {
  /** Case of SECURITY.md section 2. */
  readonly security: number;
  readonly wrong: string;
  readonly code: ErrorCode;
  readonly before?: Before;
  readonly after?: After;
}

/** A request that looks unlike what clients send and is good all the same. */
export type Variant = Pick<Attack, 'wrong' | 'before' | 'after'>;

/* Rows of the tables: by whom it is done, and whether it must be refused. */
export const signing = (security: number, wrong: string, before: Before) => ({ security, wrong, before });
export const altering = (security: number, wrong: string, after: After) => ({ security, wrong, after });
export const signed = (wrong: string, before: Before): Variant => ({ wrong, before });
export const altered = (wrong: string, after: After): Variant => ({ wrong, after });

/** Attacks that are refused with the same code. */
export const refusedAs = (code: ErrorCode, rows: readonly Omit<Attack, 'code'>[]): readonly Attack[] =>
  rows.map((row) => ({ ...row, code }));

const usual = new WeakMap<Base, Message>();

/** The request that nothing is wrong with; the same one for the same base. */
function usualMessage(base: Base): Message {
  const message = usual.get(base) ?? goodRequest({ key: base.key, at: base.at });
  usual.set(base, message);
  return message;
}

/** The octets that arrive. */
export function octetsOf({ before, after }: Pick<Attack, 'before' | 'after'>, base: Base): string | Buffer {
  const message =
    before === undefined ? usualMessage(base) : goodRequest({ key: base.key, at: base.at, ...before(base) });
  return after?.(message, base) ?? message.text;
}

/** Seconds from `at` as a timestamp is written. */
export const seconds = (at: Date, s: number): string => new Date(at.getTime() + s * 1000).toISOString();

/* What an attacker puts in the place of the signed part: same name, same Id or another, other content. */

export const forgedBody = (id: string): string => body(id, hentPersoner('17853112534'));
export const forgedBlock = (id: string): string => paaVegneAvBlock(id, '310000027');
export const forgedTimestamp = (id: string, at: Date): string => timestamp(id, seconds(at, 1), seconds(at, 200));
