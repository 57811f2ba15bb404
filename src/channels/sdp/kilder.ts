import { paaEngelsk } from '../../client/answer.js';
import type { Refusal } from '../../client/ebmsExchange.js';
import { confirm, pull, type Broker, type PullOutcome } from '../../client/ebmsPull.js';
import { encodeMpc } from '../../contract/ebms/names.js';
import { mottattKvittering } from '../../contract/sdp/mottatt.js';
import type { Henting, Kvitteringskilde } from '../../domain/kvitteringskilde.js';
import { renset } from '../../domain/retry.js';
import type { Leverandoer } from '../../domain/sender.js';
import type { TrustedCertificate } from '../../security/trust.js';
import type { VerifyDeps } from '../../security/signature.js';
import { fingerprint } from '../../security/x509.js';
import { holdsOneOf, type Party, type Upstream } from './route.js';

export interface KildeDeps extends VerifyDeps {
  readonly databehandler: Party;
  readonly upstream: Upstream;
  /** Each is known by its registered certificate. */
  readonly leverandoerer: readonly Leverandoer[];
}

/** Why a question came to nothing, for the log. */
const grunnOf = (refusal: Refusal): string =>
  renset(
    'reason' in refusal
      ? `${refusal.type}: ${paaEngelsk(refusal.reason)}`
      : `${refusal.code} ${refusal.shortDescription}`,
  );

type Reporter = (signer: TrustedCertificate) => string | undefined;

function hentingOf(outcome: PullOutcome, providerBy: Reporter, now: Date): Henting {
  if (outcome.type === 'empty') return { type: 'tom' };
  if (outcome.type !== 'message') return { type: 'feil', grunn: grunnOf(outcome) };
  const { document, signer, sbd, confirmation } = outcome.pulled;
  const kvittering = mottattKvittering(document, now);
  return {
    type: 'kvittering',
    kvittering: providerBy(signer) === undefined ? { ...kvittering, avFormidler: true } : kvittering,
    dokument: sbd,
    bekreftelse: confirmation,
  };
}

/**
 * The two channels of ours at a broker above us, the hurried one first (CONTRACT.md of SDP, section 7). A provider is known by its registered
 * certificate. The broker itself reports an error of what it could not get rid of: nobody knows beforehand what it signs that with, but
 * only the broker hands it out.
 */
export function kilder({ databehandler, upstream, leverandoerer, trust, clock }: KildeDeps): Kvitteringskilde[] {
  const known = new Map(leverandoerer.map((l) => [fingerprint(l.sertifikat), l.organisasjonsnummer]));
  const numbers = new Set(known.values());
  const brokers = new Set(upstream.sertifikater.map(fingerprint));
  const providerBy: Reporter = ({ fingeravtrykk }) => known.get(fingeravtrykk);
  const isBroker = ({ fingeravtrykk }: TrustedCertificate): boolean => brokers.has(fingeravtrykk);
  const broker: Broker = {
    ...{ trust, clock, url: upstream.url },
    ...databehandler,
    isReceiver: holdsOneOf(upstream.sertifikater),
    isReporter: (signer, { header: { sender }, payload }) =>
      providerBy(signer) === sender || (payload.type === 'feil' && (isBroker(signer) || !numbers.has(sender))),
  };
  return (['PRIORITERT', 'NORMAL'] as const).map((prioritet) => {
    const mpc = { prioritet, id: upstream.mpcId };
    return {
      navn: encodeMpc(mpc),
      pause: upstream.pause[prioritet],
      hent: async (forrige) => hentingOf(await pull(broker, mpc, forrige), providerBy, clock.now()),
      bekreft: async (bekreftelse) => {
        const outcome = await confirm(broker, bekreftelse);
        return outcome.type === 'confirmed' ? undefined : grunnOf(outcome);
      },
    };
  });
}
