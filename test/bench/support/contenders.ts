import { setTimeout as wait } from 'node:timers/promises';
import { cpus } from 'node:os';
import { fire, type Message } from './load.js';
import { pin } from './pin.js';
import { startServer, type Server, type ServerOptions } from './server.js';
import { median, quantile, round, spread, table } from './stats.js';

/** One of the servers that are measured against each other. */
export interface Contender {
  /** In the last line of the output. */
  readonly name: string;
  readonly title: string;
  readonly server: Server;
  /** Requests of each of the two helpings that make it warm: the code is compiled in the first, the rate is taken in the second. */
  readonly warmUp: number;
  /** Requests of a round. */
  requests: number;
  readonly rounds: Round[];
}

export interface Round {
  /** Microseconds of processor time that the server used for one request. */
  readonly cpu: number;
  readonly perSecond: number;
  readonly latency: number;
  readonly latency99: number;
  readonly rss: number;
}

export interface Pace {
  readonly rounds: number;
  /** Length of a round, about. */
  readonly seconds: number;
  readonly connections: number;
  /** Requests of a round, where that is not for the time to say. */
  readonly requests?: number;
}

/** Makes so many new requests, all of which may be sent once. */
export type Signer = (count: number) => Promise<Message[]>;

/** Starts a server that has one core to itself. */
export async function startContender(
  about: Pick<Contender, 'name' | 'title' | 'warmUp'>,
  options: ServerOptions,
): Promise<Contender> {
  const server = await startServer(options);
  await pin(server.pid, 'server');
  return { ...about, server, requests: 0, rounds: [] };
}

/** One round: requests are signed first, so that the machine does nothing else while it is measured. */
async function measure({ server, title }: Contender, pool: readonly Message[], connections: number): Promise<Round> {
  await wait(200);
  const before = await server.usage();
  const load = await fire(server.url, pool, connections);
  const after = await server.usage();
  if (load.refused > 0) {
    throw new Error(`${title} refused ${load.refused} of ${pool.length} requests, the first with: ${load.refusal}`);
  }
  return {
    cpu: (after.cpu - before.cpu) / load.answered,
    perSecond: load.answered / load.seconds,
    latency: median(load.latencies),
    latency99: quantile(load.latencies, 0.99),
    rss: after.rss,
  };
}

/** Rounds that do not count: the compiler goes on for some thousand requests, on threads whose time is the server's. */
const WARM_ROUNDS = 3;

/** Makes all warm, then measures them in turn, now the one first and now the other, and says how each round went. */
export async function alternate(
  contenders: readonly Contender[],
  sign: Signer,
  { rounds, seconds, connections, requests }: Pace,
): Promise<void> {
  const pinned = await pin(process.pid, 'load');
  console.log(
    pinned ? 'Each server has one core to itself, the load generator the others.' : 'Servers may use every core.',
  );
  for (const contender of contenders) {
    await measure(contender, await sign(contender.warmUp), connections);
    const { perSecond } = await measure(contender, await sign(contender.warmUp), connections);
    contender.requests = requests ?? Math.ceil(perSecond * seconds);
  }
  for (let i = 1 - WARM_ROUNDS; i <= rounds; i++) {
    for (const contender of i % 2 === 0 ? contenders : contenders.toReversed()) {
      const round = await measure(contender, await sign(contender.requests), connections);
      if (i > 0) contender.rounds.push(round);
    }
    if (i <= 0) continue;
    const shown = contenders.map((c) => `${c.title} ${c.rounds.at(-1)?.cpu.toFixed(0)} µs`);
    console.log(`round ${i} of ${rounds}: ${shown.join(', ')}`);
  }
}

/** In each round, how many requests `service` answers on the processor time of one request of `other`. */
export const ratios = (service: Contender, other: Contender): number[] =>
  service.rounds.map(({ cpu }, i) => (other.rounds[i]?.cpu ?? NaN) / cpu);

const of = ({ rounds }: Contender, member: keyof Round): number[] => rounds.map((r) => r[member]);

/** Prints what was measured. `what`: the requests, in words. */
export function printTable(contenders: readonly Contender[], { rounds, connections }: Pace, what: string): void {
  const rows = contenders.map((c) => [
    c.title,
    spread(of(c, 'cpu'), 0),
    (1e6 / median(of(c, 'cpu'))).toFixed(0),
    spread(of(c, 'perSecond'), 0),
    median(of(c, 'latency')).toFixed(1),
    median(of(c, 'latency99')).toFixed(1),
    (median(of(c, 'rss')) / 2 ** 20).toFixed(0),
  ]);
  const head = ['', 'server CPU µs/request', 'requests/s/core', 'requests/s (wall)', 'p50 ms', 'p99 ms', 'RSS MiB'];
  console.log(`\n${table([head, ...rows])}\n`);
  console.log(
    `Medians of ${rounds} alternating rounds (lowest–highest); ${connections} connections; ${what}; ${cpus().length} cores.\n` +
      'Ratios are per core: requests for the same processor time of the server, pairwise in each round.',
  );
}

/** The same for programs. */
export const summary = (contenders: readonly Contender[], { rounds, connections }: Pace) => ({
  cpuMicrosPerRequest: Object.fromEntries(contenders.map((c) => [c.name, round(median(of(c, 'cpu')), 1)])),
  requestsPerSecond: Object.fromEntries(contenders.map((c) => [c.name, round(median(of(c, 'perSecond')), 1)])),
  rounds,
  connections,
});
