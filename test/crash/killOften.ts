import { setTimeout as sleep } from 'node:timers/promises';
import { chanceOf } from './chance.js';
import type { Kill } from './count.js';
import type { Entrance } from './entrances/types.js';
import { inWords, kill } from './kills.js';
import type { Mortal } from './processes.js';
import type { CrashWorld } from './world.js';

/** Where time counts, so many kills of processes come before that of a node of the cluster. */
const NODE_TURN = 5;

interface Options {
  readonly seed: string;
  /** Undefined: workers only are killed. */
  readonly time: number | undefined;
  readonly say: (line: string) => void;
}

/** Who may be killed: not the last that takes letters, nor the last that hands them on. */
function killable({ gateways, webs }: CrashWorld, only: readonly Mortal[], dead: ReadonlySet<Mortal>): Mortal[] {
  const roles = [gateways.slice(0, webs), gateways.slice(webs)];
  const living = roles.map((role) => role.filter((gateway) => !dead.has(gateway)));
  return living.filter((role) => role.length > 1).flatMap((role) => role.filter((gateway) => only.includes(gateway)));
}

/**
 * Kills a worker, or whoever it is, every so often while there are letters to send: the next one too while the last one starts. Whoever is
 * alone is left alone until another is there again; where there is but one of its role from the start it is killed, and waited for.
 */
export async function killOften(
  world: CrashWorld,
  { seed, time, say }: Options,
  every: number,
  entrances: readonly Entrance[],
): Promise<Kill[]> {
  const chance = chanceOf(seed).of('kills');
  const workers = world.gateways.slice(world.webs);
  const only = workers.length > 0 && time === undefined ? workers : world.gateways;
  const cluster = world.servers.length > 1;
  const dead = new Set<Mortal>();
  const done: Kill[] = [];
  const recovering = new Set<Promise<void>>();
  let [begun, sending] = [0, true];
  const sum = (of: (entrance: Entrance) => number): number => entrances.reduce((all, one) => all + of(one), 0);
  const one = async (victim: Mortal, aim: 'random' | 'database'): Promise<void> => {
    if (aim === 'random') dead.add(victim);
    done.push(await kill(world, aim, { ...chance, next: () => 0 }, [victim]));
    dead.delete(victim);
    const [acked, left] = [sum(({ acknowledged }) => acknowledged.size), sum((entrance) => entrance.left())];
    const last = done.at(-1) as Kill;
    say(`kill ${done.length}, ${inWords(last)}; ${acked} letters acknowledged, ${left} on their way`);
  };
  const sent = Promise.all(entrances.map((entrance) => entrance.sent)).then(() => (sending = false));
  for (let at = Date.now() + every; sending; at += every) {
    await Promise.race([sent, sleep(Math.max(0, at - Date.now()))]);
    if (!sending) break;
    const able = dead.size === 0 ? only : killable(world, only, dead);
    if (able.length === 0) continue;
    const work = one(chance.pick(able), cluster && begun === NODE_TURN ? 'database' : 'random');
    begun++;
    recovering.add(work);
    void work.finally(() => recovering.delete(work));
  }
  await sent;
  await Promise.all(recovering);
  return done;
}
