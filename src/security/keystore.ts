import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import forge from 'node-forge';
import { isSignedBy } from './signed.js';
import { derBlocks, parseCertificate, type Certificate } from './x509.js';

/** A key with its certificate and the certificates above it. */
export interface KeyStore {
  readonly alias: string;
  readonly privateKey: KeyObject;
  /** DER of the certificate of `privateKey`. */
  readonly certificate: Buffer;
  /** DER of the authorities above it that the file holds, the issuer first. */
  readonly chain: readonly Buffer[];
}

/** The certificates above `leaf` among `others`, in order. */
function chainOf(leaf: Certificate, others: readonly Certificate[]): Buffer[] {
  const issuer = others.find(
    (other) => other !== leaf && other.subject.der.equals(leaf.issuer.der) && isSignedBy(leaf, other.publicKey),
  );
  const left = others.filter((other) => other !== leaf && other !== issuer);
  return issuer ? [issuer.der, ...chainOf(issuer, left)] : [];
}

function assemble(alias: string, privateKey: KeyObject, ders: readonly Buffer[], source: string): KeyStore {
  const certificates = ders.map(parseCertificate);
  const publicKey = createPublicKey(privateKey);
  const leaf = certificates.find((certificate) => certificate.publicKey.equals(publicKey));
  if (!leaf) throw new Error(`The ${source} holds no certificate for its private key; export it again with both`);
  return { alias, privateKey, certificate: leaf.der, chain: chainOf(leaf, certificates) };
}

const derOf = (structure: forge.asn1.Asn1): Buffer => Buffer.from(forge.asn1.toDer(structure).getBytes(), 'binary');

function openPkcs12(bytes: Buffer, password: string): forge.pkcs12.Pkcs12Pfx {
  let structure: forge.asn1.Asn1;
  try {
    structure = forge.asn1.fromDer(bytes.toString('binary'));
  } catch (error) {
    throw new Error('The key store is damaged, or is no PKCS#12 file; export it again', { cause: error });
  }
  try {
    return forge.pkcs12.pkcs12FromAsn1(structure, true, password);
  } catch (error) {
    const reason = (error as Error).message;
    throw new Error(
      /password|decrypt/i.test(reason)
        ? 'The key store cannot be opened: the password is wrong; set the one that it was exported with'
        : `The key store is damaged, or of a kind that cannot be read (${reason}); export it again as PKCS#12`,
      { cause: error },
    );
  }
}

const friendlyName = (bag: forge.pkcs12.Bag): string | undefined =>
  (bag.attributes as Readonly<Record<string, readonly string[] | undefined>>)['friendlyName']?.[0];

/**
 * Opens a PKCS#12 file (RFC 7292) with one private key. Slow: for start-up only.
 * @throws Error with a sentence: wrong password, damaged, no key, more than one key, no certificate for the key
 */
export function loadPkcs12(bytes: Buffer, password: string): KeyStore {
  const bags = openPkcs12(bytes, password).safeContents.flatMap(({ safeBags }) => safeBags);
  const { keyBag, pkcs8ShroudedKeyBag, certBag } = forge.pki.oids;
  const keys = bags.filter(({ type }) => type === keyBag || type === pkcs8ShroudedKeyBag);
  const [key] = keys;
  if (!key) throw new Error('The key store holds no private key; export the certificate together with its key');
  if (keys.length > 1) throw new Error(`The key store holds ${keys.length} private keys; export the one to use alone`);
  const pkcs8 = key.key ? forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(key.key)) : key.asn1;
  const certificates = bags
    .filter(({ type }) => type === certBag)
    .map((bag) => derOf(bag.cert ? forge.pki.certificateToAsn1(bag.cert) : bag.asn1));
  return assemble(
    friendlyName(key) ?? '1',
    createPrivateKey({ key: derOf(pkcs8), format: 'der', type: 'pkcs8' }),
    certificates,
    'key store',
  );
}

/**
 * The same from PEM: an unencrypted private key, and its certificate with, if they are at hand, those above it.
 * @throws Error with a sentence
 */
export function loadPem(keyPem: string | Buffer, certificatePem: string | Buffer, alias = '1'): KeyStore {
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(keyPem);
  } catch (error) {
    throw new Error('The key file holds no unencrypted private key in PEM; convert it first', { cause: error });
  }
  return assemble(alias, privateKey, derBlocks(Buffer.from(certificatePem), 'CERTIFICATE'), 'certificate file');
}
