import { constants, createHash, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { bitString, children, contextTag, der, readDer, tags } from '../../security/der.js';
import { attributeTypes } from '../../security/dn.js';
import { rsaSignatures } from '../../security/signed.js';
import { extensionTypes, keyUsages, type KeyUsage } from '../../security/x509.js';

/** One attribute to write into a name. */
export interface AttributeSpec {
  readonly type: keyof typeof attributeTypes;
  readonly value: string;
  /** Left out: PrintableString for C and serialNumber, UTF8String for the rest. */
  readonly encoding?: 'utf8' | 'printable' | 'teletex' | 'ia5' | 'bmp';
}

/** A name, relative names in certificate order; a list inside is a relative name of several attributes. */
export type NameSpec = readonly (AttributeSpec | readonly AttributeSpec[])[];

export type Hash = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** Who signs: the name to write as issuer, and the key. */
export interface Issuer {
  readonly name: NameSpec;
  readonly privateKey: KeyObject;
}

export interface ExtensionSpec {
  readonly oid: string;
  readonly critical: boolean;
  /** DER of the value. */
  readonly value: Buffer;
}

/** Everything that stands in a certificate. What is left out is not written: nothing here is checked for sense. */
export interface CertificateSpec {
  readonly subject: NameSpec;
  readonly publicKey: KeyObject;
  readonly serial: bigint;
  readonly issuer: Issuer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** sha256 when left out. */
  readonly hash?: Hash;
  /** RSASSA-PSS instead of PKCS#1 v1.5. */
  readonly pss?: boolean;
  readonly basicConstraints?: { readonly ca: boolean; readonly pathLength?: number } | undefined;
  readonly keyUsage?: readonly KeyUsage[] | undefined;
  /** Object identifiers. */
  readonly extKeyUsage?: readonly string[];
  /** Directory names that the names below must, or must not, begin with. */
  readonly nameConstraints?: { readonly permitted?: readonly NameSpec[]; readonly excluded?: readonly NameSpec[] };
  readonly crlUrls?: readonly string[];
  readonly extensions?: readonly ExtensionSpec[];
}

export interface CrlSpec {
  readonly issuer: Issuer;
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly revoked?: readonly { readonly serial: bigint; readonly at: Date }[];
  readonly hash?: Hash;
  readonly extensions?: readonly ExtensionSpec[];
}

const encodings = {
  utf8: (value) => der.element(tags.utf8, Buffer.from(value, 'utf8')),
  printable: (value) => der.element(tags.printable, Buffer.from(value, 'latin1')),
  teletex: (value) => der.element(tags.teletex, Buffer.from(value, 'latin1')),
  ia5: (value) => der.element(tags.ia5, Buffer.from(value, 'latin1')),
  bmp: (value) => der.element(tags.bmp, Buffer.from(value, 'utf16le').swap16()),
} as const satisfies Record<NonNullable<AttributeSpec['encoding']>, (value: string) => Buffer>;

const printable: ReadonlySet<string> = new Set(['C', 'serialNumber']);

function attribute({ type, value, encoding = printable.has(type) ? 'printable' : 'utf8' }: AttributeSpec): Buffer {
  return der.sequence(der.oid(attributeTypes[type]), encodings[encoding](value));
}

/** DER of a name. */
export function encodeName(spec: NameSpec): Buffer {
  return der.sequence(...spec.map((rdn) => der.set(...('type' in rdn ? [rdn] : rdn).map(attribute))));
}

const pssOid = '1.2.840.113549.1.1.10';
const mgf1Oid = '1.2.840.113549.1.1.8';
const sha256Oid = '2.16.840.1.101.3.4.2.1';

/** SHA-256 with a salt of 32 octets: the one PSS form that we make. */
function pssAlgorithm(): Buffer {
  const sha256 = der.sequence(der.oid(sha256Oid), der.null());
  const mask = der.sequence(der.oid(mgf1Oid), sha256);
  const parameters = [der.explicit(0, sha256), der.explicit(1, mask), der.explicit(2, der.integer(32))];
  return der.sequence(der.oid(pssOid), der.sequence(...parameters));
}

function pkcs1Algorithm(hash: Hash): Buffer {
  const [oid] = [...rsaSignatures].find(([, name]) => name === hash)!;
  return der.sequence(der.oid(oid), der.null());
}

/** Puts the algorithm into the content, signs it, and wraps the three as RFC 5280 does. */
function signed(content: (algorithm: Buffer) => Buffer, key: KeyObject, hash: Hash, pss: boolean): Buffer {
  const algorithm = pss ? pssAlgorithm() : pkcs1Algorithm(hash);
  const tbs = content(algorithm);
  const signature = pss
    ? sign('sha256', tbs, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
    : sign(hash, tbs, key);
  return der.sequence(tbs, algorithm, der.bitString(signature));
}

const spkiOf = (publicKey: KeyObject): Buffer => publicKey.export({ format: 'der', type: 'spki' });

/** RFC 5280 section 4.2.1.2, method 1. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const { octets } = bitString(children(readDer(spkiOf(publicKey)))[1]);
  return createHash('sha1').update(octets).digest();
}

const extension = (type: keyof typeof extensionTypes, critical: boolean, value: Buffer): ExtensionSpec => ({
  oid: extensionTypes[type],
  critical,
  value,
});

const authorityKey = ({ privateKey }: Issuer): ExtensionSpec =>
  extension('authorityKeyIdentifier', false, der.sequence(der.context(0, keyIdentifier(createPublicKey(privateKey)))));

const encodeExtensions = (extensions: readonly ExtensionSpec[]): Buffer =>
  der.sequence(
    ...extensions.map(({ oid, critical, value }) =>
      der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octetString(value)),
    ),
  );

function encodeKeyUsage(usages: readonly KeyUsage[]): Buffer {
  const bits = usages.map((usage) => keyUsages.indexOf(usage));
  const last = Math.max(...bits);
  const octets = Buffer.alloc((last >> 3) + 1);
  for (const bit of bits) octets[bit >> 3]! |= 0x80 >> (bit & 7);
  return der.bitString(octets, 7 - (last & 7));
}

function encodeBasicConstraints({ ca, pathLength }: NonNullable<CertificateSpec['basicConstraints']>): Buffer {
  return der.sequence(
    ...(ca ? [der.boolean(true)] : []),
    ...(pathLength === undefined ? [] : [der.integer(pathLength)]),
  );
}

function encodeNameConstraints({ permitted, excluded }: NonNullable<CertificateSpec['nameConstraints']>): Buffer {
  const subtrees = (number: number, names: readonly NameSpec[] | undefined): Buffer[] =>
    names
      ? [der.element(contextTag(number, true), ...names.map((n) => der.sequence(der.explicit(4, encodeName(n)))))]
      : [];
  return der.sequence(...subtrees(0, permitted), ...subtrees(1, excluded));
}

function encodeCrlUrls(urls: readonly string[]): Buffer {
  const names = urls.map((url) => der.context(6, Buffer.from(url, 'latin1')));
  return der.sequence(der.sequence(der.explicit(0, der.element(contextTag(0, true), ...names))));
}

function extensionsOf(spec: CertificateSpec): ExtensionSpec[] {
  const { basicConstraints, keyUsage, extKeyUsage, nameConstraints, crlUrls } = spec;
  return [
    ...(basicConstraints ? [extension('basicConstraints', true, encodeBasicConstraints(basicConstraints))] : []),
    ...(keyUsage ? [extension('keyUsage', true, encodeKeyUsage(keyUsage))] : []),
    ...(extKeyUsage ? [extension('extKeyUsage', false, der.sequence(...extKeyUsage.map(der.oid)))] : []),
    ...(nameConstraints ? [extension('nameConstraints', true, encodeNameConstraints(nameConstraints))] : []),
    ...(crlUrls ? [extension('crlDistributionPoints', false, encodeCrlUrls(crlUrls))] : []),
    extension('subjectKeyIdentifier', false, der.octetString(keyIdentifier(spec.publicKey))),
    authorityKey(spec.issuer),
    ...(spec.extensions ?? []),
  ];
}

/** Makes a certificate (RFC 5280 section 4.1, version 3). @returns DER */
export function issueCertificate(spec: CertificateSpec): Buffer {
  const content = (algorithm: Buffer): Buffer =>
    der.sequence(
      der.explicit(0, der.integer(2)),
      der.integer(spec.serial),
      algorithm,
      encodeName(spec.issuer.name),
      der.sequence(der.time(spec.notBefore), der.time(spec.notAfter)),
      encodeName(spec.subject),
      spkiOf(spec.publicKey),
      der.explicit(3, encodeExtensions(extensionsOf(spec))),
    );
  return signed(content, spec.issuer.privateKey, spec.hash ?? 'sha256', spec.pss ?? false);
}

/** Makes a complete revocation list (RFC 5280 section 5.1, version 2). @returns DER */
export function issueCrl(spec: CrlSpec): Buffer {
  const revoked = (spec.revoked ?? []).map(({ serial, at }) => der.sequence(der.integer(serial), der.time(at)));
  const number = { oid: '2.5.29.20', critical: false, value: der.integer(spec.number) };
  const content = (algorithm: Buffer): Buffer =>
    der.sequence(
      der.integer(1),
      algorithm,
      encodeName(spec.issuer.name),
      der.time(spec.thisUpdate),
      der.time(spec.nextUpdate),
      ...(revoked.length > 0 ? [der.sequence(...revoked)] : []),
      der.explicit(0, encodeExtensions([authorityKey(spec.issuer), number, ...(spec.extensions ?? [])])),
    );
  return signed(content, spec.issuer.privateKey, spec.hash ?? 'sha256', false);
}
