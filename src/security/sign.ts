import { createPrivateKey, hash, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { ds, wsse, wsu } from '../soap/names.js';
import { canonicalise } from '../xml/c14n.js';
import type { XmlElement } from '../xml/model.js';
import { element, plain, qualified } from '../xml/write.js';
import { EXC_C14N, RSA_SHA256, SHA256 } from './algorithms.js';

const TOKEN_PROFILE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3';
const BASE64_BINARY = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary';

/** A key to sign with, made ready at start. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  /** DER. */
  readonly certificate: Buffer;
  /** The certificate in base64, as a BinarySecurityToken holds it. */
  readonly token: string;
}

export const signingKey = (privateKey: KeyObject | string, certificate: Buffer): SigningKey => ({
  privateKey: typeof privateKey === 'string' ? createPrivateKey(privateKey) : privateKey,
  certificate,
  token: certificate.toString('base64'),
});

const signAsync = promisify(sign);

/** A fresh Id: the prefix says of what. */
export const newId = (prefix: string): string => `${prefix}-${randomUUID()}`;

export const wsuIdAttribute = (id: string) => qualified(wsu, 'Id', id);

/** The two instants of a message that lives for `seconds`, with milliseconds as the known servers and clients write them. */
export const lifetime = (now: Date, seconds: number) => ({
  created: now.toISOString(),
  expires: new Date(now.getTime() + seconds * 1000).toISOString(),
});

export const timestampOf = (id: string, { created, expires }: ReturnType<typeof lifetime>): XmlElement =>
  element(
    wsu,
    'Timestamp',
    [wsuIdAttribute(id)],
    [element(wsu, 'Created', {}, [created]), element(wsu, 'Expires', {}, [expires])],
  );

/** wsu:Timestamp living for `seconds`. */
export const timestampElement = (id: string, now: Date, seconds: number): XmlElement =>
  timestampOf(id, lifetime(now, seconds));

export const tokenElement = (id: string, { token }: Pick<SigningKey, 'token'>): XmlElement =>
  element(
    wsse,
    'BinarySecurityToken',
    [...plain({ EncodingType: BASE64_BINARY, ValueType: TOKEN_PROFILE }), wsuIdAttribute(id)],
    [token],
  );

const algorithm = (local: string, uri: string): XmlElement => element(ds, local, { Algorithm: uri });

/** SHA-256 over a canonical form, in base64. */
export const digest = (canonical: string | Buffer): string => hash('sha256', canonical, 'base64');

/** A part to sign: an element and the value of its wsu:Id. */
export interface SignedPart {
  readonly id: string;
  readonly element: XmlElement;
}

const reference = (id: string, value: string): XmlElement =>
  element(ds, 'Reference', { URI: `#${id}` }, [
    element(ds, 'Transforms', {}, [algorithm('Transform', EXC_C14N)]),
    algorithm('DigestMethod', SHA256),
    element(ds, 'DigestValue', {}, [value]),
  ]);

/** ds:SignedInfo over parts given by Id and digest: exclusive C14N, SHA-256, RSA-SHA256. */
export const signedInfoOf = (parts: readonly (readonly [id: string, digest: string])[]): XmlElement =>
  element(ds, 'SignedInfo', {}, [
    algorithm('CanonicalizationMethod', EXC_C14N),
    algorithm('SignatureMethod', RSA_SHA256),
    ...parts.map(([id, value]) => reference(id, value)),
  ]);

/** The signature of a canonical SignedInfo, in base64; made in a thread of node's pool. */
export const signatureValue = async (canonical: string, key: SigningKey): Promise<string> =>
  (await signAsync('sha256', Buffer.from(canonical), key.privateKey)).toString('base64');

/** ds:Signature whose key is named by reference to the token. `id` makes its Ids. */
export const signatureOf = (signedInfo: XmlElement, value: string, tokenId: string, id: string): XmlElement =>
  element(ds, 'Signature', { Id: `SIG-${id}` }, [
    signedInfo,
    element(ds, 'SignatureValue', {}, [value]),
    element(ds, 'KeyInfo', { Id: `KI-${id}` }, [
      element(
        wsse,
        'SecurityTokenReference',
        [wsuIdAttribute(`STR-${id}`)],
        [element(wsse, 'Reference', { URI: `#${tokenId}`, ValueType: TOKEN_PROFILE })],
      ),
    ]),
  ]);

/** ds:Signature over `parts` in their order. */
export async function signatureElement(
  parts: readonly SignedPart[],
  key: SigningKey,
  tokenId: string,
): Promise<XmlElement> {
  const signedInfo = signedInfoOf(parts.map((part) => [part.id, digest(canonicalise(part.element))]));
  return signatureOf(signedInfo, await signatureValue(canonicalise(signedInfo), key), tokenId, randomUUID());
}
