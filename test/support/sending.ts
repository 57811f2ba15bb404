import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { createDirectory } from '../../src/application/directory.js';
import { ensureDataKey, loadConfig } from '../../src/config.js';
import { PATH } from '../../src/contract/forsendelse/names.js';
import { prepareDevelopment } from '../../src/development.js';
import type { Shipment } from '../../src/domain/shipment.js';
import { createApp } from '../../src/http/app.js';
import { createCallerReader } from '../../src/http/caller.js';
import { createMetrics } from '../../src/http/metrics.js';
import { BROKER_PATH } from '../../src/http/meldingsformidler.js';
import { createEdge } from '../../src/http/server.js';
import { createLog } from '../../src/log.js';
import type { DevelopmentPki } from '../../src/sandbox/pki/development.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { addProviders, type Doubles, type ProvidersOptions } from '../../src/sandbox/providers/routes.js';
import { providerNames, type Letter, type ProviderName } from '../../src/sandbox/providers/types.js';
import { parseCrl } from '../../src/security/crl.js';
import { createTrust } from '../../src/security/trust.js';
import { openSending, type Sending } from '../../src/sending.js';
import { openStore, type Store } from '../../src/store/index.js';
import { hentStatus, sender, type Stand } from './forsendelser.js';
import { testCertsDir } from './gateway.js';
import { startTap, type Tap } from './tap.js';

/** The providers of the sandbox in this process, each behind a tap of its own. */
export interface TestProviders {
  readonly doubles: Doubles;
  readonly taps: Readonly<Record<ProviderName, Tap>>;
  /** `POSTHORN_SDP_PROVIDERS` that leads to them. */
  readonly addresses: string;
  /** Directory of what is printed. */
  readonly tray: string;
  /** What the doubles could not get rid of. */
  readonly lost: readonly string[];
  /** What people do with their letters, at the sandbox's own addresses. */
  control(method: 'GET' | 'POST', path: string): Promise<unknown>;
  stopProviders(): Promise<void>;
}

