import { children, objectIdentifier, readDer, tags, text } from './der.js';

/** One attribute of a distinguished name, decoded. */
export interface Attribute {
  readonly oid: string;
  readonly value: string;
  /** The value as it was encoded. */
  readonly der: Buffer;
}

/** A distinguished name: relative names in the order of the certificate, each with one attribute or more. */
export interface DistinguishedName {
  readonly rdns: readonly (readonly Attribute[])[];
  readonly der: Buffer;
}

/** Attribute types that we read or write. */
export const attributeTypes = {
  CN: '2.5.4.3',
  serialNumber: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  STREET: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  organizationIdentifier: '2.5.4.97',
  emailAddress: '1.2.840.113549.1.9.1',
  DC: '0.9.2342.19200300.100.1.25',
  UID: '0.9.2342.19200300.100.1.1',
} as const;

/** A Name in DER, read attribute by attribute (SECURITY 84). Throws an Error with a sentence. */
export function readName(der: Buffer): DistinguishedName {
  const rdns = children(readDer(der)).map((rdn) => {
    const attributes = children(rdn, tags.set).map((attribute) => {
      const [type, value, ...rest] = children(attribute);
      if (!value || rest.length > 0) throw new Error('a name attribute is not a type and a value');
      return { oid: objectIdentifier(type), value: text(value), der: value.raw };
    });
    if (attributes.length === 0) throw new Error('a relative name is empty');
    return attributes;
  });
  return { rdns, der };
}

/** The types that RFC 2253 section 2.3 names by keyword; every other type is written dotted with its value in hex. */
const keywords = new Map(
  (['CN', 'L', 'ST', 'O', 'OU', 'C', 'STREET', 'DC', 'UID'] as const).map((key) => [attributeTypes[key], key] as const),
) as ReadonlyMap<string, string>;

const escaped = (value: string): string =>
  value
    .replace(/[,+"\\<>;]/g, '\\$&')
    .replace(/\p{Cc}/gu, (c) => `\\${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replace(/^[# ]/, '\\$&')
    .replace(/(?<!^) $/, '\\ ');

/** The name as RFC 2253 writes it, last relative name first; the form of ds:X509IssuerName. */
export function rfc2253(name: DistinguishedName): string {
  const attribute = ({ oid, value, der }: Attribute): string => {
    const keyword = keywords.get(oid);
    return keyword ? `${keyword}=${escaped(value)}` : `${oid}=#${der.toString('hex')}`;
  };
  return name.rdns
    .map((rdn) => rdn.map(attribute).join('+'))
    .reverse()
    .join(',');
}

/** One relative name as names are compared (RFC 5280 section 7.1): without case, runs of space as one. */
export function comparable(rdn: readonly Attribute[]): string {
  const fold = (value: string): string => value.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ');
  return JSON.stringify(rdn.map(({ oid, value }) => `${oid}=${fold(value)}`).sort());
}

const numberForms: Readonly<Record<string, RegExp>> = {
  [attributeTypes.serialNumber]: /^(\d{9})$/,
  [attributeTypes.organizationIdentifier]: /^NTRNO-(\d{9})$/,
};

/**
 * The organisation number of an enterprise certificate (virksomhetssertifikat): subject serialNumber, or organizationIdentifier
 * with `NTRNO-` (SEID 2). Undefined when there is none or two that differ; CN and OU never count (SECURITY 83).
 */
export function organisasjonsnummer({ subject }: { readonly subject: DistinguishedName }): string | undefined {
  const numbers = new Set(
    subject.rdns.flat().flatMap(({ oid, value }) => numberForms[oid]?.exec(value)?.slice(1) ?? []),
  );
  return numbers.size === 1 ? [...numbers][0] : undefined;
}
