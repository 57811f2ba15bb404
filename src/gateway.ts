import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { plain, type Around } from './around.js';
import { openCalendar, type SharedCalendar } from './application/calendar.js';
import { createDirectory } from './application/directory.js';
import { ensureDataKey, namedExceptions } from './config.js';
import type { Config } from './config.js';
import { PATH as FORSENDELSE } from './contract/forsendelse/names.js';
import { headerBlocks, PATH } from './contract/oppslagstjenesten/names.js';
import { PATH as POSTKASSE } from './contract/postkasse/names.js';
import { versjoner } from './contract/svarut/names.js';
import { unsignedOnBehalfAllowed } from './domain/access.js';
import type { Clock } from './domain/ports.js';
import { every, whileRight, type Rounds } from './housekeeping.js';
import { createApp } from './http/app.js';
import { createCallerReader } from './http/caller.js';
import { clockReports, createClockWatch, timeFile } from './http/clockwatch.js';
import type { ClockWatch } from './http/clockwatch.js';
import { databaseCheck, exceptionsCheck, keyCheck, readiness } from './http/health.js';
import { BROKER_PATH, isBrokerPath } from './http/meldingsformidler.js';
import { createMetrics } from './http/metrics.js';
import type { Metrics } from './http/metrics.js';
import { oppslagstjenesten } from './http/oppslagstjenesten.js';
import { createEdge, type SoapHandler } from './http/server.js';
import { soapEndpoint } from './http/soapEndpoint.js';
import type { SvarInnOptions } from './http/svarinn.js';
import { contractResponse, loadContracts } from './http/wsdl.js';
import { loadSecurity, type Security } from './keys.js';
import type { Log } from './log.js';
import { mailboxDoor } from './mailboxes.js';
import { idHasher } from './security/idHash.js';
import { oppslagstjenestenPolicy } from './security/policy.js';
import { metricsReader } from './run/metrics.js';
import { openSending, type Sending } from './sending.js';
import { openStore } from './store/index.js';
import type { Store } from './store/index.js';

/** A running gateway. */
export interface Gateway {
  readonly url: string;
  /** Finishes what is in flight, then ends; what is not done after `graceMs` is cut. */
  close(graceMs?: number): Promise<void>;
  /** Rejects, with a sentence that says what to do, when it has ended because it can never begin. */
  readonly ended?: Promise<never>;
}

const REFRESH_SENDERS_MS = 2_000;
const REFRESH_CALENDAR_MS = 1_000;
const PRUNE_REPLAY_MS = 60_000;
const LOOK_AT_CLOCK_MS = 2_000;

const systemClock: Clock = { now: () => new Date() };

type Directory = ReturnType<typeof createDirectory>;

interface Parts {
  readonly config: Config;
  readonly log: Log;
  readonly store: Store;
  readonly security: Security;
  readonly calendar: SharedCalendar;
  readonly metrics: Metrics;
  readonly clockWatch: ClockWatch;
  readonly around: Around;
}

/** The look-up service as a handler, with its policy and use cases. */
async function lookupEndpoint(parts: Parts, dataKey: KeyObject, directory: Directory) {
  const { config, store, security, calendar, metrics, clockWatch } = parts;
  const clock = systemClock;
  const exceptions = {
    sha1Digest: config.allowSha1Digest,
    timestampWithoutTransforms: config.allowTimestampWithoutTransforms,
    oaepSha1Cbc: config.allowOaepSha1Cbc,
  };
  const mayBeUnsigned = ({ organisasjonsnummer }: { organisasjonsnummer: string }): boolean =>
    unsignedOnBehalfAllowed(directory.current(), organisasjonsnummer, clock.now());
  const blocks = headerBlocks.map((block) => ({ ...block, mayBeUnsigned }));
  return soapEndpoint({
    policy: oppslagstjenestenPolicy(exceptions, blocks, config.maxLookupBody),
    verifyDeps: { trust: security.trust, clock },
    metrics,
    timeIsRight: () => clockWatch.right(),
    handle: oppslagstjenesten({
      reads: store.reads,
      unitOfWork: store.unitOfWork,
      clock,
      calendar,
      senders: () => directory.current(),
      hashId: idHasher(dataKey),
      key: security.key,
      leverandoerer: await store.reads.suppliers(),
    }),
  });
}

