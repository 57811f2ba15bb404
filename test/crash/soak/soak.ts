import { setTimeout as sleep } from 'node:timers/promises';
import { providerNames } from '../../../src/sandbox/providers/types.js';
import { startTap } from '../../support/tap.js';
import { chanceOf } from '../chance.js';
import type { Counts } from '../count.js';
import type { Entrance } from '../entrances/types.js';
import { entranceNames, type EntranceName } from '../points.js';
import type { Holding } from '../processes.js';
import { drain, look, startEntrances } from '../run.js';
import { startWorld, type CrashWorld, type Database } from '../world.js';
import { faultsOf } from './faults.js';
import { growthOf, type Growth } from './memory.js';

export interface SoakOptions {
  readonly seed: string;
  /** Of which memory is looked at; they come after the warm-up, whose load and faults are the same. */
  readonly minutes: number;
  readonly database: Database;
  readonly say: (line: string) => void;
}

export interface SoakResult {
  readonly counts: Readonly<Partial<Record<EntranceName, Counts>>>;
  /** How often each came. */
  readonly faults: Readonly<Record<string, number>>;
  /** Of the processes that were left alone. */
  readonly growth: Readonly<Record<'web' | 'worker', Growth>>;
}

/**
 * Minutes of which memory does not count: code is compiled (that of the web process grew from 6.7 to 8.7 MiB in the first three minutes, and
 * by 1.2 in the seven after them), and SQLite fills its page caches as the database grows (by 2.4 MiB a minute).
 */
export const WARM_UP = 3;
/** Milliseconds between faults at the most, and between looks at memory. */
const REST_MS = 4_000;
const LOOKS_MS = 10_000;
/** Looks until the next line about memory. */
const TOLD = 6;
/** What `npm start` gives node and its allocator. */
const asStarted = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_TRIM_THRESHOLD_: '4194304',
  NODE_OPTIONS: '--max-semi-space-size=16',
};

/** Forgets what has arrived and was looked at, or this process would hold every letter of the run. */
function forgetArrived({ providers }: CrashWorld, entrances: Iterable<Entrance>): void {
  for (const entrance of entrances) entrance.left();
  for (const name of providerNames)
    for (const letter of providers.doubles[name].letters)
      if (letter.reported.includes('levering') && letter.documents.length > 0)
        Object.assign(letter, { documents: [], pakke: Buffer.alloc(0) });
}

const MIB = 2 ** 20;
const inWords = ({ heap, rss, files }: Holding): string =>
  `heap ${(heap / MIB).toFixed(1)} MiB, RSS ${(rss / MIB).toFixed(0)} MiB, ${files} descriptors`;

const processes = ['web', 'worker'] as const;
type Looked = Readonly<Record<(typeof processes)[number], Holding[]>>;

/** Looks at the processes that are left alone until the time is up; what is seen before `from` is told, and does not count. */
async function watch(
  world: CrashWorld,
  { from, until }: { readonly from: number; readonly until: number },
  started: ReadonlyMap<string, Entrance>,
  say: SoakOptions['say'],
) {
  const looked: Looked = { web: [], worker: [] };
  const [web, worker] = world.gateways;
  if (web === undefined || worker === undefined) throw new Error('a soak has a web process and a worker of its own');
  for (let look = 0; Date.now() < until; look++) {
    await sleep(Math.min(LOOKS_MS, Math.max(0, until - Date.now())));
    const now = { web: await web.holding(), worker: await worker.holding() };
    const counts = Date.now() >= from;
    if (counts) for (const name of processes) looked[name].push(now[name]);
    forgetArrived(world, started.values());
    if (look % TOLD !== 0) continue;
    const sent = [...started].map(([name, { acknowledged }]) => `${name} ${acknowledged.size}`).join(', ');
    say(`acknowledged: ${sent}`);
    for (const name of processes) say(`${name}: ${inWords(now[name])}${counts ? '' : ' (warming up)'}`);
  }
  return looked;
}

/** Load on every entrance while things fail by chance; then waits for what is on its way, and counts. */
export async function soak({ seed, minutes, database, say }: SoakOptions): Promise<SoakResult> {
  let through = '';
  const options = { database, webs: 1, workers: 2, accounts: 2, power: false };
  const world = await startWorld({ ...options, environment: asStarted, reachedBy: (base) => through || base });
  const base = await world.base();
  const home = await startTap(() => base);
  through = home.url;
  const from = Date.now() + WARM_UP * 60_000;
  const until = from + minutes * 60_000;
  const ended = (): boolean => Date.now() >= until;
  const clients = { seed, say, shipments: undefined, time: undefined, entrances: entranceNames, withoutFsync: false };
  const started = await startEntrances(world, clients, ended);
  const watched = watch(world, { from, until }, started, say);
  const [, , ...mortals] = world.gateways;
  const faulty = { ...world, mortals, home };
  const [chance, faults] = [chanceOf(seed).of('faults'), Object.entries(faultsOf(world))];
  const came: Record<string, number> = {};
  while (!ended()) {
    const [name, fault] = chance.pick(faults);
    came[name] = (came[name] ?? 0) + 1;
    await fault(faulty, chance);
    await sleep(chance.below(REST_MS));
  }
  const looked = await watched;
  await Promise.all([...started.values()].map((entrance) => entrance.sent));
  await drain(started, clients);
  const counts: Partial<Record<EntranceName, Counts>> = {};
  for (const [name, entrance] of started) counts[name] = await look(entrance, say);
  await world.stop();
  await home.stop();
  return { counts, faults: came, growth: { web: growthOf(looked.web), worker: growthOf(looked.worker) } };
}
