import { createHash } from 'node:crypto';

/** What happens by chance in a run, so that it happens again for the same seed. */
export interface Chance {
  /** In [0, 1). */
  next(): number;
  /** A whole number from 0 to `n` - 1. */
  below(n: number): number;
  /** @throws Error for an empty list */
  pick<T>(list: readonly T[]): T;
  /** In another order. */
  shuffled<T>(list: readonly T[]): T[];
  /** Chance of its own for a part of the run, whatever the other parts draw meanwhile. */
  of(part: string): Chance;
}

/** The first 32 bits of a digest. */
const bits = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE();

/** Chance that follows from a seed, by the generator mulberry32. */
export function chanceOf(seed: string): Chance {
  let state = bits(seed);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  const chance: Chance = {
    next,
    below,
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new Error('there is nothing to choose from');
      return list[below(list.length)] as T;
    },
    shuffled: (list) => {
      const order = [...list];
      for (let last = order.length - 1; last > 0; last--) {
        const at = below(last + 1);
        [order[at], order[last]] = [order[last] as (typeof order)[number], order[at] as (typeof order)[number]];
      }
      return order;
    },
    of: (part) => chanceOf(`${seed} ${part}`),
  };
  return chance;
}