const services = [
  { name: 'Oppslagstjenesten 16-02', path: PATH, wsdl: `${PATH}?wsdl` },
  { name: 'Forsendelse v1', path: FORSENDELSE, wsdl: `${FORSENDELSE}?wsdl` },
  { name: 'Postkassetjenester v1', path: POSTKASSE, wsdl: `${POSTKASSE}?wsdl` },
  ...versjoner.map(({ navn, path }) => ({ name: `SvarUt ${navn}`, path, wsdl: `${path}?wsdl` })),
];

/** What mailbox providers tell the register. */
const mailboxEndpoint = ({ store, security, metrics, clockWatch }: Parts, dataKey: KeyObject) =>
  mailboxDoor({
    store,
    trust: security.trust,
    clock: systemClock,
    metrics,
    timeIsRight: () => clockWatch.right(),
    hashId: idHasher(dataKey),
    key: security.key,
  });

/** Those that this installation has. */
function offered(sending: Sending | undefined) {
  const svarut = new Set(sending?.svarut === undefined ? versjoner.map(({ path }) => path) : []);
  return services.filter(({ path }) => (path !== FORSENDELSE || sending !== undefined) && !svarut.has(path));
}

/** What municipalities ask of beside SOAP. */
const municipal = (sending: Sending | undefined, rest: Pick<SvarInnOptions, 'callerOf' | 'metrics' | 'log'>) =>
  sending && {
    svarinn: { ...sending.svarinn, ...rest },
    svarutCertificate: sending.certificates.databehandler.der,
  };

/** Which handler takes a path. The broker's has what its callers put after it. */
function soapPaths(lookup: SoapHandler | undefined, mailboxes: SoapHandler, sending: Sending | undefined) {
  const exact = new Map<string, SoapHandler | undefined>([
    [PATH, lookup],
    [POSTKASSE, mailboxes],
    [FORSENDELSE, sending?.forsendelse],
    [BROKER_PATH, sending?.meldingsformidler],
    ...versjoner.map(({ path }) => [path, sending?.svarut] as const),
  ]);
  return { get: (path: string) => exact.get(isBrokerPath(path) ? BROKER_PATH : path) };
}

/** All of them. Without the exception there is no encryption of look-ups that a client of their contract could read, so there is no service. */
const doorsOf = async (parts: Parts, dataKey: KeyObject, directory: Directory, sending: Sending | undefined) =>
  soapPaths(
    parts.config.allowOaepSha1Cbc ? await lookupEndpoint(parts, dataKey, directory) : undefined,
    await mailboxEndpoint(parts, dataKey),
    sending,
  );

/** Sending, where key stores are configured for it. */
const sendingOf = (
  { config, log, store, security, calendar, metrics, clockWatch, around }: Parts,
  dataKey: KeyObject,
  directory: Directory,
) =>
  openSending({
    config,
    log,
    store,
    trust: security.trust,
    metrics,
    clock: systemClock,
    calendar,
    dataKey,
    senders: () => directory.current(),
    timeIsRight: () => clockWatch.right(),
    around,
  });

function healthChecks({ config, store, security, metrics, clockWatch, log }: Parts, sending: Sending | undefined) {
  const keys = { oppslagstjenesten: security.signer, ...sending?.certificates };
  return readiness([
    databaseCheck(
      () => store.ping(),
      (error) => log.error('the database does not answer', { error }),
    ),
    ...Object.entries(keys).map(([role, { notBefore, notAfter }]) =>
      keyCheck(
        role,
        () => ({ from: notBefore, to: notAfter }),
        () => systemClock.now(),
        (days) => metrics.certificateDays(role, days),
      ),
    ),
    clockWatch,
    exceptionsCheck(namedExceptions(config)),
  ]);
}

