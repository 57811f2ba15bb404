import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyObject } from 'node:crypto';
import { createCircuits } from './application/circuits.js';
import { dispatch } from './application/dispatch.js';
import { vurder, type PersonRegister, type ShipmentDeps } from './application/shipmentDeps.js';
import type { Provider } from './channels/sdp/channel.js';
import { channels, videresending, type ChannelDeps } from './channels/registry.js';
import { personRegister } from './client/personRegister.js';
import type { Config } from './config.js';
import type { Channel } from './domain/channel.js';
import type { Avsenderpolicy } from './domain/forsendelse.js';
import type { Clock } from './domain/ports.js';
import type { Beslutning, Kanal } from './domain/routing/decision.js';
import type { Leverandoerfakta } from './domain/routing/facts.js';
import type { Leverandoer, SenderData } from './domain/sender.js';
import type { Job, Shipment } from './domain/shipment.js';
import type { Payloads } from './domain/shipmentPorts.js';
import { Failure } from './errors.js';
import { limits } from './limits.js';
import { forsendelse } from './http/forsendelse.js';
import { forsendelseEndpoint } from './http/forsendelseEndpoint.js';
import type { Metrics } from './http/metrics.js';
import type { SoapHandler } from './http/server.js';
import type { Log } from './log.js';
import { createPacker } from './package/package.js';
import { organisasjonsnummer } from './security/dn.js';
import { idHasher } from './security/idHash.js';
import { loadPkcs12, type KeyStore } from './security/keystore.js';
import { passwordDoor } from './security/password.js';
import { forsendelsePolicy } from './security/policy.js';
import { signingKey, type SigningKey } from './security/sign.js';
import type { Trust } from './security/trust.js';
import { parseCertificate, type Certificate } from './security/x509.js';
import { brokerDoor, turns } from './sending/broker.js';
import type { Store } from './store/index.js';
import { openPayloads } from './store/payloads.js';
import { startWorker, type Worker } from './worker.js';

/** Letters that a process hands on at once, and milliseconds that it holds a job, and rests when there is none. */
const CONCURRENCY = 16;
const LEASE_MS = 60_000;
const POLL_MS = 500;

export interface SendingDeps {
  readonly config: Config;
  readonly log: Log;
  readonly store: Store;
  readonly trust: Trust;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly dataKey: KeyObject;
  readonly senders: () => SenderData;
  readonly timeIsRight: () => boolean;
  /** In [0, 1): spreads the pauses between attempts. */
  readonly random?: () => number;
}

/** What takes letters and hands them on. */
export interface Sending {
  readonly forsendelse: SoapHandler;
  readonly meldingsformidler: SoapHandler;
  /** Certificates of the keys that are signed with, by role. */
  readonly certificates: Readonly<Record<'databehandler' | 'meldingsformidler', Certificate>>;
  /** Ends what is under way. */
  stop(): Promise<void>;
}

interface Holder {
  readonly store: KeyStore;
  readonly certificate: Certificate;
  readonly organisasjonsnummer: string;
  readonly key: ReturnType<typeof signingKey>;
}

async function holderOf(file: string, password: string): Promise<Holder> {
  const store = loadPkcs12(await readFile(file), password);
  const certificate = parseCertificate(store.certificate);
  const number = organisasjonsnummer(certificate);
  if (number === undefined) {
    throw new Error(`The certificate in ${file} names no organisation number. Use an enterprise certificate.`);
  }
  return { store, certificate, organisasjonsnummer: number, key: signingKey(store.privateKey, store.certificate) };
}

/** Suppliers as the rules see them: the certificate counts only while it stands. */
function supplierFacts(suppliers: readonly Leverandoer[], trust: Trust, clock: Clock) {
  const stands = (certificate: Buffer): boolean => {
    try {
      trust.check(certificate, clock.now(), 'encrypt');
      return true;
    } catch {
      return false;
    }
  };
  return (): ReadonlyMap<string, Leverandoerfakta> =>
    new Map(
      suppliers.map(({ organisasjonsnummer, rolle, sertifikat }) => [
        organisasjonsnummer,
        { rolle, sertifikatGyldig: stands(sertifikat) },
      ]),
    );
}

/** Who is asked about recipients: the register of this installation's own database, or a service of the 16-02 contract. */
function registerOf({ config, store, clock, trust }: SendingDeps, key: SigningKey): PersonRegister {
  const { registerUrl: url, registerOrganisation: expected } = config;
  if (url !== undefined) return personRegister({ url, expected, key, trust, clock });
  return { ask: async (ids) => ({ spurt: clock.now(), persons: await store.reads.persons(ids) }) };
}

