import { randomUUID } from 'node:crypto';
import { ds, EC, env, wsse } from '../soap/names.js';
import { canonicalise, escapeAttribute } from '../xml/c14n.js';
import type { XmlElement, XmlNode } from '../xml/model.js';
import { template } from '../xml/template.js';
import { element, qualified, serialise } from '../xml/write.js';
import { ATTACHMENT_CONTENT, EXC_C14N, RSA_SHA256, SHA256 } from './algorithms.js';
import type { SigningKey } from './sign.js';
import { digest, lifetime, signatureOf, signatureValue, timestampOf, tokenElement, wsuIdAttribute } from './sign.js';

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

/*
 * A message always has the same form around its Messaging and Body, so its texts are compiled at start and filled with values here. The
 * Ids of one message share a UUID. Messaging and attachments are written once: what is signed is what is sent.
 */
type Part = 'id' | 'created' | 'expires';
type Signed = 'id' | 'bodyId' | 'bodyDigest' | 'timestampDigest' | 'messagingDigest' | 'attached';
type Whole = Part | Signed | 'token' | 'signatureValue' | 'messaging' | 'body';
type Hole<H extends string> = (name: H) => string;

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
const canonicalWith =
  (prefixes: readonly string[]) =>
  (part: XmlElement): string =>
    canonicalise({ ...part, scope }, { exclusive: true, comments: false, prefixes });

const withId = (part: XmlElement, id: string): XmlElement => ({
  ...part,
  attributes: [...part.attributes, qualified(env, 'mustUnderstand', 'true'), wsuIdAttribute(id)],
});

const timestamp = (hole: Hole<Part>): XmlElement =>
  timestampOf(`TS-${hole('id')}`, { created: hole('created'), expires: hole('expires') });

/** Only the apex is bound to `scope`, so the PrefixList must have nothing to say further in. */
const signedInfo = (hole: Hole<Signed>): XmlElement =>
  element(ds, 'SignedInfo', {}, [
    algorithm('CanonicalizationMethod', EXC_C14N, 'env'),
    algorithm('SignatureMethod', RSA_SHA256),
    reference(`#${hole('bodyId')}`, hole('bodyDigest'), algorithm('Transform', EXC_C14N)),
    reference(`#TS-${hole('id')}`, hole('timestampDigest'), algorithm('Transform', EXC_C14N, 'wsse env')),
    reference(`#id-${hole('id')}`, hole('messagingDigest'), algorithm('Transform', EXC_C14N)),
    { markup: hole('attached') },
  ]);

const attached = (hole: Hole<'uri' | 'digest'>): XmlElement =>
  reference(hole('uri'), hole('digest'), algorithm('Transform', ATTACHMENT_CONTENT));

const envelope = (hole: Hole<Whole>): XmlElement => {
  const [id, token] = [hole('id'), `X509-${hole('id')}`];
  const security = element(
    wsse,
    'Security',
    [qualified(env, 'mustUnderstand', 'true')],
    [
      tokenElement(token, { token: hole('token') }),
      timestamp(hole),
      signatureOf(signedInfo(hole), hole('signatureValue'), token, id),
    ],
  );
  const header = element(env, 'Header', {}, [security, { markup: hole('messaging') }]);
  return element(env, 'Envelope', {}, [header, { markup: hole('body') }]);
};

/** As it is written further in, where its namespace is bound. */
const within = (part: XmlElement): string => canonicalise(part).replace(` xmlns:${part.prefix}="${part.ns}"`, '');

const texts = {
  timestamp: template(timestamp, canonicalWith(['wsse', 'env'])),
  signedInfo: template(signedInfo, canonicalWith(['env'])),
  attached: template(attached, within),
  envelope: template(envelope),
};

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
  const canonicalBody = canonicalise(body);
  const messaging = canonicalise(withId(message.messaging, `id-${id}`));
  const part = { id, ...lifetime(now, message.lifetime ?? MESSAGE_LIFETIME) };
  const attachments = message.attachments.map(({ contentId, sha256 }) => {
    const value = Buffer.from(sha256, 'hex').toString('base64');
    return made(`cid:${contentId}`, value, ATTACHMENT_CONTENT);
  });
  const signed = {
    id,
    bodyId: escapeAttribute(message.bodyId),
    bodyDigest: digest(canonicalBody),
    timestampDigest: digest(texts.timestamp(part)),
    messagingDigest: digest(messaging),
    attached: attachments.map((a) => texts.attached({ uri: escapeAttribute(a.uri), digest: a.digest })).join(''),
  };
  return {
    envelope: texts.envelope({
      ...part,
      ...signed,
      token: key.token,
      signatureValue: await signatureValue(texts.signedInfo(signed), key),
      messaging,
      // A document in it keeps what its canonical form leaves out.
      body: message.body.length === 0 ? canonicalBody : serialise(body),
    }),
    payload: [made(`#${message.bodyId}`, signed.bodyDigest, EXC_C14N), ...attachments],
  };
}
