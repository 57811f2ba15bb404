import type { AltinnDeps } from '../channels/altinn/channel.js';
import { altinnStatustjeneste } from '../channels/altinn/channel.js';
import { statuskilde } from '../channels/statuskilde.js';
import { altinnBasic } from '../client/altinn/basic.js';
import { altinnRest } from '../client/altinn/rest.js';
import { vekslet } from '../client/maskinporten.js';
import type { Config } from '../config.js';
import type { Altinn } from '../domain/altinn.js';
import type { Clock } from '../domain/ports.js';
import type { SenderData } from '../domain/sender.js';
import type { Payloads } from '../domain/shipmentPorts.js';
import type { Store } from '../store/index.js';
import type { Holder } from './holder.js';
import { signerOf, tokensOf } from './tokens.js';

/** Letters whose status is asked for in one look. */
const ANTALL = 100;

/** Where Altinn changes tokens of Maskinporten into its own. */
const EXCHANGE = '/authentication/api/v1/exchange/maskinporten';

export interface AltinnWiring {
  readonly config: Config;
  readonly payloads: Pick<Payloads, 'get'>;
  readonly clock: Clock;
  readonly databehandler: Holder;
  readonly senders: () => SenderData;
  readonly store: Pick<Store, 'altinn' | 'enheter'>;
}

/** `4255/10`: code and edition. */
function serviceOf(text: string | undefined): readonly [string, string] | undefined {
  const [code, edition] = text?.split('/') ?? [];
  return code === undefined || edition === undefined ? undefined : [code, edition];
}

const basicOf = ({ config, payloads, clock }: AltinnWiring, url: string): Altinn =>
  altinnBasic({
    url,
    bruker: config.altinnUser ?? '',
    passord: config.altinnPassword?.reveal() ?? '',
    systemkode: config.altinnUserCode ?? '',
    tjeneste: serviceOf(config.altinnResource) ?? ['', ''],
    taushetstjeneste: serviceOf(config.altinnConfidentialResource),
    open: (ref) => payloads.get(ref),
    timeout: config.altinnTimeout * 1000,
    now: () => clock.now(),
  });

async function restOf({ config, payloads, clock, databehandler }: AltinnWiring, url: string): Promise<Altinn> {
  const signer = await signerOf(config, databehandler, config.altinnKeystore, config.altinnKeystorePassword);
  const timeout = config.altinnTimeout * 1000;
  const now = (): Date => clock.now();
  const tokens = await tokensOf({
    url: config.altinnMaskinportenUrl ?? '',
    klientId: config.altinnMaskinportenClient ?? '',
    scope: config.altinnMaskinportenScope,
    signer,
    timeout,
    clock,
  });
  return altinnRest({
    url,
    tokens: vekslet({ url: url + EXCHANGE, tokens, timeout, now }),
    ressurs: config.altinnResource ?? '',
    taushetsressurs: config.altinnConfidentialResource,
    avsender: signer.organisasjonsnummer,
    open: (ref) => payloads.get(ref),
    timeout,
    now,
  });
}

/** What Altinn is told of a body: its name, and whether it notifies by itself. */
const avsenderAv =
  (senders: () => SenderData) =>
  (organisasjonsnummer: string): ReturnType<AltinnDeps['avsender']> => {
    const found = senders().organisasjoner.find((o) => o.organisasjonsnummer === organisasjonsnummer);
    return {
      navn: found?.navn ?? organisasjonsnummer,
      egenVarsling: found?.avsenderpolicy?.egenVarsling ?? false,
    };
  };

/**
 * Altinn, where it is configured.
 * @throws Error with a sentence for people
 */
export async function altinnOf(deps: AltinnWiring): Promise<AltinnDeps | undefined> {
  const { config, clock, store, senders } = deps;
  const { altinnUrl: url } = config;
  if (url === undefined) return undefined;
  const altinn = config.altinnKind === 'soap' ? basicOf(deps, url) : await restOf(deps, url);
  const common = { clock, overleveringer: store.altinn, pause: config.altinnPoll * 1000 };
  const kilde = statuskilde({ ...common, tjeneste: altinnStatustjeneste(altinn), antall: ANTALL });
  return { ...common, altinn, avsender: avsenderAv(senders), enheter: store.enheter, kilder: [kilde] };
}