function shipmentDeps(
  deps: SendingDeps,
  payloads: Payloads,
  suppliers: readonly Leverandoer[],
  kanaler: ReadonlySet<Kanal>,
  key: SigningKey,
) {
  const { store, clock, config, trust, dataKey, senders } = deps;
  const facts = supplierFacts(suppliers, trust, clock);
  const utskriftsleverandoer = suppliers.find(({ rolle }) => rolle === 'UTSKRIFT')?.organisasjonsnummer ?? null;
  return {
    clock,
    calendar: clock,
    senders,
    hashId: idHasher(dataKey),
    unitOfWork: store.unitOfWork,
    shipments: store.shipments,
    queue: store.queue,
    payloads,
    register: registerOf(deps, key),
    routing: (avsender: string) => ({
      policy: senders().organisasjoner.find((o) => o.organisasjonsnummer === avsender)?.avsenderpolicy ?? paper,
      leverandoerer: facts(),
      utskriftsleverandoer,
      kanaler,
      identifikatorer: config.identifiers,
    }),
  } satisfies ShipmentDeps;
}

const decideAgain =
  (deps: ShipmentDeps) =>
  async ({ forsendelse: letter }: Shipment): Promise<Beslutning> => {
    const [decided] = await vurder(deps, letter.avsender, [letter]);
    if (decided === undefined) throw new Failure('INTERNAL', 'no decision for one letter');
    return decided.beslutning;
  };

function workerOf(
  deps: SendingDeps,
  shipments: ShipmentDeps,
  all: ReadonlyMap<Kanal, Channel>,
  channelDeps: ChannelDeps,
): Worker {
  const { store, clock, log, random = Math.random } = deps;
  const circuits = createCircuits();
  const { payloads } = channelDeps.sdp;
  const letters = dispatch({
    shipments: store.shipments,
    unitOfWork: store.unitOfWork,
    clock,
    calendar: clock,
    random,
    channels: all,
    decideAgain: decideAgain(shipments),
    circuits,
    failed: (error, shipmentId) => log.error('a letter waits, for something here failed', { error, shipmentId }),
  });
  return startWorker<Job>({
    claim: (limit) => {
      const now = clock.now();
      return store.queue.claim(now, LEASE_MS, limit, circuits.resting(now));
    },
    run: turns({ store, clock, log, random, payloads, circuits, videresender: videresending(channelDeps) }, letters),
    failed: (error) => log.error('a letter could not be handled; it is tried again when its lease ends', { error }),
    concurrency: CONCURRENCY,
    pollMs: POLL_MS,
  });
}

/** How the letters of a body are treated that has said nothing. */
const paper: Avsenderpolicy = { utenPostkasse: 'UTSKRIFT', egenVarsling: false };

interface Parts {
  readonly payloads: Payloads;
  readonly shipments: ShipmentDeps;
  readonly suppliers: readonly Leverandoer[];
  readonly databehandler: Holder;
  readonly broker: Holder;
}

function forsendelseHandler(deps: SendingDeps, { payloads, shipments, databehandler }: Parts): SoapHandler {
  const { config, trust, clock, metrics, timeIsRight, senders } = deps;
  return forsendelseEndpoint({
    policy: forsendelsePolicy(limits.forsendelseRequestBytes),
    verifyDeps: { trust, clock },
    door: passwordDoor({ clock, credentials: () => senders().legitimasjoner, tjeneste: 'FORSENDELSE' }),
    plainPasswords: config.mode !== 'production',
    payloads,
    metrics,
    timeIsRight,
    handle: forsendelse({ ...shipments, key: databehandler.key }),
  });
}

/** Mailbox and print providers that have an address. */
const providersOf = (suppliers: readonly Leverandoer[], { sdpProviders }: Config): ReadonlyMap<string, Provider> =>
  new Map(
    sdpProviders.flatMap(([number, url]) =>
      suppliers.filter((s) => s.organisasjonsnummer === number).map((s) => [number, { ...s, url }] as const),
    ),
  );

/**
 * Opens everything that sending needs. Undefined where no key store is configured for it.
 * @throws Error with a sentence for people
 */
export async function openSending(deps: SendingDeps): Promise<Sending | undefined> {
  const { config, store, trust, clock, dataKey } = deps;
  if (config.databehandlerKeystore === '' || config.meldingsformidlerKeystore === '') return undefined;
  const [databehandler, broker] = await Promise.all([
    holderOf(config.databehandlerKeystore, config.databehandlerKeystorePassword.reveal()),
    holderOf(config.meldingsformidlerKeystore, config.meldingsformidlerKeystorePassword.reveal()),
  ]);
  const payloads = await openPayloads({ dir: join(config.dataDir, 'payloads'), key: dataKey });
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
  const all = channels(channelDeps);
  const shipments = shipmentDeps(
    deps,
    payloads,
    suppliers,
    new Set<Kanal>([...all.keys(), 'PORTAL']),
    databehandler.key,
  );
  const parts: Parts = { payloads, shipments, suppliers, databehandler, broker };
  const worker = config.role === 'web' ? undefined : workerOf(deps, shipments, all, channelDeps);
  return {
    forsendelse: forsendelseHandler(deps, parts),
    meldingsformidler: brokerDoor(deps, { ...parts, decideAgain: decideAgain(shipments) }),
    certificates: { databehandler: databehandler.certificate, meldingsformidler: broker.certificate },
    stop: async () => worker?.stop(),
  };
}