const watchClock = ({ dataDir }: Config, log: Log, metrics: Metrics): ClockWatch =>
  createClockWatch({ store: timeFile(join(dataDir, 'clock')), ...clockReports(log, metrics) });

/** Work that comes round: sender tables and calendar are read again, and replay rows that time alone refuses are removed. */
function housekeeping({ store, calendar, log, clockWatch }: Parts, directory: Directory): Rounds {
  const failed = (what: string) => (error: unknown) => log.error(`${what} failed; it is tried again`, { error });
  const prune = whileRight(
    () => clockWatch.right(),
    () => store.pruneReplay(systemClock.now()),
  );
  const rounds = [
    every(REFRESH_SENDERS_MS, () => directory.refresh(), failed('reading the sender tables')),
    every(REFRESH_CALENDAR_MS, () => calendar.refresh(), failed('reading the calendar')),
    // So that small steps are seen as such, however seldom anybody asks.
    every(LOOK_AT_CLOCK_MS, async () => clockWatch.right(), failed('looking at the clock')),
    every(PRUNE_REPLAY_MS, prune, failed('removing old replay rows')),
  ];
  return { stop: async () => void (await Promise.all(rounds.map((round) => round.stop()))) };
}

/** Says what an operator should know of what is in force. */
function warn(config: Config, store: Store, log: Log): void {
  for (const warning of store.warnings) log.warn(warning);
  const exceptions = namedExceptions(config);
  if (exceptions.length > 0) log.warn('named exceptions in force', { exceptions });
}

/**
 * Opens everything that the configuration names and serves until `close`. `around`: what stands between the use cases and their ports.
 * `before`: what is done when everything is open, before it listens.
 * @throws Error with a sentence that says what to do
 */
export async function startGateway(
  config: Config,
  log: Log,
  around = plain,
  before: () => Promise<void> = async () => undefined,
): Promise<Gateway> {
  const opened: (() => Promise<void>)[] = [];
  try {
    return await openGateway({ config, log, around, before }, opened);
  } catch (error) {
    for (const close of opened.reverse()) await close().catch(() => undefined);
    throw error;
  }
}

interface Start {
  readonly config: Config;
  readonly log: Log;
  readonly around: Around;
  readonly before: () => Promise<void>;
}

/** @param opened what has to be closed when the rest cannot be opened, in the order in which it was opened */
async function openGateway({ config, log, around, before }: Start, opened: (() => Promise<void>)[]): Promise<Gateway> {
  const security = await loadSecurity(config, log);
  const dataKey = config.dataKey ?? (await ensureDataKey(config.dataDir));
  const store = around.store(await openStore({ url: config.databaseUrl.reveal(), dataKey }));
  opened.push(() => store.close());
  warn(config, store, log);
  const directory = createDirectory(store.reads);
  await directory.refresh();
  const metrics = createMetrics(metricsReader);
  const clockWatch = watchClock(config, log, metrics);
  const calendar = await openCalendar(config.mode, systemClock, store.calendar, (ahead) =>
    log.warn('the calendar has moved', { hoursAhead: ahead / 3_600_000 }),
  );
  const parts: Parts = { config, log, store, security, calendar, metrics, clockWatch, around };
  const contracts = loadContracts();
  const sending = await sendingOf(parts, dataKey, directory);
  if (sending) opened.push(() => sending.stop());
  const callerOf = createCallerReader(config);
  const edge = createEdge({
    config,
    log,
    soap: await doorsOf(parts, dataKey, directory, sending),
    app: createApp({
      services: offered(sending),
      contract: (path, query, publicUrl) => contractResponse(contracts, path, query, publicUrl),
      ready: healthChecks(parts, sending),
      metrics,
      callerOf,
      ...municipal(sending, { callerOf, metrics, log }),
    }),
    metrics,
  });
  const rounds = housekeeping(parts, directory);
  opened.push(() => rounds.stop());
  await before();
  const { url } = await edge.listen();
  log.info('gateway listens', { url });
  return {
    url,
    close: async (graceMs = 25_000) => {
      await rounds.stop();
      await edge.close(graceMs);
      await sending?.stop();
      await store.close();
    },
  };
}
