import { expect } from 'chai';
import type { XmlEvents } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { ours } from '../support/oracle.js';
import { drip, feed, read, verdict } from './support.js';

/** One document with everything in it that a chunk may end inside of. */
const document =
  '\ufeff<?xml version="1.0" encoding="UTF-8" standalone=\'yes\'?>\r\n<!-- - \r\n ->x--><p:a\r\nxmlns:p = "urn:p"\tb=\'">\r\n"\' c=">\'&lt;&#x1F600;/>">' +
  '\r\r\n\n]]&gt;]&#x0000000D;\r\u{1f600}&amp;&#128512;\r<![CDATA[]]><![CDATA[]]]]]><![CDATA[\r\n<a>&amp;\r\r]>]]>]]<![CDATA[\r]]>\n<!---\r-->' +
  '<b/><æ é="&quot;"></æ\r\n>\r</p:a><!-- x -->\r\n';

const refused: readonly string[] = [
  ...[
    '<a>x]]>y</a>',
    '<a>]]]]></a>',
    '<a>\r]]></a>',
    '<a><!-- x--y --></a>',
    '<a><!--x---></a>',
    '<a>&amp&lt;</a>',
    '<a>&toolongtobeone;</a>',
  ],
  ...[
    '<a b="c"d="e"/>',
    '<a><b/></c>',
    '<a></a\r\nb>',
    '<a><![CDATA[x]] ></a>',
    '<?xml version="1.1"?><a/>',
    '<a/><?x?>',
    '<a/>]]>',
    '\r\n<?xml version="1.0"?><a/>',
  ],
  ...['<a>\u{1f600}</b>', '<a><![CDATX[]]></a>', '<a><!x></a>', '<a>&#xD83D;&#xDE00;</a>', '<a b="\ufffe"/>'],
];

const utf16 = (text: string): Buffer => Buffer.from(text.replace(' encoding="UTF-8"', ''), 'utf16le');

/** All ways to cut the octets in two. */
function* halves(octets: Uint8Array): Iterable<readonly [number, Uint8Array[]]> {
  for (let at = 0; at <= octets.length; at++) yield [at, [octets.subarray(0, at), octets.subarray(at)]];
}

describe('reader: where one chunk ends and the next begins', () => {
  const encodings: Readonly<Record<string, Buffer>> = { 'UTF-8': Buffer.from(document), 'UTF-16': utf16(document) };
  for (const [encoding, octets] of Object.entries(encodings)) {
    const whole = JSON.stringify(ours(parse(octets)));

    it(`the tree is the same wherever the octets are cut in two, ${encoding}`, () => {
      for (const [at, pieces] of halves(octets))
        expect(JSON.stringify(ours(read(pieces))), `cut at ${at}`).to.equal(whole);
    });

    it(`the tree is the same wherever three pieces of one to three octets lie, ${encoding}`, () => {
      for (let at = 0; at < octets.length; at++) {
        for (const size of [1, 2, 3]) {
          const cuts = [0, at, at + size, at + 2 * size, octets.length];
          const pieces = cuts.slice(1).map((end, n) => octets.subarray(cuts[n], end));
          expect(JSON.stringify(ours(read(pieces))), `${size} octets at ${at}`).to.equal(whole);
        }
      }
    });

    it(`the tree is the same for pieces of every size, empty ones between, ${encoding}`, () => {
      for (let size = 1; size < 64; size++) {
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < octets.length; at += size) pieces.push(octets.subarray(at, at + size), Buffer.alloc(0));
        expect(JSON.stringify(ours(read(pieces))), `pieces of ${size}`).to.equal(whole);
      }
    });
  }

  it('is the tree that was meant', () => {
    const root = parse(document);
    expect(root.attributes.map((a) => a.value)).to.deep.equal(['"> "', ">'<\u{1f600}/>"]);
    expect(
      root.children.map((child) => (typeof child === 'object' && 'local' in child ? child.local : child)),
    ).to.deep.equal([
      '\n\n\n]]>]\r\n\u{1f600}&\u{1f600}\n]]]\n<a>&amp;\n\n]>]]\n\n',
      { comment: '-\n' },
      'b',
      'æ',
      '\n',
    ]);
  });

  for (const bad of refused) {
    it(`refuses ${JSON.stringify(bad)} wherever it is cut in two`, () => {
      for (const octets of [Buffer.from(bad), utf16(`\ufeff${bad}`)]) {
        for (const [at, pieces] of halves(octets)) {
          expect(
            verdict(() => read(pieces)),
            `cut at ${at}`,
          ).to.equal('MALFORMED_XML');
        }
        expect(verdict(() => read(drip(octets)))).to.equal('MALFORMED_XML');
      }
    });
  }

  it('refuses a document that is cut off anywhere before its root element ends', () => {
    const octets = Buffer.from(document);
    const end = octets.indexOf('</p:a>') + '</p:a>'.length;
    for (let at = 0; at < end; at++) {
      expect(
        verdict(() => read([octets.subarray(0, at)])),
        `cut off at ${at}`,
      ).to.equal('MALFORMED_XML');
    }
    expect(verdict(() => read([octets.subarray(0, end)]))).to.equal('accepted');
  });

  it('reports text without waiting for its end', () => {
    let seen = '';
    const events: XmlEvents = {
      start: () => undefined,
      end: () => undefined,
      comment: () => undefined,
      text: (t) => (seen += t),
    };
    const lengths: number[] = [];
    const pieces = function* (): Iterable<string> {
      yield '<a>';
      for (let n = 0; n < 4; n++) {
        yield 'x'.repeat(1000);
        lengths.push(seen.length);
      }
      yield '</a>';
    };
    feed(pieces(), events);
    expect(lengths).to.deep.equal([1000, 2000, 3000, 4000]);
  });
});
