import { randomUUID } from 'node:crypto';
import { decodeMessaging, errorOf } from '../contract/ebms/decode.js';
import { encodeUserMessage } from '../contract/ebms/encode.js';
import { eb, messagingBlock, SOAP_BODY } from '../contract/ebms/names.js';
import type { ReceiptReference, ReceivedError, UserMessage } from '../contract/ebms/types.js';
import { Failure } from '../errors.js';
import { SHA256 } from '../security/algorithms.js';
import { sdpPolicy } from '../security/policy.js';
import type { SigningKey } from '../security/sign.js';
import type { VerifyDeps } from '../security/signature.js';
import { verify } from '../security/signature.js';
import type { MadeReference, SignedEbms } from '../security/signEbms.js';
import { signEbms } from '../security/signEbms.js';
import type { Signer, Trusted } from '../security/trusted.js';
import { parseMediaType, parseMultipartType } from '../soap/mime.js';
import { writeMultipart } from '../soap/multipartWriter.js';
import { contentType, SOAP12 } from '../soap/names.js';
import type { XmlElement } from '../xml/model.js';
import { childElements, childrenNamed, is } from '../xml/model.js';
import { parse } from '../xml/tree.js';
import type { Posted, Upload } from './post.js';
import { faultReason, oneLine, postStream } from './post.js';

/** A document package to send along. */
export interface Attachment {
  /** Without `<>`. */
  readonly contentId: string;
  /** Octets. */
  readonly size: number;
  /** SHA-256 of its octets, lower-case hex. */
  readonly sha256: string;
  readonly open: () => AsyncIterable<Uint8Array>;
}

export interface Push extends VerifyDeps {
  readonly url: string;
  readonly userMessage: UserMessage;
  /** The signed StandardBusinessDocument. Its namespaces are kept as they stand. */
  readonly sbd: string;
  readonly attachment: Attachment | undefined;
  readonly key: SigningKey;
  /** Whether a signer that the trust store vouches for is the one that was called. */
  readonly isReceiver: (signer: Signer) => boolean;
  /** Milliseconds for the whole exchange. */
  readonly timeout?: number;
}

/**
 * What became of a message. `accepted`: the receiver has taken it over, and has signed for every part of it. `ebmsError`: it says why not.
 * `unverifiable`: it answered, and the answer cannot be believed. `transport`: no answer that says anything.
 */
export type PushOutcome =
  | { readonly type: 'accepted'; readonly receiptId: string; readonly at: Date; readonly signer: Signer }
  | {
      readonly type: 'ebmsError';
      readonly code: string;
      readonly shortDescription: string;
      readonly description: string;
    }
  | { readonly type: 'unverifiable'; readonly reason: string }
  | {
      readonly type: 'transport';
      /** Names no address. */
      readonly reason: string;
      /** What the network said in full, for the log; absent where somebody answered. */
      readonly detail?: string;
    };

const policy = sdpPolicy([messagingBlock]);

const unverifiable = (reason: string): PushOutcome => ({ type: 'unverifiable', reason: oneLine(reason) });
const transport = (reason: string, detail?: string): PushOutcome => ({
  type: 'transport',
  reason: oneLine(reason),
  ...(detail !== undefined && { detail }),
});

function uploadOf(envelope: string, attachment: Attachment | undefined): Upload {
  const octets = Buffer.from(envelope);
  const open = async function* (): AsyncGenerator<Buffer> {
    yield octets;
  };
  const root = { contentType: contentType['1.2'], contentId: `${randomUUID()}@posthorn`, size: octets.length, open };
  if (attachment === undefined) return { contentType: root.contentType, contentLength: octets.length, body: open() };
  return writeMultipart([root, { ...attachment, contentType: 'application/cms' }]);
}

/** The first eb:Error in the header of a fault. */
function errorInFault(octets: Buffer): ReceivedError | undefined {
  const under = (parents: readonly XmlElement[], ns: string, local: string): XmlElement[] =>
    parents.flatMap((parent) => childrenNamed(parent, ns, local));
  const messaging = under(under([parse(octets)], SOAP12, 'Header'), eb.uri, 'Messaging');
  const [error] = under(under(messaging, eb.uri, 'SignalMessage'), eb.uri, 'Error');
  return error && errorOf(error);
}

