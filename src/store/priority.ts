import type { Prioritet } from '../domain/forsendelse.js';

/** While letters of both priorities wait, one turn of so many is a normal letter's: it waits longer, but not for ever. */
export const NORMAL_SHARE = 4;

/** Who is next of those that wait, at most `limit`. @param given turns that have been given before */
export function shared<T>(
  { PRIORITERT, NORMAL }: Readonly<Record<Prioritet, readonly T[]>>,
  limit: number,
  given: number,
): T[] {
  const [first, second] = [[...PRIORITERT], [...NORMAL]];
  const next: T[] = [];
  while (next.length < limit && first.length + second.length > 0) {
    const turnOfNormal = (given + next.length + 1) % NORMAL_SHARE === 0;
    const [own, other] = turnOfNormal ? [second, first] : [first, second];
    next.push((own.length > 0 ? own : other).shift() as T);
  }
  return next;
}
