import { constants, createCipheriv, createDecipheriv, privateDecrypt } from 'node:crypto';
import { expect } from 'chai';
import { encodeHentPrintSertifikat } from '../../../src/contract/oppslagstjenesten/encode.js';
import { protectAnswer } from '../../../src/security/answer.js';
import { signingKey } from '../../../src/security/sign.js';
import { parseCertificate } from '../../../src/security/x509.js';
import { encryptContent } from '../../support/encrypt.js';
import { SOAP11, SOAP12 } from '../../../src/soap/names.js';
import { serialise } from '../../../src/xml/write.js';
import { goodRequest, swap } from '../../support/messages.js';
import { testKey, testTime } from '../../support/pki.js';
import type { AnswerAttack, AnswerSpec } from './answers.js';
import { answer, opened, sent } from './answers.js';
import { seconds } from './attack.js';
import { base, trusted } from './judge.js';

const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const AES = `${XENC}aes256-cbc`;
const OAEP = `${XENC}rsa-oaep-mgf1p`;
const before = (security: number, wrong: string, spec: AnswerSpec) => ({ security, wrong, before: spec });
const after = (security: number, wrong: string, change: (text: string) => string) => ({
  security,
  wrong,
  after: change,
});
const as = (code: AnswerAttack['code'], rows: readonly Omit<AnswerAttack, 'code'>[]): AnswerAttack[] =>
  rows.map((row) => ({ ...row, code }));

/** The n-th CipherValue changed: 0 is that of the key, 1 that of the data. */
const cipher =
  (n: 0 | 1, change: (octets: Buffer) => Buffer) =>
  (text: string): string => {
    let seen = -1;
    return text.replace(/(<xenc:CipherValue>)([^<]*)/g, (whole, open: string, value: string) =>
      ++seen === n ? open + change(Buffer.from(value, 'base64')).toString('base64') : whole,
    );
  };
const flip =
  (at: number) =>
  (octets: Buffer): Buffer => {
    const changed = Buffer.from(octets);
    changed[at < 0 ? changed.length + at : at]! ^= 1;
    return changed;
  };
