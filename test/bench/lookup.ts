import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cpus } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import Libsql from 'libsql';
import { checkAnswers } from './support/check.js';
import { cacheDir, compile } from './support/compile.js';
import { prepareData, residentIds, type Data } from './support/data.js';
import { fire, type Load } from './support/load.js';
import { pin } from './support/pin.js';
import { senderKey, signPool } from './support/requests.js';
import { startServer, type Server } from './support/server.js';
import { median, quantile, round, spread, table } from './support/stats.js';

export interface LookupOptions {
  readonly rounds: number;
  /** Length of a round, about. */
  readonly seconds: number;
  readonly connections: number;
  readonly persons: number;
  /** Directory for processor profiles of the servers. */
  readonly profile?: string | undefined;
}

/** Persons in one request. */
const PER_REQUEST = 10;

type Name = 'bound' | 'service' | 'peer';

const titles: Readonly<Record<Name, string>> = {
  bound: '(a) bare bound',
  service: '(b) Posthorn',
  peer: '(c) plain way',
};

/** Requests that make a contender warm, in two helpings: the code is compiled in the first, the rate is taken in the second. */
const warmUps: Readonly<Record<Name, number>> = { bound: 3000, service: 3000, peer: 150 };

interface Contender {
  readonly name: Name;
  readonly server: Server;
  /** Requests of a round. */
  requests: number;
  readonly rounds: Round[];
}

interface Round {
  /** Microseconds of processor time that the server used for one request. */
  readonly cpu: number;
  readonly perSecond: number;
  readonly latency: number;
  readonly latency99: number;
  readonly rss: number;
}

type Signer = (count: number) => Promise<Buffer[]>;

/** One round: requests are signed first, so that the machine does nothing else while it is measured. */
async function measure(
  { server, name }: Contender,
  pool: readonly Buffer[],
  connections: number,
): Promise<Load & Round> {
  await wait(200);
  const before = await server.usage();
  const load = await fire(server.url, pool, connections);
  const after = await server.usage();
  if (load.refused > 0) {
    throw new Error(
      `${titles[name]} refused ${load.refused} of ${pool.length} requests, the first with: ${load.refusal}`,
    );
  }
  return {
    ...load,
    cpu: (after.cpu - before.cpu) / load.answered,
    perSecond: load.answered / load.seconds,
    latency: median(load.latencies),
    latency99: quantile(load.latencies, 0.99),
    rss: after.rss,
  };
}

async function warmUp(contender: Contender, sign: Signer, { seconds, connections }: LookupOptions): Promise<void> {
  const helping = warmUps[contender.name];
  await measure(contender, await sign(helping), connections);
  const { perSecond } = await measure(contender, await sign(helping), connections);
  contender.requests = Math.ceil(perSecond * seconds);
}

/** A copy of the register for one contender, so that each has a database to itself. */
async function copyOf(dir: string, name: Name): Promise<string> {
  const file = join(dir, `${name}.db`);
  const db = new Libsql(join(dir, 'posthorn.db'));
  db.pragma('wal_checkpoint(truncate)');
  db.close();
  await copyFile(join(dir, 'posthorn.db'), file);
  return file;
}

/** Starts the three servers and pushes them to `contenders`, after the check that (b) and (c) answer the same. */
async function startAll(contenders: Contender[], dir: string, data: Data, options: LookupOptions): Promise<void> {
  const { profile, persons } = options;
  const start = async (name: Name, module: string, env: Readonly<Record<string, string>>): Promise<Server> => {
    const server = await startServer({ module, env, profile });
    await pin(server.pid, 'server');
    contenders.push({ name, server, requests: 0, rounds: [] });
    return server;
  };
  const envOf = async (name: Name): Promise<Record<string, string>> => ({
    BENCH_CERTS: data.certsDir,
    BENCH_DATABASE: await copyOf(dir, name),
  });
  const [forBound, forPeer] = [await envOf('bound'), await envOf('peer')];
  const service = await start('service', 'src/main', data.env);
  const peer = await start('peer', 'test/bench/peer/server', forPeer);
  const nextId = residentIds(persons);
  const sizes = await checkAnswers([service, peer], data.certsDir, () => Array.from({ length: PER_REQUEST }, nextId));
  await start('bound', 'test/bench/bound/server', {
    ...forBound,
    BENCH_CONTENT_OCTETS: String(sizes.content),
    BENCH_ANSWER_OCTETS: String(sizes.answer),
  });
  contenders.sort((x, y) => titles[x.name].localeCompare(titles[y.name]));
  console.log(
    `Checked: (b) and (c) answer the same. Octets: request ${sizes.request}, answer ${sizes.answer}, content ${sizes.content}.`,
  );
}

