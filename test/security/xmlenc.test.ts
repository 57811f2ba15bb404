import { constants, createDecipheriv, privateDecrypt, publicEncrypt } from 'node:crypto';
import { expect } from 'chai';
import { Failure } from '../../src/errors.js';
import { decryptContent } from '../../src/security/xmlenc.js';
import { encryptContent } from '../support/encrypt.js';
import { DS, WSSE, XENC } from '../../src/soap/names.js';
import type { XmlElement } from '../../src/xml/model.js';
import { attribute, childElements, textOf } from '../../src/xml/model.js';
import { caller, service } from '../support/answers.js';
import { failureOf } from '../support/pki.js';

/** The one descendant of a name. */
function one(root: XmlElement, local: string): XmlElement {
  const search = (e: XmlElement): XmlElement[] => (e.local === local ? [e] : childElements(e).flatMap(search));
  const [found, ...more] = search(root);
  if (found === undefined || more.length > 0) throw new Error(`not one ${local}`);
  return found;
}

/** A copy of a tree in which the one element of a name is another. */
function swapped(root: XmlElement, local: string, change: (e: XmlElement) => XmlElement): XmlElement {
  if (root.local === local) return change(root);
  return {
    ...root,
    children: root.children.map((c) => (typeof c === 'object' && 'local' in c ? swapped(c, local, change) : c)),
  };
}

const octetsOf = (e: XmlElement): Buffer => Buffer.from(textOf(one(e, 'CipherValue')), 'base64');
const withOctets = (e: XmlElement, octets: Buffer): XmlElement =>
  swapped(e, 'CipherValue', (value) => ({ ...value, children: [octets.toString('base64')] }));
const flipped = (octets: Buffer, at: number, bit = 1): Buffer => {
  const copy = Buffer.from(octets);
  copy[at]! ^= bit;
  return copy;
};

const encrypt = (text: string) => encryptContent(text, caller.parsed);

