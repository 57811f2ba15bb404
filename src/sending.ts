import { join } from 'node:path';
import { plain } from './around.js';
import { channels, type ChannelDeps } from './channels/registry.js';
import type { Provider } from './channels/sdp/channel.js';
import type { Config } from './config.js';
import type { Kanal } from './domain/routing/decision.js';
import type { Leverandoer } from './domain/sender.js';
import type { Payloads } from './domain/shipmentPorts.js';
import type { SoapHandler } from './http/server.js';
import { createPacker } from './package/package.js';
import type { Certificate } from './security/x509.js';
import { brokerDoor } from './sending/broker.js';
import { forsendelseHandler } from './sending/handlers.js';
import { holderOf } from './sending/holder.js';
import { keepRetention, type RetentionDeps } from './sending/retention.js';
import { decideAgain, shipmentDeps } from './sending/shipments.js';
import type { Parts, SendingDeps } from './sending/types.js';
import { workerOf } from './sending/worker.js';
import { openPayloads } from './store/payloads.js';

/** What takes letters and hands them on. */
export interface Sending {
  readonly forsendelse: SoapHandler;
  readonly meldingsformidler: SoapHandler;
  /** Certificates of the keys that are signed with, by role. */
  readonly certificates: Readonly<Record<'databehandler' | 'meldingsformidler', Certificate>>;
  /** Ends what is under way. */
  stop(): Promise<void>;
}

/** Mailbox and print providers that have an address. */
const providersOf = (suppliers: readonly Leverandoer[], { sdpProviders }: Config): ReadonlyMap<string, Provider> =>
  new Map(
    sdpProviders.flatMap(([number, url]) =>
      suppliers.filter((s) => s.organisasjonsnummer === number).map((s) => [number, { ...s, url }] as const),
    ),
  );

const retentionDeps = ({ store, config, ...deps }: SendingDeps, payloads: Payloads): RetentionDeps => ({
  ...deps,
  payloads,
  retention: store.retention,
  days: config.payloadRetentionDays,
});

/**
 * Opens everything that sending needs. Undefined where no key store is configured for it.
 * @throws Error with a sentence for people
 */
export async function openSending(deps: SendingDeps): Promise<Sending | undefined> {
  const { config, store, trust, clock, dataKey, around = plain } = deps;
  if (config.databehandlerKeystore === '' || config.meldingsformidlerKeystore === '') return undefined;
  const [databehandler, broker] = await Promise.all([
    holderOf(config.databehandlerKeystore, config.databehandlerKeystorePassword.reveal()),
    holderOf(config.meldingsformidlerKeystore, config.meldingsformidlerKeystorePassword.reveal()),
  ]);
  const payloads = around.payloads(await openPayloads({ dir: join(config.dataDir, 'payloads'), key: dataKey }));
  const suppliers = await store.reads.suppliers();
  const channelDeps: ChannelDeps = {
    sdp: {
      payloads,
      packer: createPacker({ payloads, clock, key: databehandler.key, chain: databehandler.store.chain }),
      databehandler,
      meldingsformidler: broker,
      providers: providersOf(suppliers, config),
      trust,
      clock,
    },
  };
  const all = new Map([...channels(channelDeps)].map(([kanal, channel]) => [kanal, around.channel(channel)]));
  const shipments = shipmentDeps(deps, payloads, suppliers, new Set<Kanal>([...all.keys(), 'PORTAL']), databehandler);
  const parts: Parts = { payloads, shipments, suppliers, databehandler, broker };
  const work =
    config.role === 'web'
      ? []
      : [workerOf(deps, shipments, all, channelDeps), keepRetention(retentionDeps(deps, payloads))];
  return {
    forsendelse: forsendelseHandler(deps, parts),
    meldingsformidler: brokerDoor(deps, { ...parts, decideAgain: decideAgain(shipments) }),
    certificates: { databehandler: databehandler.certificate, meldingsformidler: broker.certificate },
    stop: async () => void (await Promise.all(work.map((one) => one.stop()))),
  };
}
