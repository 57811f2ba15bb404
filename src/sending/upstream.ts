import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hentFraKilde } from '../application/hentFraKilde.js';
import { mottaKvittering, type KvitteringDeps } from '../application/mottaKvittering.js';
import type { SdpDeps } from '../channels/sdp/channel.js';
import { kilder } from '../channels/sdp/kilder.js';
import { asBroker, asSender, type Party, type Provider, type Upstream, type Via } from '../channels/sdp/route.js';
import type { Config } from '../config.js';
import type { Channel } from '../domain/channel.js';
import type { Kvitteringskilde, Tur } from '../domain/kvitteringskilde.js';
import type { Leverandoer } from '../domain/sender.js';
import type { Payloads } from '../domain/shipmentPorts.js';
import { Failure } from '../errors.js';
import type { Log } from '../log.js';
import { organisasjonsnummer } from '../security/dn.js';
import { idHasher } from '../security/idHash.js';
import type { VerifyDeps } from '../security/signature.js';
import { derBlocks, parseCertificate } from '../security/x509.js';
import type { Store } from '../store/index.js';
import { startWorker, type Worker } from '../worker.js';

/** Milliseconds that a turn at a source is held, more than the longest, and between looks whether one is due. */
const LEASE_MS = 180_000;
const POLL_MS = 1_000;

/** The same in all processes of an installation, and in no other. */
const ownMpcId = (dataKey: KeyObject): string =>
  `posthorn-${idHasher(dataKey)('channel at the broker upstream').toString('hex').slice(0, 12)}`;

/**
 * The broker above us, where one is configured.
 * @throws Error with a sentence for people
 */
async function upstreamOf(config: Config, dataKey: KeyObject): Promise<Upstream | undefined> {
  const { sdpUpstreamUrl: url, sdpUpstreamCertificates: files, sdpUpstreamMpcId: mpcId } = config;
  if (url === undefined) return undefined;
  const pems = await Promise.all(files.map((file) => readFile(file)));
  const sertifikater = pems.flatMap((pem) => derBlocks(pem, 'CERTIFICATE'));
  const numbers = new Set(sertifikater.map((der) => organisasjonsnummer(parseCertificate(der))));
  const [number, ...others] = numbers;
  if (number === undefined || others.length > 0) {
    throw new Error(
      `The certificates in ${files.join(', ')} do not name one organisation. Set POSTHORN_SDP_UPSTREAM_CERTIFICATES to those of the broker.`,
    );
  }
  return {
    url,
    organisasjonsnummer: number,
    sertifikater,
    mpcId: mpcId ?? ownMpcId(dataKey),
    pause: { NORMAL: config.sdpUpstreamPollNormal * 1000, PRIORITERT: config.sdpUpstreamPollPrioritert * 1000 },
  };
}

export interface WayDeps extends VerifyDeps {
  readonly config: Config;
  readonly dataKey: KeyObject;
  readonly suppliers: readonly Leverandoer[];
  readonly databehandler: Party;
  /** Undefined where this installation is nobody's broker. */
  readonly broker: Party | undefined;
}

/** Mailbox and print providers that have an address. */
const providersOf = (suppliers: readonly Leverandoer[], { sdpProviders }: Config): ReadonlyMap<string, Provider> =>
  new Map(
    sdpProviders.flatMap(([number, url]) =>
      suppliers.filter((s) => s.organisasjonsnummer === number).map((s) => [number, { ...s, url }] as const),
    ),
  );

export interface Ways {
  /** Of our own letters: to each provider itself, or all of them to the broker above us. */
  readonly own: Pick<SdpDeps, 'via' | 'providers' | 'kilder'>;
  /** Of what others hand to us as their broker: to each provider itself. */
  readonly videre: Pick<SdpDeps, 'via' | 'providers'>;
}

/** Messages of others, from when there was a key to pass them on with, wait until there is one again. */
const noBroker: Via = () => {
  throw new Failure('UNAVAILABLE', 'no key store of the broker is configured');
};

/** @throws Error with a sentence for people */
export async function waysOf(deps: WayDeps): Promise<Ways> {
  const { config, dataKey, suppliers, databehandler, broker, trust, clock } = deps;
  const videre = { via: broker === undefined ? noBroker : asBroker(broker), providers: providersOf(suppliers, config) };
  const upstream = await upstreamOf(config, dataKey);
  if (upstream === undefined) return { own: videre, videre };
  const { url } = upstream;
  const own = {
    via: asSender(databehandler, upstream),
    providers: new Map(suppliers.map((s) => [s.organisasjonsnummer, { ...s, url }])),
    kilder: kilder({ databehandler, upstream, leverandoerer: suppliers, trust, clock }),
  };
  return { own, videre };
}

async function* once(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

export interface FetchingDeps extends Pick<KvitteringDeps, 'clock' | 'calendar' | 'decideAgain'> {
  readonly log: Log;
  readonly store: Store;
  readonly payloads: Payloads;
  readonly channels: Iterable<Channel>;
}

interface Work {
  readonly tur: Tur;
  readonly kilde: Kvitteringskilde;
}

/** Fetches receipts by the schedule, wherever a channel has a source of them; undefined where none has. */
export function startFetching(deps: FetchingDeps): Worker | undefined {
  const { clock, calendar, log, store, payloads, channels, decideAgain } = deps;
  const { turer, shipments, unitOfWork } = store;
  const all = [...new Set([...channels].flatMap(({ kilder = [] }) => kilder))];
  if (all.length === 0) return undefined;
  const run = hentFraKilde({
    clock,
    turer,
    motta: mottaKvittering({ shipments, unitOfWork, clock, calendar, decideAgain }),
    keep: async (dokument, { konversasjonsId, leverandoer, type }) => {
      const { ref } = await payloads.put(once(dokument));
      await unitOfWork((tx) => tx.keepPayload(ref));
      log.error('a receipt for no letter of ours is kept', { ref, konversasjonsId, leverandoer, type });
    },
    failed: (kilde, reason) => log.warn('fetching receipts failed; it is tried again', { kilde, reason }),
  });
  return startWorker<Work>({
    claim: async (limit) => {
      const work: Work[] = [];
      for (const kilde of all) {
        if (work.length === limit) break;
        const tur = await turer.ta(kilde.navn, clock.now(), LEASE_MS);
        if (tur !== undefined) work.push({ tur, kilde });
      }
      return work;
    },
    run: ({ tur, kilde }) => run(tur, kilde),
    failed: (error) => log.error('receipts could not be fetched; it is tried again when the turn ends', { error }),
    concurrency: all.length,
    pollMs: POLL_MS,
  });
}
