import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../../src/config.js';
import { PATH } from '../../src/contract/forsendelse/names.js';
import { prepareDevelopment } from '../../src/development.js';
import { BROKER_PATH } from '../../src/http/meldingsformidler.js';
import { providerNames } from '../../src/sandbox/providers/types.js';
import { testCertsDir } from '../support/gateway.js';
import { startProviders, type TestProviders } from '../support/sending.js';
import { allReceipts, refOf, standOf, startClients, type Clients } from './clients.js';
import { count, type Counts, type Kill } from './count.js';
import { plan, points, type Point } from './points.js';
import { startMortal, type Mortal } from './processes.js';

export interface RunOptions {
  readonly kills: number;
  /** Those that are killed at, in this order. */
  readonly at: readonly Point[];
  /** Processes that hand letters on beside one that takes them; 0: one process does both. */
  readonly workers: number;
  /** Undefined: SQLite. */
  readonly databaseUrl: string | undefined;
  readonly say: (line: string) => void;
}

export interface Result {
  readonly kills: readonly Kill[];
  readonly counts: Counts;
  /** Letters that a client had to send again, since no answer came. */
  readonly repeated: number;
}

/** Milliseconds that a gateway lives at the most until it is killed at random, and until it comes to a point. */
const LIFE_MS = 2_500;
const POINT_MS = 60_000;
/** Times at the most that a gateway passes a point until it dies there. */
const PASSES = 10;
/** Milliseconds for the last letters: leases of the dead end, and receipts are repeated. */
const DRAIN_MS = 120_000;
/** Letters that are shown when something went wrong. */
const SHOWN = 10;

async function startGateways(environment: Readonly<Record<string, string>>, workers: number): Promise<Mortal[]> {
  const role = (name: string) => startMortal({ ...environment, POSTHORN_ROLE: name });
  const first = await role(workers === 0 ? 'all' : 'web');
  return [first, ...(await Promise.all(Array.from({ length: workers }, () => role('worker'))))];
}

function oneOf(gateways: readonly Mortal[]): Mortal {
  const gateway = gateways[Math.floor(Math.random() * gateways.length)];
  if (gateway === undefined) throw new Error('there is no gateway to kill');
  return gateway;
}

async function killOne(gateways: readonly Mortal[], point: Point | undefined): Promise<Kill> {
  if (point === undefined) {
    await sleep(Math.random() * LIFE_MS);
    await oneOf(gateways).kill();
    return 'random';
  }
  const [web, ...workers] = gateways;
  const passing = points[point].role === 'worker' && workers.length > 0 ? workers : web === undefined ? [] : [web];
  const passes = 1 + Math.floor(Math.random() * PASSES);
  return { point, reached: await oneOf(passing).killAt({ point, passes }, POINT_MS) };
}

async function killAll(gateways: readonly Mortal[], { kills, at, say }: RunOptions, clients: Clients): Promise<Kill[]> {
  const done: Kill[] = [];
  for (const point of plan(kills, at)) {
    const kill = await killOne(gateways, point);
    done.push(kill);
    const where = kill === 'random' ? 'at random' : kill.reached ? `at ${kill.point}` : `on the way to ${kill.point}`;
    say(`kill ${done.length} of ${kills}, ${where}; ${clients.acknowledged.size} letters acknowledged`);
  }
  return done;
}

const lettersOf = ({ doubles }: TestProviders) => providerNames.flatMap((name) => doubles[name].letters);

/** References of the letters that providers have. */
export const committedTo = (providers: TestProviders): readonly string[] =>
  lettersOf(providers).map(({ documents }) => refOf(documents[0]?.filnavn ?? 'unreadable.pdf'));

/** Waits until every letter has come to a provider, and every provider has got rid of its receipts. */
async function drain(refs: readonly string[], providers: TestProviders, say: RunOptions['say']): Promise<void> {
  const end = Date.now() + DRAIN_MS;
  for (;;) {
    const there = new Set(committedTo(providers));
    const missing = refs.filter((ref) => !there.has(ref)).length;
    const silent = lettersOf(providers).filter(({ reported }) => !reported.includes('levering')).length;
    if ((missing === 0 && silent === 0) || Date.now() > end) return;
    say(`${missing} letters and ${silent} receipts are still on their way`);
    await sleep(2_000);
  }
}

/** Counts what was seen, and shows what is not as it should be. */
async function look(url: string, clients: Clients, providers: TestProviders, say: RunOptions['say']): Promise<Counts> {
  const acknowledged = [...clients.acknowledged];
  await drain(acknowledged, providers, say);
  const committed = committedTo(providers);
  const receipts = await allReceipts(url);
  const told = receipts.map(({ eksternRef, hendelse }) => ({ ref: eksternRef ?? 'unknown', type: hendelse.type }));
  const counts = count({ acknowledged, committed, told });
  const odd = new Set([...counts.lost, ...counts.doubled, ...counts.misreported]);
  for (const ref of [...odd].slice(0, SHOWN)) say(`look at: ${await standOf(url, ref)}`);
  for (const lost of providers.lost.slice(0, SHOWN)) say(`look at: ${lost}`);
  return counts;
}

/** Runs clients against gateways that are killed, then waits for what is on its way and counts. */
export async function run(options: RunOptions): Promise<Result> {
  const { workers, databaseUrl, say } = options;
  const dataDir = await mkdtemp(join(tmpdir(), 'posthorn-crash-'));
  const environment = {
    POSTHORN_PORT: '0',
    POSTHORN_DATA_DIR: dataDir,
    POSTHORN_CERTS_DIR: testCertsDir,
    POSTHORN_LOG_LEVEL: 'error',
    ...(databaseUrl !== undefined && { POSTHORN_DATABASE_URL: databaseUrl }),
  };
  const pki = await prepareDevelopment(loadConfig(environment));
  const gateways: Mortal[] = [];
  const base = async (): Promise<string> => (await gateways[0]?.url()) ?? '';
  const providers = await startProviders(pki, join(dataDir, 'tray'), async () => (await base()) + BROKER_PATH);
  gateways.push(...(await startGateways({ ...environment, POSTHORN_SDP_PROVIDERS: providers.addresses }, workers)));
  const clients = startClients(
    async () => (await base()) + PATH,
    () => lettersOf(providers).length,
  );
  const kills = await killAll(gateways, options, clients);
  await clients.stop();
  const counts = await look((await base()) + PATH, clients, providers, say);
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await providers.stopProviders();
  await rm(dataDir, { recursive: true, force: true });
  return { kills, counts, repeated: clients.repeated() };
}
