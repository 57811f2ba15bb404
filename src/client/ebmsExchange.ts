import { randomUUID } from 'node:crypto';
import { errorOf } from '../contract/ebms/decode.js';
import { eb, messagingBlock } from '../contract/ebms/names.js';
import type { ReceivedError } from '../contract/ebms/types.js';
import type { Ord } from '../domain/hendelsestekst.js';
import { errorText, Failure } from '../errors.js';
import { once } from '../once.js';
import { sdpPolicy } from '../security/policy.js';
import type { SigningKey } from '../security/sign.js';
import type { VerifyDeps } from '../security/signature.js';
import { verify } from '../security/signature.js';
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

/** Whom ebMS is spoken with, and as whom. */
export interface Correspondent extends VerifyDeps {
  readonly url: string;
  readonly key: SigningKey;
  /** Whether a signer that the trust store vouches for is the one that was called. */
  readonly isReceiver: (signer: Signer) => boolean;
  /** Milliseconds for the whole exchange. */
  readonly timeout?: number;
}

/**
 * Why there is no answer to go by. `ebmsError`: the other says why not. `unverifiable`: it answered, and the answer cannot be believed.
 * `transport`: no answer that says anything.
 */
export type Refusal =
  | {
      readonly type: 'ebmsError';
      readonly code: string;
      readonly shortDescription: string;
      readonly description: string;
    }
  | { readonly type: 'unverifiable'; readonly reason: Ord }
  | {
      readonly type: 'transport';
      /** Names no address. */
      readonly reason: Ord;
      /** What the network said in full, for the log; absent where somebody answered. */
      readonly detail?: string;
    };

/** @param nb the same in Norwegian, where it can get into the history of a letter */
export const unverifiable = (en: string, nb?: string): Refusal => ({
  type: 'unverifiable',
  reason: nb === undefined ? oneLine(en) : { nb: oneLine(nb), en: oneLine(en) },
});
const transport = (reason: Ord, detail?: string): Refusal => ({
  type: 'transport',
  reason: typeof reason === 'string' ? oneLine(reason) : reason,
  ...(detail !== undefined && { detail }),
});

export const otherMessage = unverifiable('the answer is to another message', 'svaret gjelder en annen melding');
const noEnvelope = unverifiable('the answer is no SOAP 1.2 envelope', 'svaret er ingen konvolutt av SOAP 1.2');

const policy = sdpPolicy([messagingBlock]);

/** A signed envelope as it is posted, alone or with its package. */
export function uploadOf(envelope: string, attachment?: Attachment): Upload {
  const octets = Buffer.from(envelope);
  const open = () => once(octets);
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

/** An error in answer to messages of ours. @param about their MessageIds */
export function refused(error: ReceivedError, about: readonly string[]): Refusal {
  const { refToMessageInError } = error;
  if (refToMessageInError !== undefined && !about.includes(refToMessageInError)) {
    return unverifiable('an error about another message', 'en feil som gjelder en annen melding');
  }
  return {
    type: 'ebmsError',
    code: oneLine(error.code),
    shortDescription: oneLine(error.shortDescription),
    description: oneLine(error.description),
  };
}

async function verified({ contentType: type, octets }: Posted, deps: VerifyDeps): Promise<Trusted> {
  const charset = parseMediaType(type)?.parameters.get('charset');
  const incoming = { stream: once(octets), charset, multipart: parseMultipartType(type) };
  return verify(incoming, { ...policy, attachments: 'none' }, deps);
}

const isEnvelope = (octets: Buffer): boolean => {
  try {
    const root = parse(octets);
    return is(root, SOAP12, 'Envelope') && childElements(root).length > 0;
  } catch {
    return false;
  }
};

const LT = 0x3c;

/** The reason of a fault; undefined when the answer is none, which in UTF-8 is seen without reading it. */
const faultOf = ({ octets }: Posted): string | undefined =>
  octets[0] === LT && !octets.includes('Fault') ? undefined : faultReason(octets);

/** The answer of who was called, verified; undefined when it is a success without an octet. */
async function readAnswer(
  answer: Posted,
  to: Correspondent,
  about: readonly string[],
): Promise<Trusted | Refusal | undefined> {
  const { status, octets, contentType: type } = answer;
  const fault = faultOf(answer);
  if (fault !== undefined) {
    const error = errorInFault(octets);
    return error === undefined ? transport(`SOAP fault: ${fault}`) : refused(error, about);
  }
  if (status < 200 || status > 299) return transport(`HTTP ${status}`);
  if (octets.length === 0) return undefined;
  const trusted = await verified(answer, to).catch((error: unknown) => {
    if (parseMultipartType(type) === undefined && !isEnvelope(octets)) return undefined;
    throw error;
  });
  if (trusted === undefined) return noEnvelope;
  if (!to.isReceiver(trusted.principal))
    return unverifiable('the answer is signed by somebody else', 'svaret er signert av en annen');
  return trusted;
}

/**
 * Posts a signed message and gives its verified answer to `read`. Nothing that the other side does is an exception: what `read` throws as a
 * Failure makes the answer unverifiable.
 * @param about MessageIds in the message
 * @param silence what an answer without an octet means
 * @throws Failure of `upload.body`
 */
export async function exchange<O>(
  to: Correspondent,
  upload: Upload,
  about: readonly string[],
  read: (answer: Trusted) => O | Refusal,
  silence: O | Refusal = noEnvelope,
): Promise<O | Refusal> {
  let answer: Posted;
  try {
    answer = await postStream(to.url, upload, to.timeout);
  } catch (error) {
    if (error instanceof Failure && error.code.startsWith('UPSTREAM_')) {
      const unread = { nb: 'ikke noe svar som kan leses', en: 'no answer that can be read' };
      return transport(error.values['reason'] ?? unread, error.detail);
    }
    throw error;
  }
  try {
    const found = await readAnswer(answer, to, about);
    if (found === undefined) return silence;
    return 'principal' in found ? read(found) : found;
  } catch (error) {
    if (error instanceof Failure) {
      const nb = errorText(error.code, 'nb', error.values);
      return unverifiable(`${error.code}: ${error.detail}`, `${nb} (${error.code})`);
    }
    throw error;
  }
}
