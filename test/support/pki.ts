import { createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { AssertionError } from 'chai';
import { Failure } from '../../src/errors.js';
import { parseCrl } from '../../src/security/crl.js';
import { der } from '../../src/security/der.js';
import type { KeyStore } from '../../src/security/keystore.js';
import { extensionTypes } from '../../src/security/x509.js';
import { createTrust, type Trust, type TrustOptions } from '../../src/security/trust.js';
import { authoritySubject, enterpriseSubject } from '../../src/sandbox/pki/identities.js';
import {
  encodeName,
  issueCertificate,
  issueCrl,
  type CertificateSpec,
  type CrlSpec,
  type ExtensionSpec,
  type NameSpec,
} from '../../src/sandbox/pki/issue.js';

/** The Failure that `act` throws. Anything else, also nothing, fails the test. */
export function failureOf(act: () => unknown): Failure {
  try {
    act();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new AssertionError('nothing was refused');
}

/** A time at which every good certificate of a test chain is valid; so is the real time. */
export const testTime = new Date('2026-03-02T12:00:00Z');
const from = new Date('2020-01-01T00:00:00Z');
const until = new Date('2045-01-01T00:00:00Z');

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const keyPairs = new Map<string, KeyPair>();

/** An RSA key pair by name, the same for the whole test run. */
export function testKey(name: string, bits = 2048, publicExponent = 65537): KeyPair {
  const id = `${name} ${bits} ${publicExponent}`;
  const pair = keyPairs.get(id) ?? generateKeyPairSync('rsa', { modulusLength: bits, publicExponent });
  keyPairs.set(id, pair);
  return pair;
}

/** A public key of any size and exponent; nobody has its private key. */
export function madeUpPublicKey(bits: number, exponent = 65537): KeyObject {
  const modulus = randomBytes(Math.ceil(bits / 8));
  modulus[0] = (modulus[0]! & (0xff >> (8 * modulus.length - bits))) | (0x80 >> (8 * modulus.length - bits));
  modulus[modulus.length - 1]! |= 1;
  const e = Buffer.from(exponent.toString(16).padStart(6, '0'), 'hex');
  const first = e.findIndex((octet) => octet > 0);
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: e.subarray(first).toString('base64url') };
  return createPublicKey({ key: jwk, format: 'jwk' });
}

/** What to write otherwise than in a good chain: one member of one certificate or list, as a rule. */
export interface ChainChanges {
  readonly root?: Partial<CertificateSpec>;
  readonly issuing?: Partial<CertificateSpec>;
  readonly leaf?: Partial<CertificateSpec>;
  /** The key pair of the leaf; its public key goes into the certificate. */
  readonly leafKey?: KeyPair;
  readonly rootCrl?: Partial<CrlSpec>;
  readonly issuingCrl?: Partial<CrlSpec>;
}

/** A root, an issuing authority, a leaf of organisation 310000019, and both revocation lists; all DER. */
export interface Chain {
  readonly root: Buffer;
  readonly issuing: Buffer;
  readonly leaf: Buffer;
  readonly privateKey: KeyObject;
  readonly rootCrl: Buffer;
  readonly issuingCrl: Buffer;
  readonly keyStore: KeyStore;
}

export const testOrganisation = { organisasjonsnummer: '310000019', organisasjon: 'PRØVE KOMMUNE' };
export const leafSubject: NameSpec = enterpriseSubject(testOrganisation);
export const serials = { root: 1n, issuing: 2n, leaf: 0x4f00d1n };

/** Makes a chain that is good but for `changes`. Cheap: three signatures with keys that are kept. */
export function makeChain(changes: ChainChanges = {}): Chain {
  const [rootKey, issuingKey, leafKey] = [testKey('root'), testKey('issuing'), changes.leafKey ?? testKey('leaf')];
  const byRoot = { name: authoritySubject('Root'), privateKey: rootKey.privateKey };
  const byIssuing = { name: authoritySubject('Issuing'), privateKey: issuingKey.privateKey };
  const authority = (pathLength: number) =>
    ({
      basicConstraints: { ca: true, pathLength },
      keyUsage: ['keyCertSign', 'cRLSign'],
      issuer: byRoot,
      notBefore: from,
      notAfter: until,
    }) as const;
  const { publicKey } = rootKey;
  const root = { ...authority(1), subject: byRoot.name, serial: serials.root, publicKey };
  const issuing = {
    ...authority(0),
    subject: byIssuing.name,
    serial: serials.issuing,
    publicKey: issuingKey.publicKey,
  };
  const leaf: CertificateSpec = {
    subject: leafSubject,
    publicKey: leafKey.publicKey,
    serial: serials.leaf,
    issuer: byIssuing,
    notBefore: from,
    notAfter: until,
    keyUsage: ['digitalSignature', 'keyEncipherment', 'dataEncipherment'],
  };
  const list = { number: 1n, thisUpdate: from, nextUpdate: until };
  const ders = {
    root: issueCertificate({ ...root, ...changes.root }),
    issuing: issueCertificate({ ...issuing, ...changes.issuing }),
    leaf: issueCertificate({ ...leaf, ...changes.leaf }),
    rootCrl: issueCrl({ ...list, issuer: byRoot, ...changes.rootCrl }),
    issuingCrl: issueCrl({ ...list, issuer: byIssuing, ...changes.issuingCrl }),
  };
  const { privateKey } = leafKey;
  const keyStore = { alias: 'test', privateKey, certificate: ders.leaf, chain: [ders.issuing, ders.root] };
  return { ...ders, privateKey, keyStore };
}

/** Trust in the root of a chain, with its issuing authority and lists at hand. */
export function trustOf(chain: Chain, changes: Partial<TrustOptions> = {}): Trust {
  const crls = [chain.issuingCrl, chain.rootCrl].map(parseCrl);
  return createTrust({
    anchors: [chain.root],
    intermediates: [chain.issuing],
    crls: () => crls,
    revocation: 'require',
    ...changes,
  });
}

const past = new Date('2021-01-01T00:00:00Z');
const future = new Date('2044-01-01T00:00:00Z');
const tlsClient = '1.3.6.1.5.5.7.3.2';
const unknownExtension = { oid: '1.3.6.1.4.1.99999.1', critical: true, value: der.null() };
const constraint = (type: number, value: string): ExtensionSpec => ({
  oid: extensionTypes.nameConstraints,
  critical: true,
  value: der.sequence(der.explicit(0, der.sequence(der.context(type, Buffer.from(value))))),
});
const alternativeName = (name: Buffer): ExtensionSpec => ({
  oid: extensionTypes.subjectAltName,
  critical: false,
  value: der.sequence(name),
});
const listed = (serial: bigint): Partial<CrlSpec> => ({ revoked: [{ serial, at: past }] });
const stranger = (role: 'Root' | 'Issuing') => ({
  name: authoritySubject(role),
  privateKey: testKey('stranger').privateKey,
});

/** A chain that must be refused: the case of SECURITY.md, what is wrong, the words of the log that tell it, and how to make it. */
export interface BadChain {
  readonly security: number;
  readonly wrong: string;
  readonly detail: RegExp;
  readonly changes: () => ChainChanges;
}

const bad = (security: number, wrong: string, detail: RegExp, changes: () => ChainChanges): BadChain => ({
  security,
  wrong,
  detail,
  changes,
});

/** Every way in which a certificate of a message can be bad, each made from the good chain by one change. */
export const badChains: readonly BadChain[] = [
  bad(79, 'expired leaf', /PRØVE KOMMUNE.* has expired/, () => ({ leaf: { notAfter: past } })),
  bad(79, 'expired issuing authority', /Issuing CA.* has expired/, () => ({ issuing: { notAfter: past } })),
  bad(79, 'expired root', /Root CA.* has expired/, () => ({ root: { notAfter: past } })),
  bad(79, 'leaf not yet valid', /PRØVE KOMMUNE.* not yet valid/, () => ({ leaf: { notBefore: future } })),
  bad(79, 'issuing authority not yet valid', /Issuing CA.* not yet valid/, () => ({ issuing: { notBefore: future } })),
  bad(79, 'root not yet valid', /Root CA.* not yet valid/, () => ({ root: { notBefore: future } })),
  bad(80, 'self-signed leaf', /no path/, () => ({
    leaf: { issuer: { name: leafSubject, privateKey: testKey('leaf').privateKey } },
  })),
  bad(80, 'unknown authority', /no path/, () => ({
    leaf: { issuer: { name: [{ type: 'CN', value: 'Somebody Else CA' }], privateKey: testKey('stranger').privateKey } },
  })),
  bad(80, "clone of the issuing authority's name", /does not verify/, () => ({
    leaf: { issuer: stranger('Issuing') },
  })),
  bad(80, "clone of the root's name", /does not verify/, () => ({ issuing: { issuer: stranger('Root') } })),
  bad(81, 'revoked leaf', /revoked/, () => ({ issuingCrl: listed(serials.leaf) })),
  bad(81, 'revoked issuing authority', /revoked/, () => ({ rootCrl: listed(serials.issuing) })),
  bad(81, 'expired list', /list of .*Issuing CA.* has expired/, () => ({ issuingCrl: { nextUpdate: past } })),
  bad(81, 'expired list of the root', /list of .*Root CA.* has expired/, () => ({ rootCrl: { nextUpdate: past } })),
  bad(81, 'list from the future only', /no genuine/, () => ({ issuingCrl: { thisUpdate: future } })),
  bad(81, 'forged list', /no genuine/, () => ({ issuingCrl: { issuer: stranger('Issuing') } })),
  bad(81, 'list of another issuer', /no genuine/, () => ({
    issuingCrl: { issuer: { name: authoritySubject('Root'), privateKey: testKey('issuing').privateKey } },
  })),
  bad(81, 'list signed with SHA-1', /no genuine/, () => ({ issuingCrl: { hash: 'sha1' } })),
  bad(81, 'list by an authority without cRLSign', /no genuine/, () => ({ issuing: { keyUsage: ['keyCertSign'] } })),
  bad(82, 'key for encryption only', /key usage/, () => ({ leaf: { keyUsage: ['keyEncipherment'] } })),
  bad(82, 'no key usage', /key usage/, () => ({ leaf: { keyUsage: undefined } })),
  bad(82, 'authority as signer', /signer is an authority/, () => ({
    leaf: { basicConstraints: { ca: true }, keyUsage: ['digitalSignature', 'keyCertSign'] },
  })),
  bad(82, 'extended usage for TLS clients only', /extended key usage/, () => ({ leaf: { extKeyUsage: [tlsClient] } })),
  bad(82, 'issuer without basicConstraints', /no authority/, () => ({ issuing: { basicConstraints: undefined } })),
  bad(82, 'issuer that says it is none', /no authority/, () => ({ issuing: { basicConstraints: { ca: false } } })),
  bad(82, 'issuer without keyCertSign', /no authority/, () => ({ issuing: { keyUsage: ['cRLSign'] } })),
  bad(82, 'path length exceeded', /path length/, () => ({ root: { basicConstraints: { ca: true, pathLength: 0 } } })),
  bad(82, 'name outside the permitted ones', /name constraint/, () => ({
    issuing: { nameConstraints: { permitted: [[{ type: 'C', value: 'SE' }]] } },
  })),
  bad(82, 'name among the excluded ones', /name constraint/, () => ({
    root: { nameConstraints: { excluded: [leafSubject.slice(0, 2)] } },
  })),
  bad(82, 'excluded name in other letters', /name constraint/, () => ({
    root: {
      nameConstraints: {
        excluded: [[leafSubject[0]!, { type: 'O', value: ' prøve   KOMMUNE', encoding: 'bmp' }]],
      },
    },
  })),
  bad(82, 'alternative name among the excluded ones', /name constraint/, () => ({
    root: { nameConstraints: { excluded: [[{ type: 'C', value: 'SE' }]] } },
    leaf: { extensions: [alternativeName(der.explicit(4, encodeName([{ type: 'C', value: 'SE' }])))] },
  })),
  bad(82, 'host name under a constraint on hosts', /name constraint/, () => ({
    issuing: { extensions: [constraint(2, 'example.no')] },
    leaf: { extensions: [alternativeName(der.context(2, Buffer.from('example.com')))] },
  })),
  bad(82, 'mail address under a constraint on mail', /name constraint/, () => ({
    issuing: { extensions: [constraint(1, 'example.no')] },
    leaf: { subject: [...leafSubject, { type: 'emailAddress', value: 'a@example.com', encoding: 'ia5' }] },
  })),
  bad(82, 'unknown critical extension', /critical extension/, () => ({ leaf: { extensions: [unknownExtension] } })),
  bad(82, 'unknown critical extension above', /critical/, () => ({ issuing: { extensions: [unknownExtension] } })),
  bad(85, 'RSA-1024', /not RSA of an allowed size/, () => ({ leafKey: testKey('weak', 1024) })),
  bad(85, 'RSA-1024 issuer', /not RSA of an allowed/, () => ({ issuing: { publicKey: madeUpPublicKey(1024) } })),
  bad(85, 'exponent 3', /exponent/, () => ({ leafKey: testKey('e3', 2048, 3) })),
  bad(85, 'leaf signed with SHA-1', /weak hash/, () => ({ leaf: { hash: 'sha1' } })),
  bad(85, 'leaf signed with MD5', /weak hash/, () => ({ leaf: { hash: 'md5' } })),
  bad(85, 'issuer signed with SHA-1', /weak hash/, () => ({ issuing: { hash: 'sha1' } })),
  bad(85, 'elliptic key', /not RSA/, () => ({ leafKey: generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' }) })),
  bad(64, '512-bit key', /allowed size/, () => ({ leaf: { publicKey: madeUpPublicKey(512) } })),
  bad(64, '16384-bit key', /allowed size/, () => ({ leaf: { publicKey: madeUpPublicKey(16384) } })),
  bad(64, 'exponent 1', /exponent/, () => ({ leaf: { publicKey: madeUpPublicKey(2048, 1) } })),
];
