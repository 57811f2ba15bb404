import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { encodeSbd } from '../../src/contract/sdp/sbd.js';
import { unpack } from '../../src/package/asice.js';
import { readZip } from '../../src/package/zip.js';
import { decryptCms, encryptCms, type KeyTransport } from '../../src/security/cms.js';
import { signEnveloped, verifyEnveloped, type EnvelopedForm } from '../../src/security/enveloped.js';
import { parseCertificate, pem } from '../../src/security/x509.js';
import { parse } from '../../src/xml/tree.js';
import { digital, documentOf } from '../contract/sdp/support.js';
import { chain, collect, file, once, packed, signer, trust } from '../package/support.js';
import { testTime } from '../support/pki.js';
import { needs, run, succeed, withFolder } from './support.js';

const certificate = parseCertificate(chain.leaf);
const clear = randomBytes(300_000);

/** A folder with the recipient's key and certificate in PEM. */
const withKeys = <T>(work: (path: (name: string) => string) => Promise<T>): Promise<T> =>
  withFolder(async (folder) => {
    const path = (name: string): string => join(folder, name);
    writeFileSync(path('key.pem'), chain.privateKey.export({ format: 'pem', type: 'pkcs8' }));
    writeFileSync(path('leaf.pem'), pem(chain.leaf, 'CERTIFICATE'));
    return work(path);
  });

describe('CMS with openssl', () => {
  before(needs('xmlsec1'));

  for (const transport of ['oaep-sha256', 'oaep-sha1', 'pkcs1'] as const satisfies readonly KeyTransport[]) {
    it(`openssl opens what we encrypt: ${transport}`, () =>
      withKeys(async (path) => {
        const cms = await collect(encryptCms(once(clear), clear.length, certificate, { transport }));
        writeFileSync(path('in.cms'), cms);
        const keys = ['-inkey', path('key.pem'), '-recip', path('leaf.pem')];
        const files = ['-inform', 'DER', '-in', path('in.cms'), '-out', path('out.bin')];
        await succeed('openssl', ['cms', '-decrypt', '-binary', ...files, ...keys]);
        expect(readFileSync(path('out.bin')).equals(clear)).to.equal(true);
      }));
  }

  const oaep = ['-keyopt', 'rsa_padding_mode:oaep'];
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['PKCS#1 v1.5', [], ['-aes-256-cbc']],
    ['OAEP with SHA-1', oaep, ['-aes-256-cbc']],
    ['OAEP with SHA-256', [...oaep, '-keyopt', 'rsa_oaep_md:sha256', '-keyopt', 'rsa_mgf1_md:sha256'], ['-aes-256-cbc']],
    ['a stream of indefinite length', oaep, ['-aes-256-cbc', '-stream']],
    ['AES-256-GCM', oaep, ['-aes-256-gcm']],
    ['AES-256-GCM as a stream', oaep, ['-aes-256-gcm', '-stream']],
  ];
  for (const [what, key, how] of cases) {
    it(`we open what openssl encrypts: ${what}`, () =>
      withKeys(async (path) => {
        writeFileSync(path('in.bin'), clear);
        const files = ['-outform', 'DER', '-in', path('in.bin'), '-out', path('out.cms')];
        const to = ['-recip', path('leaf.pem'), ...key];
        await succeed('openssl', ['cms', '-encrypt', '-binary', ...how, ...files, ...to]);
        const opened = await collect(decryptCms(readFileSync(path('out.cms')), chain.privateKey, certificate));
        expect(opened.equals(clear)).to.equal(true);
      }));
  }

  it('we refuse what openssl encrypts with AES-128', () =>
    withKeys(async (path) => {
      writeFileSync(path('in.bin'), clear);
      const files = ['-outform', 'DER', '-in', path('in.bin'), '-out', path('out.cms')];
      await succeed('openssl', ['cms', '-encrypt', '-binary', '-aes128', ...files, '-recip', path('leaf.pem')]);
      const outcome: unknown = await collect(
        decryptCms(readFileSync(path('out.cms')), chain.privateKey, certificate),
      ).catch((e: unknown) => e);
      expect(outcome).to.have.property('code', 'UNSUPPORTED_ALGORITHM');
    }));
});

