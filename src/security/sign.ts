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

/** wsu:Timestamp living for `seconds`, with milliseconds as the known servers and clients write them. */
export const timestampElement = (id: string, now: Date, seconds: number): XmlElement =>
  element(
    wsu,
    'Timestamp',
    [wsuIdAttribute(id)],
    [
      element(wsu, 'Created', {}, [now.toISOString()]),
      element(wsu, 'Expires', {}, [new Date(now.getTime() + seconds * 1000).toISOString()]),
    ],
  );

export const tokenElement = (id: string, key: SigningKey): XmlElement =>
  element(
    wsse,
    'BinarySecurityToken',
    [...plain({ EncodingType: BASE64_BINARY, ValueType: TOKEN_PROFILE }), wsuIdAttribute(id)],
    [key.token],
  );

const algorithm = (local: string, uri: string): XmlElement => element(ds, local, { Algorithm: uri });

/** The octets of SHA-256 over a canonical form, in base64. */
const digest = (part: XmlElement): string => hash('sha256', canonicalise(part), 'base64');

/** A part to sign: an element and the value of its wsu:Id. */
export interface SignedPart {
  readonly id: string;
  readonly element: XmlElement;
}

const reference = ({ id, element: part }: SignedPart): XmlElement =>
  element(ds, 'Reference', { URI: `#${id}` }, [
    element(ds, 'Transforms', {}, [algorithm('Transform', EXC_C14N)]),
    algorithm('DigestMethod', SHA256),
    element(ds, 'DigestValue', {}, [digest(part)]),
  ]);

const keyInfo = (tokenId: string): XmlElement =>
  element(ds, 'KeyInfo', { Id: newId('KI') }, [
    element(
      wsse,
      'SecurityTokenReference',
      [wsuIdAttribute(newId('STR'))],
      [element(wsse, 'Reference', { URI: `#${tokenId}`, ValueType: TOKEN_PROFILE })],
    ),
  ]);

/**
 * ds:Signature over `parts` in their order: exclusive C14N, SHA-256, RSA-SHA256, key named by reference to the token.
 * Signs in a thread of node's pool.
 */
export async function signatureElement(
  parts: readonly SignedPart[],
  key: SigningKey,
  tokenId: string,
): Promise<XmlElement> {
  const signedInfo = element(ds, 'SignedInfo', {}, [
    algorithm('CanonicalizationMethod', EXC_C14N),
    algorithm('SignatureMethod', RSA_SHA256),
    ...parts.map(reference),
  ]);
  const value = await signAsync('sha256', Buffer.from(canonicalise(signedInfo)), key.privateKey);
  return element(ds, 'Signature', { Id: newId('SIG') }, [
    signedInfo,
    element(ds, 'SignatureValue', {}, [value.toString('base64')]),
    keyInfo(tokenId),
  ]);
}