function refused(error: ReceivedError, messageId: string): PushOutcome {
  const about = error.refToMessageInError;
  if (about !== undefined && about !== messageId) return unverifiable('an error about another message');
  return {
    type: 'ebmsError',
    code: oneLine(error.code),
    shortDescription: oneLine(error.shortDescription),
    description: oneLine(error.description),
  };
}

const confirms = (received: ReceiptReference, sent: MadeReference): boolean =>
  received.uri === sent.uri &&
  received.digestMethod === SHA256 &&
  received.digest === sent.digest &&
  received.transforms.length === sent.transforms.length &&
  received.transforms.every((t, i) => t === sent.transforms[i]);

/** Reads a verified answer: a receipt for this message and every part of it, or an error. */
function judge(answer: Trusted, messageId: string, sent: SignedEbms): PushOutcome {
  const messaging = decodeMessaging(answer);
  const signal = messaging.type === 'signals' ? messaging.signals[0] : undefined;
  if (signal === undefined) return unverifiable('the answer is no signal');
  if (signal.info.refToMessageId !== messageId) return unverifiable('the answer is to another message');
  const [error] = signal.errors;
  if (error !== undefined) return refused(error, messageId);
  const { receipt = [] } = signal;
  const missing = sent.payload.find((part) => !receipt.some((r) => confirms(r, part)));
  if (missing !== undefined) return unverifiable(`the receipt does not confirm ${missing.uri}`);
  return { type: 'accepted', receiptId: signal.info.messageId, at: signal.info.timestamp, signer: answer.principal };
}

async function verified({ contentType: type, octets }: Posted, deps: VerifyDeps): Promise<Trusted> {
  const stream = (async function* () {
    yield octets;
  })();
  const charset = parseMediaType(type)?.parameters.get('charset');
  return verify({ stream, charset, multipart: parseMultipartType(type) }, { ...policy, attachments: 'none' }, deps);
}

const isEnvelope = (octets: Buffer): boolean => {
  try {
    const root = parse(octets);
    return is(root, SOAP12, 'Envelope') && childElements(root).length > 0;
  } catch {
    return false;
  }
};

async function readAnswer(answer: Posted, push: Push, sent: SignedEbms): Promise<PushOutcome> {
  const { messageId } = push.userMessage.info;
  const fault = faultReason(answer.octets);
  if (fault !== undefined) {
    const error = errorInFault(answer.octets);
    return error === undefined ? transport(`SOAP fault: ${fault}`) : refused(error, messageId);
  }
  if (answer.status < 200 || answer.status > 299) return transport(`HTTP ${answer.status}`);
  if (parseMultipartType(answer.contentType) === undefined && !isEnvelope(answer.octets)) {
    return unverifiable('the answer is no SOAP 1.2 envelope');
  }
  const trusted = await verified(answer, push);
  if (!push.isReceiver(trusted.principal)) return unverifiable('the answer is signed by somebody else');
  return judge(trusted, messageId, sent);
}

/**
 * Sends one message, and verifies the receipt. Nothing that the other side does is an exception: only what we ourselves cannot do is.
 * @throws Failure of `attachment.open`, or INTERNAL when its size is another than it was said
 */
export async function pushMessage(push: Push): Promise<PushOutcome> {
  const { userMessage, attachment, sbd, key, clock } = push;
  const sent = await signEbms(
    {
      messaging: encodeUserMessage(userMessage),
      body: [parse(sbd)],
      bodyId: SOAP_BODY,
      attachments: attachment === undefined ? [] : [attachment],
    },
    key,
    clock.now(),
  );
  let answer: Posted;
  try {
    answer = await postStream(push.url, uploadOf(sent.envelope, attachment), push.timeout);
  } catch (error) {
    if (error instanceof Failure && error.code.startsWith('UPSTREAM_')) {
      return transport(error.values['reason'] ?? 'no answer that can be read', error.detail);
    }
    throw error;
  }
  try {
    return await readAnswer(answer, push, sent);
  } catch (error) {
    if (error instanceof Failure) return unverifiable(`${error.code}: ${error.detail}`);
    throw error;
  }
}
