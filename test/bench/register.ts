import { PATH } from '../../src/contract/oppslagstjenesten/names.js';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '../../src/store/index.js';
import { administer, freshDatabase } from '../support/mariadb.js';
import { checkAnswers } from './support/check.js';
import { cacheDir, compile } from './support/compile.js';
import { prepareData, residentIds } from './support/data.js';
import { fire } from './support/load.js';
import { senderKey, signPool } from './support/requests.js';
import { startServer } from './support/server.js';
import { median, quantile, round, table } from './support/stats.js';

export interface RegisterOptions {
  readonly persons: number;
  readonly database: 'mariadb' | 'sqlite';
  /** A database that keeps its register between runs; otherwise one is made and thrown away. */
  readonly url: string | undefined;
}

/** Persons in a large look-up, how many of those are measured, and how many single reads. */
const LARGE = 1000;
const LARGE_REQUESTS = 200;
const SINGLE_READS = 5000;

/** What a large register is served with; the server's own default would be measured by its disk. */
const BUFFER_POOL = 1024 * 1024 * 1024;

interface Place {
  readonly url: string | undefined;
  readonly leave: () => Promise<void>;
}

async function placeFor({ database, url }: RegisterOptions): Promise<Place> {
  if (url !== undefined || database === 'sqlite') return { url, leave: async () => undefined };
  const fresh = await freshDatabase();
  await administer(`set global innodb_buffer_pool_size = ${BUFFER_POOL}`);
  return { url: fresh.url, leave: fresh.drop };
}

interface Figures {
  readonly name: string;
  readonly goal: number;
  readonly milliseconds: readonly number[];
}

/** Time of one person's read in the store, one at a time. */
async function singleReads(url: string, nextId: () => string): Promise<number[]> {
  const store = await openStore({ url });
  const times: number[] = [];
  try {
    for (let i = 0; i < SINGLE_READS + 500; i++) {
      const id = nextId();
      const begin = performance.now();
      const found = await store.reads.persons([id]);
      const taken = performance.now() - begin;
      if (!found.has(id)) throw new Error('a resident of the register was not found');
      if (i >= 500) times.push(taken);
    }
  } finally {
    await store.close();
  }
  return times;
}

function report(persons: number, database: string, figures: readonly Figures[]): void {
  const rows = figures.map(({ name, goal, milliseconds }) => [
    name,
    String(milliseconds.length),
    median(milliseconds).toFixed(2),
    quantile(milliseconds, 0.99).toFixed(2),
    `< ${goal}`,
  ]);
  console.log(`\nA register of ${persons} persons in ${database}; milliseconds\n`);
  console.log(table([['', 'measured', 'median', 'p99', 'goal for p99'], ...rows]));
  const entries = figures.map(({ name, milliseconds, goal }) => [
    name,
    { median: round(median(milliseconds), 2), p99: round(quantile(milliseconds, 0.99), 2), goal },
  ]);
  console.log(`\n${JSON.stringify({ bench: 'register', persons, database, ...Object.fromEntries(entries) })}`);
}

/** A look-up of 1000 persons through the whole service, and of one in the store, in a large register. */
export async function register(options: RegisterOptions): Promise<void> {
  const { persons, database } = options;
  await mkdir(cacheDir, { recursive: true });
  const dataDir = await mkdtemp(join(cacheDir, 'register-'));
  const place = await placeFor(options);
  try {
    await compile();
    const told = Math.max(1000, Math.round(persons / 20 / 1000) * 1000);
    const { certsDir, env } = await prepareData(dataDir, persons, place.url, (written) => {
      if (written % told === 0) console.log(`${written} of ${persons} persons written`);
    });
    const server = await startServer({ module: 'src/main', path: PATH, env });
    try {
      const nextId = residentIds(persons);
      const nextIds = (): string[] => Array.from({ length: LARGE }, nextId);
      await checkAnswers([server], certsDir, nextIds);
      const key = await senderKey(certsDir);
      const lookUps = async (connections: number): Promise<readonly number[]> => {
        const { latencies, refused, refusal } = await fire(
          server.url,
          await signPool(key, LARGE_REQUESTS, nextIds),
          connections,
        );
        if (refused > 0) throw new Error(`${refused} look-ups were refused: ${refusal}`);
        return latencies;
      };
      const url = place.url ?? env['POSTHORN_DATABASE_URL'] ?? `sqlite:${join(dataDir, 'posthorn.db')}`;
      report(persons, options.url === undefined ? database : 'the given database', [
        { name: '1000 persons, one caller', goal: 250, milliseconds: await lookUps(1) },
        { name: '1000 persons, two callers', goal: 250, milliseconds: await lookUps(2) },
        { name: 'one person in the store', goal: 10, milliseconds: await singleReads(url, nextId) },
      ]);
    } finally {
      await server.stop();
    }
  } finally {
    await place.leave();
    await rm(dataDir, { recursive: true, force: true });
  }
}
