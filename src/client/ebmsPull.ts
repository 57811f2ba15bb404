import { randomUUID } from 'node:crypto';
import { decodeMessaging } from '../contract/ebms/decode.js';
import { encodePull, encodeReceipt, encodeReceiptAndPull, payloadReferences } from '../contract/ebms/encode.js';
import { ebmsErrors } from '../contract/ebms/errors.js';
import { encodeMpc, SOAP_BODY, type Mpc } from '../contract/ebms/names.js';
import { checkParts } from '../contract/ebms/parts.js';
import type { MessageInfo, UserMessage } from '../contract/ebms/types.js';
import { isReceipt, type ReceiptDocument } from '../contract/sdp/mottatt.js';
import { decodeSbd } from '../contract/sdp/sbd.js';
import { verifyEnveloped } from '../security/enveloped.js';
import { signEbms } from '../security/signEbms.js';
import type { TrustedCertificate } from '../security/trust.js';
import type { Trusted } from '../security/trusted.js';
import type { XmlElement } from '../xml/model.js';
import { parse } from '../xml/tree.js';
import { serialise } from '../xml/write.js';
import type { Correspondent, Refusal } from './ebmsExchange.js';
import { exchange, otherMessage, refused, unverifiable, uploadOf } from './ebmsExchange.js';

/** A broker that keeps business receipts for us (CONTRACT.md section 7). */
export interface Broker extends Correspondent {
  /** Nine digits: ours, which receipts are addressed to. It is that of `key`. */
  readonly organisasjonsnummer: string;
  /** Whether a signer that the trust store vouches for, and that is its sender, may make this document. */
  readonly isReporter: (signer: TrustedCertificate, document: ReceiptDocument) => boolean;
}

/** What confirms a pulled message; plain text, so that it can be kept until then. */
export interface Confirmation {
  /** MessageId of the message. */
  readonly messageId: string;
  /** ds:Reference elements of its payload. */
  readonly references: readonly string[];
}

/** A receipt that was pulled. The broker lends it: unconfirmed, it comes again. */
export interface Pulled {
  readonly document: ReceiptDocument;
  /** Of the document. */
  readonly signer: TrustedCertificate;
  /** The provider's signed document; its signature stands for these octets (UTF-8). */
  readonly sbd: string;
  readonly confirmation: Confirmation;
}

export type PullOutcome = { readonly type: 'message'; readonly pulled: Pulled } | { readonly type: 'empty' } | Refusal;

export type ConfirmOutcome = { readonly type: 'confirmed' } | Refusal;

const newInfo = (timestamp: Date, refToMessageId?: string): MessageInfo => ({
  timestamp,
  messageId: randomUUID(),
  refToMessageId,
});

/** What is wrong with the envelope of a message that was asked for. */
function wrongIn(message: UserMessage, answer: Trusted, broker: Broker, pull: MessageInfo, mpc: Mpc) {
  const { fra, til, info } = message;
  if (info.refToMessageId !== pull.messageId) return 'the answer is to another message';
  if (encodeMpc(message.mpc) !== encodeMpc(mpc)) return 'the answer is of another channel';
  if (fra.organisasjonsnummer !== answer.principal.organisasjonsnummer || fra.rolle !== 'meldingsformidler') {
    return 'the answer is not from who signed it';
  }
  if (til.organisasjonsnummer !== broker.organisasjonsnummer || til.rolle !== 'avsender') {
    return 'the answer is for somebody else';
  }
  return message.action === 'KvitteringsForespoersel' ? undefined : 'the answer is no receipt';
}

