import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { Failure } from '../errors.js';
import * as asn1 from './der.js';
import { contextTag, tags, type Der } from './der.js';
import { readName, rfc2253, type DistinguishedName } from './dn.js';
import { readExtensions, readSigned, type Extension, type Signed } from './signed.js';

/** The bits of keyUsage in the order of RFC 5280 section 4.2.1.3. */
export const keyUsages = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export type KeyUsage = (typeof keyUsages)[number];

/** Extensions that we act on, or that can do no harm unread. A critical one outside this list refuses the certificate. */
export const extensionTypes = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
} as const;
const understood: ReadonlySet<string> = new Set(Object.values(extensionTypes));

/** A GeneralName (RFC 5280 section 4.2.1.6): its context tag number, and the name when it is a directory name. */
export interface GeneralName {
  readonly type: number;
  readonly directory: DistinguishedName | undefined;
}

const directoryName = contextTag(4, true);

/** RFC 5280 section 4.2.1.10. */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

/** A certificate as it stands; whether to believe it is `trust.ts`' matter. */
export interface Certificate extends Signed {
  readonly der: Buffer;
  /** SHA-256 over the DER, lower-case hex. */
  readonly fingeravtrykk: string;
  readonly publicKey: KeyObject;
  /** Modulus bits and public exponent; undefined when the key is not plain RSA. */
  readonly rsa: { readonly bits: number; readonly exponent: bigint } | undefined;
  /** Decimal, as ds:X509SerialNumber. */
  readonly serial: string;
  readonly subject: DistinguishedName;
  /** RFC 2253. */
  readonly subjectName: string;
  readonly issuer: DistinguishedName;
  /** RFC 2253, as ds:X509IssuerName. */
  readonly issuerName: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Undefined when the extension is absent, likewise below. */
  readonly keyUsage: ReadonlySet<KeyUsage> | undefined;
  /** Object identifiers. */
  readonly extKeyUsage: readonly string[] | undefined;
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength: number | undefined } | undefined;
  readonly nameConstraints: NameConstraints | undefined;
  readonly subjectAltNames: readonly GeneralName[];
  /** URLs of the CRLs that would list this certificate. */
  readonly crlUrls: readonly string[];
  /** Critical extensions that we do not know. */
  readonly unknownCritical: readonly string[];
}

const generalNames = (list: readonly Der[]): GeneralName[] =>
  list.map((name) => ({
    type: name.tag & 0x1f,
    directory: name.tag === directoryName ? readName(asn1.explicit(name).raw) : undefined,
  }));

function readKeyUsage(value: Der): ReadonlySet<KeyUsage> {
  const { octets } = asn1.bitString(value);
  return new Set(keyUsages.filter((_, bit) => (octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))));
}

function readBasicConstraints(value: Der): { ca: boolean; pathLength: number | undefined } {
  const fields = asn1.children(value);
  const ca = fields[0]?.tag === tags.boolean ? asn1.boolean(fields.shift()) : false;
  const pathLength = fields.length > 0 ? Number(asn1.integer(fields.shift())) : undefined;
  if (fields.length > 0 || (pathLength !== undefined && pathLength < 0)) throw new Error('basicConstraints ill-formed');
  return { ca, pathLength };
}

function readNameConstraints(value: Der): NameConstraints {
  const fields = asn1.children(value);
  const subtrees = (number: number): GeneralName[] => {
    const list = fields.find(({ tag }) => tag === contextTag(number, true));
    return (list ? asn1.children(list, list.tag) : []).flatMap((subtree) => {
      const [base, ...bounds] = asn1.children(subtree);
      if (!base || bounds.length > 0) throw new Error('name constraints with minimum or maximum');
      return generalNames([base]);
    });
  };
  return { permitted: subtrees(0), excluded: subtrees(1) };
}

const uri = contextTag(6, false);

/** The URIs of DistributionPoint / distributionPoint [0] / fullName [0]. */
function readCrlUrls(value: Der): string[] {
  return asn1.children(value).flatMap((point) => {
    const name = asn1.children(point).find(({ tag }) => tag === contextTag(0, true));
    const full = name && asn1.explicit(name);
    const names = full?.tag === contextTag(0, true) ? asn1.children(full, full.tag) : [];
    return names.filter(({ tag }) => tag === uri).map(({ content }) => content.toString('latin1'));
  });
}

