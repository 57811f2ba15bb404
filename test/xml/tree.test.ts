import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import type { XmlElement } from '../../src/xml/model.js';
import { childElements, isElement, textOf } from '../../src/xml/model.js';
import type { Spill, TextSink } from '../../src/xml/tree.js';
import { parse, standalone } from '../../src/xml/tree.js';
import { serialise } from '../../src/xml/write.js';
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

describe('tree: an element as a document of its own', () => {
  const first = (e: XmlElement): XmlElement => childElements(e)[0] as XmlElement;

  it('keeps its own declarations, and brings along none but those that it needs', () => {
    const b = first(parse('<a xmlns="urn:a" xmlns:n="urn:n" xmlns:x="urn:x"><b xmlns:o="urn:o"><n:c/></b></a>'));
    const root = standalone(b);
    expect(root.parent).to.equal(null);
    expect(root.declarations.map((d) => d.prefix)).to.deep.equal(['', 'o']);
    expect(first(root).declarations.map((d) => d.prefix)).to.deep.equal(['n']);
    expect(first(root).parent).to.equal(root);
  });

  const documents: Readonly<Record<string, string>> = {
    'a default namespace that is undone': '<a xmlns="urn:a"><b xmlns=""><c xmlns="urn:c"><d/></c><e xmlns=""/></b></a>',
    'prefixes of attributes':
      '<n:a xmlns:n="urn:n" xmlns:m="urn:m"><b z="3" xml:lang="nb" m:x="1" n:y="2"/><c m:x="4"/></n:a>',
    'a prefix that is bound anew':
      '<p:a xmlns:p="urn:1"><p:b xmlns:p="urn:2"><p:c/><q:d xmlns:q="urn:1"/></p:b><p:e/></p:a>',
    'the same declaration twice':
      '<a xmlns:n="urn:n"><b xmlns:n="urn:n" xmlns:z="urn:z" xmlns:a="urn:a"><c xmlns:z="urn:z"/></b></a>',
    'texts and comments': '<a xmlns="urn:a"> <b>x &amp; &lt;y&gt; &#xD;<!-- c --><![CDATA[&]]>ø\u{1d6d1}</b>\n<c/></a>',
  };
  for (const [what, document] of Object.entries(documents))
    it(`is what would be read if it were written: ${what}`, () => {
      const within = first(parse(`<o xmlns="urn:o" xmlns:m="urn:outer" xmlns:i="urn:i">${document}</o>`));
      const copy = standalone(within);
      expect(copy).to.deep.equal(parse(serialise(within)));
      expect(serialise(copy)).to.equal(serialise(within));
      (first(copy).children as unknown[]).push('changed');
      expect(serialise(within)).to.equal(
        serialise(first(parse(`<o xmlns="urn:o" xmlns:m="urn:outer" xmlns:i="urn:i">${document}</o>`))),
      );
    });
});
