import type { DigitalPostInfo } from '../../contract/sdp/types.js';

/*
 * Failures on demand: the words in a letter's title that make a double misbehave. Everything else about the letter is as it would be.
 */

export const misbehaviours = [
  'mailbox down',
  'late receipt',
  'bad signature',
  'wrong ref',
  'timeout after commit',
  'returned mail',
  'notice failed',
] as const;
export type Misbehaviour = (typeof misbehaviours)[number];

/** Pushes of one message that find the mailbox down. */
export const DOWN_PUSHES = 2;
/** Milliseconds that a late receipt is late. */
export const LATE_MS = 5_000;

/** A letter, with what its recipient sees of it; null on paper. */
interface Titled {
  readonly digital: Pick<DigitalPostInfo, 'ikkeSensitivTittel'> | null;
}

const titleOf = ({ digital }: Titled): string => digital?.ikkeSensitivTittel.tekst ?? '';

/** @param more text besides the title that may hold the words: names of files, where there is no title */
export function misbehavioursOf(post: Titled, more = ''): ReadonlySet<Misbehaviour> {
  const text = `${titleOf(post)} ${more}`.toLowerCase();
  return new Set(misbehaviours.filter((words) => text.includes(words)));
}
