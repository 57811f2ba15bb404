import { join } from 'node:path';
import { plain } from './around.js';
import { channels, type ChannelDeps } from './channels/registry.js';
import type { Config } from './config.js';
import type { Channel } from './domain/channel.js';
import type { Kanal } from './domain/routing/decision.js';
import type { Payloads } from './domain/shipmentPorts.js';
import type { SoapHandler } from './http/server.js';
import type { SvarInn } from './http/svarinn.js';
import { createPacker } from './package/package.js';
import { createSvarInnPacker } from './package/svarinn.js';
import type { Certificate } from './security/x509.js';
import { brokerDoor } from './sending/broker.js';
import type { SvarInnTjeneste, SvarUtTjeneste } from './application/svarut/tjenester.js';
import { forsendelseHandler, svarinnDoor, svarutDoor } from './sending/handlers.js';
import { doubtAbout, holderOf, type Holder } from './sending/holder.js';
import { keepRetention, type RetentionDeps } from './sending/retention.js';
import { decideAgain, shipmentDeps } from './sending/shipments.js';
import { keepDeadlines, svarutServices, type SvarUtServices } from './sending/svarut.js';
import type { Parts, SendingDeps } from './sending/types.js';
import { altinnOf } from './sending/altinn.js';
import { svarutUpstreamOf } from './sending/svarutUpstream.js';
import { smsUtenPris, varselsenderOf } from './sending/varsel.js';
import { startFetching, waysOf } from './sending/upstream.js';
import { waking } from './sending/waking.js';
import { workerOf } from './sending/worker.js';
import { openPayloads } from './store/payloads.js';
import type { Worker } from './worker.js';

/** What takes letters and hands them on. */
export interface Sending {
  readonly forsendelse: SoapHandler;
  /** Undefined: not offered, for there is no key to sign answers with. */
  readonly meldingsformidler?: SoapHandler;
  /** ForsendelsesService of SvarUt, at every path of `versjoner`; undefined: not offered. */
  readonly svarut?: SoapHandler;
  /** What receiving systems ask. */
  readonly svarinn: SvarInn;
  /** What senders and receivers may ask of SvarUt and SvarInn, whatever is put before it. */
  readonly tjenester: { readonly svarut: SvarUtTjeneste; readonly svarinn: SvarInnTjeneste };
  /** Certificates of the keys that are signed with, by role. */
  readonly certificates: { readonly databehandler: Certificate; readonly meldingsformidler?: Certificate };
  /** Ends what is under way. */
  stop(): Promise<void>;
}

const retentionDeps = ({ store, config, ...deps }: SendingDeps, payloads: Payloads): RetentionDeps => ({
  ...deps,
  payloads,
  retention: store.retention,
  days: config.payloadRetentionDays,
  brokerRetention: store.brokerRetention,
  brokerDays: config.brokerRetentionDays,
});

/** What works in the background: letters and messages go out, receipts are fetched, and what nobody needs is removed. */
function workersOf(
  deps: SendingDeps,
  { shipments, payloads }: Parts,
  all: ReadonlyMap<Kanal, Channel>,
  channelDeps: ChannelDeps,
  svarut: SvarUtServices,
): { readonly letters?: Worker; readonly all: readonly Pick<Worker, 'stop'>[] } {
  if (deps.config.role === 'web') return { all: [] };
  const decide = decideAgain(shipments, deps.store.svarut);
  const fetching = startFetching({ ...deps, payloads, channels: all.values(), decideAgain: decide });
  const letters = workerOf(deps, shipments, all, channelDeps);
  const rounds = [keepRetention(retentionDeps(deps, payloads)), keepDeadlines(deps, svarut)];
  return { letters, all: [letters, ...rounds, ...(fetching === undefined ? [] : [fetching])] };
}

