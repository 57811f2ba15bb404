import { expect } from 'chai';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isNcName, oneLine, qualifiedName } from '../../src/xml/chars.js';
import { foreignRead } from '../support/oracle.js';
import { reading } from './support.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Ends of the ranges of NameStartChar and NameChar (XML 1.0, productions [4] and [4a]). */
const ranges =
  '3a 41-5a 5f 61-7a c0-d6 d8-f6 f8-2ff 370-37d 37f-1fff 200c-200d 2070-218f 2c00-2fef 3001-d7ff f900-fdcf fdf0-fffd 10000-effff ' +
  '2d-2e 30-39 b7 300-36f 203f-2040';

const edges = [
  ...new Set(ranges.split(/[ -]/).flatMap((hex) => [-1, 0, 1].map((by) => parseInt(hex, 16) + by))),
].filter((c) => c < 0xd800 || c > 0xdfff);

describe('oneLine', () => {
  it('has a space for whatever ends a line, and for what no document can have', () => {
    expect(oneLine('a\r\nb\tc\u0085d\u2028e\u2029f\u0000g\ud800h\ufffei')).to.equal('a b c d e f g h i');
  });

  it('leaves everything else, and what lies beyond the first plane', () => {
    const text = 'æøå  <&> \u00a0\u202e\ufffd\u{1F4EE}';
    expect(oneLine(text)).to.equal(text);
  });
});

describe('names', () => {
  it('knows the characters of names as libxml2 does, at both ends of every range', () => {
    for (const c of edges) {
      const character = String.fromCodePoint(c);
      for (const name of [character, `a${character}`, `a${character}b`]) {
        // As an attribute of its own, so that a character that means something else cannot change the document's shape.
        const document = `<a ${name}=""/>`;
        const foreign = foreignRead(Buffer.from(document), () => true);
        const verdict = 'value' in foreign ? 'accepted' : 'MALFORMED_XML';
        expect(reading(document), `U+${c.toString(16)} in ${name}`).to.equal(verdict);
        if (!/[ \t\r\n=/>:]/.test(name)) expect(isNcName(name), name).to.equal(verdict === 'accepted');
      }
    }
  });

  it('splits names at their one colon, the same way every time', () => {
    for (let time = 0; time < 2; time++) {
      expect(qualifiedName('p:local')).to.deep.equal({ prefix: 'p', local: 'local' });
      expect(qualifiedName('local')).to.deep.equal({ prefix: '', local: 'local' });
      expect(qualifiedName('__proto__:constructor')).to.deep.equal({ prefix: '__proto__', local: 'constructor' });
      for (const bad of ['', ':', ':a', 'a:', 'a:b:c', 'a::b', '1a', 'a:1', '-a', '.a', 'a b', 'a\u00a0']) {
        expect(qualifiedName(bad), bad).to.equal(undefined);
      }
    }
  });

  it('SECURITY 8: remembers a bounded number of names, and none of the text that they were cut out of', () => {
    const megabytes = (): number => {
      collectGarbage();
      return process.memoryUsage().heapUsed / 2 ** 20;
    };
    const before = megabytes();
    for (let n = 0; n < 100; n++) {
      const document = `${'x'.repeat(2 ** 20)}a-rather-long-name-${n}`;
      expect(qualifiedName(document.slice(2 ** 20))).to.not.equal(undefined);
    }
    expect(megabytes() - before).to.be.lessThan(20);
    for (let n = 0; n < 100_000; n++) qualifiedName(`name-${n}`);
    expect(megabytes() - before).to.be.lessThan(20);
  });

  it('SECURITY 105: judges a name of any length in one pass', () => {
    expect(isNcName(`a${'-'.repeat(1_000_000)}`)).to.equal(true);
    expect(isNcName(`${'a'.repeat(1_000_000)} `)).to.equal(false);
  });
});
