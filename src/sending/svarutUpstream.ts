import { readFile } from 'node:fs/promises';
import type { SvarUtDeps } from '../channels/svarut/channel.js';
import { statuskilde } from '../channels/svarut/kilde.js';
import type { Innholdskilde } from '../client/svarut/documents.js';
import { maskinporten } from '../client/svarut/maskinporten.js';
import { rest } from '../client/svarut/rest.js';
import { v9 } from '../client/svarut/v9.js';
import type { Config } from '../config.js';
import type { Clock } from '../domain/ports.js';
import type { Payloads } from '../domain/shipmentPorts.js';
import type { SvarUtOppstroem } from '../domain/svarut/oppstroem.js';
import { derBlocks, parseCertificate } from '../security/x509.js';
import type { Store } from '../store/index.js';
import { holderOf, type Holder } from './holder.js';

/** Letters whose status is asked for at once. */
const ANTALL = 100;

export interface UpstreamDeps {
  readonly config: Config;
  readonly payloads: Payloads;
  readonly clock: Clock;
  readonly databehandler: Holder;
  readonly store: Pick<Store, 'overleveringer'>;
}

async function passwordOf({
  svarutUpstreamPassword: given,
  svarutUpstreamPasswordFile: file,
}: Config): Promise<string> {
  if (file === undefined) return given?.reveal() ?? '';
  const [line = ''] = (await readFile(file, 'utf8')).split(/\r?\n/);
  if (line === '') throw new Error(`The first line of ${file} is empty. Write the password there.`);
  return line;
}

async function recipientIn(file: string | undefined): Promise<Innholdskilde['mottaker']> {
  if (file === undefined) return undefined;
  const [der] = derBlocks(await readFile(file), 'CERTIFICATE');
  if (der === undefined)
    throw new Error(`${file} holds no certificate. Set POSTHORN_SVARUT_UPSTREAM_CERTIFICATE to one that does.`);
  return parseCertificate(der);
}

/** Who signs the requests for tokens. */
const signerOf = (
  { svarutUpstreamKeystore: file, ...config }: Config,
  databehandler: Holder,
): Promise<Holder> | Holder =>
  file === undefined
    ? databehandler
    : holderOf(file, (config.svarutUpstreamKeystorePassword ?? config.databehandlerKeystorePassword).reveal());

async function oppstroemOf(deps: UpstreamDeps, url: string): Promise<SvarUtOppstroem> {
  const { config, payloads, clock, databehandler } = deps;
  const passord = await passwordOf(config);
  const bruker = config.svarutUpstreamUser ?? '';
  const mottaker = await recipientIn(config.svarutUpstreamCertificate);
  const timeout = config.svarutUpstreamTimeout * 1000;
  const common = { url, timeout, mottaker, open: (ref: string) => payloads.get(ref) };
  if (config.svarutUpstreamKind === 'soap') return v9({ ...common, bruker, passord });
  const { key, store } = await signerOf(config, databehandler);
  const tokens = maskinporten({
    url: config.svarutUpstreamMaskinportenUrl ?? '',
    klientId: config.svarutUpstreamMaskinportenClient ?? '',
    scope: config.svarutUpstreamMaskinportenScope,
    key,
    kjede: store.chain,
    timeout,
    now: () => clock.now(),
  });
  const kontoId = config.svarutUpstreamKonto ?? '';
  return rest({ ...common, kontoId, integrasjonId: bruker, integrasjonPassord: passord, tokens });
}

/**
 * The SvarUt above us, where one is configured.
 * @throws Error with a sentence for people
 */
export async function svarutUpstreamOf(deps: UpstreamDeps): Promise<SvarUtDeps | undefined> {
  const { config, clock, store } = deps;
  const { svarutUpstreamUrl: url, svarutUpstreamFor: kanaler } = config;
  if (url === undefined) return undefined;
  const oppstroem = await oppstroemOf(deps, url);
  const common = { oppstroem, clock, overleveringer: store.overleveringer, pause: config.svarutUpstreamPoll * 1000 };
  return { ...common, kanaler, kilder: [statuskilde({ ...common, antall: ANTALL })] };
}

/** Milliseconds that a job is held: longer than a letter may be on its way to it. */
export const leaseFor = ({ svarutUpstreamUrl, svarutUpstreamTimeout }: Config, least: number): number =>
  svarutUpstreamUrl === undefined ? least : Math.max(least, (svarutUpstreamTimeout + 10) * 1000);