/** The text, or the code of the failure. */
function outcome(encryptedKey: XmlElement, encryptedData: XmlElement): string {
  try {
    return decryptContent(encryptedKey, encryptedData, caller.privateKey);
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
}

describe('security/xmlenc', () => {
  it('gives back what was encrypted, of every length around two blocks', () => {
    const characters = [...'æøå€\u{1f4ef}\r\n]]>'.repeat(4)];
    for (let length = 0; length <= 33; length++) {
      for (const text of [characters.slice(0, length).join(''), 'x'.repeat(length)]) {
        const { encryptedKey, encryptedData } = encrypt(text);
        expect(outcome(encryptedKey, encryptedData)).to.equal(text);
      }
    }
  });

  it('gives back a large text', () => {
    const text = '<a>ø</a>'.repeat(100_000);
    const { encryptedKey, encryptedData } = encrypt(text);
    expect(outcome(encryptedKey, encryptedData) === text).to.equal(true);
  });

  it('is what its algorithm names say, done step by step: OAEP with SHA-1, AES-256-CBC, vector first, padding that counts itself', () => {
    for (const text of ['', 'fifteen octets.', 'sixteen octets..']) {
      const { encryptedKey, encryptedData } = encrypt(text);
      const oaep = { key: caller.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
      const key = privateDecrypt(oaep, octetsOf(encryptedKey));
      expect(key).to.have.length(32);
      const octets = octetsOf(encryptedData);
      const decipher = createDecipheriv('aes-256-cbc', key, octets.subarray(0, 16)).setAutoPadding(false);
      const padded = Buffer.concat([decipher.update(octets.subarray(16)), decipher.final()]);
      const padding = padded.at(-1) ?? 0;
      expect(padding).to.equal(16 - (text.length % 16));
      expect(padded.subarray(0, -padding).toString()).to.equal(text);
    }
  });

  it('fills the padding with chance, not with zeros', () => {
    const fillers = Array.from({ length: 8 }, () => {
      const { encryptedKey, encryptedData } = encrypt('');
      const oaep = { key: caller.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
      const octets = octetsOf(encryptedData);
      const key = privateDecrypt(oaep, octetsOf(encryptedKey));
      const decipher = createDecipheriv('aes-256-cbc', key, octets.subarray(0, 16)).setAutoPadding(false);
      return decipher.update(octets.subarray(16)).subarray(0, 15).toString('hex');
    });
    expect(new Set(fillers).size).to.equal(8);
  });

  it('SECURITY 68: never uses a key or a vector twice', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 1000; i++) {
      const { encryptedKey, encryptedData } = encrypt('x');
      seen.add(octetsOf(encryptedKey).toString('hex')).add(octetsOf(encryptedData).subarray(0, 16).toString('hex'));
    }
    expect(seen.size).to.equal(2000);
  });

  it('names the two halves for each other', () => {
    const { encryptedKey, encryptedData } = encrypt('x');
    expect(attribute(one(encryptedKey, 'DataReference'), 'URI')).to.equal(`#${attribute(encryptedData, 'Id')}`);
    expect(attribute(one(encryptedData, 'Reference'), 'URI')).to.equal(`#${attribute(encryptedKey, 'Id')}`);
    expect([
      encryptedKey.ns,
      encryptedData.ns,
      one(encryptedKey, 'X509Data').ns,
      one(encryptedData, 'Reference').ns,
    ]).to.deep.equal([XENC, XENC, DS, WSSE]);
  });

  it('SECURITY 66: a thousand changed keys, one answer', function () {
    this.timeout(60_000);
    const { encryptedKey, encryptedData } = encrypt('<a/>');
    const octets = octetsOf(encryptedKey);
    const outcomes = new Set<string>();
    for (let i = 0; i < 1000; i++) {
      const changed = flipped(octets, i % octets.length, 1 << (i % 8));
      outcomes.add(outcome(withOctets(encryptedKey, changed), encryptedData));
    }
    for (const odd of [
      Buffer.alloc(1),
      Buffer.alloc(256),
      Buffer.alloc(256, 0xff),
      octets.subarray(1),
      Buffer.concat([octets, octets]),
    ]) {
      outcomes.add(outcome(withOctets(encryptedKey, odd), encryptedData));
    }
    expect([...outcomes]).to.deep.equal(['FAILED_CHECK']);
  });

  it('SECURITY 66: a key of another length than AES-256 has, rightly encrypted', () => {
    const { encryptedKey, encryptedData } = encrypt('<a/>');
    for (const length of [0, 16, 24, 31, 33]) {
      const wrapped = publicEncrypt(
        { key: caller.parsed.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
        Buffer.alloc(length, 7),
      );
      expect(outcome(withOctets(encryptedKey, wrapped), encryptedData), String(length)).to.equal('FAILED_CHECK');
    }
  });

  it('SECURITY 67: every octet of the cipher text changed, and nothing but one answer or another text', () => {
    const text = '<a>0123456789abcdef0123456789abcdef</a>';
    const { encryptedKey, encryptedData } = encrypt(text);
    const octets = octetsOf(encryptedData);
    for (let at = 0; at < octets.length; at++) {
      for (const bit of [1, 0x10, 0x80]) {
        const result = outcome(encryptedKey, withOctets(encryptedData, flipped(octets, at, bit)));
        expect(result).not.to.equal(text);
        if (!/[^A-Z_]/.test(result)) expect(result).to.equal('FAILED_CHECK');
      }
    }
  });

  it('SECURITY 67: cipher text of every other length', () => {
    const { encryptedKey, encryptedData } = encrypt('<a/>');
    for (let length = 0; length < 32; length++) {
      const cut = withOctets(encryptedData, octetsOf(encryptedData).subarray(0, length));
      expect(outcome(encryptedKey, cut), String(length)).to.equal('FAILED_CHECK');
    }
  });

  it('SECURITY 69: a key for another recipient, and data of another message', () => {
    const first = encrypt('<a/>');
    const second = encrypt('<b/>');
    expect(outcome(first.encryptedKey, second.encryptedData)).to.equal('FAILED_CHECK');
    const other = encryptContent('<a/>', service.parsed);
    expect(outcome(other.encryptedKey, other.encryptedData)).to.equal('FAILED_CHECK');
    expect(decryptContent(other.encryptedKey, other.encryptedData, service.privateKey)).to.equal('<a/>');
  });

  it('SECURITY 66, 67: says nothing of the key or the text in its failure', () => {
    const { encryptedKey, encryptedData } = encrypt('<secret/>');
    const bad = withOctets(encryptedKey, flipped(octetsOf(encryptedKey), 9));
    const { detail, values } = failureOf(() => decryptContent(bad, encryptedData, caller.privateKey));
    expect(detail).to.match(/^decryption: /);
    expect(values).to.deep.equal({});
    expect(detail).not.to.contain('secret');
  });
});
