import { expect } from 'chai';
import { wideFrom } from '../../src/xml/chars.js';
import { Decoder } from '../../src/xml/decode.js';
import { textOf } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { generate, seeded } from '../support/generator.js';
import { foreignRead, ours, theirs } from '../support/oracle.js';
import { drip, read, reading } from './support.js';

const le = (text: string): Buffer => Buffer.from(text, 'utf16le');
const be = (text: string): Buffer => le(text).swap16();
const utf32 = (text: string): Buffer =>
  Buffer.concat([...text].map((c) => Buffer.from(Uint32Array.of(c.codePointAt(0) ?? 0).buffer)));
const octets = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const around = (hex: string): Buffer => Buffer.concat([Buffer.from('<a>'), octets(hex), Buffer.from('</a>')]);

const BOM = '\ufeff';
const declared = (encoding: string, content = '<a>æ\u{1f600}</a>'): string =>
  `<?xml version="1.0" encoding="${encoding}"?>${content}`;

/** By what they are: octets, and the charset parameter where there is one. */
type Cases = Readonly<Record<string, readonly [Buffer, string?]>>;

describe('decode: encodings', () => {
  const accepted: Cases = {
    'UTF-8': [Buffer.from('<a>æ\u{1f600}</a>')],
    'UTF-8, declared': [Buffer.from(declared('UTF-8'))],
    'UTF-8 with a byte order mark': [Buffer.from(BOM + declared('utf-8'))],
    'UTF-8, charset says so': [Buffer.from(declared('utf-8')), 'UTF-8'],
    'UTF-16LE with a byte order mark': [le(`${BOM}<a>æ\u{1f600}</a>`)],
    'UTF-16BE with a byte order mark': [be(`${BOM}<a>æ\u{1f600}</a>`)],
    'UTF-16LE with a byte order mark, declared UTF-16': [le(BOM + declared('UTF-16'))],
    'UTF-16BE with a byte order mark, declared UTF-16': [be(BOM + declared('utf-16'))],
    'UTF-16LE without a mark': [le(declared('UTF-16LE'))],
    'UTF-16BE without a mark': [be(declared('UTF-16BE'))],
    'UTF-16LE without a mark, charset says so': [le(declared('UTF-16')), 'utf-16le'],
    'UTF-16BE, charset utf-16': [be(BOM + declared('UTF-16')), 'utf-16'],
  };
  for (const [what, [document, charset]] of Object.entries(accepted)) {
    it(`SECURITY 11: reads ${what}`, () => {
      expect(reading(document, charset)).to.equal('accepted');
      expect(textOf(read(drip(document), charset === undefined ? {} : { charset }))).to.equal('æ\u{1f600}');
    });
  }

  it('SECURITY 11: UTF-16 gives the tree of UTF-8, and of libxml2, for generated documents', () => {
    const random = seeded(11);
    for (let n = 0; n < 300; n++) {
      const document = generate(random).replace(/^\ufeff?(?:<\?xml[^>]*>)?/, '');
      const tree = ours(parse(document));
      for (const encoded of [le(BOM + document), be(BOM + document)]) {
        expect(ours(parse(encoded)), document).to.deep.equal(tree);
        if (n % 10 === 0) expect(ours(read(drip(encoded))), document).to.deep.equal(tree);
        expect(foreignRead(encoded, theirs), document).to.deep.equal({ value: tree });
      }
    }
  });

  it('finds the first character beyond U+00FF, wherever it stands and however the octets lie in memory', () => {
    for (const [narrow, wide] of [
      ['x', 'ć'],
      ['æ', '–'],
      ['ÿx', '\u{1f48c}'],
    ] as const)
      for (let before = 0; before < 12; before++)
        for (let lies = 0; lies < 4; lies++) {
          const head = Buffer.from(narrow.repeat(before));
          const all = Buffer.concat([Buffer.alloc(lies), head, Buffer.from(wide + narrow.repeat(9))]).subarray(lies);
          for (let from = 0; from <= head.length; from++) expect(wideFrom(all, from)).to.equal(head.length);
          expect(wideFrom(all, head.length + Buffer.byteLength(wide))).to.equal(-1);
        }
  });

  const long = 'x'.repeat(300);
  const pieces: Readonly<Record<string, readonly string[]>> = {
    'nothing beyond U+00FF': ['<a b="æ">ÿ</a>'],
    'a text': ['<a>æ<b>', `en – to${long}`, `</b>ø${long}</a>`],
    'an attribute': ['<a>', `æ<b c="–">${long}`, '</b>ø</a>'],
    'a name': ['<a>', `æ<ć>x</ć>${long}`, '<b/></a>'],
    'two texts': ['<a><b>', `–${long}`, `</b>${long}<b>`, `\u{1f48c}${long}`, '</b></a>'],
    'two texts of one piece': ['<a><b>', `–</b><b>ć</b>${long}`, '</a>'],
    'the root': [`<ć>${long}`, '</ć>'],
    'the end': ['<a/>', '\u2028'],
    'only that': ['\u{1f48c}'],
  };
  for (const [where, expected] of Object.entries(pieces))
    it(`keeps a character beyond U+00FF apart by tags: ${where}`, () => {
      const decoder = new Decoder();
      const text = expected.join('');
      expect([...decoder.write(Buffer.from(text))]).to.deep.equal(expected);
      expect([...decoder.end()].join('')).to.equal('');
    });

  it('SECURITY 9: makes few pieces, however many such characters and tags there are', () => {
    const octets = Buffer.from('ć<'.repeat(20_000));
    expect([...new Decoder().write(octets)]).to.have.length.below(octets.length / 256 + 1);
  });

  it('SECURITY 11: U+FEFF is a mark at the very start only, and a character like others elsewhere', () => {
    expect(parse(`${BOM}<a>${BOM}x${BOM}</a>`).children).to.deep.equal([`${BOM}x${BOM}`]);
    expect(read(drip(le(`${BOM}<a b="${BOM}">${BOM}</a>`))).children).to.deep.equal([BOM]);
  });

  const refused: Cases = {
    'UTF-7': [Buffer.from('+ADw-a/+AD4-')],
    'UTF-7 that is declared': [Buffer.from(declared('UTF-7', '<a>+ADw-</a>'))],
    'UTF-32LE with a mark': [utf32(`${BOM}<a/>`)],
    'UTF-32BE with a mark': [utf32(`${BOM}<a/>`).swap32()],
    'UTF-32LE without': [utf32('<?xml version="1.0"?><a/>')],
    'UTF-32BE without': [utf32('<?xml version="1.0"?><a/>').swap32()],
    EBCDIC: [octets('4c 6f a7 94 93 40 a5 85 99 a2 89 96 95 7e 7f f1 4b f0 7f 6f 6e 4c 81 61 6e')],
    'ISO-8859-1 that is declared': [Buffer.from(declared('ISO-8859-1', '<a>\u00e6</a>'), 'latin1')],
    'ISO-8859-1 declared as UTF-8': [Buffer.from(declared('UTF-8', '<a>\u00e6</a>'), 'latin1')],
    'pure ASCII declared as ISO-8859-1': [Buffer.from(declared('ISO-8859-1', '<a/>'))],
    'a name that every object has': [Buffer.from(declared('constructor', '<a/>'))],
    'UTF-8 declared as UTF-16': [Buffer.from(declared('UTF-16'))],
    'UTF-8 with a mark, declared as UTF-16': [Buffer.from(BOM + declared('UTF-16'))],
    'UTF-16 declared as UTF-8': [le(BOM + declared('UTF-8'))],
    'UTF-16BE declared as UTF-16LE': [be(BOM + declared('UTF-16LE'))],
    'UTF-16LE declared as UTF-16BE': [le(declared('UTF-16BE'))],
    'UTF-16 without mark or declaration': [le('<a/>')],
    'UTF-8, charset utf-16': [Buffer.from(declared('UTF-8')), 'utf-16'],
    'UTF-16, charset utf-8': [le(BOM + declared('UTF-16')), 'utf-8'],
    'UTF-16BE, charset utf-16le': [be(BOM + declared('UTF-16')), 'utf-16le'],
    'UTF-8, charset iso-8859-1': [Buffer.from(declared('UTF-8')), 'iso-8859-1'],
    'UTF-8, charset us-ascii': [Buffer.from('<a/>'), 'us-ascii'],
    'two byte order marks': [Buffer.from(`${BOM}${BOM}<a/>`)],
    'half a UTF-16 character at the end': [Buffer.concat([le(`${BOM}<a/>`), octets('20')])],
    nothing: [Buffer.alloc(0)],
    'a byte order mark alone': [Buffer.from(BOM)],
  };
  for (const [what, [document, charset]] of Object.entries(refused)) {
    it(`SECURITY 11: refuses ${what}`, () => {
      expect(reading(document, charset)).to.equal('MALFORMED_XML');
    });
  }
});

