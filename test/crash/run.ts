import { setTimeout as sleep } from 'node:timers/promises';
import { chanceOf } from './chance.js';
import { count, type Counts, type Kill } from './count.js';
import { entrances } from './entrances/index.js';
import type { Entrance } from './entrances/types.js';
import { kill } from './kills.js';
import { cuts, plan } from './plan.js';
import type { EntranceName, Point } from './points.js';
import { startWorld, type CrashWorld, type Database } from './world.js';

export interface RunOptions {
  readonly seed: string;
  readonly database: Database;
  readonly kills: number;
  /** Those that are killed at. */
  readonly at: readonly Point[];
  /** Cuts of the power; instead of kills. */
  readonly power: number;
  /** Milliseconds between kills of workers, until all letters are sent, or of any process, until the time is over; instead of kills that are counted. */
  readonly killEvery: number | undefined;
  /** Milliseconds for which letters are sent; undefined: not bounded so. */
  readonly time: number | undefined;
  /** Letters that are sent; undefined: as many as come to it while there are kills. */
  readonly shipments: number | undefined;
  readonly webs: number;
  readonly workers: number;
  readonly accounts: number;
  readonly entrances: readonly EntranceName[];
  /** Payloads are not made durable: losses are to be found. */
  readonly withoutFsync: boolean;
  readonly say: (line: string) => void;
}

type ClientOptions = Pick<RunOptions, 'shipments' | 'time' | 'entrances' | 'seed' | 'say'>;

export interface Result {
  readonly kills: readonly Kill[];
  readonly counts: Readonly<Partial<Record<EntranceName, Counts>>>;
}

/** Milliseconds for the last letters: leases of the dead end, and receipts are repeated. */
const DRAIN_MS = 120_000;
/** The same where letters are known to be lost. */
const DRAIN_LOST_MS = 20_000;
/** Letters that are shown when something went wrong. */
const SHOWN = 10;
/** Clients of each entrance, and the letters of each that may be on their way, where time counts and where their number does. */
const CLIENTS = 2;
const ON_THEIR_WAY = { some: 30, many: 400 } as const;

type Started = ReadonlyMap<EntranceName, Entrance>;

const acknowledgedBy = (started: Started): number =>
  [...started.values()].reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);

/** Each entrance gets its share of the letters, where they are counted. */
function shares({ shipments, entrances: names }: ClientOptions, stopped: () => boolean): () => () => boolean {
  return () => {
    let left = shipments === undefined ? Infinity : Math.ceil(shipments / names.length);
    return () => !stopped() && left-- > 0;
  };
}

/** Clients of each entrance, at work until they are stopped or their letters are sent. */
export async function startEntrances(
  world: CrashWorld,
  options: ClientOptions,
  stopped: () => boolean,
): Promise<Started> {
  const { shipments, time, seed, say } = options;
  const share = shares(options, stopped);
  const started = options.entrances.map(async (name) => {
    const entrance = await entrances[name]({
      ...world,
      chance: chanceOf(seed).of(name),
      clients: CLIENTS,
      onTheirWay: shipments === undefined && time === undefined ? ON_THEIR_WAY.some : ON_THEIR_WAY.many,
      more: share(),
      say,
    });
    return [name, entrance] as const;
  });
  return new Map(await Promise.all(started));
}

function told({ aim, reached, recovery }: Kill): string {
  const where = { random: 'at random', database: 'of the database', power: 'of the power' } as const;
  const seconds = `${(recovery / 1000).toFixed(1)} s until all ran again`;
  if (aim in where) return `${where[aim as keyof typeof where]}, ${seconds}`;
  return `${reached ? 'at' : 'on the way to'} ${aim}, ${seconds}`;
}

/** Kills in their order, or the power. */
async function killAll(world: CrashWorld, options: RunOptions, started: Started): Promise<Kill[]> {
  const { kills, power, at, seed, say } = options;
  const chance = chanceOf(seed).of('kills');
  const database = world.servers.length > 0;
  const done: Kill[] = [];
  for (const aim of power > 0 ? cuts(power) : plan(kills, { at, database }, chance)) {
    const one = await kill(world, aim, chance);
    done.push(one);
    say(`kill ${done.length} of ${power || kills}, ${told(one)}; ${acknowledgedBy(started)} letters acknowledged`);
  }
  return done;
}

