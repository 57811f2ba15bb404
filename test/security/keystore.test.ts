import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPem, loadPkcs12 } from '../../src/security/keystore.js';
import { pem } from '../../src/security/x509.js';
import { keyStoreFile, trustStoreFile } from '../../src/sandbox/pki/pkcs12.js';
import { foreign } from '../support/foreign.js';
import { makeChain, testKey } from '../support/pki.js';

const { leaf, issuing, root, privateKey } = makeChain();
const keyPem = privateKey.export({ format: 'pem', type: 'pkcs8' });
const file = keyStoreFile('sender', privateKey, [leaf, issuing, root], 'changeit');
const certificates = (...ders: Buffer[]): string => ders.map((one) => pem(one, 'CERTIFICATE')).join('');

describe('keystore: PKCS#12', () => {
  it('gives alias, key, certificate and the chain above it, the issuer first', () => {
    const store = loadPkcs12(file, 'changeit');
    expect(store.alias).to.equal('sender');
    expect(store.privateKey.equals(privateKey)).to.equal(true);
    expect(store.certificate).to.deep.equal(leaf);
    expect(store.chain).to.deep.equal([issuing, root]);
  });

  it('finds certificate and chain by what they are, not by their order', () => {
    const shuffled = keyStoreFile('sender', privateKey, [root, leaf, issuing], 'changeit');
    expect(loadPkcs12(shuffled, 'changeit')).to.deep.include({ certificate: leaf, chain: [issuing, root] });
  });

  const refusals: Readonly<Record<string, readonly [() => unknown, RegExp]>> = {
    'a wrong password': [() => loadPkcs12(file, 'changeme'), /password is wrong/],
    'an empty password': [() => loadPkcs12(file, ''), /password is wrong/],
    'a file that was cut off': [() => loadPkcs12(file.subarray(0, 1000), 'changeit'), /damaged/],
    'a file of another kind': [() => loadPkcs12(Buffer.from(certificates(leaf)), 'changeit'), /no PKCS#12 file/],
    'a certificate instead of a store': [() => loadPkcs12(leaf, 'changeit'), /damaged, or of a kind/],
    'a store without a key': [() => loadPkcs12(trustStoreFile({ root }, 'changeit'), 'changeit'), /no private key/],
    'a key without its certificate': [
      () => loadPkcs12(keyStoreFile('x', privateKey, [issuing, root], 'p'), 'p'),
      /no certificate for its private key/,
    ],
  };
  for (const [what, [act, sentence]] of Object.entries(refusals)) {
    it(`refuses ${what} with a sentence`, () => {
      expect(act).to.throw(Error, sentence);
    });
  }

  it('refuses a changed octet anywhere in the protected part', () => {
    const start = file.indexOf(leaf);
    for (const at of [start, start + 500, start + leaf.length + 300]) {
      const changed = Buffer.from(file);
      changed[at]! ^= 1;
      expect(() => loadPkcs12(changed, 'changeit')).to.throw(/password is wrong/);
    }
  });
});

describe('keystore: PKCS#12 of other makers', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'posthorn-keystore-'));
    await writeFile(join(dir, 'key.pem'), keyPem);
    await writeFile(join(dir, 'cert.pem'), certificates(leaf));
    await writeFile(join(dir, 'ca.pem'), certificates(root, issuing));
  });
  after(() => rm(dir, { recursive: true }));

  const forms: Readonly<Record<string, readonly string[]>> = {
    'AES-256 and SHA-256, as OpenSSL 3 has it': [],
    '3DES and SHA-1, as older ones have it': '-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1'.split(' '),
    'AES-128 and SHA-512': '-keypbe AES-128-CBC -certpbe AES-128-CBC -macalg sha512'.split(' '),
  };
  for (const [form, options] of Object.entries(forms)) {
    it(`opens ${form}`, async function () {
      const out = join(dir, 'out.p12');
      const inputs = ['-inkey', join(dir, 'key.pem'), '-in', join(dir, 'cert.pem'), '-certfile', join(dir, 'ca.pem')];
      const made = foreign(this, 'openssl', [
        ...['pkcs12', '-export', '-name', 'virksomhet æ', '-passout', 'pass:changeit', '-out', out],
        ...inputs,
        ...options,
      ]);
      expect(made.content, made.output).to.equal(true);
      const store = loadPkcs12(await readFile(out), 'changeit');
      expect(store).to.deep.include({ certificate: leaf, chain: [issuing, root] });
      expect(store.privateKey.equals(privateKey)).to.equal(true);
    });
  }

  it('opens one by keytool, and refuses one with two keys', async function () {
    const out = join(dir, 'keytool.p12');
    const generate = (alias: string): readonly string[] => [
      ...['-genkeypair', '-alias', alias, '-keyalg', 'RSA', '-keysize', '2048', '-dname', 'CN=a', '-validity', '2'],
      ...['-keystore', out, '-storetype', 'PKCS12', '-storepass', 'changeit'],
    ];
    const made = foreign(this, 'keytool', generate('one'));
    expect(made.content, made.output).to.equal(true);
    expect(loadPkcs12(await readFile(out), 'changeit').alias).to.equal('one');
    execFileSync('keytool', generate('two'), { stdio: 'ignore' });
    const two = await readFile(out);
    expect(() => loadPkcs12(two, 'changeit')).to.throw(/holds 2 private keys/);
  }).timeout(60_000);
});

describe('keystore: PEM', () => {
  it('gives the same as PKCS#12', () => {
    const store = loadPem(keyPem, certificates(leaf, issuing, root), 'sender');
    expect(store).to.deep.include({ alias: 'sender', certificate: leaf, chain: [issuing, root] });
    expect(store.privateKey.equals(privateKey)).to.equal(true);
  });

  it('needs no chain', () => {
    expect(loadPem(keyPem, certificates(leaf)).chain).to.deep.equal([]);
  });

  it('refuses what does not belong together, with a sentence', () => {
    expect(() => loadPem(keyPem, certificates(issuing))).to.throw(/no certificate for its private key/);
    expect(() => loadPem(certificates(leaf), certificates(leaf))).to.throw(/no unencrypted private key/);
    const other = testKey('stranger').privateKey.export({ format: 'pem', type: 'pkcs8' });
    expect(() => loadPem(other, certificates(leaf))).to.throw(/no certificate for its private key/);
  });
});