describe('decode: octets and characters that XML does not know', () => {
  const sequences: Readonly<Record<string, string>> = {
    'NUL, overlong (C0 80)': 'c0 80',
    'a slash, overlong (C0 AF, E0 80 AF, F0 80 80 AF)': 'c0 af e0 80 af f0 80 80 af',
    'a surrogate (ED A0 80)': 'ed a0 80',
    'a pair of surrogates (CESU-8)': 'ed a0 bd ed b8 80',
    'a lone continuation': '80',
    'a character cut short': 'e2 82',
    'above U+10FFFF': 'f4 90 80 80',
    'FE and FF': 'fe ff',
    NUL: '00',
    'U+FFFE': 'ef bf be',
    'U+FFFF': 'ef bf bf',
  };
  for (const [what, hex] of Object.entries(sequences)) {
    it(`SECURITY 12: refuses ${what}`, () => {
      expect(reading(around(hex))).to.equal('MALFORMED_XML');
    });
  }

  it('SECURITY 12: refuses a character cut short at the end of the document', () => {
    expect(reading(Buffer.concat([Buffer.from('<a/>'), octets('f0 9f 98')]))).to.equal('MALFORMED_XML');
  });

  it('SECURITY 12: refuses NUL after the document', () => {
    expect(reading('<a/>\0')).to.equal('MALFORMED_XML');
  });

  it('SECURITY 12: refuses surrogates in UTF-16 that are no pair', () => {
    for (const text of ['\ud83d', '\ude00', '\ude00\ud83d', '\ud83dx']) {
      for (const encode of [le, be]) {
        expect(reading(encode(`${BOM}<a>${text}</a>`))).to.equal('MALFORMED_XML');
        expect(reading(encode(`${BOM}<a/>${text}`))).to.equal('MALFORMED_XML');
      }
    }
  });

  // XML 1.0, production [2], each range with its neighbours.
  const edges = [
    0, 1, 8, 9, 0xa, 0xb, 0xc, 0xd, 0xe, 0x1f, 0x20, 0x7f, 0x85, 0xd7ff, 0xe000, 0xfffd, 0xfffe, 0xffff, 0x10000,
    0x1fffe, 0x10ffff,
  ];
  const isChar = (c: number): boolean => [9, 0xa, 0xd].includes(c) || (c >= 0x20 && c !== 0xfffe && c !== 0xffff);
  for (const c of edges) {
    const verdict = isChar(c) ? 'accepted' : 'MALFORMED_XML';
    it(`SECURITY 12: U+${c.toString(16).toUpperCase().padStart(4, '0')} is ${verdict}, everywhere and as a reference`, () => {
      const character = String.fromCodePoint(c);
      expect(reading(`<a>${character}</a>`)).to.equal(verdict);
      expect(reading(`<a b="${character}"/>`)).to.equal(verdict);
      expect(reading(`<a><!--${character}--><![CDATA[${character}]]></a>`)).to.equal(verdict);
      expect(reading(`<a b="&#${c};">&#x${c.toString(16)};</a>`)).to.equal(verdict);
      expect(reading(le(`${BOM}<a>${character}</a>`))).to.equal(verdict);
    });
  }

  it('SECURITY 12: no octet below a space is overlooked, wherever it stands and however the octets lie in memory', () => {
    const content = 'x~'.repeat(7);
    for (let c = 0; c < 0x20; c++)
      for (let place = 0; place <= content.length; place++) {
        const text = content.slice(0, place) + String.fromCharCode(c) + content.slice(place);
        const lying = Buffer.concat([Buffer.alloc(place % 4), Buffer.from(`<a>${text}</a>`)]).subarray(place % 4);
        expect(reading(lying), `${c} at ${place}`).to.equal(isChar(c) ? 'accepted' : 'MALFORMED_XML');
      }
  });

  it('SECURITY 12: a reference to a surrogate or above U+10FFFF is refused', () => {
    for (const reference of ['#xD800', '#xDFFF', '#55296', '#x110000', '#x7fffffff', '#xffffffff', '#99999999']) {
      expect(reading(`<a>&${reference};</a>`)).to.equal('MALFORMED_XML');
    }
  });
});