/** In each round, how many requests (b) answers on the processor time of one request of `other`. */
const ratios = (service: Contender, other: Contender): number[] =>
  service.rounds.map(({ cpu }, i) => (other.rounds[i]?.cpu ?? NaN) / cpu);

function report(contenders: readonly Contender[], { rounds, connections, persons }: LookupOptions): void {
  const [bound, service, peer] = contenders as [Contender, Contender, Contender];
  const of = (contender: Contender, member: keyof Round): number[] => contender.rounds.map((r) => r[member]);
  const rows = contenders.map((c) => [
    titles[c.name],
    spread(of(c, 'cpu'), 0),
    (1e6 / median(of(c, 'cpu'))).toFixed(0),
    spread(of(c, 'perSecond'), 0),
    median(of(c, 'latency')).toFixed(1),
    median(of(c, 'latency99')).toFixed(1),
    (median(of(c, 'rss')) / 2 ** 20).toFixed(0),
  ]);
  const head = ['', 'server CPU µs/request', 'requests/s/core', 'requests/s (wall)', 'p50 ms', 'p99 ms', 'RSS MiB'];
  const toBound = ratios(service, bound);
  const toPeer = ratios(service, peer);
  console.log(`\n${table([head, ...rows])}\n`);
  console.log(
    `Medians of ${rounds} alternating rounds (lowest–highest); ${connections} connections; ${PER_REQUEST} of ${persons} persons a request;` +
      ` ${cpus().length} cores.\nRatios are per core: requests for the same processor time of the server, pairwise in each round.`,
  );
  console.log(`(b) / (a): ${spread(toBound, 3)}   goal >= 0.60, aim 0.80`);
  console.log(`(b) / (c): ${spread(toPeer, 1)}   goal >= 10, aim 15\n`);
  const cpu = Object.fromEntries(contenders.map((c) => [c.name, round(median(of(c, 'cpu')), 1)]));
  const wall = Object.fromEntries(contenders.map((c) => [c.name, round(median(of(c, 'perSecond')), 1)]));
  console.log(
    JSON.stringify({
      bench: 'lookup',
      ratioToBound: round(median(toBound), 3),
      ratioToPeer: round(median(toPeer), 2),
      cpuMicrosPerRequest: cpu,
      requestsPerSecond: wall,
      rounds,
      connections,
      persons,
    }),
  );
}

/** `npm run bench -- lookup`: the service between the bare bound and the plain way, in one run. */
export async function lookup(options: LookupOptions): Promise<void> {
  console.log('Compiling, and seeding the register ...');
  await compile();
  await mkdir(cacheDir, { recursive: true });
  const dir = await mkdtemp(join(cacheDir, 'run-'));
  const contenders: Contender[] = [];
  try {
    const data = await prepareData(dir, options.persons);
    await startAll(contenders, dir, data, options);
    const key = await senderKey(data.certsDir);
    const nextId = residentIds(options.persons);
    const sign: Signer = (count) => signPool(key, count, () => Array.from({ length: PER_REQUEST }, nextId));
    const pinned = await pin(process.pid, 'load');
    console.log(
      pinned ? 'Each server has one core to itself, the load generator the others.' : 'Servers may use every core.',
    );
    for (const contender of contenders) await warmUp(contender, sign, options);
    for (let i = 1; i <= options.rounds; i++) {
      for (const contender of contenders) {
        contender.rounds.push(await measure(contender, await sign(contender.requests), options.connections));
      }
      const shown = contenders.map(({ name, rounds }) => `${titles[name]} ${rounds.at(-1)?.cpu.toFixed(0)} µs`);
      console.log(`round ${i} of ${options.rounds}: ${shown.join(', ')}`);
    }
    report(contenders, options);
  } finally {
    await Promise.all(contenders.map(({ server }) => server.stop()));
    await rm(dir, { recursive: true, force: true });
  }
}
