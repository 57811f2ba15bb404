import { setTimeout as sleep } from 'node:timers/promises';
import { readBooks, wrongIn } from './books.js';
import { chanceOf } from './chance.js';
import { count, type Counts, type Kill } from './count.js';
import { entrances } from './entrances/index.js';
import { strangers } from './entrances/letters.js';
import type { Entrance } from './entrances/types.js';
import { killOften } from './killOften.js';
import { inWords, kill } from './kills.js';
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
  /** What does not add up in the gateway's books, and at the providers. */
  readonly wrong: readonly string[];
}

/** Milliseconds for the last letters: leases of the dead end, and receipts are repeated. */
const DRAIN_MS = 120_000;
/** The same where letters are known to be lost. */
const DRAIN_LOST_MS = 20_000;
/** Milliseconds for what nobody should have done to show itself, and for what is written down after a letter has arrived. */
const AFTER_MS = 5_000;
const BOOKS_MS = 30_000;
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

/** Kills in their order, or the power. */
async function killAll(world: CrashWorld, options: RunOptions, started: Started): Promise<Kill[]> {
  const { kills, power, at, seed, say } = options;
  const chance = chanceOf(seed).of('kills');
  const database = world.servers.length > 0;
  const done: Kill[] = [];
  for (const aim of power > 0 ? cuts(power) : plan(kills, { at, database }, chance)) {
    const one = await kill(world, aim, chance);
    done.push(one);
    say(`kill ${done.length} of ${power || kills}, ${inWords(one)}; ${acknowledgedBy(started)} letters acknowledged`);
  }
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

/**
 * Counts what was seen of an entrance, and shows what is not as it should be.
 * @param changed letters that were answered otherwise when they were sent once more
 */
export async function look(
  entrance: Entrance,
  say: RunOptions['say'],
  changed: readonly string[] = [],
): Promise<Counts> {
  const counts = count({ ...(await entrance.seen()), repeated: entrance.repeated(), changed });
  const { lost, doubled, misreported, unexpected } = counts;
  const odd = new Set([...lost, ...doubled, ...misreported, ...unexpected, ...changed]);
  for (const ref of [...odd].slice(0, SHOWN)) say(`look at: ${await entrance.standOf(ref).catch(String)}`);
  return counts;
}

/** Sends letters of each entrance once more, and waits for what that should not have done. @returns those that are answered otherwise */
async function sendAgain(started: Started): Promise<ReadonlyMap<EntranceName, readonly string[]>> {
  const changed = new Map<EntranceName, readonly string[]>();
  for (const [name, entrance] of started) changed.set(name, await entrance.again());
  await sleep(AFTER_MS);
  return changed;
}

/** What does not add up, once what is still being written is written. */
async function wrongOf({ databaseUrl, providers }: CrashWorld, acknowledged: number): Promise<readonly string[]> {
  for (const end = Date.now() + BOOKS_MS; ; await sleep(1_000)) {
    const rows = await readBooks(databaseUrl);
    const wrong = [...wrongIn(rows, acknowledged), ...strangers(providers)];
    if (wrong.length === 0 || Date.now() > end) return wrong;
  }
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
    : killOften(world, options, killEvery, [...started.values()]));
  stopped = options.shipments === undefined;
  await Promise.all([...started.values()].map((entrance) => entrance.sent));
  await drain(started, options);
  const changed = await sendAgain(started);
  await drain(started, options);
  const counts: Partial<Record<EntranceName, Counts>> = {};
  for (const [name, entrance] of started) counts[name] = await look(entrance, say, changed.get(name));
  const wrong = await wrongOf(world, acknowledgedBy(started));
  for (const what of [...wrong, ...world.providers.lost].slice(0, SHOWN)) say(`look at: ${what}`);
  await world.stop();
  return { kills, counts, wrong };
}
