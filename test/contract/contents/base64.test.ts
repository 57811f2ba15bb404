import { expect } from 'chai';
import { Base64Decoder } from '../../../src/contract/contents/base64.js';
import { failureOf } from '../../support/pki.js';

const decode = (...pieces: readonly string[]): Buffer => {
  const decoder = new Base64Decoder();
  return Buffer.concat([...pieces.map((p) => decoder.write(p)), decoder.end()]);
};

describe('contract/contents/base64', () => {
  it('decodes every length, cut at every place', () => {
    for (let n = 0; n < 9; n++) {
      const octets = Buffer.from(Array.from({ length: n }, (_, i) => 250 - i));
      const text = octets.toString('base64');
      for (let cut = 0; cut <= text.length; cut++) {
        expect(decode(text.slice(0, cut), text.slice(cut))).to.deep.equal(octets);
      }
      expect(decode(...text)).to.deep.equal(octets);
    }
  });

  it('passes over white space anywhere, after the padding too', () => {
    expect(decode(' QU\r\nJD', '\tRA =', '\n= ').toString()).to.equal('ABCD');
  });

  it('refuses in a whole group what node would take for a digit, or pass over, wherever it stands', () => {
    const bad = ['-', '_', '*', '.', '\0', '\u00e9', '\u0141', '\u2028', '\ud83d', '='];
    for (const character of bad) {
      for (let at = 0; at < 8; at++) {
        const text = `${'QUJDRUZH'.slice(0, at)}${character}${'QUJDRUZH'.slice(at + 1)}`;
        for (const pieces of [[`${text}QUJD`], ['Q', `UJD${text}QUJ`], ['QU', text, 'QUJDRUZHQU']]) {
          expect(failureOf(() => decode(...pieces)).code, `${character} at ${at}`).to.equal('INVALID_REQUEST');
        }
      }
    }
  });

  for (const [what, pieces] of Object.entries({
    'a character that is none': ['QUJD', 'R*=='],
    base64url: ['-_8='],
    'one digit over': ['QUJDR'],
    'no padding': ['QUI'],
    'too little padding': ['QQ='],
    'too much padding': ['QUI=', '='],
    'padding alone': ['='],
    'padding after whole groups': ['QUJD', '===='],
    'digits after padding': ['QQ==', 'QUJD'],
    'digits after padding in one piece': ['QQ==QUJD'],
  })) {
    it(`refuses ${what}`, () => {
      expect(failureOf(() => decode(...pieces)).code).to.equal('INVALID_REQUEST');
    });
  }
});