/** Where time counts, so many kills of processes come before that of a node of the cluster. */
const NODE_TURN = 5;

/** Kills a worker, or whoever it is, every so often while there are letters to send. */
async function killOften(world: CrashWorld, options: RunOptions, every: number, started: Started): Promise<Kill[]> {
  const chance = chanceOf(options.seed).of('kills');
  const workers = world.gateways.slice(world.webs);
  const only = workers.length > 0 && options.time === undefined ? workers : world.gateways;
  const cluster = world.servers.length > 1;
  const done: Kill[] = [];
  let sending = true;
  const sent = Promise.all([...started.values()].map((entrance) => entrance.sent)).then(() => (sending = false));
  for (let at = Date.now() + every; sending; at += every) {
    await Promise.race([sent, sleep(Math.max(0, at - Date.now()))]);
    if (!sending) break;
    const aim = cluster && done.length === NODE_TURN ? 'database' : 'random';
    const one = await kill(world, aim, { ...chance, next: () => 0 }, only);
    done.push(one);
    const left = [...started.values()].reduce((sum, entrance) => sum + entrance.left(), 0);
    options.say(
      `kill ${done.length}, ${told(one)}; ${acknowledgedBy(started)} letters acknowledged, ${left} on their way`,
    );
  }
  await sent;
  return done;
}

/** Waits until every letter has arrived, and everybody has got rid of what there is to tell. */
export async function drain(
  started: Started,
  { say, withoutFsync }: Pick<RunOptions, 'say' | 'withoutFsync'>,
): Promise<void> {
  const patience = withoutFsync ? DRAIN_LOST_MS : DRAIN_MS;
  let [best, end] = [Infinity, 0];
  for (;;) {
    const each = [...started].map(([name, entrance]) => [name, entrance.left()] as const);
    const left = each.reduce((sum, [, n]) => sum + n, 0);
    // Many letters may wait at once: they have time as long as they come to their end.
    if (left < best) [best, end] = [left, Date.now() + patience];
    if (left === 0 || Date.now() > end) return;
    say(`on their way: ${each.map(([name, n]) => `${name} ${n}`).join(', ')}`);
    await sleep(2_000);
  }
}

/** Counts what was seen of an entrance, and shows what is not as it should be. */
export async function look(entrance: Entrance, say: RunOptions['say']): Promise<Counts> {
  const counts = count({ ...(await entrance.seen()), repeated: entrance.repeated() });
  const odd = new Set([...counts.lost, ...counts.doubled, ...counts.misreported]);
  for (const ref of [...odd].slice(0, SHOWN)) say(`look at: ${await entrance.standOf(ref).catch(String)}`);
  return counts;
}

/** Runs clients against gateways that are killed, then waits for what is on its way and counts. */
export async function run(options: RunOptions): Promise<Result> {
  const { withoutFsync, power, killEvery, time, say } = options;
  const environment: Record<string, string> = withoutFsync ? { CRASH_WITHOUT_FSYNC: 'payloads' } : {};
  const world = await startWorld({ ...options, power: power > 0, environment });
  let stopped = false;
  const end = time === undefined ? Infinity : Date.now() + time;
  const started = await startEntrances(world, options, () => stopped || Date.now() > end);
  const kills = await (killEvery === undefined
    ? killAll(world, options, started)
    : killOften(world, options, killEvery, started));
  stopped = options.shipments === undefined;
  await Promise.all([...started.values()].map((entrance) => entrance.sent));
  await drain(started, options);
  const counts: Partial<Record<EntranceName, Counts>> = {};
  for (const [name, entrance] of started) counts[name] = await look(entrance, say);
  for (const lost of world.providers.lost.slice(0, SHOWN)) say(`look at: ${lost}`);
  await world.stop();
  return { kills, counts };
}
