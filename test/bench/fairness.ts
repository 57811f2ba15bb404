import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { identities } from '../../src/sandbox/pki/identities.js';
import { freshDatabase } from '../support/mariadb.js';
import { arrivals, sendAll, type Wave } from './support/arrivals.js';
import { cacheDir, compile } from './support/compile.js';
import { prepareData } from './support/data.js';
import { entrances, organisation, putSenders } from './support/senders.js';
import { startServer, type Server } from './support/server.js';
import { median, quantile, round, spread } from './support/stats.js';
import { putWaiting } from './support/waiting.js';

export interface FairnessOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** Letters that wait for the provider that hangs. */
  readonly waiting: number;
  readonly database: 'mariadb' | 'sqlite';
  /** Whether the one who sends most sends all of a second's letters at once. */
  readonly bursts: boolean;
  readonly only?: string | undefined;
}

type Way = keyof typeof entrances;

/** Sender 0 is the one who may flood. */
const OTHERS = 10;
const TIMES = 10;
const even = Array.from({ length: OTHERS + 1 }, () => 1);
const flood = even.map((weight, sender) => (sender === 0 ? TIMES : weight));

/** Share of one core that the gateway is to be busy for. */
const BUSY = 0.4;
const WARM_UP = { rate: 25, seconds: 8 } as const;
const dead = identities.eboks.organisasjonsnummer;
const goals = { svarut: 2.5, forsendelse: 2.5, dead: 2 } as const;

/** A gateway with its senders. */
interface House {
  readonly server: Server;
  readonly log: string;
  stop(): Promise<void>;
}

async function open(dir: string, name: string, { database, waiting }: FairnessOptions, hangs: boolean): Promise<House> {
  const db = database === 'mariadb' ? await freshDatabase() : undefined;
  const { env } = await prepareData(join(dir, name), 1, db?.url);
  await putSenders(env, OTHERS + 1);
  const senders = even.map((_, sender) => organisation(sender));
  if (hangs) await putWaiting(env, { count: waiting, senders, providers: [dead] });
  const log = join(dir, `${name}.log`);
  const server = await startServer({
    module: 'test/bench/support/gateway',
    path: '',
    env: { ...env, BENCH_LOG: log, ...(hangs && { BENCH_DEAD: dead }) },
  });
  return { server, log, stop: () => server.stop().then(() => db?.drop()) };
}

interface Figures {
  readonly p50: number;
  readonly p99: number;
  readonly accepted99: number;
  readonly cpu: number;
}

/** One wave of letters; the figures are those of the senders who never flood. */
async function measure({ server, log }: House, way: Way, wave: Wave): Promise<Figures> {
  const { letters, cpu } = await sendAll(server, entrances[way], arrivals(wave), log);
  const others = letters.filter(({ sender }) => sender !== 0);
  const delivered = others.map((letter) => letter.delivered);
  const accepted99 = quantile(
    others.map((letter) => letter.accepted),
    0.99,
  );
  return { p50: median(delivered), p99: quantile(delivered, 0.99), accepted99, cpu };
}

/** Makes a gateway warm. @returns letters a second that keep it as busy as it is to be */
async function pace(house: House, way: Way): Promise<number> {
  // One after the other: passwords that nobody has shown yet are held to be guesses, of which an address has few at once.
  for (const sender of even.keys()) await sendAll(house.server, entrances[way], [{ sender, at: 0 }], house.log);
  const wave = { ...WARM_UP, weights: even };
  await measure(house, way, wave);
  const { cpu } = await measure(house, way, wave);
  return (wave.rate * BUSY) / cpu;
}

/** One side of a comparison: what is sent to whom. */
interface Side {
  readonly name: string;
  readonly house: House;
  readonly weights: readonly number[];
  readonly bursting?: number | undefined;
  readonly rounds: Figures[];
}

interface Result {
  readonly ratio: number;
  readonly spread: string;
  readonly p99: Readonly<Record<string, number>>;
  readonly cpu: Readonly<Record<string, number>>;
}

