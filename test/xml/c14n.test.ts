import { expect } from 'chai';
import type { C14nMethod } from '../../src/xml/c14n.js';
import { canonicalise, Canonicaliser, compareCodePoints, escapeText } from '../../src/xml/c14n.js';
import type { XmlElement, XmlEvents } from '../../src/xml/model.js';
import { childElements } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import type { Random } from '../support/generator.js';
import { chunks, generate, seeded } from '../support/generator.js';
import type { Path } from '../support/oracle.js';
import { foreignCanonical, foreignElement, foreignRead, ourElement } from '../support/oracle.js';
import { failureOf } from '../support/pki.js';
import { feed } from './support.js';

const seed = Number(process.env['XML_SEED'] ?? 16_02);
const DOCUMENTS = 1500;

const inclusive: C14nMethod = { exclusive: false, comments: false, prefixes: [] };
const exclusive: C14nMethod = { exclusive: true, comments: false, prefixes: [] };
const withComments = (method: C14nMethod): C14nMethod => ({ ...method, comments: true });

/** The four forms, and the exclusive one with a list of prefixes: bound ones, unbound ones, doubled ones, in any order. */
function methods(random: Random): C14nMethod[] {
  const prefixes = Array.from({ length: 1 + random.int(4) }, () =>
    random.pick(['', 'p', 'q', 'ns1', 'Ω', '\uffdc', '\u{10400}', 'toString', 'unbound']),
  );
  const listed = { exclusive: true, comments: random.chance(0.5), prefixes };
  return [inclusive, withComments(inclusive), exclusive, withComments(exclusive), listed];
}

/** The way to every element of the tree, the root first. */
function paths(e: XmlElement, here: Path = []): Path[] {
  return [here, ...childElements(e).flatMap((child, n) => paths(child, [...here, n]))];
}

/** Hands on the events of one element only, the n-th of the document. */
function only(wanted: number, events: XmlEvents): XmlEvents {
  let count = -1;
  let depth = 0;
  return {
    start: (e) => {
      if (++count === wanted || depth > 0) depth++;
      if (depth > 0) events.start(e);
    },
    end: (e) => {
      if (depth > 0) events.end(e);
      if (depth > 0) depth--;
    },
    text: (text) => depth > 0 && events.text(text),
    comment: (text) => depth > 0 && events.comment(text),
  };
}

describe('c14n: against libxml2', () => {
  before(() => console.log(`      XML_SEED=${seed}`));

  /** Holds every form of the elements at `apexes` against libxml2's. */
  function compare(document: string, apexes: (random: Random, all: Path[]) => Path[], random: Random): void {
    const octets = Buffer.from(document);
    const root = parse(octets);
    const chosen = apexes(random, paths(root));
    const forms = methods(random);
    const foreign = foreignRead(octets, (r) =>
      chosen.map((path) => forms.map((form) => foreignCanonical(foreignElement(r, path), form))),
    );
    expect(foreign, document).to.have.property('value');
    const own = chosen.map((path) => forms.map((form) => canonicalise(ourElement(root, path), form)));
    chosen.forEach((path, p) =>
      forms.forEach((method, f) => {
        const expected = 'value' in foreign ? foreign.value[p]?.[f] : undefined;
        expect(own[p]?.[f], `${JSON.stringify({ path, method })} of ${document}`).to.equal(expected);
      }),
    );
  }

  it(`gives the same octets for ${DOCUMENTS} whole documents`, function () {
    this.timeout(60_000);
    const random = seeded(seed);
    for (let n = 0; n < DOCUMENTS; n++) compare(generate(random), () => [[]], random);
  });

  it(`gives the same octets for an element inside each of ${DOCUMENTS} documents`, function () {
    this.timeout(60_000);
    const random = seeded(seed + 1);
    for (let n = 0; n < DOCUMENTS; n++) compare(generate(random), (r, all) => [r.pick(all)], random);
  });

  it('gives the same octets while the document streams by, in pieces of any size', () => {
    const random = seeded(seed + 2);
    for (let n = 0; n < 500; n++) {
      const octets = Buffer.from(generate(random));
      const root = parse(octets);
      const all = paths(root);
      const wanted = random.int(all.length);
      for (const method of methods(random)) {
        let streamed = '';
        const canonicaliser = new Canonicaliser(method, (piece) => (streamed += Buffer.from(piece).toString()));
        feed(chunks(random, octets, 1 + random.int(60)), only(wanted, canonicaliser));
        expect(streamed).to.equal(canonicalise(ourElement(root, all[wanted] as Path), method));
      }
    }
  });
});

