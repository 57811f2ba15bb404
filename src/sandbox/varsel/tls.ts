import { createPrivateKey, generateKeyPair, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { der } from '../../security/der.js';
import { pem } from '../../security/x509.js';
import type { DevelopmentPki } from '../pki/development.js';
import { authoritySubject } from '../pki/identities.js';
import { issueCertificate } from '../pki/issue.js';

const SUBJECT_ALT_NAME = '2.5.29.17';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
/** Context tags of GeneralName. */
const names = der.sequence(der.element(0x82, Buffer.from('localhost')), der.element(0x87, Buffer.from([127, 0, 0, 1])));

const DAY_MS = 86_400_000;

export interface TlsIdentity {
  /** PEM; the certificate with the one of its issuer. */
  readonly key: string;
  readonly cert: string;
}

/** A new key and certificate for a server on this machine, of the development authority. */
export async function serverIdentity(pki: Pick<DevelopmentPki, 'dir' | 'issuing'>): Promise<TlsIdentity> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const now = Date.now();
  const certificate = issueCertificate({
    subject: [{ type: 'CN', value: 'localhost' }],
    publicKey,
    serial: BigInt(`0x40${randomBytes(15).toString('hex')}`),
    issuer: {
      name: authoritySubject('Issuing'),
      privateKey: createPrivateKey(await readFile(join(pki.dir, 'issuing.key.pem'))),
    },
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + 365 * DAY_MS),
    keyUsage: ['digitalSignature', 'keyEncipherment'],
    extKeyUsage: [SERVER_AUTH],
    extensions: [{ oid: SUBJECT_ALT_NAME, critical: false, value: names }],
  });
  return {
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    cert: pem(certificate, 'CERTIFICATE') + pem(pki.issuing, 'CERTIFICATE'),
  };
}
