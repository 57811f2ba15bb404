import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { plain, type Around } from '../../src/around.js';
import { createCalendar, type SharedCalendar } from '../../src/application/calendar.js';
import { createDirectory } from '../../src/application/directory.js';
import { ensureDataKey, loadConfig } from '../../src/config.js';
import { PATH } from '../../src/contract/forsendelse/names.js';
import { versjoner } from '../../src/contract/svarut/names.js';
import { prepareDevelopment } from '../../src/development.js';
import type { Calendar, Tx } from '../../src/domain/ports.js';
import type { Shipment } from '../../src/domain/shipment.js';
import type { Payloads } from '../../src/domain/shipmentPorts.js';
import type { Varselsender } from '../../src/domain/varselPorts.js';
import { every } from '../../src/housekeeping.js';
import { createApp } from '../../src/http/app.js';
import { createCallerReader } from '../../src/http/caller.js';
import { createMetrics } from '../../src/http/metrics.js';
import { BROKER_PATH, isBrokerPath } from '../../src/http/meldingsformidler.js';
import { createEdge } from '../../src/http/server.js';
import { createLog } from '../../src/log.js';
import type { DevelopmentPki } from '../../src/sandbox/pki/development.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { addProviders, type Doubles, type ProvidersOptions } from '../../src/sandbox/providers/routes.js';
import { providerNames, type Letter, type ProviderName } from '../../src/sandbox/providers/types.js';
import { parseCrl } from '../../src/security/crl.js';
import type { Certificate } from '../../src/security/x509.js';
import { createTrust } from '../../src/security/trust.js';
import { openSending, type Sending } from '../../src/sending.js';
import { framed, placeOf } from '../../src/store/frame.js';
import { openPayloads } from '../../src/store/payloads.js';
import { openStore, type Store } from '../../src/store/index.js';
import { hentStatus, sender, type Stand } from './forsendelser.js';
import { newDataDir, testCertsDir } from './gateway.js';
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

