import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PATH } from '../../src/contract/forsendelse/names.js';
import type { SigningKey } from '../../src/security/sign.js';
import { cacheDir, compile } from './support/compile.js';
import { prepareData } from './support/data.js';
import { ways, type LargeLetter } from './support/largeLetter.js';
import { pin } from './support/pin.js';
import { senderKey } from './support/requests.js';
import { startServer, type Server } from './support/server.js';
import { median, round, spread } from './support/stats.js';
import { inBoth, memory, peakOf, postStream } from './support/stream.js';

export interface LargeOptions {
  readonly rounds: number;
  /** Octets of the one document of a letter by each way, and of the largest by SwA, in MiB. */
  readonly mebibytes: number;
  readonly largest: number;
}

interface Way {
  readonly name: string;
  readonly way: keyof typeof ways;
  readonly mebibytes: number;
  readonly rounds: number;
}

interface Result {
  readonly ratioToBound: number;
  readonly MiBperSecond: number;
  readonly bound: number;
  readonly peakMB: number;
}

/** A process of its own that has one core to itself. */
async function start(servers: Server[], ...given: Parameters<typeof startServer>): Promise<Server> {
  const server = await startServer(...given);
  servers.push(server);
  await pin(server.pid, 'server');
  return server;
}

/** MiB a second. @throws Error when the letter is not taken */
async function rate({ url }: Server, letter: LargeLetter, mebibytes: number): Promise<number> {
  const { contentType, body } = letter();
  const began = performance.now();
  const { status, octets } = await postStream(url, { 'Content-Type': contentType }, body);
  if (status !== 200) throw new Error(`${url} answered ${status}: ${octets.toString('utf8', 0, 1000)}`);
  return (mebibytes * 1000) / (performance.now() - began);
}

/** Letters of one way, each sent first to who only reads and digests it, and then to a gateway that has taken none before. */
async function measure(dir: string, bound: Server, key: SigningKey, about: Way): Promise<Result> {
  const { name, way, mebibytes, rounds } = about;
  const servers: Server[] = [];
  const home = await mkdtemp(join(dir, 'way-'));
  try {
    const { env } = await prepareData(home, 0);
    const settings = { ...env, POSTHORN_MAX_SHIPMENT: '4g' };
    const server = await start(servers, { module: 'test/bench/discarding', path: PATH, env: settings });
    const idle = await peakOf(server.pid);
    const rates: (readonly [bound: number, service: number])[] = [];
    for (let i = 0; i < rounds; i++) {
      const letter = await ways[way](mebibytes, key);
      rates.push([await rate(bound, letter, mebibytes), await rate(server, letter, mebibytes)]);
    }
    const [bounds, own] = [rates.map(([b]) => b), rates.map(([, s]) => s)];
    const ratios = rates.map(([b, s]) => s / b);
    const peak = await peakOf(server.pid);
    console.log(
      `${name}: ${mebibytes} MiB at ${spread(own, 0)} MiB/s, bound ${spread(bounds, 0)} MiB/s, ratio ${spread(ratios, 2)}   goal >= 0.30, aim 0.50`,
    );
    console.log(
      `  peak RSS ${inBoth(peak)}, idle ${inBoth(idle)}   goal <= ${inBoth(memory.goal)}, aim ${inBoth(memory.aim)}`,
    );
    return {
      ratioToBound: round(median(ratios), 3),
      MiBperSecond: round(median(own), 1),
      bound: round(median(bounds), 1),
      peakMB: Math.round(peak / 1e6),
    };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await rm(home, { recursive: true, force: true });
  }
}

/** Large signed letters to Forsendelse by each way, into the channel that hands them to nobody. */
export async function large({ rounds, mebibytes, largest }: LargeOptions): Promise<void> {
  await compile();
  await mkdir(cacheDir, { recursive: true });
  const dir = await mkdtemp(join(cacheDir, 'large-'));
  const servers: Server[] = [];
  try {
    const { certsDir } = await prepareData(dir, 0);
    const key = await senderKey(certsDir);
    const bound = await start(servers, { module: 'test/bench/bound/drain', path: '/', env: {} });
    const each = (['MTOM', 'SwA', 'inline'] as const).map((way) => ({ name: way, way, mebibytes, rounds }));
    const results: Record<string, Result> = {};
    for (const about of [...each, { name: 'SwA largest', way: 'SwA' as const, mebibytes: largest, rounds: 1 }]) {
      results[about.name] = await measure(dir, bound, key, about);
    }
    console.log(JSON.stringify({ bench: 'large', mebibytes, largest, goalMB: memory.goal / 1e6, ...results }));
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await rm(dir, { recursive: true, force: true });
  }
}
