import { constants, createHmac, privateDecrypt, publicEncrypt, randomBytes, type KeyObject } from 'node:crypto';
import { Failure } from '../errors.js';
import * as asn1 from './der.js';
import { contextTag, der, tags, type Der } from './der.js';

/** Content keys of CMS under RSA: the transports that we know, and taking keys apart without telling what was wrong. */

/** How the content key travels (PROFILES, "CMS"): the mask generation function of OAEP uses the same hash. */
export type KeyTransport = 'oaep-sha256' | 'oaep-sha1' | 'pkcs1';

/** Octets of a content key: AES-256 only. */
export const CONTENT_KEY = 32;

const oids = {
  rsa: '1.2.840.113549.1.1.1',
  oaep: '1.2.840.113549.1.1.7',
  mgf1: '1.2.840.113549.1.1.8',
  empty: '1.2.840.113549.1.1.9',
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
} as const;

type Oaep = { readonly padding: number; readonly oaepHash: string };
const oaep = (oaepHash: string): Oaep => ({ padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash });
const oaepParameters = (hash: string): Buffer => {
  const algorithm = der.sequence(der.oid(hash), der.null());
  return der.sequence(der.explicit(0, algorithm), der.explicit(1, der.sequence(der.oid(oids.mgf1), algorithm)));
};

/** What each transport is in node:crypto, and as AlgorithmIdentifier. */
const transports: Readonly<
  Record<KeyTransport, { readonly cipher: Oaep | { readonly padding: number }; readonly algorithm: Buffer }>
> = {
  'oaep-sha256': {
    cipher: oaep('sha256'),
    algorithm: der.sequence(der.oid(oids.oaep), oaepParameters(oids.sha256)),
  },
  // The defaults of RSAES-OAEP-params are left out, as DER has it.
  'oaep-sha1': { cipher: oaep('sha1'), algorithm: der.sequence(der.oid(oids.oaep), der.sequence()) },
  pkcs1: { cipher: { padding: constants.RSA_PKCS1_PADDING }, algorithm: der.sequence(der.oid(oids.rsa), der.null()) },
};

/** A content key for the holder of `publicKey`, and the AlgorithmIdentifier that says how. */
export function wrapKey(key: Buffer, publicKey: KeyObject, transport: KeyTransport) {
  const { cipher, algorithm } = transports[transport];
  return { algorithm, encrypted: publicEncrypt({ key: publicKey, ...cipher }, key) };
}

export const undecipherable = (detail: string): Failure => new Failure('FAILED_CHECK', `CMS decryption: ${detail}`);
export const unsupported = (detail: string): Failure => new Failure('UNSUPPORTED_ALGORITHM', `CMS: ${detail}`);

export interface Algorithm {
  readonly oid: string;
  readonly parameters: Der | undefined;
}

export function algorithmOf(element: Der | undefined): Algorithm {
  const [oid, parameters, ...more] = asn1.children(element);
  if (more.length > 0) throw undecipherable('AlgorithmIdentifier');
  return { oid: asn1.objectIdentifier(oid), parameters };
}

/** An AlgorithmIdentifier without parameters, or with NULL. */
function bareAlgorithm(element: Der): string {
  const { oid, parameters } = algorithmOf(element);
  if (parameters !== undefined && (parameters.tag !== tags.null || parameters.content.length > 0))
    throw unsupported('parameters of a hash');
  return oid;
}

const oaepHashes: Readonly<Record<string, KeyTransport>> = {
  [oids.sha1]: 'oaep-sha1',
  [oids.sha256]: 'oaep-sha256',
};

/** RSAES-OAEP-params (RFC 4055 section 4.1): one hash for both, no label. */
function oaepTransport(parameters: Der | undefined): KeyTransport {
  const found = { 0: oids.sha1 as string, 1: oids.sha1 as string };
  for (const field of asn1.children(parameters)) {
    const inner = asn1.explicit(field);
    if (field.tag === contextTag(0, true)) found[0] = bareAlgorithm(inner);
    else if (field.tag === contextTag(1, true)) {
      const mask = algorithmOf(inner);
      if (mask.oid !== oids.mgf1 || mask.parameters === undefined) throw unsupported('mask generation');
      found[1] = bareAlgorithm(mask.parameters);
    } else if (field.tag === contextTag(2, true)) {
      const label = algorithmOf(inner);
      if (label.oid !== oids.empty || asn1.primitive(label.parameters, tags.octetString).length > 0)
        throw unsupported('a label of OAEP');
    } else throw unsupported('parameters of OAEP');
  }
  const transport = found[0] === found[1] ? oaepHashes[found[0]] : undefined;
  if (transport === undefined) throw unsupported('hash of OAEP');
  return transport;
}

export function transportOf(element: Der | undefined): KeyTransport {
  const { oid, parameters } = algorithmOf(element);
  if (oid === oids.oaep) return oaepTransport(parameters);
  if (oid !== oids.rsa || (parameters !== undefined && parameters.tag !== tags.null))
    throw unsupported('key transport');
  return 'pkcs1';
}

/** What substitutes for keys are made from: the same encrypted key gets the same one, so that asking twice tells nothing. */
const substitutes = randomBytes(CONTENT_KEY);

/**
 * The content key, or a substitute when what was encrypted is no key of ours: whether it is one shows only in what comes out in the end
 * (implicit rejection). PKCS#1 v1.5 is taken apart here without a branch on secret octets; the place of the key is known.
 */
export function unwrapKey(privateKey: KeyObject, transport: KeyTransport, encrypted: Buffer): Buffer {
  const substitute = createHmac('sha256', substitutes).update(encrypted).digest();
  try {
    if (transport !== 'pkcs1') {
      const key = privateDecrypt({ key: privateKey, ...transports[transport].cipher }, encrypted);
      return key.length === CONTENT_KEY ? key : substitute;
    }
    const block = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, encrypted);
    const start = block.length - CONTENT_KEY;
    let wrong = (block[0] ?? 1) | ((block[1] ?? 0) ^ 2) | (block[start - 1] ?? 1);
    for (let i = 2; i < start - 1; i++) wrong |= (((block[i] ?? 0) - 1) >> 8) & 1;
    const mask = -((wrong | -wrong) >>> 31) & 0xff;
    return Buffer.from(substitute.map((octet, i) => (octet & mask) | ((block[start + i] ?? 0) & ~mask)));
  } catch {
    return substitute;
  }
}
