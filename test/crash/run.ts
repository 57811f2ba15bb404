import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { letterStatus } from '../../src/client/forsendelse.js';
import { loadConfig } from '../../src/config.js';
import { PATH } from '../../src/contract/forsendelse/names.js';
import { prepareDevelopment } from '../../src/development.js';
import { BROKER_PATH } from '../../src/http/meldingsformidler.js';
import type { Doubles } from '../../src/sandbox/providers/routes.js';
import { providerNames } from '../../src/sandbox/providers/types.js';
import { brev, postadresse, sendBrev } from '../support/forsendelser.js';
import { testCertsDir } from '../support/gateway.js';
import { startProviders } from '../support/sending.js';
import { startMortal, type Mortal } from './processes.js';

export interface RunOptions {
  readonly kills: number;
  readonly workers: number;
  /** Undefined: SQLite. */
  readonly databaseUrl: string | undefined;
}

export interface Counts {
  readonly kills: number;
  readonly acknowledged: number;
  /** Letters that a client had to send again, since no answer came. */
  readonly repeated: number;
  /** Acknowledged letters whose receipt came home. */
  readonly delivered: number;
  /** Acknowledged letters that no provider has. */
  readonly lost: number;
  /** Letters that providers committed more than once. */
  readonly doubled: number;
  /** Acknowledged letters that a provider has and whose sender was not told so. */
  readonly undelivered: number;
  readonly seconds: number;
}

const CLIENTS = 4;
/** Milliseconds that a client rests between letters, and that a gateway lives at the most until it is killed. */
const REST_MS = 30;
const LIFE_MS = 2_500;
/** Milliseconds for the last letters: leases of the dead end, and receipts are repeated. */
const DRAIN_MS = 120_000;

export const report = (c: Counts): string =>
  `${c.kills} kills in ${c.seconds} s: ${c.acknowledged} acknowledged (${c.repeated} sent again), ${c.delivered} delivered, ` +
  `${c.lost} lost, ${c.doubled} doubled, ${c.undelivered} without a receipt`;

interface Clients {
  /** References of letters that were acknowledged. */
  readonly acknowledged: Set<string>;
  readonly repeated: () => number;
  /** Resolves when each has had its last letter acknowledged. */
  stop(): Promise<void>;
}

/** To mailboxes and on paper; a reference is the last word of the title, or the name of the file. */
export function letterFor(index: number) {
  const person = ['digipost', 'e-boks', 'reserved'][index % 3] ?? 'digipost';
  const letter = brev(person);
  const filnavn = `${letter.eksternRef}.pdf`;
  const mottaker = { ...letter.mottaker, postadresse };
  return { ...letter, mottaker, hoveddokument: { ...letter.hoveddokument, filnavn } };
}

/** Clients that send without a pause, each letter again until somebody has answered for it. */
function startClients(url: () => string): Clients {
  const acknowledged = new Set<string>();
  let [stopped, repeated, index] = [false, 0, 0];
  const untilAcknowledged = async (letter: ReturnType<typeof letterFor>): Promise<void> => {
    for (let time = 0; ; time++) {
      if (time === 1) repeated++;
      const svar = await sendBrev(url(), letter).catch(() => undefined);
      if (svar?.status === 200) return void acknowledged.add(letter.eksternRef);
      await sleep(50);
    }
  };
  const client = async (): Promise<void> => {
    while (!stopped) {
      await untilAcknowledged(letterFor(index++));
      await sleep(REST_MS);
    }
  };
  const all = Array.from({ length: CLIENTS }, client);
  return {
    acknowledged,
    repeated: () => repeated,
    stop: async () => {
      stopped = true;
      await Promise.all(all);
    },
  };
}

/** How often providers have committed each letter. */
export function committed(doubles: Doubles): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { documents } of providerNames.flatMap((name) => doubles[name].letters)) {
    const ref = documents[0]?.filnavn.replace(/\.pdf$/, '') ?? 'a letter that could not be opened';
    times.set(ref, (times.get(ref) ?? 0) + 1);
  }
  return times;
}

export const statusOf = (url: string, eksterneRefer: readonly string[]) =>
  letterStatus({ url, brukernavn: 'sender-dev', passord: 'sender-dev-password', version: '1.1' }, { eksterneRefer });

/** Letters whose receipt has not come home. */
export async function waiting(url: string, refs: readonly string[]): Promise<string[]> {
  const left: string[] = [];
  for (let at = 0; at < refs.length; at += 100) {
    const some = refs.slice(at, at + 100);
    const delivered = (await statusOf(url, some)).filter(({ tilstand }) => tilstand === 'LEVERT');
    const there = new Set(delivered.map(({ eksternRef }) => eksternRef));
    left.push(...some.filter((ref) => !there.has(ref)));
  }
  return left;
}

async function drain(url: string, refs: readonly string[], say: (line: string) => void): Promise<string[]> {
  const end = Date.now() + DRAIN_MS;
  let left = await waiting(url, refs);
  while (left.length > 0 && Date.now() < end) {
    say(`${left.length} letters are still on their way`);
    await sleep(5_000);
    left = await waiting(url, left);
  }
  return left;
}

async function startGateways(environment: Readonly<Record<string, string>>, workers: number): Promise<Mortal[]> {
  const role = (name: string) => startMortal({ ...environment, POSTHORN_ROLE: name });
  const first = await role(workers === 0 ? 'all' : 'web');
  return [first, ...(await Promise.all(Array.from({ length: workers }, () => role('worker'))))];
}

/** Runs clients against gateways that are killed, then waits for what is on its way and counts. */
export async function run({ kills, workers, databaseUrl }: RunOptions): Promise<Counts> {
  const started = Date.now();
  const seconds = (): number => Math.round((Date.now() - started) / 1000);
  const say = (line: string): void => void process.stdout.write(`${String(seconds()).padStart(4)} s  ${line}\n`);
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
  const base = (): string => gateways[0]?.url() ?? '';
  const providers = await startProviders(pki, join(dataDir, 'tray'), async () => base() + BROKER_PATH);
  gateways.push(...(await startGateways({ ...environment, POSTHORN_SDP_PROVIDERS: providers.addresses }, workers)));
  const clients = startClients(() => base() + PATH);
  for (let n = 1; n <= kills; n++) {
    await sleep(Math.random() * LIFE_MS);
    await gateways[Math.floor(Math.random() * gateways.length)]?.kill();
    say(`kill ${n} of ${kills}, ${clients.acknowledged.size} letters acknowledged`);
  }
  await clients.stop();
  const refs = [...clients.acknowledged];
  const left = await drain(base() + PATH, refs, say);
  const times = committed(providers.doubles);
  const lost = refs.filter((ref) => !times.has(ref));
  const doubled = [...times].filter(([, count]) => count > 1).map(([ref]) => ref);
  const stands = left.length === 0 ? [] : await statusOf(base() + PATH, left.slice(0, 100));
  [...lost, ...doubled, ...stands.map((s) => JSON.stringify(s)), ...providers.lost].forEach((what) =>
    say(`look at: ${what}`),
  );
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await providers.stopProviders();
  await rm(dataDir, { recursive: true, force: true });
  return {
    kills,
    acknowledged: refs.length,
    repeated: clients.repeated(),
    delivered: refs.length - left.length,
    lost: lost.length,
    doubled: doubled.length,
    undelivered: left.filter((ref) => times.has(ref)).length,
    seconds: seconds(),
  };
}