/** The keys that sending signs with: the broker's too, unless all letters go to a broker above us. Undefined where one is missing. */
async function keysOf(config: Config): Promise<{ databehandler: Holder; broker: Holder | undefined } | undefined> {
  const { databehandlerKeystore: own, meldingsformidlerKeystore: broker, sdpUpstreamUrl } = config;
  if (own === '' || (broker === '' && sdpUpstreamUrl === undefined)) return undefined;
  return {
    databehandler: await holderOf(own, config.databehandlerKeystorePassword.reveal()),
    broker: broker === '' ? undefined : await holderOf(broker, config.meldingsformidlerKeystorePassword.reveal()),
  };
}

/** Tells of keys of our own whose certificates others would refuse, and of SMS that senders would be charged for without an amount. */
async function tellDoubts(
  keys: Readonly<Record<string, Holder | undefined>>,
  { config, trust, clock, log, varselsender = null, store }: SendingDeps,
): Promise<void> {
  for (const [role, holder] of Object.entries(keys)) {
    const reason = holder && doubtAbout(holder, trust, clock.now());
    if (reason !== undefined) log.warn('a certificate of our own would be refused', { role, reason });
  }
  if (await smsUtenPris(config, varselsender, store.ledger))
    log.warn(
      'SMS go out that have no price, and stand so in statements; give `posthorn prices import` a row of SMS without a supplier',
    );
}

const payloadsOf = async ({ config, store, dataKey: key }: SendingDeps): Promise<Payloads> =>
  config.payloads === 'db' ? store.payloads(key) : openPayloads({ dir: join(config.dataDir, 'payloads'), key });

/**
 * Opens everything that sending needs. Undefined where no key store is configured for it.
 * @throws Error with a sentence for people
 */
export async function openSending(given: SendingDeps): Promise<Sending | undefined> {
  const started: { letters?: Worker } = {};
  const store = { ...given.store, unitOfWork: waking(given.store.unitOfWork, () => started.letters?.wake()) };
  const varsler = given.varselsender === undefined ? await varselsenderOf(given.config, given) : undefined;
  const deps = { ...given, store, varselsender: given.varselsender ?? varsler ?? null };
  const { config, trust, clock, around = plain } = deps;
  const keys = await keysOf(config);
  if (keys === undefined) return undefined;
  const { databehandler, broker } = keys;
  await tellDoubts(keys, deps);
  const payloads = around.payloads(await payloadsOf(deps));
  const suppliers = await store.reads.suppliers();
  const { own, videre } = await waysOf({ ...deps, suppliers, databehandler, broker });
  const common = { payloads, trust, clock };
  const packer = createPacker({ payloads, clock, key: databehandler.key, chain: databehandler.store.chain });
  const channelDeps: ChannelDeps = {
    sdp: { ...common, packer, databehandler, ...own },
    videre: { ...common, ...videre },
    svarinn: {
      payloads,
      pakk: createSvarInnPacker({ payloads, clock }),
      mottakersystemer: () => store.svarut.mottakersystemer(),
    },
    svarut: await svarutUpstreamOf({ ...deps, payloads, databehandler }),
    altinn: await altinnOf({ ...deps, payloads, databehandler }),
  };
  const all = new Map(
    [...channels(channelDeps), ...(around.besides ?? [])].map(([kanal, channel]) => [kanal, around.channel(channel)]),
  );
  const shipments = shipmentDeps(deps, payloads, suppliers, new Set<Kanal>([...all.keys(), 'PORTAL']), databehandler);
  const parts: Parts = { payloads, shipments, suppliers, databehandler };
  const again = decideAgain(shipments, store.svarut);
  const services = svarutServices(deps, parts);
  const workers = Object.assign(started, workersOf(deps, parts, all, channelDeps, services));
  return {
    forsendelse: forsendelseHandler(deps, parts),
    ...(broker && { meldingsformidler: brokerDoor(deps, { ...parts, broker, decideAgain: again }) }),
    svarut: svarutDoor(deps, parts, services.svarut),
    svarinn: svarinnDoor(deps, parts, services.svarinn),
    tjenester: { svarut: services.svarut, svarinn: services.svarinn },
    certificates: {
      databehandler: databehandler.certificate,
      ...(broker && { meldingsformidler: broker.certificate }),
    },
    stop: async () => {
      await Promise.all(workers.all.map((one) => one.stop()));
      varsler?.close();
    },
  };
}
