import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import type { ErrorCode } from '../../../src/errors.js';
import { authoritySubject, enterpriseSubject } from '../../../src/sandbox/pki/identities.js';
import type { CertificateSpec, NameSpec } from '../../../src/sandbox/pki/issue.js';
import { fingerprint, pem } from '../../../src/security/x509.js';
import { goodRequest, post } from '../../support/messages.js';
import type { MessageKey, PostAnswer } from '../../support/messages.js';
import { madeUpPublicKey, testKey } from '../../support/pki.js';
import type { KeyPair } from '../../support/pki.js';
import { developmentCrl, developmentLeaf } from './authority.js';
import type { Target } from './target.js';
import { expectNothing, startTarget } from './target.js';

const past = new Date('2021-01-01T00:00:00Z');
const future = new Date('2044-01-01T00:00:00Z');
const REVOKED = 666n;
const stranger = testKey('stranger').privateKey;
const named = (organisasjonsnummer: string): NameSpec =>
  enterpriseSubject({ organisasjonsnummer, organisasjon: 'PRØVE' });

/** What is wrong with a certificate that the right authority (as far as it can be) has issued. */
interface Bad {
  readonly security: number;
  readonly wrong: string;
  readonly changes?: () => Partial<CertificateSpec>;
  readonly pair?: () => KeyPair;
}
const bad = (security: number, wrong: string, changes: () => Partial<CertificateSpec>): Bad => ({
  security,
  wrong,
  changes,
});

const refusedTokens: readonly Bad[] = [
  bad(79, 'an expired certificate', () => ({ notAfter: past })),
  bad(79, 'a certificate that is not valid yet', () => ({ notBefore: future })),
  bad(80, 'a self-signed certificate', () => ({
    issuer: { name: named('310000019'), privateKey: testKey('developmentLeaf').privateKey },
  })),
  bad(80, 'an unknown authority', () => ({
    issuer: { name: [{ type: 'CN', value: 'Somebody Else CA' }], privateKey: stranger },
  })),
  bad(80, 'a clone of the authority', () => ({ issuer: { name: authoritySubject('Issuing'), privateKey: stranger } })),
  bad(80, 'a clone of the root', () => ({ issuer: { name: authoritySubject('Root'), privateKey: stranger } })),
  bad(81, 'a revoked certificate', () => ({ serial: REVOKED })),
  bad(82, 'a key for encryption only', () => ({ keyUsage: ['keyEncipherment', 'dataEncipherment'] })),
  bad(82, 'an authority as signer', () => ({
    basicConstraints: { ca: true },
    keyUsage: ['digitalSignature', 'keyCertSign'],
  })),
  bad(82, 'a certificate for TLS clients', () => ({ extKeyUsage: ['1.3.6.1.5.5.7.3.2'] })),
  bad(82, 'an unknown critical extension', () => ({
    extensions: [{ oid: '1.3.6.1.4.1.99999.1', critical: true, value: Buffer.of(5, 0) }],
  })),
  bad(64, 'a key of 16,384 bits', () => ({ publicKey: madeUpPublicKey(16_384) })),
  bad(85, 'a certificate signed with SHA-1', () => ({ hash: 'sha1' })),
  bad(85, 'a certificate signed with MD5', () => ({ hash: 'md5' })),
  { security: 85, wrong: 'a key of 1,024 bits', pair: () => testKey('weak', 1024) },
  { security: 85, wrong: 'an exponent of 3', pair: () => testKey('e3', 2048, 3) },
  {
    security: 85,
    wrong: 'a key on an odd curve',
    pair: () => generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' }),
  },
];

/** Names of another organisation that look like 310000019 to those who split text. */
const impostors: readonly (readonly [security: number, string, ErrorCode, NameSpec])[] = [
  [83, 'the number in CN only', 'FAILED_AUTHENTICATION', [{ type: 'CN', value: '310000019' }]],
  [
    83,
    'the number in OU only',
    'FAILED_AUTHENTICATION',
    [
      { type: 'O', value: 'X' },
      { type: 'OU', value: '310000019' },
    ],
  ],
  [83, 'the number with letters around', 'FAILED_AUTHENTICATION', [{ type: 'serialNumber', value: 'NO310000019MVA' }]],
  [83, 'the number with a tenth digit', 'FAILED_AUTHENTICATION', [{ type: 'serialNumber', value: '3100000190' }]],
  [
    83,
    'another scheme in organizationIdentifier',
    'FAILED_AUTHENTICATION',
    [{ type: 'organizationIdentifier', value: 'NTRSE-310000019' }],
  ],
  [
    83,
    'two numbers that differ',
    'FAILED_AUTHENTICATION',
    [...named('310000019'), { type: 'organizationIdentifier', value: 'NTRNO-310000027' }],
  ],
  [
    84,
    'the number behind an escaped comma',
    'FAILED_AUTHENTICATION',
    [{ type: 'CN', value: 'a\\,serialNumber=310000019' }],
  ],
  [84, 'the number behind a comma', 'FAILED_AUTHENTICATION', [{ type: 'CN', value: 'a, serialNumber=310000019' }]],
  [84, 'the number behind a NUL', 'FAILED_AUTHENTICATION', [{ type: 'serialNumber', value: '310000019\0.evil' }]],
  [
    84,
    'the number in other digits',
    'FAILED_AUTHENTICATION',
    [{ type: 'serialNumber', value: '٣١٠٠٠٠٠١٩', encoding: 'utf8' }],
  ],
  [84, 'the number with line ends', 'FAILED_AUTHENTICATION', [{ type: 'serialNumber', value: '310000019\n' }]],
];

