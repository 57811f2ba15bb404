import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identities } from '../../src/sandbox/pki/identities.js';
import { freshDatabase } from '../support/mariadb.js';
import { cacheDir, compile } from './support/compile.js';
import { prepareData } from './support/data.js';
import { startServer } from './support/server.js';
import { median, round } from './support/stats.js';
import { putWaiting } from './support/waiting.js';

export interface QueueOptions {
  /** Letters in the queue when the gateway starts. */
  readonly waiting: number;
  readonly database: 'mariadb' | 'sqlite';
  /** Directory for a processor profile of the gateway. */
  readonly profile?: string | undefined;
}

const MIB = 2 ** 20;
const goals = { readySeconds: 10, lastToFirst: 0.8, growthMiB: 16 } as const;
/** Looks at the drain: each after so many letters. */
const LOOKS = 100;
const SENDERS = 20;
const TOLD = 50_000;
/** Milliseconds in which something must have been delivered. */
const STALLED = 60_000;

interface Look {
  readonly at: number;
  readonly rss: number;
  readonly heap: number;
}

async function looks(file: string): Promise<Look[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line.startsWith('#'))
    .map((line) => {
      const [at = 0, rss = 0, heap = 0] = line.slice(2).split(' ').map(Number);
      return { at, rss, heap };
    });
}

/** Waits for the last look, and says on the way how it goes. @throws Error when nothing is delivered any more */
async function drained(file: string, count: number): Promise<Look[]> {
  let [seen, since] = [0, Date.now()];
  for (;;) {
    const all = await looks(file);
    if (all.length >= LOOKS) return all;
    if (all.length > seen) {
      if (all.length % 10 === 0) console.log(`  ${(all.length * count) / LOOKS} delivered`);
      [seen, since] = [all.length, Date.now()];
    }
    if (Date.now() - since > STALLED) throw new Error(`nothing was delivered for a minute, after ${seen} looks`);
    await sleep(100);
  }
}

/** Letters a second in a part of the drain, by its looks. */
const rate = (part: readonly Look[], each: number): number =>
  ((part.length - 1) * each * 1000) / ((part.at(-1)?.at ?? 0) - (part[0]?.at ?? 0));

const third = (all: readonly Look[], n: 0 | 2, member: 'rss' | 'heap'): number => {
  const size = Math.floor(all.length / 3);
  return median(all.slice(n * size, (n + 1) * size).map((look) => look[member])) / MIB;
};

function report(all: readonly Look[], options: QueueOptions, readySeconds: number, started: number): void {
  const each = options.waiting / LOOKS;
  const tenth = LOOKS / 10;
  const [first, last] = [rate(all.slice(0, tenth + 1), each), rate(all.slice(-tenth - 1), each)];
  const growth = (member: 'rss' | 'heap'): number => round(third(all, 2, member) - third(all, 0, member), 1);
  const result = {
    ...{ bench: 'queue', database: options.database, waiting: options.waiting },
    ...{ readySeconds: round(readySeconds, 2), firstDeliveries: round(((all[0]?.at ?? 0) - started) / 1000, 2) },
    ...{ perSecond: round(rate(all, each), 0), lastToFirst: round(last / first, 3) },
    ...{ rssGrowthMiB: growth('rss'), heapGrowthMiB: growth('heap'), rssMiB: round(third(all, 2, 'rss'), 0) },
  };
  console.log(
    `Ready after ${result.readySeconds} s (goal < ${goals.readySeconds}); the first ${each} letters handed on ${result.firstDeliveries} s after the start.\n` +
      `${result.perSecond} letters/s; first tenth ${first.toFixed(0)}/s, last tenth ${last.toFixed(0)}/s: ${result.lastToFirst}   goal >= ${goals.lastToFirst}\n` +
      `After a forced collection, last third − first third: RSS ${result.rssGrowthMiB} MiB, heap ${result.heapGrowthMiB} MiB   goal < ${goals.growthMiB}; RSS ${result.rssMiB} MiB.\n` +
      `${cpus().length} cores, load ${loadavg()
        .map((l) => l.toFixed(1))
        .join(' ')}; letters to a channel that discards them.\n`,
  );
  console.log(JSON.stringify(result));
}

/** `npm run bench -- queue`: a gateway that starts with a long queue, and hands it on to nobody. */
export async function queue(options: QueueOptions): Promise<void> {
  await compile();
  await mkdir(cacheDir, { recursive: true });
  const dir = await mkdtemp(join(cacheDir, 'queue-'));
  const database = options.database === 'mariadb' ? await freshDatabase() : undefined;
  try {
    const { env } = await prepareData(dir, 1, database?.url);
    const senders = Array.from({ length: SENDERS }, (_, n) => String(310_100_000 + n));
    const providers = [identities.digipost.organisasjonsnummer, identities.eboks.organisasjonsnummer];
    console.log(`Putting ${options.waiting} letters into the queue ...`);
    await putWaiting(env, { count: options.waiting, senders, providers }, (written) => {
      if (written % TOLD === 0) console.log(`  ${written} letters`);
    });
    const file = join(dir, 'delivered');
    const started = Date.now();
    const server = await startServer({
      module: 'test/bench/support/gateway',
      path: '',
      env: { ...env, BENCH_LOG: file, BENCH_EVERY: String(options.waiting / LOOKS) },
      profile: options.profile,
    });
    try {
      while ((await fetch(`${server.url}/health/ready`)).status !== 200) await sleep(50);
      const ready = (Date.now() - started) / 1000;
      console.log(`Ready after ${ready.toFixed(2)} s.`);
      report(await drained(file, options.waiting), options, ready, started);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
    await database?.drop();
  }
}