const element = (text: string, name: string): string => new RegExp(`<${name}[ >].*</${name}>`).exec(text)![0];
const doubled =
  (name: string) =>
  (text: string): string =>
    swap(text, element(text, name), element(text, name) + element(text, name).replace(/ (wsu:)?Id="[^"]*"/g, ''));
const inKeyMethod =
  (content: string) =>
  (text: string): string =>
    swap(text, `<xenc:EncryptionMethod Algorithm="${OAEP}">`, `<xenc:EncryptionMethod Algorithm="${OAEP}">${content}`);
const digestMethod = (uri: string): string =>
  `<ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="${uri}"/>`;
const reference =
  (n: 0 | 1) =>
  (text: string): string => {
    const value = element(text, n === 0 ? 'xenc:EncryptedKey' : 'xenc:EncryptedData');
    return swap(
      text,
      value,
      value.replace(
        /<xenc:CipherValue>[^<]*<\/xenc:CipherValue>/,
        '<xenc:CipherReference URI="http://127.0.0.1:9/x"/>',
      ),
    );
  };
/** The same content with more padding than one block, which only the sender's key can make; the signature stays good. */
function padded(text: string): string {
  const [key, data] = [...text.matchAll(/<xenc:CipherValue>([^<]*)/g)].map((match) => Buffer.from(match[1]!, 'base64'));
  const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
  const secret = privateDecrypt({ key: base.key.privateKey, ...oaep }, key!);
  const vector = data!.subarray(0, 16);
  const opened = createDecipheriv('aes-256-cbc', secret, vector).setAutoPadding(false).update(data!.subarray(16));
  const content = opened.subarray(0, opened.length - opened.at(-1)!);
  const length = 32 - (content.length % 16);
  const cipher = createCipheriv('aes-256-cbc', secret, vector).setAutoPadding(false);
  const changed = Buffer.concat([vector, cipher.update(Buffer.concat([content, Buffer.alloc(length, length)]))]);
  return swap(text, data!.toString('base64'), changed.toString('base64'));
}
const lastOctet =
  (make: (last: number) => number) =>
  (octets: Buffer): Buffer => {
    // In CBC a bit of the block before changes the same bit of the last one; what is signed is then not read any more.
    const changed = Buffer.from(octets);
    const at = changed.length - 17;
    changed[at] = make(changed[at]!);
    return changed;
  };

const attacks: readonly AnswerAttack[] = [
  ...as('FAILED_CHECK', [
    before(53, 'no SignatureConfirmation', { confirm: [] }),
    before(53, 'the SignatureConfirmation of another request', { confirm: ['b3RoZXI='] }),
    before(53, 'an empty SignatureConfirmation', { confirm: [''] }),
    before(53, 'a SignatureConfirmation that is not signed', { covers: (part) => part !== 'confirmation' }),
    before(53, 'two SignatureConfirmations, the first one ours', { confirm: [sent, 'b3RoZXI='] }),
    before(53, 'two SignatureConfirmations, the second one ours', { confirm: ['b3RoZXI=', sent] }),
    after(53, 'a SignatureConfirmation changed afterwards', (t) => swap(t, `Value="${sent}"`, `Value="${sent} "`)),
    before(38, 'an unsigned Body', { covers: (part) => part !== 'body' }),
    before(72, 'an unsigned Timestamp', { covers: (part) => part !== 'timestamp' }),
    before(51, 'other content encrypted than was signed', { hidden: '<x/>' }),
    before(51, 'content with a space more than was signed', { hidden: ' <x/>' }),
    before(69, 'an answer in the clear', { clear: true }),
    after(69, 'no EncryptedKey', (t) => swap(t, element(t, 'xenc:EncryptedKey'), '')),
    after(69, 'two EncryptedKeys', doubled('xenc:EncryptedKey')),
    after(69, 'a ReferenceList to another element', (t) => t.replace(/(DataReference URI="#)[^"]*/, '$1other')),
    after(69, 'two references in the list', (t) =>
      swap(t, '</xenc:ReferenceList>', `${element(t, 'xenc:DataReference')}</xenc:ReferenceList>`),
    ),
    after(69, 'no ReferenceList', (t) => swap(t, element(t, 'xenc:ReferenceList'), '')),
    after(69, 'EncryptedData that names another key', (t) => t.replace(/(Reference URI="#)EK-[^"]*/, '$1other')),
    after(69, 'EncryptedData of another type', (t) => swap(t, `${XENC}Content`, `${XENC}Element`)),
    after(69, 'no CipherData', (t) => swap(t, element(element(t, 'xenc:EncryptedData'), 'xenc:CipherData'), '')),
    after(69, 'an element in CipherValue', (t) => t.replace('</xenc:CipherValue>', '<x/></xenc:CipherValue>')),
    after(69, 'a CipherValue that is not base64', (t) => t.replace('</xenc:CipherValue>', '*</xenc:CipherValue>')),
    before(69, 'a DOCTYPE in the decrypted text', { hidden: '<!DOCTYPE x><x/>' }),
    before(69, 'decrypted text that ends Body and begins another', { hidden: '</env:Body><env:Body>' }),
    before(69, 'decrypted text that is no XML', { hidden: '<x>' }),
    before(69, 'decrypted text nested 1,000 deep', { hidden: '<x>'.repeat(1000) + '</x>'.repeat(1000) }),
    after(66, 'the key changed in its first octet', cipher(0, flip(0))),
    after(66, 'the key changed in its last octet', cipher(0, flip(-1))),
    after(
      66,
      'the key one octet shorter',
      cipher(0, (k) => k.subarray(1)),
    ),
    after(
      66,
      'a key of nothing',
      cipher(0, () => Buffer.alloc(0)),
    ),
    after(67, 'a vector changed', cipher(1, flip(0))),
    after(67, 'the first block changed', cipher(1, flip(16))),
    after(
      67,
      'padding of another length',
      cipher(
        1,
        lastOctet((o) => o ^ 1),
      ),
    ),
    after(
      67,
      'padding of more than a block',
      cipher(
        1,
        lastOctet((o) => o ^ 0x40),
      ),
    ),
    after(67, 'padding of a block and more around the right content', padded),
    after(
      67,
      'one octet missing',
      cipher(1, (d) => d.subarray(0, -1)),
    ),
    after(
      67,
      'a block missing',
      cipher(1, (d) => d.subarray(0, -16)),
    ),
    after(
      67,
      'a vector only',
      cipher(1, (d) => d.subarray(0, 16)),
    ),
    after(
      67,
      'half a vector',
      cipher(1, (d) => d.subarray(0, 8)),
    ),
    after(
      67,
      'nothing',
      cipher(1, () => Buffer.alloc(0)),
    ),
  ]),
  ...as('UNSUPPORTED_ALGORITHM', [
    after(65, 'RSA with PKCS#1 v1.5 for the key', (t) => swap(t, OAEP, `${XENC}rsa-1_5`)),
    after(68, 'AES-256-GCM, which no server of the contract sends', (t) =>
      swap(t, AES, 'http://www.w3.org/2009/xmlenc11#aes256-gcm'),
    ),
    after(68, 'AES-128-CBC', (t) => swap(t, AES, `${XENC}aes128-cbc`)),
    after(67, 'triple DES', (t) => swap(t, AES, `${XENC}tripledes-cbc`)),
    after(70, 'a key to be fetched', reference(0)),
    after(70, 'data to be fetched', reference(1)),
    after(71, 'OAEP with SHA-256', inKeyMethod(digestMethod(`${XENC}sha256`))),
    after(
      71,
      'OAEP with another mask',
      inKeyMethod(
        '<m:MGF xmlns:m="http://www.w3.org/2009/xmlenc11#" Algorithm="http://www.w3.org/2009/xmlenc11#mgf1sha256"/>',
      ),
    ),
    after(71, 'OAEP with parameters', inKeyMethod('<xenc:OAEPParams>AAAA</xenc:OAEPParams>')),
    after(71, 'the newer name of OAEP', (t) => swap(t, OAEP, 'http://www.w3.org/2009/xmlenc11#rsa-oaep')),
    after(68, 'a key length for the data', (t) =>
      swap(
        t,
        `<xenc:EncryptionMethod Algorithm="${AES}">`,
        `<xenc:EncryptionMethod Algorithm="${AES}"><xenc:KeySize>128</xenc:KeySize>`,
      ),
    ),
  ]),
  ...as('MALFORMED_XML', [
    after(69, 'two EncryptedData', (t) => swap(t, '</env:Body>', '<x/></env:Body>')),
    before(32, 'decrypted text with an Id twice', { hidden: '<x Id="a"><y id="a"/></x>' }),
    after(32, 'an Id of the Header twice', (t) =>
      swap(t, '<env:Header>', `<env:Header Id="${/wsu:Id="(TS-[^"]*)/.exec(t)![1]}">`),
    ),
    after(21, 'SOAP 1.1', (t) => t.replaceAll(SOAP12, SOAP11)),
    after(22, 'something after Body', (t) => swap(t, '</env:Envelope>', '<x/></env:Envelope>')),
    after(22, 'no Header', (t) => swap(t, element(t, 'env:Header'), '')),
    after(22, 'no Body', (t) => swap(t, element(t, 'env:Body'), '')),
  ]),
  ...as('MESSAGE_EXPIRED', [
    before(73, 'an answer of yesterday', { at: new Date(seconds(testTime, -86_400)) }),
    before(73, 'an answer of tomorrow', { at: new Date(seconds(testTime, 86_400)) }),
  ]),
  ...as('INVALID_SECURITY', [
    after(41, 'a second Security', (t) =>
      swap(t, '</env:Header>', `${/<wsse:Security [^>]*>/.exec(t)![0].replace(/>$/, '/>')}</env:Header>`),
    ),
    after(39, 'an unknown child of Security', (t) => swap(t, '</wsse:Security>', '<x/></wsse:Security>')),
    after(34, 'the SignatureConfirmation in an Object', (t) =>
      swap(
        swap(t, element(t, 'wsse11:SignatureConfirmation'), ''),
        '</ds:Signature>',
        `<ds:Object>${element(t, 'wsse11:SignatureConfirmation')}</ds:Object></ds:Signature>`,
      ),
    ),
  ]),
];

describe('a caller refuses an answer', () => {
  for (const { security, wrong, code, before, after } of attacks) {
    it(`SECURITY ${security}: ${wrong}`, async () => {
      const text = await answer(before);
      expect(opened(after === undefined ? text : after(text))).to.equal(code);
    });
  }

  it('SECURITY 69: a key for another recipient', async () => {
    expect(opened(await answer(), testKey('stranger').privateKey)).to.equal('FAILED_CHECK');
  });

  it('SECURITY 66: data to be fetched is refused the same way, whether the key is good or not', async () => {
    const text = reference(1)(await answer());
    expect(opened(text)).to.equal('UNSUPPORTED_ALGORITHM');
    expect(opened(cipher(0, flip(-1))(text))).to.equal('UNSUPPORTED_ALGORITHM');
  });

  it('SECURITY 53: an answer to another request', async () => {
    expect(opened(await answer(), base.key.privateKey, 'b3RoZXI=')).to.equal('FAILED_CHECK');
  });

  it('SECURITY 62: an answer with the token of another', async () => {
    const text = await answer();
    const token = /(<wsse:BinarySecurityToken [^>]*>)[^<]*/.exec(text)!;
    const other = token[1]! + base.key.certificate.toString('base64');
    expect(opened(swap(text, token[0], other))).to.equal('FAILED_CHECK');
  });
});

describe('a caller takes an answer', () => {
  it('that is as the contract says', async () => expect(opened(await answer())).to.equal('HentPersonerRespons'));

  it('SECURITY 71: with the default digest of OAEP written out', async () => {
    const text = inKeyMethod(digestMethod('http://www.w3.org/2000/09/xmldsig#sha1'))(await answer());
    expect(opened(text)).to.equal('HentPersonerRespons');
  });

  it('that we make, and confirms the request it answers', async () => {
    const message = goodRequest({ key: base.key, at: testTime });
    const request = await trusted(message.text);
    const key = signingKey(base.other.privateKey, base.other.certificate);
    const text = await protectAnswer(encodeHentPrintSertifikat(), request, key, testTime);
    expect(opened(text, base.key.privateKey, message.signatureValue)).to.equal('HentPrintSertifikatForespoersel');
    expect(opened(text)).to.equal('FAILED_CHECK');
  });
});

describe('what we encrypt', () => {
  it('SECURITY 68: never has the same key or vector twice', () => {
    const certificate = parseCertificate(base.key.certificate);
    const seen = new Set<string>();
    for (let i = 0; i < 500; i++) {
      const { encryptedKey, encryptedData } = encryptContent('<x/>', certificate);
      const values = [encryptedKey, encryptedData].map((e) => /CipherValue>([^<]*)/.exec(serialise(e))![1]!);
      seen.add(values[0]!).add(values[1]!.slice(0, 20));
    }
    expect(seen.size).to.equal(1000);
  });
});
