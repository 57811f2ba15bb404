import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './chance.js';
import type { Kill } from './count.js';
import type { Aim } from './plan.js';
import { points, type Point } from './points.js';
import type { Mortal } from './processes.js';
import type { CrashWorld } from './world.js';

/** Milliseconds that a gateway lives at the most until it is killed at random, and until it comes to a point. */
const LIFE_MS = 2_500;
const POINT_MS = 60_000;
/** The same until the power is cut: all processes begin with nothing in memory. */
const POWER_MS = 6_000;
/** Times at the most that a gateway passes a point until it dies there. */
const PASSES = 10;

interface Dead {
  readonly reached: boolean;
  readonly resume: () => Promise<void>;
}

const dead = (resume: () => Promise<void>, reached = true): Dead => ({ reached, resume });

async function haltOne(gateway: Mortal): Promise<Dead> {
  await gateway.halt();
  return dead(() => gateway.resume());
}

/** Of a cluster one node. */
async function haltDatabase({ servers }: CrashWorld, chance: Chance): Promise<Dead> {
  const server = servers.length > 1 ? chance.pick(servers) : servers[0];
  await server?.kill();
  return dead(async () => server?.start());
}

/** Everything that stands on the disk ends at once. */
async function cutPower({ gateways, servers, disk }: CrashWorld): Promise<Dead> {
  await Promise.all([...gateways.map((gateway) => gateway.halt()), ...servers.map((server) => server.kill())]);
  await disk.cut();
  return dead(async () => {
    await Promise.all(servers.map((server) => server.start()));
    await Promise.all(gateways.map((gateway) => gateway.resume()));
  });
}

async function haltAt({ gateways, webs }: CrashWorld, point: Point, chance: Chance): Promise<Dead> {
  const workers = gateways.slice(webs);
  const passing = points[point].role === 'worker' && workers.length > 0 ? workers : gateways.slice(0, webs);
  const gateway = chance.pick(passing);
  // Letters are spread over those that pass there.
  const passes = 1 + chance.below(Math.ceil(PASSES / passing.length));
  const reached = await gateway.haltAt({ point, passes }, POINT_MS);
  return dead(() => gateway.resume(), reached);
}

/** One kill, and the end of what it did: everything runs again. @param only who may be killed at random */
export async function kill(world: CrashWorld, aim: Aim, chance: Chance, only = world.gateways): Promise<Kill> {
  // Drawn whatever the aim is, so that a seed gives the same moments to another choice of points.
  const moment = chance.next() * (aim === 'power' ? POWER_MS : LIFE_MS);
  const victim = chance.pick(only);
  const how: Readonly<Record<'random' | 'database' | 'power', () => Promise<Dead>>> = {
    random: () => haltOne(victim),
    database: () => haltDatabase(world, chance),
    power: () => cutPower(world),
  };
  const atPoint = aim in points;
  if (!atPoint) await sleep(moment);
  const { reached, resume } = await (atPoint ? haltAt(world, aim as Point, chance) : how[aim as keyof typeof how]());
  const from = performance.now();
  await resume();
  return { aim, reached, recovery: performance.now() - from };
}

/** A kill, for whoever reads along. */
export function inWords({ aim, reached, recovery }: Kill): string {
  const where = { random: 'at random', database: 'of the database', power: 'of the power' } as const;
  const seconds = `${(recovery / 1000).toFixed(1)} s until all ran again`;
  if (aim in where) return `${where[aim as keyof typeof where]}, ${seconds}`;
  return `${reached ? 'at' : 'on the way to'} ${aim}, ${seconds}`;
}
