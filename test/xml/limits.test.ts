import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import { parse } from '../../src/xml/tree.js';
import { chunks, seeded } from '../support/generator.js';
import { drip, read, verdict } from './support.js';

const spread = (count: number, make: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => make(n)).join('');

/** Documents in which exactly `count` of what the limit counts stand. */
const documents: Readonly<Record<string, readonly [number, (count: number) => string]>> = {
  'xmlDepth, nested elements': [limits.xmlDepth, (n) => '<a>'.repeat(n) + '</a>'.repeat(n)],
  'xmlDepth, the innermost empty': [limits.xmlDepth, (n) => `${'<a>'.repeat(n - 1)}<a/>${'</a>'.repeat(n - 1)}`],
  xmlAttributes: [limits.xmlAttributes, (n) => `<a xmlns="urn:a"${spread(n, (i) => ` b${i}=""`)}/>`],
  'xmlNamespacesInScope, on one element': [
    limits.xmlNamespacesInScope,
    (n) => `<a${spread(n, (i) => ` xmlns:p${i}="urn:a"`)}/>`,
  ],
  'xmlNamespacesInScope, on nested ones': [
    limits.xmlNamespacesInScope,
    (n) => spread(n, (i) => `<a xmlns="urn:${i}">`) + '</a>'.repeat(n),
  ],
  'xmlNamespacesInScope and xmlAttributes together': [
    limits.xmlNamespacesInScope,
    (n) => `<a${spread(n, (i) => ` xmlns:p${i}="urn:a"`)}${spread(limits.xmlAttributes, (i) => ` b${i}=""`)}/>`,
  ],
  'xmlTagCharacters, attribute value': [limits.xmlTagCharacters, (n) => `<a b="${'x'.repeat(n - 9)}"/>`],
  'xmlTagCharacters, > in a value': [limits.xmlTagCharacters, (n) => `<a b="${'>'.repeat(n - 9)}"/>`],
  'xmlTagCharacters, name': [limits.xmlTagCharacters, (n) => `<${'a'.repeat(n - 3)}/>`],
  'xmlTagCharacters, white space in an end tag': [limits.xmlTagCharacters, (n) => `<a></a${' '.repeat(n - 4)}>`],
  xmlCommentCharacters: [limits.xmlCommentCharacters, (n) => `<a><!--${'x'.repeat(n)}--></a>`],
  'xmlCommentCharacters, before the root element': [limits.xmlCommentCharacters, (n) => `<!--${'x'.repeat(n)}--><a/>`],
  'xmlCommentCharacters, hyphens': [
    limits.xmlCommentCharacters,
    (n) => `<a><!--${'- '.repeat(n).slice(0, n - 1)}x--></a>`,
  ],
  xmlTextCharacters: [limits.xmlTextCharacters, (n) => `<a>${'x'.repeat(n)}</a>`],
  'xmlTextCharacters, in CDATA and references': [
    limits.xmlTextCharacters,
    (n) => `<a>${'x'.repeat(n - 3)}<![CDATA[x]]>&amp;<![CDATA[]]>x</a>`,
  ],
  'xmlTextCharacters, above U+FFFF': [
    limits.xmlTextCharacters,
    (n) => `<a>${'\u{1f600}'.repeat(n >> 1)}${'x'.repeat(n & 1)}</a>`,
  ],
  xmlElements: [limits.xmlElements, (n) => `<a>${'<b/>'.repeat(n - 1)}</a>`],
};

describe('reader: limits', () => {
  const random = seeded(9);
  for (const [what, [limit, make]] of Object.entries(documents)) {
    for (const [count, expected] of [
      [limit - 1, 'accepted'],
      [limit, 'accepted'],
      [limit + 1, 'MALFORMED_XML'],
    ] as const) {
      it(`${what}: ${count} of ${limit} are ${expected}, in pieces of any size`, () => {
        const octets = Buffer.from(make(count));
        expect(verdict(() => read([octets]))).to.equal(expected);
        expect(verdict(() => read(drip(octets)))).to.equal(expected);
        expect(verdict(() => read(chunks(random, octets, 4096)))).to.equal(expected);
      });
    }
  }

  it('a text on each side of a comment or an element counts by itself', () => {
    const text = 'x'.repeat(limits.xmlTextCharacters);
    expect(verdict(() => read([`<a>${text}<!-- -->${text}<b/>${text}</a>`]))).to.equal('accepted');
  });

  it('a document that is in memory already may have a longer text, an XML declaration of 256 characters at most', () => {
    expect(parse(`<a>${'x'.repeat(1_000_000)}</a>`).children).to.have.length(1);
    const declaration = (length: number): string => `<?xml version="1.0"${' '.repeat(length - 21)}?>`;
    for (const [length, expected] of [
      [255, 'accepted'],
      [256, 'accepted'],
      [257, 'MALFORMED_XML'],
    ] as const) {
      const document = `${declaration(length)}<a/>`;
      expect(declaration(length)).to.have.length(length);
      expect([verdict(() => read([document])), verdict(() => read(drip(document)))]).to.deep.equal([
        expected,
        expected,
      ]);
    }
  });
});
