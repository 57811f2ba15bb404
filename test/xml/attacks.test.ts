import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import type { XmlElement } from '../../src/xml/model.js';
import { attribute, childElements, childrenNamed, is, textOf } from '../../src/xml/model.js';
import { XmlReader } from '../../src/xml/reader.js';
import { parse, TreeBuilder } from '../../src/xml/tree.js';
import { ignore, reading, verdict } from './support.js';

const REFUSED = 'MALFORMED_XML';
const CHUNK = 64 * 1024;

/** How many characters of an endless document are taken before it is refused. */
function takenBeforeRefusal(start: string, endless: string): number {
  const builder = new TreeBuilder();
  const reader = new XmlReader(builder);
  const piece = Buffer.from(endless.repeat(Math.ceil(CHUNK / endless.length)));
  let taken = 0;
  const refused = verdict(() => {
    reader.write(Buffer.from(start));
    for (; taken < 20 * 2 ** 20; taken += piece.length) reader.write(piece);
  });
  expect(refused).to.equal(REFUSED);
  return taken;
}

describe('reader: DTDs and entities', () => {
  const lol = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('');
  const cases: Readonly<Record<string, string>> = {
    'SECURITY 1: an internal DTD': '<!DOCTYPE x><x/>',
    'SECURITY 1: a DTD in the root element': '<x><!DOCTYPE x></x>',
    'SECURITY 1: a DTD after the root element': '<x/><!DOCTYPE x>',
    'SECURITY 1: a DTD in lower case': '<!doctype x><x/>',
    'SECURITY 1: an entity that makes an Id': '<!DOCTYPE x [<!ENTITY i "Body">]><x Id="&i;"/>',
    'SECURITY 2: billion laughs': `<!DOCTYPE x [<!ENTITY l0 "lol">${lol}]><x>&l9;</x>`,
    'SECURITY 3: quadratic blow-up': `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(100_000)}">]><x>${'&a;'.repeat(10_000)}</x>`,
    'SECURITY 3: default attributes': '<!DOCTYPE x [<!ATTLIST x a CDATA "b">]><x/>',
    'SECURITY 4: an external entity, file': '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    'SECURITY 4: an external entity, http': '<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/">]><x>&e;</x>',
    'SECURITY 5: an external subset': '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/"><x/>',
    'SECURITY 5: a parameter entity': '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;]><x/>',
    'an entity that nobody declared': '<x>&nbsp;</x>',
    'an entity that every object has': '<x>&constructor;&toString;</x>',
    'an element declaration': '<!ELEMENT x ANY><x/>',
  };
  for (const [what, document] of Object.entries(cases)) {
    it(`refuses ${what}`, () => {
      expect(reading(document)).to.equal(REFUSED);
    });
  }

  it('SECURITY 2: a DTD is refused at its first letters, before the rest has come', () => {
    const reader = new XmlReader(ignore);
    expect(verdict(() => reader.write(Buffer.from('<!DOCT')))).to.equal(REFUSED);
  });
});

