import { readFile } from 'node:fs/promises';
import type { SvarUtDeps } from '../channels/svarut/channel.js';
import { statuskilde } from '../channels/statuskilde.js';
import { svarutStatustjeneste } from '../channels/svarut/kilde.js';
import type { Innholdskilde } from '../client/svarut/documents.js';
import { rest } from '../client/svarut/rest.js';
import { v9 } from '../client/svarut/v9.js';
import type { Config } from '../config.js';
import type { Clock } from '../domain/ports.js';
import type { Payloads } from '../domain/shipmentPorts.js';
import type { SvarUtOppstroem } from '../domain/svarut/oppstroem.js';
import { derBlocks, parseCertificate } from '../security/x509.js';
import type { Store } from '../store/index.js';
import type { Holder } from './holder.js';
import { secretOf } from './secret.js';
import { signerOf, tokensOf } from './tokens.js';

/** Letters whose status is asked for at once. */
const ANTALL = 100;

export interface UpstreamDeps {
  readonly config: Config;
  readonly payloads: Payloads;
  readonly clock: Clock;
  readonly databehandler: Holder;
  readonly store: Pick<Store, 'overleveringer'>;
}

async function recipientIn(file: string | undefined): Promise<Innholdskilde['mottaker']> {
  if (file === undefined) return undefined;
  const [der] = derBlocks(await readFile(file), 'CERTIFICATE');
  if (der === undefined)
    throw new Error(`${file} holds no certificate. Set POSTHORN_SVARUT_UPSTREAM_CERTIFICATE to one that does.`);
  return parseCertificate(der);
}

async function oppstroemOf(deps: UpstreamDeps, url: string): Promise<SvarUtOppstroem> {
  const { config, payloads, clock, databehandler } = deps;
  const passord = (await secretOf(config.svarutUpstreamPassword, config.svarutUpstreamPasswordFile)) ?? '';
  const bruker = config.svarutUpstreamUser ?? '';
  const mottaker = await recipientIn(config.svarutUpstreamCertificate);
  const timeout = config.svarutUpstreamTimeout * 1000;
  const common = { url, timeout, mottaker, open: (ref: string) => payloads.get(ref) };
  if (config.svarutUpstreamKind === 'soap') return v9({ ...common, bruker, passord });
  const tokens = await tokensOf({
    url: config.svarutUpstreamMaskinportenUrl ?? '',
    klientId: config.svarutUpstreamMaskinportenClient ?? '',
    scope: config.svarutUpstreamMaskinportenScope,
    signer: signerOf(config, databehandler, config.svarutUpstreamKeystore, config.svarutUpstreamKeystorePassword),
    timeout,
    clock,
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
  const common = { clock, overleveringer: store.overleveringer, pause: config.svarutUpstreamPoll * 1000 };
  const kilde = statuskilde({ ...common, tjeneste: svarutStatustjeneste(oppstroem), antall: ANTALL });
  return { ...common, oppstroem, kanaler, kilder: [kilde] };
}
