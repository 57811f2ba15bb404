import { randomUUID } from 'node:crypto';
import { ds, EC, env, wsse } from '../soap/names.js';
import { canonicalise } from '../xml/c14n.js';
import type { XmlElement, XmlNode } from '../xml/model.js';
import { element, qualified, serialise } from '../xml/write.js';
import { ATTACHMENT_CONTENT, EXC_C14N, RSA_SHA256, SHA256 } from './algorithms.js';
import type { SigningKey } from './sign.js';
import { digest, signatureOf, signatureValue, timestampElement, tokenElement, wsuIdAttribute } from './sign.js';

/** Seconds that an ebMS message lives when nothing else is said: what the specification says and every client takes (CONTRACT.md section 5). */
const MESSAGE_LIFETIME = 120;

/** An attachment as its signature names it. */
export interface SignedAttachment {
  readonly contentId: string;
  /** SHA-256 of its content, lower-case hex. */
  readonly sha256: string;
}

export interface EbmsMessage {
  /** eb:Messaging without Id and mustUnderstand. */
  readonly messaging: XmlElement;
  /** Children of Body. */
  readonly body: readonly XmlNode[];
  /** Value of Body's wsu:Id: `soapBody` in requests, one that nobody has used before in answers. */
  readonly bodyId: string;
  readonly attachments: readonly SignedAttachment[];
  /** Seconds that it says it lives, 120 to 300. */
  readonly lifetime?: number;
}

/** A reference that we have made: what a receipt must repeat. */
export interface MadeReference {
  readonly uri: string;
  /** SHA-256, base64. */
  readonly digest: string;
  /** Algorithms. */
  readonly transforms: readonly string[];
}

export interface SignedEbms {
  readonly envelope: string;
  /** To Body, then to the attachments: the payload, which receipts are about. */
  readonly payload: readonly MadeReference[];
}

const ec = { prefix: 'ec', uri: EC } as const;

/** A canonical form with its PrefixList; none is written when it is empty. */
const algorithm = (local: string, uri: string, prefixes = ''): XmlElement =>
  element(
    ds,
    local,
    { Algorithm: uri },
    prefixes === '' ? [] : [element(ec, 'InclusiveNamespaces', { PrefixList: prefixes })],
  );

const reference = (uri: string, value: string, transform: XmlElement): XmlElement =>
  element(ds, 'Reference', { URI: uri }, [
    element(ds, 'Transforms', {}, [transform]),
    algorithm('DigestMethod', SHA256),
    element(ds, 'DigestValue', {}, [value]),
  ]);

const scope = [wsse, env].reduce<XmlElement['scope']>((outer, { prefix, uri }) => ({ prefix, uri, outer }), null);

/** The canonical form where `wsse` and `env` are bound, as they are in our envelopes, and written when they are in `prefixes`. */
const canonicalWith = (part: XmlElement, prefixes: readonly string[]): string =>
  canonicalise({ ...part, scope }, { exclusive: true, comments: false, prefixes });

const withId = (part: XmlElement, id: string): XmlElement => ({
  ...part,
  attributes: [...part.attributes, qualified(env, 'mustUnderstand', 'true'), wsuIdAttribute(id)],
});

/** Only the apex is bound to `scope`, so the PrefixList must have nothing to say further in. */
const signedInfoOf = (references: readonly XmlElement[]): XmlElement =>
  element(ds, 'SignedInfo', {}, [
    algorithm('CanonicalizationMethod', EXC_C14N, 'env'),
    algorithm('SignatureMethod', RSA_SHA256),
    ...references,
  ]);

const made = (uri: string, value: string, transform: string): MadeReference => ({
  uri,
  digest: value,
  transforms: [transform],
});

const bodyOf = ({ body, bodyId }: Pick<EbmsMessage, 'body' | 'bodyId'>): XmlElement =>
  element(env, 'Body', [wsuIdAttribute(bodyId)], body);

/** SHA-256 of the Body as `signEbms` signs it, base64: what a receipt of the message must repeat. */
export const ebmsBodyDigest = (message: Pick<EbmsMessage, 'body' | 'bodyId'>): string =>
  digest(canonicalise(bodyOf(message)));

/**
 * An ebMS message as the official clients and the broker make it: token, Timestamp and Signature in Security, then Messaging; references in
 * the order Body, Timestamp, Messaging, attachments, since some clients take the first digest for Body's (CONTRACT.md sections 5, 7, 12).
 */
export async function signEbms(message: EbmsMessage, key: SigningKey, now: Date): Promise<SignedEbms> {
  const id = randomUUID();
  const body = bodyOf(message);
  const messaging = withId(message.messaging, `id-${id}`);
  const timestamp = timestampElement(`TS-${id}`, now, message.lifetime ?? MESSAGE_LIFETIME);
  const bodyDigest = digest(canonicalise(body));
  const attached = message.attachments.map(({ contentId, sha256 }) => {
    const value = Buffer.from(sha256, 'hex').toString('base64');
    return made(`cid:${contentId}`, value, ATTACHMENT_CONTENT);
  });
  const signedInfo = signedInfoOf([
    reference(`#${message.bodyId}`, bodyDigest, algorithm('Transform', EXC_C14N)),
    reference(
      `#TS-${id}`,
      digest(canonicalWith(timestamp, ['wsse', 'env'])),
      algorithm('Transform', EXC_C14N, 'wsse env'),
    ),
    reference(`#id-${id}`, digest(canonicalise(messaging)), algorithm('Transform', EXC_C14N)),
    ...attached.map((a) => reference(a.uri, a.digest, algorithm('Transform', ATTACHMENT_CONTENT))),
  ]);
  const value = await signatureValue(canonicalWith(signedInfo, ['env']), key);
  const security = element(
    wsse,
    'Security',
    [qualified(env, 'mustUnderstand', 'true')],
    [tokenElement(`X509-${id}`, key), timestamp, signatureOf(signedInfo, value, `X509-${id}`, id)],
  );
  const header = element(env, 'Header', {}, [security, messaging]);
  return {
    envelope: serialise(element(env, 'Envelope', {}, [header, body])),
    payload: [made(`#${message.bodyId}`, bodyDigest, EXC_C14N), ...attached],
  };
}
