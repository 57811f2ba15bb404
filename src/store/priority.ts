import type { Prioritet } from '../domain/forsendelse.js';
import type { Room } from '../domain/shipmentPorts.js';

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

/** The first of each lane, then the second of each, and so on. */
export const inTurn = <T>(lanes: readonly (readonly T[])[]): T[] =>
  Array.from({ length: Math.max(0, ...lanes.map(({ length }) => length)) }, (_, turn) =>
    lanes.flatMap((lane) => lane.slice(turn, turn + 1)),
  ).flat();

/** Those of each provider that there is room for. */
export function within<T extends { readonly leverandoer: string | null }>(room: Room, those: readonly T[]): T[] {
  const taken = new Map<string | null, number>();
  return those.filter(({ leverandoer }) => {
    const count = taken.get(leverandoer) ?? 0;
    taken.set(leverandoer, count + 1);
    return count < room(leverandoer);
  });
}