describe('reader: size', () => {
  it('SECURITY 6: 100 000 elements inside each other end at the depth limit', () => {
    let started = 0;
    const reader = new XmlReader({ ...ignore, start: () => void started++ });
    expect(verdict(() => reader.write(Buffer.from('<a>'.repeat(100_000))))).to.equal(REFUSED);
    expect(started).to.equal(limits.xmlDepth);
  });

  it('SECURITY 7: 100 000 attributes on one element are refused, doubled or not', () => {
    const attributes = (name: (n: number) => string): string =>
      `<a${Array.from({ length: 100_000 }, (_, n) => ` ${name(n)}=""`).join('')}/>`;
    expect(reading(attributes((n) => `a${n}`).slice(0, 200_000))).to.equal(REFUSED);
    expect(verdict(() => parse(attributes((n) => `a${n}`)))).to.equal(REFUSED);
    expect(verdict(() => parse(attributes(() => 'a')))).to.equal(REFUSED);
  });

  it('SECURITY 8: 50 000 namespaces are refused, on one element and on nested ones', () => {
    const one = Array.from({ length: 50_000 }, (_, n) => ` xmlns:p${n}="urn:${n}"`).join('');
    expect(verdict(() => parse(`<a${one}/>`))).to.equal(REFUSED);
    const nested = Array.from({ length: 100 }, (_, n) => `<a xmlns="urn:${n}">`).join('');
    expect(verdict(() => parse(nested + '</a>'.repeat(100)))).to.equal(REFUSED);
  });

  const endless: Readonly<Record<string, readonly [string, string]>> = {
    'an element name': ['<', 'a'],
    'a prefix': ['<a:', 'b'],
    'an end tag': ['<a></', 'a'],
    'white space in a tag': ['<a ', ' '],
    'an attribute name': ['<a b', 'b'],
    'an attribute value': ['<a b="', 'x'],
    'an attribute value of >': ['<a b="', '>'],
    'a namespace name': ['<a xmlns="urn:', 'a'],
    attributes: ['<a', ' b="c"'],
    'a comment': ['<a><!--', 'x'],
    'a comment of hyphens and spaces': ['<a><!--', '- '],
    'a comment before the root element': ['<!--', 'x'],
    text: ['<a>', 'x'],
    'text of references': ['<a>', '&amp;'],
    'a reference': ['<a>&', 'a'],
    'a character reference': ['<a>&#x', '0'],
    CDATA: ['<a><![CDATA[', 'x'],
    'CDATA sections': ['<a>', '<![CDATA[x]]>'],
    elements: ['<a>', '<b/>'],
    'a processing instruction': ['<?a ', 'x'],
    'an XML declaration': ['<?xml ', ' '],
    'a DTD': ['<!DOCTYPE ', 'x'],
  };
  for (const [what, [start, more]] of Object.entries(endless)) {
    it(`SECURITY 9: ${what} of 20 MB is refused before 1 MB of it is taken`, () => {
      expect(takenBeforeRefusal(start, more)).to.be.lessThan(2 ** 20);
    });
  }
});

describe('reader: what a value is', () => {
  it('SECURITY 14: a value with comments in it is read whole', () => {
    expect(textOf(parse('<orgnr>910<!-- -->0754918<!--x--></orgnr>'))).to.equal('9100754918');
  });

  it('SECURITY 15: CDATA, references and plain characters make the same value', () => {
    for (const written of [
      '11',
      '<![CDATA[11]]>',
      '&#x31;1',
      '&#49;&#x031;',
      '1<![CDATA[]]><![CDATA[1]]>',
      '<![CDATA[1]]>&#x31;',
    ]) {
      const { children } = parse(`<a>${written}</a>`);
      expect(children, written).to.deep.equal(['11']);
    }
    expect(textOf(parse('<a> \r\n1\t</a>'))).to.equal(' \n1\t');
    expect(attribute(parse('<a b=" \r\n&#13;&#10;\t1"/>'), 'b')).to.equal('  \r\n 1');
  });

  it('SECURITY 16, 17: XInclude, schemaLocation and xsi:type are data', () => {
    const root = parse(
      '<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="u:a http://127.0.0.1:9/" xsi:type="b">' +
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/></a>',
    );
    const [include] = childElements(root) as [XmlElement];
    expect(is(include, 'http://www.w3.org/2001/XInclude', 'include')).to.equal(true);
    expect(attribute(include, 'href')).to.equal('file:///etc/passwd');
    expect(include.children).to.deep.equal([]);
    expect(root.local).to.equal('a');
    expect(root.attributes.map((a) => a.value)).to.deep.equal(['u:a http://127.0.0.1:9/', 'b']);
  });

  it('SECURITY 18: names that every object has are names like others', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'length'];
    for (const name of names) {
      const root = parse(`<${name} xmlns:${name}="urn:${name}" ${name}="1" ${name}:x="2"><${name}:${name}/></${name}>`);
      expect(attribute(root, name)).to.equal('1');
      expect(attribute(root, 'x', `urn:${name}`)).to.equal('2');
      expect(childrenNamed(root, `urn:${name}`, name)).to.have.length(1);
      for (const absent of names) expect(attribute(parse('<a/>'), absent)).to.equal(undefined);
    }
    expect(({} as Record<string, unknown>)['x']).to.equal(undefined);
  });
});