/** Measures the two in turn. @returns how much longer the p99 of the second is */
async function compare(
  what: keyof typeof goals,
  way: Way,
  sides: readonly [Side, Side],
  options: FairnessOptions,
): Promise<Result> {
  const rate = await pace(sides[0].house, way);
  await pace(sides[1].house, way);
  for (let n = 1; n <= options.rounds; n++) {
    for (const { house, weights, bursting, rounds } of n % 2 === 0 ? [...sides].reverse() : sides)
      rounds.push(await measure(house, way, { weights, rate, seconds: options.seconds, bursting }));
    const said = sides.map(({ name, rounds }) => {
      const last = rounds.at(-1);
      return `${name} p99 ${last?.p99.toFixed(0)} ms (p50 ${last?.p50.toFixed(0)}, accepted p99 ${last?.accepted99.toFixed(0)}, CPU ${((last?.cpu ?? 0) * 100).toFixed(0)} %)`;
    });
    console.log(`round ${n} of ${options.rounds}: ${said.join('; ')}`);
  }
  const ratios = sides[1].rounds.map(({ p99 }, n) => p99 / (sides[0].rounds[n]?.p99 ?? NaN));
  const shown = spread(ratios, 2);
  console.log(
    `${what}: ${rate.toFixed(1)} letters/s; p99 of the others, ${sides[1].name} / ${sides[0].name}: ${shown}   goal < ${goals[what]}\n`,
  );
  const of = (member: keyof Figures, digits: number) =>
    Object.fromEntries(sides.map(({ name, rounds }) => [name, round(median(rounds.map((r) => r[member])), digits)]));
  return { ratio: round(median(ratios), 2), spread: shown, p99: of('p99', 1), cpu: of('cpu', 2) };
}

/** One of eleven senders sends ten times as much as each of the others, or no more than they. */
async function flooded(dir: string, way: Way, options: FairnessOptions): Promise<Result> {
  const house = await open(dir, way, options, false);
  try {
    const bursting = options.bursts ? 0 : undefined;
    const sides: readonly [Side, Side] = [
      { name: 'even', house, weights: even, rounds: [] },
      { name: 'flood', house, weights: flood, bursting, rounds: [] },
    ];
    return await compare(way, way, sides, options);
  } finally {
    await house.stop();
  }
}

/** The same letters to a healthy provider where another hangs for which many wait, and where none does. */
async function besideDead(dir: string, options: FairnessOptions): Promise<Result> {
  const houses: House[] = [];
  try {
    houses.push(await open(dir, 'healthy', options, false), await open(dir, 'dead', options, true));
    const [alone, beside] = houses as [House, House];
    const sides: readonly [Side, Side] = [
      { name: 'healthy', house: alone, weights: even, rounds: [] },
      { name: 'dead', house: beside, weights: even, rounds: [] },
    ];
    return await compare('dead', 'forsendelse', sides, options);
  } finally {
    await Promise.all(houses.map((house) => house.stop()));
  }
}

/** `npm run bench -- fairness`: what others wait because of one sender, or of one provider. */
export async function fairness(options: FairnessOptions): Promise<void> {
  await compile();
  await mkdir(cacheDir, { recursive: true });
  const dir = await mkdtemp(join(cacheDir, 'fairness-'));
  const results: Record<string, Result> = {};
  try {
    for (const way of ['svarut', 'forsendelse'] as const)
      if ((options.only ?? way) === way) results[way] = await flooded(dir, way, options);
    if ((options.only ?? 'dead') === 'dead') results['dead'] = await besideDead(dir, options);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  const { rounds, seconds, database, waiting, bursts } = options;
  console.log(
    `From the first octet of a request to its letter's delivery by a channel that discards; documents of 100 kB; ${OTHERS} senders beside the one that\n` +
      `may flood; ${rounds} alternating rounds of ${seconds} s; ${waiting} letters wait for the provider that hangs; ${cpus().length} cores, load ${loadavg()
        .map((l) => l.toFixed(1))
        .join(' ')}.\n`,
  );
  console.log(JSON.stringify({ bench: 'fairness', database, rounds, seconds, waiting, bursts, ...results }));
}