/** Whether xmlsec1 takes the signature in a file of `folder`, with the files around it as they lie there. */
async function xmlsec1(folder: string, name: string, ...options: readonly string[]): Promise<boolean> {
  const key = ['--pubkey-cert-pem', 'leaf.pem', '--enabled-key-data', 'x509,rsa'];
  const { code } = await run('env', ['-C', folder, 'xmlsec1', '--verify', ...key, ...options, name]);
  return code === 0;
}

describe('the signature inside a business document, in xmlsec1 and the XML-DSig of the JDK', () => {
  before(needs('xmlsec1', 'wss4j'));
  const source = new URL('java/VerifyDocument.java', import.meta.url).pathname;

  for (const form of ['inclusive', 'exclusive'] as const satisfies readonly EnvelopedForm[]) {
    it(`${form}: both verify it, and refuse it with one letter changed`, () =>
      withKeys(async (path) => {
        const signed = await signEnveloped(encodeSbd(documentOf(digital)), signer.key, form);
        const changed = signed.replace('Du har post', 'Du har Post');
        expect(verifyEnveloped(parse(signed), trust, testTime).signer.organisasjonsnummer).to.equal('310000019');
        for (const [xml, valid] of [
          [signed, true],
          [changed, false],
        ] as const) {
          writeFileSync(path('sbd.xml'), xml);
          expect(await xmlsec1(path('.'), 'sbd.xml'), 'xmlsec1').to.equal(valid);
          expect((await run('java', [source, path('sbd.xml')])).code, 'JDK').to.equal(valid ? 0 : 2);
        }
      }));

    it(`${form}: what xmlsec1 signs, we verify`, () =>
      withKeys(async (path) => {
        const ours = await signEnveloped(encodeSbd(documentOf(digital)), signer.key, form);
        const blank = ours.replace(/(<ds:(DigestValue|SignatureValue)>)[^<]*(<\/ds:\2>)(?=.*<\/ds:Signature>)/g, '$1$3');
        writeFileSync(path('template.xml'), blank);
        const output = ['--output', path('signed.xml')];
        await succeed('xmlsec1', ['--sign', '--privkey-pem', path('key.pem'), ...output, path('template.xml')]);
        const { signer: by } = verifyEnveloped(parse(readFileSync(path('signed.xml'))), trust, testTime);
        expect(by.organisasjonsnummer).to.equal('310000019');
      }));
  }
});

describe('document packages with other engines', () => {
  before(needs('xmlsec1'));
  const plain = { hoveddokument: file('vedtak.txt', 'Vedtak'), vedlegg: [file('info.html', '<p>', 'text/html')] };

  it('xmlsec1 verifies the XAdES signature over the files, and refuses it with one of them changed', () =>
    withKeys(async (path) => {
      for (const [name, octets] of await readZip(await packed(plain))) writeFileSync(path(name.replace('META-INF/', '')), octets);
      const options = ['--id-attr:Id', 'http://uri.etsi.org/01903/v1.3.2#:SignedProperties'];
      expect(await xmlsec1(path('.'), 'signatures.xml', ...options)).to.equal(true);
      writeFileSync(path('info.html'), '<q>');
      expect(await xmlsec1(path('.'), 'signatures.xml', ...options)).to.equal(false);
    }));

  it('the zip of the JDK reads what we pack, and we read what it packs', () =>
    withKeys(async (path) => {
      const zip = await packed({ vedlegg: [file('blåbær æ.txt', 'B')] });
      writeFileSync(path('ours.zip'), zip);
      await succeed('env', ['-C', path('.'), 'jar', 'xf', path('ours.zip')]);
      expect(readFileSync(path('blåbær æ.txt'), 'utf8')).to.equal('B');
      const names = [...(await readZip(zip)).keys()];
      await succeed('env', ['-C', path('.'), 'jar', 'cfM', path('theirs.zip'), ...names]);
      const { documents } = await unpack(readFileSync(path('theirs.zip')), trust, testTime);
      expect(documents.map((d) => d.filnavn)).to.deep.equal(names.slice(0, 2));
    }));
});