/** Starts the doubles. `brokerUrl` and `calendar` as `ProvidersOptions`. */
export async function startProviders(
  pki: DevelopmentPki,
  trayDir: string,
  brokerUrl: ProvidersOptions['brokerUrl'],
  calendar: Calendar = { now: () => new Date() },
): Promise<TestProviders> {
  const lost: string[] = [];
  const app = express();
  const doubles = addProviders(app, { pki, trayDir, brokerUrl, calendar, lost: (what) => lost.push(what) });
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

type Config = ReturnType<typeof loadConfig>;

/** A gateway that sends, with the doubles around it, in this process; its clock can be moved. */
export interface SendingWorld extends TestProviders {
  /** Address of Forsendelse v1. */
  readonly url: string;
  readonly config: Config;
  /** The development keys. */
  readonly pki: DevelopmentPki;
  /** The letters of a conversation, wherever they are. */
  lettersIn(conversationId: string): ReturnType<typeof lettersIn>;
  /** Stands between the providers and the gateway. */
  readonly broker: Tap;
  /** The gateway's own database. */
  readonly store: Store;
  /** Writes rows of the sender tables, and lets the gateway read them. */
  registerSenders(write: (tx: Tx) => Promise<void>): Promise<void>;
  readonly logLines: readonly string[];
  /** What senders and receivers may ask, without a wire between. */
  readonly svarut: Sending['tjenester']['svarut'];
  readonly svarinn: Sending['tjenester']['svarinn'];
  /** Whom documents for SvarUt are encrypted to. */
  readonly databehandler: Certificate;
  /** The gateway's payload store, as one more process has it. */
  readonly files: Payloads;
  /** Moves the calendar of the gateway and the doubles forward, as `posthorn sandbox clock` does. */
  moveCalendar(ms: number): Promise<void>;
  /** Moves the gateway's clock, back too. The doubles take signatures of up to a minute ahead, so less than that in all. */
  advance(ms: number): void;
  /** The file of a payload, and its octets in it. */
  payloadAt(ref: string): { readonly path: string; readonly at: number; readonly size: number };
  /** References of what lies in the payload store. */
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

/** The doors of sending on a free port, as the gateway opens them, but with a clock of the test's. */
export async function openDoors(
  config: Config,
  pki: DevelopmentPki,
  clock: { now: () => Date },
  around = plain,
  timeIsRight = () => true,
  varselsender: Varselsender | null = null,
) {
  const { lines, log } = capturedLog();
  const dataKey = await ensureDataKey(config.dataDir);
  const store = around.store(await openStore({ url: config.databaseUrl.reveal(), dataKey }));
  const directory = createDirectory(store.reads);
  const calendar = createCalendar(clock, store.calendar);
  await Promise.all([directory.refresh(), calendar.refresh()]);
  const metrics = createMetrics();
  const senders = () => directory.current();
  const common = { config, log, store, metrics, clock, calendar, dataKey, senders, timeIsRight, around, varselsender };
  const sending = await openSending({ ...common, trust: trustOf(pki), random: () => 0 });
  if (sending === undefined) throw new Error('no key stores to send with');
  const edge = createEdge({ config, log, soap: pathsOf(sending), app: emptyApp(config, metrics), metrics });
  const { url } = await edge.listen();
  const rounds = every(
    200,
    () => calendar.refresh(),
    () => undefined,
  );
  const close = async () => {
    await rounds.stop();
    await edge.close(1_000);
    await sending.stop();
    await store.close();
  };
  const registerSenders = async (write: (tx: Tx) => Promise<void>) => {
    await store.unitOfWork(write);
    await directory.refresh();
  };
  const payloads = await openPayloads({ dir: join(config.dataDir, 'payloads'), key: dataKey });
  const { certificates, tjenester } = sending;
  const { svarut, svarinn } = tjenester;
  const databehandler = certificates.databehandler;
  return { url, store, calendar, lines, registerSenders, close, svarut, svarinn, databehandler, files: payloads };
}

const svarutPaths = new Set(versjoner.map(({ path }) => path));

const pathsOf = ({ forsendelse, meldingsformidler, svarut }: Sending) => ({
  get: (path: string) => {
    if (isBrokerPath(path)) return meldingsformidler;
    return path === PATH ? forsendelse : svarutPaths.has(path) ? svarut : undefined;
  },
});

const emptyApp = (config: Config, metrics: ReturnType<typeof createMetrics>) =>
  createApp({
    services: [],
    contract: () => undefined,
    ready: async () => ({ status: 'ready', checks: [] }),
    metrics,
    callerOf: createCallerReader(config),
  });

export interface SendingExtra {
  readonly settings?: (addresses: string) => Readonly<Record<string, string>>;
  readonly around?: Around;
  /** Whether the gateway's clock may be judged by, given that clock. */
  readonly timeIsRight?: (clock: { now: () => Date }) => () => boolean;
  readonly varselsender?: Varselsender;
}

/**
 * @param databaseUrl an empty database; undefined: SQLite in a directory of its own
 * @param extra `settings`: what is set otherwise, given the list of the providers' addresses; `around`: as `startGateway`
 */
export async function startSending(
  databaseUrl?: string,
  { settings = () => ({}), around = plain, timeIsRight = () => () => true, varselsender }: SendingExtra = {},
): Promise<SendingWorld> {
  const dataDir = await newDataDir('posthorn-sending-');
  const environment = {
    POSTHORN_PORT: '0',
    POSTHORN_DATA_DIR: dataDir,
    POSTHORN_CERTS_DIR: testCertsDir,
    ...(databaseUrl !== undefined && { POSTHORN_DATABASE_URL: databaseUrl }),
  };
  const pki = await prepareDevelopment(loadConfig(environment));
  let [ahead, base] = [0, ''];
  const shared: { calendar?: SharedCalendar } = {};
  const broker = await startTap(() => base);
  const providers = await startProviders(pki, join(dataDir, 'tray'), async () => broker.url + BROKER_PATH, {
    now: () => shared.calendar?.now() ?? new Date(),
  });
  const config = loadConfig({
    ...environment,
    POSTHORN_SDP_PROVIDERS: providers.addresses,
    ...settings(providers.addresses),
  });
  const clock = { now: () => new Date(Date.now() + ahead) };
  const { url, lines, close, ...doors } = await openDoors(config, pki, clock, around, timeIsRight(clock), varselsender);
  [base, shared.calendar] = [url, doors.calendar];
  const door = url + PATH;
  const stored = async (eksternRef: string): Promise<Shipment> => {
    const shipment = await doors.store.shipments.byRef(sender, eksternRef);
    if (shipment === undefined) throw new Error(`${eksternRef} is not stored`);
    return shipment;
  };
  return {
    ...providers,
    ...doors,
    url: door,
    config,
    pki,
    lettersIn: (conversationId) => lettersIn(providers.doubles, conversationId),
    broker,
    logLines: lines,
    moveCalendar: async (ms) => {
      await doors.store.calendar.advance(ms, clock.now());
      await doors.calendar.refresh();
    },
    advance: (ms) => void (ahead += ms),
    payloadAt: (ref) => {
      const { segment, at, size } = placeOf(ref) ?? { segment: '', at: 0, size: 0 };
      return { path: join(dataDir, 'payloads/segments', segment), at, size: framed(size) };
    },
    payloads: async () => {
      const refs: string[] = [];
      for await (const { ref } of doors.files.list()) refs.push(ref);
      return refs;
    },
    stored,
    lettersOf: async (eksternRef) => lettersIn(providers.doubles, (await stored(eksternRef)).konversasjonsId),
    until: (eksternRef, holds, ms) => untilStatus(door, eksternRef, holds, ms),
    stop: async () => {
      await close();
      await providers.stopProviders();
      await broker.stop();
      // A printer that has been told to stop may still lay its last letter into the tray.
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
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

export async function untilStatus(
  url: string,
  eksternRef: string,
  holds: (stand: Stand) => boolean,
  ms = 45_000,
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
