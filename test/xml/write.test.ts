import { expect } from 'chai';
import type { C14nMethod } from '../../src/xml/c14n.js';
import { canonicalise } from '../../src/xml/c14n.js';
import type { NsDeclaration, XmlAttribute, XmlElement, XmlNode } from '../../src/xml/model.js';
import { attribute, isElement, textOf } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import type { Ns } from '../../src/xml/write.js';
import { element, plain, qualified, serialise } from '../../src/xml/write.js';
import type { Random } from '../support/generator.js';
import { generate, seeded } from '../support/generator.js';
import { comparable, foreignRead, ours, theirs } from '../support/oracle.js';
import { verdict } from './support.js';

const seed = Number(process.env['XML_SEED'] ?? 16_02);

type Bare = readonly [string, string, readonly string[], readonly unknown[]];

/** A tree as plain data, without the places where namespaces are declared, which the writer chooses. */
const bare = ([name, prefix, attributes, , children]: ReturnType<typeof ours>): Bare => [
  name,
  prefix,
  attributes,
  children.map((child) => (Array.isArray(child) ? bare(child as never) : child)),
];

const forms: readonly C14nMethod[] = [true, false].flatMap((exclusive) => [
  { exclusive, comments: false, prefixes: [] },
  { exclusive, comments: true, prefixes: [] },
]);

const hard = [
  ...[
    ']]>',
    '\r',
    '\r\n',
    '\n',
    '\t',
    '\u0085',
    '\u2028',
    '"',
    "'",
    '&',
    '<',
    '>',
    '<!--',
    '-->',
    '<![CDATA[',
    '&amp;',
    '&#13;',
    '<?x?>',
    '</a>',
  ],
  ...[' ', '  ', '\ufeff', '\u00a0', '\ufffd', '\ue000', '\u{1f600}', '\u{10ffff}', '\u007f', '\u0080', 'æøå', 'x'],
];
const text = (random: Random): string => Array.from({ length: random.int(6) }, () => random.pick(hard)).join('');

/** A tree made with `element`, namespaces bound and unbound at random on the way down. */
function build(random: Random, depth: number): XmlElement {
  const bound: readonly Ns[] = ['', 'p', 'q', '\u{10400}'].map((prefix) => ({
    prefix,
    uri: random.pick(['urn:a', 'urn:b', 'urn:c?d=1&e=2']),
  }));
  const [fallback, ...prefixed] = bound as [Ns, ...Ns[]];
  const own = random.pick([random.chance(0.5) ? fallback : { prefix: '', uri: '' }, ...prefixed]);
  const attributes: readonly XmlAttribute[] = [
    ...plain({ b: text(random), c: random.chance(0.5) ? text(random) : undefined, __proto__x: '1' }),
    ...prefixed.filter(() => random.chance(0.3)).map((ns) => qualified(ns, `d-${ns.prefix}`, text(random))),
  ];
  const declare: readonly NsDeclaration[] = prefixed.filter(() => random.chance(0.3));
  const children: XmlNode[] = Array.from({ length: random.int(5) }, () =>
    depth > 0 && random.chance(0.5) ? build(random, depth - 1) : text(random),
  );
  return element(own, random.pick(['a', 'Body', 'constructor', 'é\u{10400}']), attributes, children, declare);
}

describe('write: what is written is what is read', () => {
  it('SECURITY 20: a tree that was read re-parses to the same tree and the same canonical forms', function () {
    this.timeout(60_000);
    const random = seeded(seed);
    for (let n = 0; n < 1000; n++) {
      const document = generate(random);
      const root = parse(document);
      const again = parse(serialise(root));
      expect(bare(ours(again)), document).to.deep.equal(bare(ours(root)));
      for (const form of forms) expect(canonicalise(again, form), document).to.equal(canonicalise(root, form));
    }
  });

  it('SECURITY 20: an element cut out of its document keeps its names and its exclusive form', () => {
    const random = seeded(seed + 1);
    for (let n = 0; n < 500; n++) {
      const document = generate(random);
      const inner = parse(document).children.find(isElement);
      if (inner === undefined) continue;
      const again = parse(serialise(inner));
      expect(bare(ours(again)), document).to.deep.equal(bare(ours(inner)));
      expect(canonicalise(again), document).to.equal(canonicalise(inner));
    }
  });

  it('SECURITY 20: a tree that we made is read back by us and by libxml2 as it was made', () => {
    const random = seeded(seed + 2);
    for (let n = 0; n < 1000; n++) {
      const made = build(random, 3);
      const written = serialise(made);
      const again = parse(written);
      expect(bare(ours(again)), written).to.deep.equal(bare(ours(made)));
      expect(canonicalise(again), written).to.equal(canonicalise(made));
      const foreign = foreignRead(Buffer.from(written), theirs);
      expect(foreign, written).to.have.property('value');
      if ('value' in foreign) expect(comparable(foreign.value), written).to.equal(comparable(ours(again)));
    }
  });

  for (const value of hard) {
    it(`SECURITY 20: ${JSON.stringify(value)} survives as text and as an attribute`, () => {
      const root = parse(serialise(element({ prefix: 'p', uri: 'urn:p' }, 'a', { b: `x${value}` }, [`${value}y`])));
      expect(attribute(root, 'b')).to.equal(`x${value}`);
      expect(textOf(root)).to.equal(`${value}y`);
    });
  }

  it('writes each namespace once, where it is first used or where it was asked for', () => {
    const p = { prefix: 'p', uri: 'urn:p' };
    const q = { prefix: 'q', uri: 'urn:q' };
    const none = { prefix: '', uri: '' };
    const inner = element(q, 'b', [qualified(p, 'c', '1')], [element(p, 'd'), element(none, 'e')]);
    expect(serialise(element(p, 'a', {}, [inner, inner]))).to.equal(
      '<p:a xmlns:p="urn:p"><q:b xmlns:q="urn:q" p:c="1"><p:d></p:d><e></e></q:b><q:b xmlns:q="urn:q" p:c="1"><p:d></p:d><e></e></q:b></p:a>',
    );
    expect(serialise(element({ ...p, prefix: '' }, 'a', {}, [element(none, 'e'), element(q, 'f')], [q]))).to.equal(
      '<a xmlns="urn:p" xmlns:q="urn:q"><e xmlns=""></e><q:f></q:f></a>',
    );
  });

  it('leaves out attributes without a value', () => {
    expect(plain({ a: undefined, b: '' })).to.deep.equal([{ prefix: '', local: 'b', ns: '', value: '' }]);
  });

  it('does not write a character that no reader would take', () => {
    for (const bad of ['\0', '\u0001', '\u000b', '\u001f', '\ufffe', '\uffff', '\ud83d', '\ude00']) {
      const p = { prefix: 'p', uri: 'urn:p' };
      expect(verdict(() => serialise(element(p, 'a', {}, [bad])))).to.equal('INTERNAL');
      expect(verdict(() => serialise(element(p, 'a', { b: bad })))).to.equal('INTERNAL');
    }
  });
});
