import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseCrl } from '../../src/security/crl.js';
import { loadPkcs12 } from '../../src/security/keystore.js';
import { createTrust } from '../../src/security/trust.js';
import { derBlocks, parseCertificate } from '../../src/security/x509.js';
import { readLasting } from '../../src/sandbox/pki/files.js';
import {
  developmentPassword,
  ensureDevelopmentPki,
  identityNames,
  type DevelopmentPki,
} from '../../src/sandbox/pki/index.js';
import { foreign } from '../support/foreign.js';

const module = new URL('../../src/sandbox/pki/index.ts', import.meta.url).href;

/** Asks for the PKI from another process. @returns the fingerprint of its root */
async function askFromOutside(dir: string): Promise<string> {
  const script = `const { ensureDevelopmentPki } = await import(${JSON.stringify(module)});
    process.stdout.write((await ensureDevelopmentPki(${JSON.stringify(dir)})).root.toString('hex'));`;
  const node = ['--import', 'tsx', '--input-type=module', '-e', script];
  return (await promisify(execFile)(process.execPath, node)).stdout;
}

describe('sandbox/pki: the development PKI', function () {
  this.timeout(120_000);
  let parent: string;
  let dir: string;
  let pki: DevelopmentPki;
  let others: readonly string[];

  before('made while four ask for it, after one that crashed', async () => {
    parent = await mkdtemp(join(tmpdir(), 'posthorn-pki-'));
    dir = join(parent, 'certs', 'dev');
    await mkdir(`${dir}.making`, { recursive: true });
    await writeFile(join(`${dir}.making`, 'root.pem'), 'half');
    await writeFile(`${dir}.lock`, '999999999');
    const outside = Promise.all([askFromOutside(dir), askFromOutside(dir)]);
    const [first, second] = await Promise.all([ensureDevelopmentPki(dir), ensureDevelopmentPki(dir)]);
    expect([first.made, second.made].filter(Boolean).length).to.be.at.most(1);
    pki = first;
    others = [second.root.toString('hex'), ...(await outside)];
  });
  after(() => rm(parent, { recursive: true, force: true }));

  const copy = async (): Promise<string> => {
    const to = join(parent, randomUUID());
    await cp(dir, to, { recursive: true });
    return to;
  };

  it('is one PKI, whoever asks at the same time, and leaves nothing behind', async () => {
    expect(new Set([pki.root.toString('hex'), ...others]).size).to.equal(1);
    expect(await readdir(join(parent, 'certs'))).to.deep.equal(['dev']);
  });

  it('is read, not made, the next time', async () => {
    const again = await ensureDevelopmentPki(dir);
    expect(again.made).to.equal(false);
    expect(again.identities.sender.certificate).to.deep.equal(pki.identities.sender.certificate);
  });

  it('has every file, the private ones for the owner only', async () => {
    const files = (await readdir(dir)).sort();
    const authorities = ['ca.pem', 'crl.pem', 'issuing.crl', 'issuing.key.pem', 'issuing.pem', 'root.crl'];
    const leaves = identityNames.flatMap((name) => [`${name}.cert.pem`, `${name}.key.pem`, `${name}.p12`]);
    expect(files).to.deep.equal(
      [...authorities, 'root.key.pem', 'root.pem', 'trust.p12', 'SHA256SUMS', ...leaves].sort(),
    );
    for (const file of files.filter(
      (name) => name.endsWith('.key.pem') || identityNames.some((n) => name === `${n}.p12`),
    ))
      expect((await stat(join(dir, file))).mode & 0o777, file).to.equal(0o600);
  });

  it('has leaves that an endpoint believes, each with its number and both usages', () => {
    const crls = pki.crls.map(parseCrl);
    const trust = createTrust({
      anchors: [pki.root],
      intermediates: [pki.issuing],
      crls: () => crls,
      revocation: 'require',
    });
    const now = new Date();
    for (const { certificate, organisasjonsnummer } of Object.values(pki.identities))
      for (const purpose of ['sign', 'encrypt'] as const)
        expect(trust.check(certificate, now, purpose).organisasjonsnummer).to.equal(organisasjonsnummer);
  });

  it('has the subject of an enterprise certificate, and a name that production refuses', () => {
    const { sender, 'sender-seid2': seid2 } = pki.identities;
    const types = (der: Buffer): string[] =>
      parseCertificate(der)
        .subject.rdns.flat()
        .map(({ oid }) => oid);
    expect(types(sender.certificate)).to.deep.equal(['2.5.4.6', '2.5.4.10', '2.5.4.3', '2.5.4.5']);
    expect(types(seid2.certificate)).to.deep.equal(['2.5.4.6', '2.5.4.10', '2.5.4.3', '2.5.4.97']);
    for (const der of [pki.root, pki.issuing])
      expect(parseCertificate(der).subjectName).to.match(/Posthorn Development/);
  });

  it('has key stores with key and full chain under the name of their owner', async () => {
    for (const { name, certificate, privateKey, chain, files } of Object.values(pki.identities)) {
      const store = loadPkcs12(await readFile(files.p12), developmentPassword);
      expect(store).to.deep.include({ alias: name, certificate, chain });
      expect(store.privateKey.equals(privateKey)).to.equal(true);
      expect(chain).to.deep.equal([pki.issuing, pki.root]);
    }
  });

  const damages: Readonly<Record<string, (broken: string) => Promise<void>>> = {
    'a file is missing': (broken) => rm(join(broken, 'sender.p12')),
    'a file was changed': (broken) => writeFile(join(broken, 'trust.p12'), 'changed'),
    'the list of digests is missing': (broken) => rm(join(broken, 'SHA256SUMS')),
  };
  for (const [what, damage] of Object.entries(damages)) {
    it(`is not whole when ${what}`, async () => {
      const broken = await copy();
      expect((await readLasting(broken))?.size).to.be.above(identityNames.length);
      await damage(broken);
      expect(await readLasting(broken)).to.equal(undefined);
    });
  }

  it('is made anew when it is not whole, and what is not its own is kept', async () => {
    const broken = await copy();
    await rm(join(broken, 'sender.p12'));
    await writeFile(join(broken, 'mine.txt'), 'mine');
    const repaired = await ensureDevelopmentPki(broken);
    expect(repaired.made).to.equal(true);
    expect(repaired.root.equals(pki.root)).to.equal(false);
    expect(await readdir(broken)).to.include.members(['sender.p12', 'mine.txt']);
    expect((await ensureDevelopmentPki(broken)).made).to.equal(false);
  });

  it('SECURITY 81: makes lists anew, with the same keys, when one is missing, damaged or soon over', async () => {
    const old = await copy();
    const inAYear = new Date(Date.now() + 365 * 24 * 3600 * 1000);
    const renewed = await ensureDevelopmentPki(old, inAYear);
    expect(renewed.made).to.equal(false);
    expect(renewed.root).to.deep.equal(pki.root);
    const [list] = derBlocks(await readFile(renewed.files.crl), 'X509 CRL');
    expect(parseCrl(list!).nextUpdate.getTime()).to.be.above(inAYear.getTime());
    await rm(join(old, 'root.crl'));
    await writeFile(join(old, 'issuing.crl'), 'damaged');
    const repaired = await ensureDevelopmentPki(old);
    expect(repaired.crls.map((crl) => parseCrl(crl).revoked.size)).to.deep.equal([0, 0]);
    expect(repaired.made).to.equal(false);
  });

  it('says why it cannot be made', async () => {
    await writeFile(join(parent, 'file'), '');
    const error = await ensureDevelopmentPki(join(parent, 'file', 'dev')).then(
      () => undefined,
      (e: Error) => e,
    );
    expect(error?.message).to.include(join(parent, 'file'));
  });

  it('is believed by OpenSSL, with its lists', function () {
    const { root, issuing, crl } = pki.files;
    const leaves = Object.values(pki.identities).map(({ files }) => files.certificate);
    const verify = [
      'verify',
      '-x509_strict',
      '-crl_check_all',
      '-CAfile',
      root,
      '-untrusted',
      issuing,
      '-CRLfile',
      crl,
    ];
    const { output, content } = foreign(this, 'openssl', [...verify, ...leaves]);
    expect(content, output).to.equal(true);
  });

  it('has key stores that OpenSSL opens without its legacy algorithms', function () {
    const { p12 } = pki.identities.sender.files;
    const password = `pass:${developmentPassword}`;
    const { output, content } = foreign(this, 'openssl', ['pkcs12', '-in', p12, '-passin', password, '-nodes']);
    expect(content, output).to.equal(true);
    expect(output.match(/BEGIN (CERTIFICATE|PRIVATE KEY)/g)).to.have.length(4);
  });

  it('has stores that Java opens: four trusted entries, and a key with a chain of three', function () {
    const list = (file: string) => ['-list', '-v', '-keystore', file, '-storepass', developmentPassword];
    const trusted = foreign(this, 'keytool', list(pki.files.trust)).output;
    expect(trusted.match(/trustedCertEntry/g), trusted).to.have.length(4);
    const key = foreign(this, 'keytool', list(pki.identities.sender.files.p12)).output;
    expect(key).to.match(/Alias name: sender\s/);
    expect(key.match(/PrivateKeyEntry/g), key).to.have.length(1);
    expect(key).to.include('chain length: 3');
  });
});
