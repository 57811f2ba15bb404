import { createHash, createHmac, randomBytes, type KeyObject } from 'node:crypto';
import forge from 'node-forge';
import { der, tags } from '../../security/der.js';

/**
 * Key and trust stores as every known client can open them: PBE with SHA-1 and 3DES, MAC with SHA-1. Newer forms are unreadable
 * for old Java and .NET; the files guard development keys, whose password is public.
 */
const iterations = 2048;
const sha1 = '1.3.14.3.2.26';
const data = '1.2.840.113549.1.7.1';
const certificateBag = '1.2.840.113549.1.12.10.1.3';
const x509Certificate = '1.2.840.113549.1.9.22.1';
const friendlyName = '1.2.840.113549.1.9.20';
const localKeyId = '1.2.840.113549.1.9.21';

/** Oracle's mark without which Java takes a lone certificate for part of a chain, and not for a trusted entry. */
const trustedKeyUsage = '2.16.840.1.113894.746875.1.1';
const anyExtendedKeyUsage = '2.5.29.37.0';

const binary = (octets: Buffer): string => octets.toString('binary');
const derOf = (structure: forge.asn1.Asn1): Buffer => Buffer.from(forge.asn1.toDer(structure).getBytes(), 'binary');

const attribute = (oid: string, value: Buffer): Buffer => der.sequence(der.oid(oid), der.set(value));
const named = (alias: string): Buffer =>
  attribute(friendlyName, der.element(tags.bmp, Buffer.from(alias, 'utf16le').swap16()));

/** SafeBag (RFC 7292 section 4.2). */
const safeBag = (type: string, value: Buffer, attributes: readonly Buffer[]): Buffer =>
  der.sequence(der.oid(type), der.explicit(0, value), ...(attributes.length > 0 ? [der.set(...attributes)] : []));

const certificateSafe = (certificate: Buffer, attributes: readonly Buffer[]): Buffer =>
  safeBag(
    certificateBag,
    der.sequence(der.oid(x509Certificate), der.explicit(0, der.octetString(certificate))),
    attributes,
  );

const contentInfo = (content: Buffer): Buffer => der.sequence(der.oid(data), der.explicit(0, der.octetString(content)));

/** PFX around SafeContents, each a list of bags, with its MAC (RFC 7292 sections 4 and 4.1). */
function pfx(safeContents: readonly (readonly Buffer[])[], password: string): Buffer {
  const safe = der.sequence(...safeContents.map((bags) => contentInfo(der.sequence(...bags))));
  const salt = randomBytes(8);
  const key = forge.pkcs12.generateKey(password, forge.util.createBuffer(binary(salt)), 3, iterations, 20);
  const mac = createHmac('sha1', Buffer.from(key.getBytes(), 'binary')).update(safe).digest();
  const digestInfo = der.sequence(der.sequence(der.oid(sha1), der.null()), der.octetString(mac));
  const macData = der.sequence(digestInfo, der.octetString(salt), der.integer(iterations));
  return der.sequence(der.integer(3), contentInfo(safe), macData);
}

/** A PKCS#12 key store with one key, its certificate and the chain above it, under one alias. */
export function keyStoreFile(
  alias: string,
  privateKey: KeyObject,
  certificates: readonly Buffer[],
  password: string,
): Buffer {
  const [leaf, ...chain] = certificates;
  if (!leaf) throw new Error(`A key store for ${alias} needs the certificate of its key`);
  const marks = [named(alias), attribute(localKeyId, der.octetString(createHash('sha1').update(leaf).digest()))];
  const pkcs8 = forge.asn1.fromDer(binary(privateKey.export({ format: 'der', type: 'pkcs8' })));
  const shrouded = forge.pki.encryptPrivateKeyInfo(pkcs8, password, { algorithm: '3des', count: iterations });
  const keyBag = safeBag(forge.pki.oids['pkcs8ShroudedKeyBag']!, derOf(shrouded), marks);
  const certificateBags = [certificateSafe(leaf, marks), ...chain.map((above) => certificateSafe(above, []))];
  return pfx([certificateBags, [keyBag]], password);
}

/** A PKCS#12 trust store: certificates by alias, each a trusted entry to Java too. */
export function trustStoreFile(entries: Readonly<Record<string, Buffer>>, password: string): Buffer {
  const trusted = attribute(trustedKeyUsage, der.oid(anyExtendedKeyUsage));
  const bags = Object.entries(entries).map(([alias, certificate]) =>
    certificateSafe(certificate, [named(alias), trusted]),
  );
  return pfx([bags], password);
}
