import type { Chance } from './chance.js';
import type { Point } from './points.js';

/** What is killed, and where: one of the gateway's processes at any moment or at a point, the database, or all of them with the power. */
export type Aim = 'random' | 'database' | 'power' | Point;

export interface Targets {
  /** The points that there are. */
  readonly at: readonly Point[];
  /** There is a database process to kill. */
  readonly database: boolean;
}

/** Every so many kills at random one is of the database. */
const DATABASE_TURN = 3;

/** Each kill in turn: by turns at random and at a point. Every point comes once before any comes again, in an order that chance decides. */
export function plan(kills: number, { at, database }: Targets, chance: Chance): readonly Aim[] {
  const order: Point[] = [];
  return Array.from({ length: kills }, (_, n) => {
    if (n % 2 === 0 || at.length === 0) return database && (n / 2) % DATABASE_TURN === 1 ? 'database' : 'random';
    if (order.length === 0) order.push(...chance.shuffled(at));
    return order.shift() as Point;
  });
}

/** Each cut of the power. */
export const cuts = (count: number): readonly Aim[] => Array.from({ length: count }, () => 'power' as const);