/** Starts the doubles. `brokerUrl` as `ProvidersOptions`. */
export async function startProviders(
  pki: DevelopmentPki,
  trayDir: string,
  brokerUrl: ProvidersOptions['brokerUrl'],
): Promise<TestProviders> {
  const lost: string[] = [];
  const app = express();
  const doubles = addProviders(app, { pki, trayDir, brokerUrl, lost: (what) => lost.push(what) });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const made = await Promise.all(providerNames.map(async (name) => [name, await startTap(() => origin)] as const));
  return {
    doubles,
    taps: Object.fromEntries(made) as Record<ProviderName, Tap>,
    addresses: made.map(([name, { url }]) => `${identities[name].organisasjonsnummer}=${url}/${name}`).join(','),
    tray: join(trayDir, 'utskrift'),
    lost,
    control: async (method, path) => {
      const answer = await fetch(`${origin}/control/${path}`, { method });
      return (await answer.json()) as unknown;
    },
    stopProviders: async () => {
      await Promise.all(made.map(([, tap]) => tap.stop()));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A gateway that sends, with the doubles around it, in this process; its clock can be moved. */
export interface SendingWorld extends TestProviders {
  /** Address of Forsendelse v1. */
  readonly url: string;
  readonly pki: DevelopmentPki;
  /** The letters of a conversation, wherever they are. */
  lettersIn(conversationId: string): ReturnType<typeof lettersIn>;
  /** Stands between the providers and the gateway. */
  readonly broker: Tap;
  /** The gateway's own database. */
  readonly store: Store;
  readonly logLines: readonly string[];
  /** Moves the gateway's clock forward. The doubles take signatures of up to a minute ahead, so less than that in all. */
  advance(ms: number): void;
  /** Files in the payload store. */
  payloads(): Promise<readonly string[]>;
  stored(eksternRef: string): Promise<Shipment>;
  /** What the providers have of a letter. */
  lettersOf(eksternRef: string): Promise<readonly { readonly provider: ProviderName; readonly letter: Letter }[]>;
  /** The status of a letter as soon as it satisfies `holds`. @throws Error after `ms` */
  until(eksternRef: string, holds: (stand: Stand) => boolean, ms?: number): Promise<Stand>;
  stop(): Promise<void>;
}

export function trustOf(pki: DevelopmentPki) {
  const crls = pki.crls.map(parseCrl);
  return createTrust({
    anchors: [pki.root],
    intermediates: [pki.issuing],
    crls: () => crls,
    revocation: 'require',
  });
}

function capturedLog() {
  const lines: string[] = [];
  const stream = new Writable({
    write(line: Buffer, _encoding, done) {
      lines.push(line.toString());
      done();
    },
  });
  return { lines, log: createLog({ level: 'debug', stream }) };
}

type Config = ReturnType<typeof loadConfig>;

/** The doors of sending on a free port, as the gateway opens them, but with a clock of the test's. */
async function openDoors(config: Config, pki: DevelopmentPki, clock: { now: () => Date }) {
  const { lines, log } = capturedLog();
  const dataKey = await ensureDataKey(config.dataDir);
  const store = await openStore({ url: config.databaseUrl.reveal(), dataKey });
  const directory = createDirectory(store.reads);
  await directory.refresh();
  const metrics = createMetrics();
  const senders = () => directory.current();
  const timeIsRight = () => true;
  const common = { config, log, store, metrics, clock, dataKey, senders, timeIsRight };
  const sending = await openSending({ ...common, trust: trustOf(pki), random: () => 0 });
  if (sending === undefined) throw new Error('no key stores to send with');
  const edge = createEdge({ config, log, soap: pathsOf(sending), app: emptyApp(config, metrics), metrics });
  const { url } = await edge.listen();
  const close = async () => {
    await edge.close(1_000);
    await sending.stop();
    await store.close();
  };
  return { url, store, lines, close };
}

const pathsOf = ({ forsendelse, meldingsformidler }: Sending) =>
  new Map([
    [PATH, forsendelse],
    [BROKER_PATH, meldingsformidler],
  ]);

const emptyApp = (config: Config, metrics: ReturnType<typeof createMetrics>) =>
  createApp({
    services: [],
    contract: () => undefined,
    ready: async () => ({ status: 'ready', checks: [] }),
    metrics,
    callerOf: createCallerReader(config),
  });

async function filesUnder(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

/** @param databaseUrl an empty database; undefined: SQLite in a directory of its own */
export async function startSending(databaseUrl?: string): Promise<SendingWorld> {
  const dataDir = await mkdtemp(join(tmpdir(), 'posthorn-sending-'));
  const environment = {
    POSTHORN_PORT: '0',
    POSTHORN_DATA_DIR: dataDir,
    POSTHORN_CERTS_DIR: testCertsDir,
    ...(databaseUrl !== undefined && { POSTHORN_DATABASE_URL: databaseUrl }),
  };
  const pki = await prepareDevelopment(loadConfig(environment));
  let [ahead, base] = [0, ''];
  const broker = await startTap(() => base);
  const providers = await startProviders(pki, join(dataDir, 'tray'), async () => broker.url + BROKER_PATH);
  const config = loadConfig({ ...environment, POSTHORN_SDP_PROVIDERS: providers.addresses });
  const { url, store, lines, close } = await openDoors(config, pki, { now: () => new Date(Date.now() + ahead) });
  base = url;
  const door = url + PATH;
  const stored = async (eksternRef: string): Promise<Shipment> => {
    const shipment = await store.shipments.byRef(sender, eksternRef);
    if (shipment === undefined) throw new Error(`${eksternRef} is not stored`);
    return shipment;
  };
  return {
    ...providers,
    url: door,
    pki,
    lettersIn: (conversationId) => lettersIn(providers.doubles, conversationId),
    broker,
    store,
    logLines: lines,
    advance: (ms) => void (ahead += ms),
    payloads: () => filesUnder(join(dataDir, 'payloads')),
    stored,
    lettersOf: async (eksternRef) => lettersIn(providers.doubles, (await stored(eksternRef)).konversasjonsId),
    until: (eksternRef, holds, ms) => untilStatus(door, eksternRef, holds, ms),
    stop: async () => {
      await close();
      await providers.stopProviders();
      await broker.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The letters of a conversation, wherever they are. */
export const lettersIn = (doubles: Doubles, conversationId: string) =>
  providerNames.flatMap((provider) =>
    doubles[provider].letters
      .filter((letter) => letter.conversationId === conversationId)
      .map((letter) => ({ provider, letter })),
  );

async function untilStatus(
  url: string,
  eksternRef: string,
  holds: (stand: Stand) => boolean,
  ms = 15_000,
): Promise<Stand> {
  const end = Date.now() + ms;
  for (;;) {
    const [stand] = await hentStatus(url, [eksternRef]);
    if (stand === undefined) throw new Error(`no status of ${eksternRef}`);
    if (holds(stand)) return stand;
    if (Date.now() > end) throw new Error(`${eksternRef} after ${ms} ms: ${JSON.stringify(stand, undefined, 1)}`);
    await sleep(50);
  }
}
