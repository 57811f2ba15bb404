import { ebmsFailure } from '../../contract/ebms/errors.js';
import type { SignalMessage } from '../../contract/ebms/types.js';
import type { Trusted } from '../../security/trusted.js';
import { emptyChannel, receiptFor } from './answers.js';
import { attachedDigests, providerBy, underskriverOf } from './parties.js';
import type { Answer, Broker, Rest } from './types.js';

/* Senders that fetch receipts and confirm them, each by itself or both in one message (CONTRACT.md of SDP, section 7). */

interface Asked {
  /** MessageId of the receipt that has been taken over. */
  readonly bekreft: string | undefined;
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
  const bekreft = receipt?.info.refToMessageId;
  if (receipt !== undefined && bekreft === undefined) {
    throw ebmsFailure('INVALID_HEADER', 'A receipt without RefToMessageId');
  }
  return { bekreft, pull };
}

/** The MessageId that an answer is about. */
export const aboutSignals = (signals: readonly SignalMessage[]): string | undefined =>
  (signals.find(({ pull }) => pull !== undefined) ?? signals[0])?.info.messageId;

async function answer(envelope: Trusted, { bekreft, pull }: Asked, deps: Broker): Promise<Answer> {
  const { metrics, pace, throttle, verifyDeps } = deps;
  const { organisasjonsnummer: eier } = envelope.principal;
  const hent = pull?.pull;
  const now = verifyDeps.clock.now();
  const early = hent !== undefined && pace.early({ eier, mpc: hent }, now);
  if (early) metrics.earlyPull(hent.prioritet);
  const looked = early && throttle ? undefined : hent;
  const { utlevering } = await deps.hent({ eier, bekreft, hent: looked, replay: envelope.replay });
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
  if (envelope.operation.local !== 'Body') throw ebmsFailure('FEATURE_NOT_SUPPORTED', 'The Body of a signal is empty');
  const asked = askedIn(signals);
  if (providerBy(deps, envelope.principal) === undefined) deps.kanHente(underskriverOf(envelope));
  return (trusted) => answer(trusted, asked, deps);
}
