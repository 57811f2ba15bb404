import { median } from '../../bench/support/stats.js';
import type { Check } from '../count.js';
import type { Holding } from '../processes.js';

/** What is held in the last third of a run more than in the first, of medians. */
export interface Growth {
  /** MiB. */
  readonly rss: number;
  readonly heap: number;
  readonly files: number;
}

const MIB = 2 ** 20;
/** What it may be at the most. Descriptors are connections too, which come and go. */
export const most: Growth = { rss: 8, heap: 8, files: 8 };
const units: Readonly<Record<keyof Growth, readonly [name: string, of: number]>> = {
  heap: ['MiB of heap', MIB],
  rss: ['MiB of RSS', MIB],
  files: ['file descriptors', 1],
};
export const members = ['heap', 'rss', 'files'] as const;

export function growthOf(all: readonly Holding[]): Growth {
  const size = Math.max(1, Math.floor(all.length / 3));
  const of = (member: keyof Growth): number => {
    const at = (part: readonly Holding[]): number => median(part.map((one) => one[member]));
    const grown = (at(all.slice(-size)) - at(all.slice(0, size))) / units[member][1];
    return Math.round(grown * 10) / 10;
  };
  return { rss: of('rss'), heap: of('heap'), files: of('files') };
}

/** Whether a process holds in the end what it held at first. */
export function memoryChecks(name: string, growth: Growth): Check[] {
  return members.map((member) => ({
    holds: growth[member] < most[member],
    text: `${name}: ${growth[member]} ${units[member][0]} more in the last third than in the first, after a forced collection (goal < ${most[member]})`,
  }));
}
