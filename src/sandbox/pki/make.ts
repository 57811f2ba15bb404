import { generateKeyPair, randomBytes, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { pem } from '../../security/x509.js';
import type { NewFile, NewFiles } from './files.js';
import { authoritySubject, enterpriseSubject, identities, identityNames, type IdentityName } from './identities.js';
import { issueCertificate, issueCrl, type CertificateSpec, type Issuer } from './issue.js';
import { keyStoreFile, trustStoreFile } from './pkcs12.js';

/** Of every key and trust store in the development PKI. */
export const developmentPassword = 'changeit';

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const day = 24 * 3600 * 1000;
const after = (from: Date, days: number): Date => new Date(from.getTime() + days * day);

/** 3,650 days for leaves, twice that for authorities, 400 for revocation lists. Everything starts a day ago. */
const lifetime = { leaf: 3650, authority: 7300, crl: 400 };

const newKeyPair = async (modulusLength: number): Promise<KeyPair> =>
  promisify(generateKeyPair)('rsa', { modulusLength, publicExponent: 65537 });

/** 15 random octets, positive. */
const newSerial = (): bigint => BigInt(`0x40${randomBytes(15).toString('hex')}`);

const exported = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }) as string;

const open = (content: Buffer | string): NewFile => ({ content, secret: false });
const secret = (content: Buffer | string): NewFile => ({ content, secret: true });

/** The two revocation lists, empty, from now on: in DER each, and both in one PEM file. */
export function crlFiles(rootKey: KeyObject, issuingKey: KeyObject, now: Date): NewFiles {
  const list = (role: 'Root' | 'Issuing', privateKey: KeyObject): Buffer =>
    issueCrl({
      issuer: { name: authoritySubject(role), privateKey },
      number: BigInt(now.getTime()),
      thisUpdate: after(now, -1),
      nextUpdate: after(now, lifetime.crl),
    });
  const issuing = list('Issuing', issuingKey);
  const root = list('Root', rootKey);
  return new Map([
    ['issuing.crl', open(issuing)],
    ['root.crl', open(root)],
    ['crl.pem', open(pem(issuing, 'X509 CRL') + pem(root, 'X509 CRL'))],
  ]);
}

function authorityFiles(root: Buffer, issuing: Buffer, rootKey: KeyObject, issuingKey: KeyObject): NewFiles {
  const [rootPem, issuingPem] = [pem(root, 'CERTIFICATE'), pem(issuing, 'CERTIFICATE')];
  // Some Java clients count the entries of a trust store and want four.
  const entries = { root, issuing, 'root-again': root, 'issuing-again': issuing };
  return new Map([
    ['root.pem', open(rootPem)],
    ['issuing.pem', open(issuingPem)],
    ['ca.pem', open(issuingPem + rootPem)],
    ['trust.p12', open(trustStoreFile(entries, developmentPassword))],
    ['root.key.pem', secret(exported(rootKey))],
    ['issuing.key.pem', secret(exported(issuingKey))],
  ]);
}

function identityFiles(name: IdentityName, key: KeyObject, chain: readonly [Buffer, Buffer, Buffer]): NewFiles {
  return new Map([
    [`${name}.key.pem`, secret(exported(key))],
    [`${name}.cert.pem`, open(pem(chain[0], 'CERTIFICATE'))],
    [`${name}.p12`, secret(keyStoreFile(name, key, chain, developmentPassword))],
  ]);
}

/** Makes the keys and certificates: a root, an issuing authority under it, and a leaf for every identity. */
export async function lastingFiles(now: Date): Promise<NewFiles> {
  const [rootKeys, issuingKeys, ...leafKeys] = await Promise.all([
    newKeyPair(2048),
    newKeyPair(2048),
    ...identityNames.map(() => newKeyPair(2048)),
  ]);
  const issue = (spec: Pick<CertificateSpec, 'subject' | 'basicConstraints' | 'keyUsage'>, keys: KeyPair, by: Issuer) =>
    issueCertificate({
      ...spec,
      publicKey: keys.publicKey,
      serial: newSerial(),
      issuer: by,
      notBefore: after(now, -1),
      notAfter: after(now, spec.basicConstraints ? lifetime.authority : lifetime.leaf),
    });
  const authority = (role: 'Root' | 'Issuing', pathLength: number) =>
    ({
      subject: authoritySubject(role),
      basicConstraints: { ca: true, pathLength },
      keyUsage: ['keyCertSign', 'cRLSign'],
    }) as const;
  const byRoot: Issuer = { name: authoritySubject('Root'), privateKey: rootKeys.privateKey };
  const byIssuing: Issuer = { name: authoritySubject('Issuing'), privateKey: issuingKeys.privateKey };
  const root = issue(authority('Root', 1), rootKeys, byRoot);
  const issuing = issue(authority('Issuing', 0), issuingKeys, byRoot);
  const leaves = identityNames.map((name, i) => {
    const keys = leafKeys[i]!;
    const subject = enterpriseSubject(identities[name]);
    const leaf = issue(
      { subject, keyUsage: ['digitalSignature', 'keyEncipherment', 'dataEncipherment'] },
      keys,
      byIssuing,
    );
    return identityFiles(name, keys.privateKey, [leaf, issuing, root]);
  });
  return new Map(
    [authorityFiles(root, issuing, rootKeys.privateKey, issuingKeys.privateKey), ...leaves].flatMap((files) => [
      ...files,
    ]),
  );
}