describe('a certificate at the front door', () => {
  let directory: string;
  let target: Target;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'posthorn-crl-'));
    await (await startTarget()).stop(); // The authority that the lists are signed by is there from now on.
    const listed = developmentCrl('Issuing', { revoked: [{ serial: REVOKED, at: past }] });
    const lists = pem(listed, 'X509 CRL') + pem(developmentCrl('Root'), 'X509 CRL');
    await writeFile(join(directory, 'crl.pem'), lists);
    target = await startTarget({ POSTHORN_CRL_FILES: join(directory, 'crl.pem') });
  });
  after(async () => {
    await target.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const signedBy = (key: MessageKey, paaVegneAv?: string): Promise<PostAnswer> =>
    post(target, goodRequest({ key, ...(paaVegneAv === undefined ? {} : { paaVegneAv }) }).text);

  for (const { security, wrong, changes, pair } of refusedTokens) {
    it(`SECURITY ${security}: ${wrong}`, async () => {
      const key = developmentLeaf(changes?.(), pair?.());
      await expectNothing(target, 'INVALID_SECURITY_TOKEN', () => signedBy(key));
    });
  }

  for (const [security, wrong, code, subject] of impostors) {
    it(`SECURITY ${security}: ${wrong}`, async () => {
      await expectNothing(target, code, () => signedBy(developmentLeaf({ subject })));
    });
  }

  it('SECURITY 81: lists that have ended let nobody in', async () => {
    const ended = [developmentCrl('Issuing', { nextUpdate: past }), developmentCrl('Root')];
    const file = join(directory, 'ended.pem');
    await writeFile(file, ended.map((list) => pem(list, 'X509 CRL')).join(''));
    const strict = await startTarget({ POSTHORN_CRL_FILES: file });
    try {
      const answer = await post(strict, strict.good().text);
      expect([answer.status, answer.subcode]).to.deep.equal([500, 'wsse:InvalidSecurityToken']);
      expect(strict.rows()).to.deep.equal({ replay: 0, audit: 0 });
    } finally {
      await strict.stop();
    }
  });

  it('SECURITY 86: a certificate of the right organisation that is not registered', async () => {
    await expectNothing(target, 'INVALID_SECURITY_TOKEN', () => signedBy(developmentLeaf()));
  });

  const service = 'OPPSLAGSTJENESTEN';
  it('SECURITY 86: an organisation without the right, and one that nobody knows', async () => {
    const { sender2 } = target.pki.identities;
    await expectNothing(target, 'NO_ACCESS', () => signedBy(sender2), { owner: '310000027', service });
    const unknown = developmentLeaf({ subject: named('999999999') });
    await expectNothing(target, 'NO_ACCESS', () => signedBy(unknown), { owner: '999999999', service });
  });

  it('SECURITY 86: a supplier with a mandate, and one without', async () => {
    const { supplier, sender2 } = target.pki.identities;
    expect((await signedBy(supplier, '310000019')).status).to.equal(200);
    await expectNothing(target, 'NO_ACCESS', () => signedBy(supplier, '310000027'), { owner: '310000027', service });
    await expectNothing(target, 'NO_ACCESS', () => signedBy(supplier), { owner: '310000035', service });
    await expectNothing(target, 'NO_ACCESS', () => signedBy(sender2, '310000019'), { owner: '310000019', service });
  });

  it('SECURITY 83: the number of another in the header block', async () => {
    const { sender } = target.pki.identities;
    await expectNothing(target, 'NO_ACCESS', () => signedBy(sender, '310000027'), { owner: '310000027', service });
  });

  it('SECURITY 87: a new certificate beside the old one, then alone', async () => {
    const { sender } = target.pki.identities;
    const renewed = developmentLeaf();
    const row = (key: MessageKey, til: Date | null) => ({
      organisasjonsnummer: '310000019',
      fingeravtrykk: fingerprint(key.certificate),
      pem: '',
      fra: past,
      til,
    });
    /** The sender tables are read every two seconds. */
    const becomes = async (key: MessageKey, status: number): Promise<void> => {
      for (let i = 0; i < 100 && (await signedBy(key)).status !== status; i++) await wait(100);
      expect((await signedBy(key)).status).to.equal(status);
    };
    await target.store.unitOfWork((tx) => tx.putCertificate(row(renewed, null)));
    await becomes(renewed, 200);
    expect((await signedBy(sender)).status).to.equal(200);
    await target.store.unitOfWork((tx) => tx.putCertificate(row(sender, past)));
    await becomes(sender, 500);
    expect((await signedBy(sender)).subcode).to.equal('wsse:InvalidSecurityToken');
    expect((await signedBy(renewed)).status).to.equal(200);
  });
});
