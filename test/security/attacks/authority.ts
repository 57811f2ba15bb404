import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { authoritySubject, enterpriseSubject } from '../../../src/sandbox/pki/identities.js';
import { issueCertificate, issueCrl } from '../../../src/sandbox/pki/issue.js';
import type { CertificateSpec, CrlSpec, Issuer } from '../../../src/sandbox/pki/issue.js';
import { testCertsDir } from '../../support/gateway.js';
import type { MessageKey } from '../../support/messages.js';
import { testKey } from '../../support/pki.js';
import type { KeyPair } from '../../support/pki.js';

/* Certificates under the authority that a test gateway trusts, good but for what a test changes. */

const keyOf = (role: 'root' | 'issuing'): KeyObject =>
  createPrivateKey(readFileSync(join(testCertsDir, `${role}.key.pem`)));

/** The development authority, to sign with. */
export const authority = (role: 'Root' | 'Issuing'): Issuer => ({
  name: authoritySubject(role),
  privateKey: keyOf(role === 'Root' ? 'root' : 'issuing'),
});

const from = new Date('2020-01-01T00:00:00Z');
const until = new Date('2045-01-01T00:00:00Z');
let serial = 0x4a00n;

/** A certificate of organisation 310000019, not one of those that are registered, with its key. */
export function developmentLeaf(
  changes: Partial<CertificateSpec> = {},
  pair: KeyPair = testKey('developmentLeaf'),
): MessageKey {
  const spec: CertificateSpec = {
    subject: enterpriseSubject({ organisasjonsnummer: '310000019', organisasjon: 'EKSEMPEL KOMMUNE' }),
    publicKey: pair.publicKey,
    serial: ++serial,
    issuer: authority('Issuing'),
    notBefore: from,
    notAfter: until,
    keyUsage: ['digitalSignature', 'keyEncipherment', 'dataEncipherment'],
  };
  return { privateKey: pair.privateKey, certificate: issueCertificate({ ...spec, ...changes }) };
}

/** A list of the development authority that revokes nothing. */
export const developmentCrl = (role: 'Root' | 'Issuing', changes: Partial<CrlSpec> = {}): Buffer =>
  issueCrl({ issuer: authority(role), number: 1n, thisUpdate: from, nextUpdate: until, ...changes });