describe('c14n: by the letter of the recommendations', () => {
  const form = (document: string, path: Path, method: C14nMethod): string =>
    canonicalise(ourElement(parse(document), path), method);

  // Exclusive XML Canonicalization 1.0, section 2.2: one element in two contexts.
  const contexts = [
    `<n0:pdu xmlns:n0="http://a.example" xmlns:n1="http://b.example"><n1:elem2 xmlns:n1="http://b.example" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"/></n1:elem2></n0:pdu>`,
    `<n2:pdu xmlns:n1="http://example.com" xmlns:n2="http://foo.example" xml:lang="fr" xml:space="retain"><n1:elem2 xmlns:n1="http://b.example" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"/></n1:elem2></n2:pdu>`,
  ];

  it('the exclusive form of an element does not depend on where it stands', () => {
    for (const context of contexts) {
      expect(form(context, [0], exclusive)).to.equal(
        '<n1:elem2 xmlns:n1="http://b.example" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"></n3:stuff></n1:elem2>',
      );
    }
  });

  it('the inclusive form takes over namespaces and xml: attributes of the ancestors', () => {
    expect(contexts.map((context) => form(context, [0], inclusive))).to.deep.equal([
      '<n1:elem2 xmlns:n0="http://a.example" xmlns:n1="http://b.example" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"></n3:stuff></n1:elem2>',
      '<n1:elem2 xmlns:n1="http://b.example" xmlns:n2="http://foo.example" xml:lang="en" xml:space="retain"><n3:stuff xmlns:n3="ftp://example.org"></n3:stuff></n1:elem2>',
    ]);
  });

  it('the nearest ancestor wins for an xml: attribute; others than the apex take nothing over', () => {
    const document = '<a xml:lang="nb" xml:base="u:1"><b xml:lang="se"><c><d/></c></b></a>';
    expect(form(document, [0, 0], inclusive)).to.equal('<c xml:base="u:1" xml:lang="se"><d></d></c>');
    expect(form(document, [0, 0], exclusive)).to.equal('<c><d></d></c>');
  });

  it('a default namespace is taken away only where one was written', () => {
    const document = '<a xmlns="urn:a"><b xmlns=""><c xmlns=""/></b></a>';
    expect(form(document, [], exclusive)).to.equal('<a xmlns="urn:a"><b xmlns=""><c></c></b></a>');
    for (const method of [inclusive, exclusive]) expect(form(document, [0], method)).to.equal('<b><c></c></b>');
  });

  it('SECURITY 45: a PrefixList counts whatever its order, with unbound and doubled prefixes', () => {
    const document = '<a xmlns="urn:d" xmlns:p="urn:p" xmlns:q="urn:q"><p:b/></a>';
    const expected = '<p:b xmlns="urn:d" xmlns:p="urn:p" xmlns:q="urn:q"></p:b>';
    for (const prefixes of [
      ['q', ''],
      ['', 'p', 'q'],
      ['x', 'q', 'q', '', 'p', 'xml'],
    ]) {
      expect(form(document, [0], { ...exclusive, prefixes })).to.equal(expected);
    }
  });

  it('a namespace name is escaped as an attribute is', () => {
    const document = `<p:a xmlns:p="urn:a?b=1&amp;c='"/>`;
    for (const method of [inclusive, exclusive]) {
      expect(form(document, [], method)).to.equal(`<p:a xmlns:p="urn:a?b=1&amp;c='"></p:a>`);
    }
  });

  it('writes long texts as short ones, wherever something stands in them that must be escaped', () => {
    const escapes = ['&amp;', '&lt;', '&gt;', '&#xD;', 'æ', '\u{1f600}', '\t', '\n', '"'];
    for (const length of [510, 511, 512, 513, 20_000]) {
      for (const at of [0, 1, length >> 1, length - 1]) {
        for (const escape of escapes) {
          const text = `${'x'.repeat(at)}${escape}${'x'.repeat(length - at - 1)}`;
          const document = `<a>${text}</a>`;
          expect(form(document, [], exclusive) === document, `${escape} at ${at} of ${length}`).to.equal(true);
        }
      }
    }
  });

  it('SECURITY 44: refuses to write, however long the text, what no document can have', () => {
    for (const bad of ['\0', '\u0008', '\u000b', '\ufffe', '\ud800']) {
      for (const length of [10, 511, 512, 513, 20_000]) {
        expect(failureOf(() => escapeText(`${'x'.repeat(length - 1)}${bad}`)).code).to.equal('INTERNAL');
      }
    }
  });

  it('orders by code point: characters above U+FFFF last', () => {
    const document =
      '<a xmlns:\u{10400}="urn:1" xmlns:\uffdc="urn:2" \u{10400}="1" \uffdc="2" z="3" \u{10400}:a="4" \uffdc:a="5"/>';
    expect(form(document, [], exclusive)).to.equal(
      '<a xmlns:\uffdc="urn:2" xmlns:\u{10400}="urn:1" z="3" \uffdc="2" \u{10400}="1" \u{10400}:a="4" \uffdc:a="5"></a>',
    );
  });

  it('compares as UTF-8 does, for every pair of a hard set', () => {
    const set = [
      '',
      'a',
      'aa',
      'b',
      '\u007f',
      '\u0080',
      '\ud7ff',
      '\ue000',
      '\uffdc',
      '\ufffd',
      '\u{10000}',
      '\u{1f600}',
      '\u{1f601}',
    ];
    const all = set.flatMap((a) => ['', 'x', '\u{10ffff}'].flatMap((b) => [a + b, b + a]));
    for (const a of all) {
      for (const b of all) {
        expect(Math.sign(compareCodePoints(a, b))).to.equal(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }
    }
  });

  it('SECURITY 44: is never empty and never split inside a character', () => {
    const text = '\u{1f600}'.repeat(10_000);
    const pieces: string[] = [];
    feed([`<a>${text}</a>`], new Canonicaliser(exclusive, (piece) => pieces.push(piece)));
    expect(pieces.map((piece) => Buffer.from(piece).toString()).join('')).to.equal(`<a>${text}</a>`);
    expect(pieces).to.not.include('');
  });
});
