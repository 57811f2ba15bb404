import { ebmsFailure } from '../../contract/ebms/errors.js';
import { checkMessage } from '../../contract/schemas.js';
import type { Bekreftelse } from '../../application/hentFraKoe.js';
import type { SignalMessage } from '../../contract/ebms/types.js';
import type { Trusted } from '../../security/trusted.js';
import { SOAP12 } from '../../soap/names.js';
import { emptyChannel, isAbout, receiptFor } from './answers.js';
import { attachedDigests, providerBy, underskriverOf } from './parties.js';
import type { SoapContext } from '../server.js';
import type { Answer, Broker, Rest } from './types.js';

/* Senders that fetch receipts and confirm them, each by itself or both in one message (CONTRACT.md of SDP, section 7). */

interface Asked {
  /** The receipt that has been taken over. */
  readonly bekreft: Bekreftelse | undefined;
  /** The request for the next. */
  readonly pull: SignalMessage | undefined;
}

/** @throws Failure EBMS:0008, EBMS:0009 */
function askedIn(signals: readonly SignalMessage[]): Asked {
  if (signals.some(({ errors }) => errors.length > 0)) {
    throw ebmsFailure('FEATURE_NOT_SUPPORTED', 'Errors are not taken here: what is not confirmed comes again');
  }
  const [pull, ...pulls] = signals.filter((one) => one.pull !== undefined);
  const [receipt, ...receipts] = signals.filter((one) => one.receipt !== undefined);
  if (pulls.length > 0 || receipts.length > 0) {
    throw ebmsFailure('INVALID_HEADER', 'One receipt and one request are taken at once');
  }
  if (receipt === undefined) return { bekreft: undefined, pull };
  const meldingsId = receipt.info.refToMessageId;
  if (meldingsId === undefined) throw ebmsFailure('INVALID_HEADER', 'A receipt without RefToMessageId');
  return { bekreft: { meldingsId, gjelder: (utlevert) => isAbout(receipt.receipt ?? [], utlevert) }, pull };
}

/** The MessageId that an answer is about. */
export const aboutSignals = (signals: readonly SignalMessage[]): string | undefined =>
  (signals.find(({ pull }) => pull !== undefined) ?? signals[0])?.info.messageId;

async function answer(
  { principal, replay }: Pick<Trusted, 'principal' | 'replay'>,
  { bekreft, pull }: Asked,
  deps: Broker,
  { log }: SoapContext,
): Promise<Answer> {
  const { metrics, pace, throttle, verifyDeps } = deps;
  const { organisasjonsnummer: eier } = principal;
  const hent = pull?.pull;
  const now = verifyDeps.clock.now();
  const early = hent !== undefined && pace.early({ eier, mpc: hent }, now);
  if (early) metrics.earlyPull(hent.prioritet);
  const looked = early && throttle ? undefined : hent;
  const { bekreftet, utlevering } = await deps.hent({ eier, bekreft, hent: looked, replay });
  // No error: a confirmation that is repeated has done its work.
  if (bekreft !== undefined && !bekreftet) {
    log.info('a confirmation of nothing that waits', { eier, bekreft: bekreft.meldingsId });
  }
  if (looked !== undefined) pace.found({ eier, mpc: looked }, utlevering === undefined, now);
  if (pull === undefined || hent === undefined) return { operation: 'Receipt', envelope: undefined };
  const { messageId } = pull.info;
  const said =
    utlevering === undefined ? emptyChannel(deps, messageId) : receiptFor(deps, messageId, eier, hent, utlevering);
  return { operation: 'PullRequest', envelope: await said };
}

/** Signals of a sender, or of a mailbox that has passed mail on. @throws Failure with an ebMS code */
export function fromAsker(envelope: Trusted, signals: readonly SignalMessage[], deps: Broker): Rest {
  if (attachedDigests(envelope).length > 0) throw ebmsFailure('MIME_INCONSISTENCY', 'A signal has no attachment');
  const { ns, local } = envelope.operation;
  if (ns !== SOAP12 || local !== 'Body') throw ebmsFailure('FEATURE_NOT_SUPPORTED', 'The Body of a signal is empty');
  const asked = askedIn(signals);
  checkMessage(envelope);
  if (providerBy(deps, envelope.principal) === undefined) deps.kanHente(underskriverOf(envelope));
  const { principal, replay } = envelope;
  return (_parts, _stage, context) => answer({ principal, replay }, asked, deps, context);
}