function pulledFrom(answer: Trusted, message: UserMessage, broker: Broker): PullOutcome {
  checkParts(message, answer);
  const { signer, document } = verifyEnveloped(answer.operation, broker.trust, broker.clock.now());
  const decoded = decodeSbd(document);
  const { sender, receiver } = decoded.header;
  if (!isReceipt(decoded)) return unverifiable('the document is no receipt');
  if (signer.organisasjonsnummer !== sender || !broker.isReporter(signer, decoded)) {
    return unverifiable('the document is signed by somebody else than its sender');
  }
  if (receiver !== broker.organisasjonsnummer) return unverifiable('the document is for somebody else');
  const { messageId } = message.info;
  const references = payloadReferences(answer).map(serialise);
  return {
    type: 'message',
    pulled: { document: decoded, signer, sbd: serialise(document), confirmation: { messageId, references } },
  };
}

/** Reads a verified answer: a receipt for us, the signed warning that there is none, or an error. */
function judge(answer: Trusted, broker: Broker, pull: MessageInfo, mpc: Mpc, about: readonly string[]): PullOutcome {
  const messaging = decodeMessaging(answer);
  if (messaging.type === 'user') {
    const wrong = wrongIn(messaging.message, answer, broker, pull, mpc);
    return wrong === undefined ? pulledFrom(answer, messaging.message, broker) : unverifiable(wrong);
  }
  const [signal] = messaging.signals;
  const { refToMessageId = '' } = signal?.info ?? {};
  if (!about.includes(refToMessageId)) return otherMessage;
  const [error] = signal?.errors ?? [];
  if (error === undefined) return unverifiable('the answer is neither a message nor an error');
  const outcome = refused(error, about);
  const { code, severity } = ebmsErrors.EMPTY_CHANNEL;
  const empty = outcome.type === 'ebmsError' && error.code === code && error.severity === severity;
  return empty && refToMessageId === pull.messageId ? { type: 'empty' } : outcome;
}

const signed = async (messaging: XmlElement, { key, clock }: Broker): Promise<string> =>
  (await signEbms({ messaging, body: [], bodyId: SOAP_BODY, attachments: [] }, key, clock.now())).envelope;

const referencesOf = ({ references }: Confirmation): XmlElement[] => references.map((text) => parse(text));

/**
 * Asks a channel for a receipt, and in the same message confirms the one before, where there is one. Everything of the answer is checked:
 * who signed it and when, that it is for this question and for us, and the provider's own signature inside.
 */
export async function pull(broker: Broker, mpc: Mpc, before?: Confirmation): Promise<PullOutcome> {
  const now = broker.clock.now();
  const info = newInfo(now);
  const receipt = before && newInfo(now, before.messageId);
  const messaging =
    before === undefined || receipt === undefined
      ? encodePull(info, mpc)
      : encodeReceiptAndPull(receipt, referencesOf(before), info, mpc);
  const about = [info.messageId, ...(receipt === undefined ? [] : [receipt.messageId])];
  return exchange<PullOutcome>(broker, uploadOf(await signed(messaging, broker)), about, (answer) =>
    judge(answer, broker, info, mpc, about),
  );
}

/**
 * Confirms one message. The contract leaves open what answers this: a success without an octet will do, which nobody signs; what it could
 * hide is that the message comes again. An answer with octets must be the broker's, and no error.
 */
export async function confirm(broker: Broker, confirmation: Confirmation): Promise<ConfirmOutcome> {
  const info = newInfo(broker.clock.now(), confirmation.messageId);
  const envelope = await signed(encodeReceipt(info, referencesOf(confirmation)), broker);
  const confirmed = { type: 'confirmed' } as const;
  const about = [info.messageId];
  const read = (answer: Trusted): ConfirmOutcome => {
    const messaging = decodeMessaging(answer);
    const signal = messaging.type === 'signals' ? messaging.signals[0] : undefined;
    if (signal !== undefined && signal.info.refToMessageId !== info.messageId) {
      return otherMessage;
    }
    const [error] = signal?.errors ?? [];
    return error === undefined || error.code === ebmsErrors.EMPTY_CHANNEL.code ? confirmed : refused(error, about);
  };
  return exchange<ConfirmOutcome>(broker, uploadOf(envelope), about, read, confirmed);
}