function readExtensionFields(extensions: ReadonlyMap<string, Extension>) {
  const read = <T>(type: keyof typeof extensionTypes, reader: (value: Der) => T): T | undefined => {
    const extension = extensions.get(extensionTypes[type]);
    return extension && reader(asn1.readDer(extension.value));
  };
  return {
    keyUsage: read('keyUsage', readKeyUsage),
    extKeyUsage: read('extKeyUsage', (v) => asn1.children(v).map((purpose) => asn1.objectIdentifier(purpose))),
    basicConstraints: read('basicConstraints', readBasicConstraints),
    nameConstraints: read('nameConstraints', readNameConstraints),
    subjectAltNames: read('subjectAltName', (v) => generalNames(asn1.children(v))) ?? [],
    crlUrls: read('crlDistributionPoints', readCrlUrls) ?? [],
    unknownCritical: [...extensions].filter(([oid, { critical }]) => critical && !understood.has(oid)).map(([o]) => o),
  };
}

function readKey(spki: Der): Pick<Certificate, 'publicKey' | 'rsa'> {
  const publicKey = createPublicKey({ key: spki.raw, format: 'der', type: 'spki' });
  const { modulusLength, publicExponent } = publicKey.asymmetricKeyDetails ?? {};
  const rsa =
    publicKey.asymmetricKeyType === 'rsa' && modulusLength !== undefined && publicExponent !== undefined
      ? { bits: modulusLength, exponent: publicExponent }
      : undefined;
  return { publicKey, rsa };
}

function readCertificate(der: Buffer): Certificate {
  const versioned = (fields: readonly Der[]): boolean => fields[0]?.tag === contextTag(0, true);
  const { fields, ...signed } = readSigned(asn1.readDer(der), (f) => f[versioned(f) ? 2 : 1]);
  const version = versioned(fields) ? Number(asn1.integer(asn1.explicit(fields.shift()!))) : 0;
  const [serial, , issuer, validity, subject, spki, ...rest] = fields;
  if (!issuer || !validity || !subject || !spki) throw new Error('a field is missing');
  const [notBefore, notAfter, ...more] = asn1.children(validity);
  const extensions = rest.find(({ tag }) => tag === contextTag(3, true));
  if (more.length > 0 || (extensions && version !== 2)) throw new Error('version and fields do not agree');
  const names = { subject: readName(subject.raw), issuer: readName(issuer.raw) };
  return {
    ...signed,
    ...readKey(spki),
    ...readExtensionFields(extensions ? readExtensions(asn1.explicit(extensions)) : new Map()),
    der,
    fingeravtrykk: fingerprint(der),
    serial: asn1.integer(serial).toString(),
    ...names,
    subjectName: rfc2253(names.subject),
    issuerName: rfc2253(names.issuer),
    notBefore: asn1.time(notBefore),
    notAfter: asn1.time(notAfter),
  };
}

/** SHA-256 over the DER of a certificate, lower-case hex. */
export const fingerprint = (der: Buffer): string => hash('sha256', der, 'hex');

/**
 * Reads one certificate (RFC 5280 section 4.1) strictly. The octets are copied, so the request that they came in can go.
 * @throws Failure INVALID_SECURITY_TOKEN when `der` is not exactly one well-formed certificate.
 */
export function parseCertificate(der: Buffer): Certificate {
  try {
    return readCertificate(Buffer.from(der));
  } catch (error) {
    throw new Failure('INVALID_SECURITY_TOKEN', `not a certificate: ${(error as Error).message}`);
  }
}

/** What `read` makes of the certificates of those who are the same for years, made once for each buffer that somebody keeps. */
export function remembered<T>(read: (der: Buffer) => T): (der: Buffer) => T {
  const known = new WeakMap<Buffer, T>();
  return (der) => {
    const found = known.get(der) ?? read(der);
    known.set(der, found);
    return found;
  };
}

const pemBlock = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g;

/** The DER inside the PEM blocks of one label; a file that is DER already is returned as the only one. */
export function derBlocks(file: Buffer, label: 'CERTIFICATE' | 'X509 CRL'): Buffer[] {
  if (file[0] === tags.sequence) return [file];
  return [...file.toString('latin1').matchAll(pemBlock)]
    .filter(([, found]) => found === label)
    .map(([, , base64]) => Buffer.from(base64!, 'base64'));
}

/** One PEM block. */
export function pem(der: Buffer, label: 'CERTIFICATE' | 'X509 CRL'): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
