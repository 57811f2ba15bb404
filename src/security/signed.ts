import { constants, verify, type KeyObject } from 'node:crypto';
import {
  children,
  bitString,
  contextTag,
  explicit,
  integer,
  objectIdentifier,
  primitive,
  tags,
  type Der,
} from './der.js';

/** How the signature of a certificate or CRL was made. `hash` is undefined for an algorithm that we do not know. */
export interface SignatureAlgorithm {
  readonly oid: string;
  readonly hash: string | undefined;
  /** Salt octets when the scheme is RSASSA-PSS, otherwise undefined. */
  readonly pssSalt: number | undefined;
}

/** The three parts that certificates and CRLs share (RFC 5280 sections 4.1 and 5.1). */
export interface Signed {
  /** The octets that were signed. */
  readonly tbs: Buffer;
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Buffer;
}

const pss = '1.2.840.113549.1.1.10';

/** RSASSA-PKCS1-v1_5 by hash; the weak ones are here so that a refusal can name them. */
export const rsaSignatures: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.4', 'md5'],
  ['1.2.840.113549.1.1.5', 'sha1'],
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
]);

const hashes: ReadonlyMap<string, string> = new Map([
  ['1.3.14.3.2.26', 'sha1'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);

/** The hashes that a signature in a chain may use (SECURITY 85). */
export const strongHashes: ReadonlySet<string> = new Set(['sha256', 'sha384', 'sha512']);

const parameter = (fields: readonly Der[], number: number): Der | undefined => {
  const field = fields.find(({ tag }) => tag === contextTag(number, true));
  return field && explicit(field);
};

/** RSASSA-PSS-params (RFC 4055 section 3.1), as far as both hashes are the same. */
function readPss(parameters: Der | undefined): SignatureAlgorithm {
  const fields = children(parameters);
  const hashOf = (algorithm: Der | undefined): string | undefined =>
    algorithm ? hashes.get(objectIdentifier(children(algorithm)[0])) : 'sha1';
  const hash = hashOf(parameter(fields, 0));
  const mask = parameter(fields, 1);
  const maskHash = mask ? hashOf(children(mask)[1]) : 'sha1';
  const salt = parameter(fields, 2);
  const pssSalt = salt ? Number(integer(salt)) : 20;
  // Negative lengths mean something else to the verifier.
  if (pssSalt < 0 || pssSalt > 64) throw new Error('a salt length that no hash has');
  return { oid: pss, hash: hash === maskHash ? hash : undefined, pssSalt };
}

/**
 * Takes apart a signed structure: SEQUENCE of content, algorithm and signature. Throws an Error with a sentence.
 * @param inner picks the algorithm that stands among the fields of the content, to compare with the one outside
 * @returns the parts, and the fields of the content
 */
export function readSigned(outer: Der, inner: (fields: readonly Der[]) => Der | undefined): Signed & { fields: Der[] } {
  const [content, algorithm, signature, ...rest] = children(outer);
  if (!content || !algorithm || rest.length > 0) throw new Error('not a content, an algorithm and a signature');
  const [type, parameters] = children(algorithm);
  const oid = objectIdentifier(type);
  const { octets, unused } = bitString(signature);
  if (unused > 0) throw new Error('the signature is not whole octets');
  const fields = children(content);
  if (!inner(fields)?.raw.equals(algorithm.raw)) throw new Error('the algorithm inside and outside differ');
  return {
    tbs: content.raw,
    algorithm: oid === pss ? readPss(parameters) : { oid, hash: rsaSignatures.get(oid), pssSalt: undefined },
    signature: octets,
    fields,
  };
}

/** True when `key` made the signature. An algorithm or key that does not fit is false too. */
export function isSignedBy({ tbs, algorithm: { hash, pssSalt }, signature }: Signed, key: KeyObject): boolean {
  if (hash === undefined || key.asymmetricKeyType !== 'rsa') return false;
  const padding = pssSalt === undefined ? {} : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: pssSalt };
  return verify(hash, tbs, { key, ...padding }, signature);
}

/** An extension of a certificate, a CRL or a CRL entry (RFC 5280 section 4.1). */
export interface Extension {
  readonly critical: boolean;
  /** DER of the value. */
  readonly value: Buffer;
}

/** Extensions by object identifier. One that stands twice is an Error. */
export function readExtensions(list: Der): Map<string, Extension> {
  const extensions = new Map<string, Extension>();
  for (const extension of children(list)) {
    const parts = children(extension);
    const oid = objectIdentifier(parts[0]);
    const critical = parts[1]?.tag === tags.boolean;
    if (parts.length !== (critical ? 3 : 2)) throw new Error(`extension ${oid} is ill-formed`);
    if (extensions.has(oid)) throw new Error(`extension ${oid} stands twice`);
    extensions.set(oid, {
      critical: critical && parts[1]!.content[0] !== 0,
      value: primitive(parts.at(-1), tags.octetString),
    });
  }
  return extensions;
}
