import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import type { XmlElement } from '../../src/xml/model.js';
import { childElements, isElement, textOf } from '../../src/xml/model.js';
import type { Spill, TextSink } from '../../src/xml/tree.js';
import { parse } from '../../src/xml/tree.js';
import { chunks, seeded } from '../support/generator.js';
import { drip, read, verdict } from './support.js';

/** Lets the text of elements called `local` go to a list instead of the tree. */
function spillTo(taken: string[], local = 'Content'): Spill {
  return (e: XmlElement): TextSink | undefined => {
    if (e.local !== local) return undefined;
    const index = taken.push('') - 1;
    return {
      write: (text) => (taken[index] += text),
      end: () => `ref:${index}`,
    };
  };
}

describe('tree: text that goes to a sink', () => {
  const large = 'PDF\r\n&'.repeat(100_000);
  const escaped = large.replaceAll('&', '&amp;');
  const document = Buffer.from(
    `<Body><Content>${escaped}</Content>text<Content/><Content><![CDATA[x]]><!-- -->y</Content><Name>z</Name></Body>`,
  );

  for (const [how, pieces] of Object.entries({
    whole: [document],
    'in random pieces': chunks(seeded(5), document, 10_000),
  })) {
    it(`takes text of any length as it was meant, and stands for it in the tree, ${how}`, () => {
      const taken: string[] = [];
      const root = read(pieces, { spill: spillTo(taken) });
      expect(taken).to.have.length(3);
      expect(taken[0]).to.equal(large.replaceAll('\r\n', '\n'));
      expect(taken.slice(1)).to.deep.equal(['', 'xy']);
      expect(childElements(root).map(textOf)).to.deep.equal(['ref:0', 'ref:1', 'ref:2', 'z']);
      expect(root.children.filter((child) => !isElement(child))).to.deep.equal(['text']);
    });
  }

  it('tells a sink that wants them of the elements in its text, and keeps none of those', () => {
    const seen: string[] = [];
    const sink: TextSink = {
      write: (text) => void seen.push(text),
      element: ({ local }) => void seen.push(`<${local}>`),
      end: () => 'ref',
    };
    const spill: Spill = ({ local }) => (local === 'Content' ? sink : undefined);
    const root = read(['<Body><Content>a<b>c<d/></b>e</Content><Name>z</Name></Body>'], { spill });
    expect(seen).to.deep.equal(['a', '<b>', 'c', '<d>', 'e']);
    expect(childElements(root).map(({ children }) => children)).to.deep.equal([['ref'], ['z']]);
  });

  it('SECURITY 9: hands text on as it comes, and keeps none of it', () => {
    let longest = 0;
    let total = 0;
    const sink: TextSink = {
      write: (text) => {
        longest = Math.max(longest, text.length);
        total += text.length;
      },
      end: () => '',
    };
    const piece = 'x'.repeat(1000);
    read(
      (function* () {
        yield '<a>';
        for (let n = 0; n < 5000; n++) yield piece;
        yield '</a>';
      })(),
      { spill: () => sink },
    );
    expect({ longest, total }).to.deep.equal({ longest: 1000, total: 5_000_000 });
  });

  it('refuses an element inside such a text', () => {
    const spill = spillTo([]);
    expect(verdict(() => read(['<a><Content>x<b/></Content></a>'], { spill }))).to.equal('MALFORMED_XML');
  });

  it('keeps the limit for every other text, before and after', () => {
    const long = 'x'.repeat(limits.xmlTextCharacters + 1);
    for (const text of [`<b>${long}</b><Content/>`, `<Content/><b>${long}</b>`, `<Content/>${long}`]) {
      expect(verdict(() => read([`<a>${text}</a>`], { spill: spillTo([]) }))).to.equal('MALFORMED_XML');
    }
  });

  it('lets a failure of the sink through', () => {
    const spill: Spill = () => ({
      write: () => {
        throw new Error('disk full');
      },
      end: () => '',
    });
    expect(() => read(['<a>x</a>'], { spill })).to.throw('disk full');
  });
});

describe('tree: shape', () => {
  it('joins text across CDATA and chunks, and parts it at comments and elements', () => {
    const document = 'a<![CDATA[b]]>c&lt;<!--d-->e<f/>g';
    for (const pieces of [[`<r>${document}</r>`], drip(`<r>${document}</r>`)]) {
      const { children } = read(pieces);
      expect(
        children.map((child) => (typeof child === 'object' && isElement(child) ? child.local : child)),
      ).to.deep.equal(['abc<', { comment: 'd' }, 'e', 'f', 'g']);
    }
  });

  it('knows parents, prefixes and declarations, and leaves out comments outside the root element', () => {
    const root = parse('<!--x--><p:a xmlns:p="urn:p" xmlns="urn:d"><b/></p:a><!--y-->');
    const [b] = childElements(root) as [XmlElement];
    expect(root).to.include({ prefix: 'p', local: 'a', ns: 'urn:p', parent: null });
    expect(b).to.include({ prefix: '', local: 'b', ns: 'urn:d', parent: root });
    expect(root.declarations).to.deep.equal([
      { prefix: 'p', uri: 'urn:p' },
      { prefix: '', uri: 'urn:d' },
    ]);
    expect(b.declarations).to.deep.equal([]);
    expect(root.children).to.deep.equal([b]);
  });
});
