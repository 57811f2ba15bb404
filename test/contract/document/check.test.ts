import { expect } from 'chai';
import { contentCheck } from '../../../src/contract/document/check.js';
import { innholdsart, mimetypes } from '../../../src/domain/mimetypes.js';
import { limits } from '../../../src/limits.js';
import { good, odfFile, oleFile, reasonAgainst, zipped } from './support.js';

const of = (mimetype: string): Buffer => {
  const octets = good.get(mimetype);
  if (octets === undefined) throw new Error(`no document of ${mimetype}`);
  return octets;
};
const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const odt = 'application/vnd.oasis.opendocument.text';
const program = Buffer.concat([Buffer.from('MZ\x90\0\x03\0\0\0'), Buffer.alloc(500)]);
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Types that say the same of octets. */
const alike: readonly (readonly string[])[] = [['text/xml', 'application/xml', 'application/ehf+xml']];
const same = (a: string, b: string): boolean =>
  a === b || alike.some((group) => group.includes(a) && group.includes(b));

describe('contract/document/check', () => {
  it('there is a document of every type to test with', () => {
    expect([...good.keys()]).to.have.members(mimetypes);
  });

  for (const mimetype of mimetypes) {
    it(`SECURITY 93: takes ${mimetype}, and under its name neither a program nor a document of another type`, () => {
      expect(reasonAgainst(mimetype, of(mimetype))).to.equal('');
      expect(reasonAgainst(mimetype, program)).to.match(
        new RegExp(`^innhold is not ${mimetype.replace('+', '\\+')}: `),
      );
      const text = ['text/plain', 'text/html'].includes(mimetype);
      for (const [other, octets] of good) {
        // A text may say anything, so all but binary documents are texts.
        if (same(mimetype, other) || (text && /text|xml|pdf|gif/.test(other))) continue;
        expect(reasonAgainst(mimetype, octets), `${other} as ${mimetype}`).not.to.equal('');
      }
    });
  }

  it('R-33: what has no octets is not judged: the decoder refuses it', () => {
    for (const mimetype of mimetypes) expect(reasonAgainst(mimetype, '')).to.equal('');
  });

  it('R-33: types that an installation may allow have a check, others have none', () => {
    for (const mimetype of ['application/zip', 'application/octet-stream', 'text/csv', 'application/x-a.b+xml']) {
      expect(innholdsart(mimetype), mimetype).not.to.equal(undefined);
    }
    for (const mimetype of ['application/x-msdownload', 'image/tiff', 'text', 'constructor', 'text/a b']) {
      expect(contentCheck(mimetype), mimetype).to.equal(undefined);
    }
  });

  const refused: readonly (readonly [what: string, mimetype: string, octets: Buffer | Promise<Buffer>, why: string])[] =
    [
      ['a PDF behind other octets', 'application/pdf', latin1('MZ\n%PDF-1.7'), 'it does not begin as a PDF'],
      ['a PDF that is cut in its mark', 'application/pdf', latin1('%PDF'), 'it does not begin as a PDF'],
      [
        'a PDF with a script',
        'application/pdf',
        latin1('%PDF-1.7 <</S /JavaScript /JS (x)>>'),
        'it has a script in it',
      ],
      [
        'a PDF with a script whose name is disguised',
        'application/pdf',
        latin1(`%PDF-1.7 ${' '.repeat(5000)}<</S/J#61v#61Scrip#74>>`),
        'it has a script in it',
      ],
      [
        'a PDF that ends in the name of a script',
        'application/pdf',
        latin1('%PDF-1.7 /JavaScript'),
        'it has a script in it',
      ],
      ['a PNG without its first chunk', 'image/png', latin1('\x89PNG\r\n\x1a\n'), 'it does not begin as a PNG picture'],
      [
        'a Word document without its text',
        'application/msword',
        oleFile('Workbook'),
        'there is no Word document in it',
      ],
      [
        'a name of a stream in the wrong place',
        'application/msword',
        Buffer.concat([oleFile(), latin1('x'), oleFile('WordDocument')]),
        'there is no Word document in it',
      ],
      ['OOXML without content types', docx, zipped([['word/document.xml', '<w/>']]), 'there is no Word document in it'],
      [
        'OOXML of another kind',
        docx,
        zipped([
          ['[Content_Types].xml', ''],
          ['xl/word/a', ''],
        ]),
        'there is no Word document in it',
      ],
      ['OOXML behind other octets', docx, Buffer.concat([latin1('MZ'), of(docx)]), 'it does not begin as a zip file'],
      [
        'OOXML that has a head of its own',
        docx,
        Buffer.concat([latin1('PK\x03\x04'), of(docx)]),
        'it has no zip directory that is whole',
      ],
      ['OOXML that is cut', docx, of(docx).subarray(0, -1), 'it has no zip directory that is whole'],
      [
        'OOXML with octets after its end',
        docx,
        Buffer.concat([of(docx), latin1('x')]),
        'it has no zip directory that is whole',
      ],
      [
        'ODF of another kind',
        odt,
        odfFile('application/vnd.oasis.opendocument.text-template'),
        'its first entry does not name the type',
      ],
      [
        'ODF whose type is compressed',
        odt,
        zipped([
          ['mimetype', odt],
          ['content.xml', ''],
        ]),
        'its first entry does not name the type',
      ],
      [
        'ODF whose type is not first',
        odt,
        zipped([
          ['content.xml', ''],
          ['mimetype', odt, false],
        ]),
        'its first entry does not name the type',
      ],
      ['ODF without content', odt, zipped([['mimetype', odt, false]]), 'there is no content.xml in it'],
      ['a text with NUL', 'text/plain', latin1('a\0b'), 'it has a NUL in it'],
      ['a text that is not UTF-8', 'text/plain', latin1('p\xe5'), 'it is not valid UTF-8'],
      ['a text that ends within a character', 'text/plain', Buffer.from('på').subarray(0, -1), 'it is not valid UTF-8'],
      [
        'XML with a document type',
        'text/xml',
        latin1('<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'),
        'it is not XML that is taken: a document type declaration',
      ],
      [
        'XML that is not well-formed',
        'application/xml',
        latin1('<a><b></a>'),
        'it is not XML that is taken: an end tag without its start tag',
      ],
      ['XML that is cut', 'application/xml', latin1('<a>'), 'it is not XML that is taken: the document ends too early'],
      [
        'XML whose encoding is a lie',
        'application/xml',
        latin1('<a>\xe5</a>'),
        'it is not XML that is taken: not valid utf-8',
      ],
      [
        'XML in an encoding that is not taken',
        'application/xml',
        latin1('<?xml version="1.0" encoding="UTF-7"?><a/>'),
        'it is not XML that is taken: declared encoding is not utf-8',
      ],
      [
        'XML with a second declaration',
        'application/xml',
        latin1('<a/><?XML version="1.0"?>'),
        'it is not XML that is taken: a processing instruction without a name',
      ],
      [
        'an invoice of another namespace',
        'application/ehf+xml',
        latin1('<Invoice xmlns="urn:x"/>'),
        'it is no invoice',
      ],
      [
        'a credit note',
        'application/ehf+xml',
        latin1('<CreditNote xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>'),
        'it is no invoice',
      ],
    ];
  for (const [what, mimetype, octets, why] of refused) {
    it(`SECURITY 93: refuses ${what}`, async () => {
      expect(reasonAgainst(mimetype, await octets)).to.equal(`innhold is not ${mimetype}: ${why}`);
    });
  }

  const taken: readonly (readonly [what: string, mimetype: string, octets: Buffer])[] = [
    ['a PDF that speaks of scripts', 'application/pdf', latin1('%PDF-1.4 (JavaScript) /JavaScripts /Java /JS')],
    ['an old Excel workbook', 'application/vnd.ms-excel', oleFile('Book')],
    ['a text with a mark in front', 'text/plain', Buffer.from('\ufeffHei')],
    ['XML in UTF-16', 'application/xml', Buffer.from('\ufeff<a>på</a>', 'utf16le')],
    ['XML in ISO-8859-1', 'text/xml', latin1('<?xml version="1.0" encoding="ISO-8859-1"?><a>p\xe5</a>')],
    [
      'XML in Windows-1252, in a standalone document',
      'text/xml',
      latin1("<?xml version='1.0' encoding='windows-1252' standalone='yes'?><a>\x80</a>"),
    ],
    [
      'XML of more elements than a message may have',
      'application/xml',
      latin1(`<a>${'<b/>'.repeat(limits.xmlElements)}</a>`),
    ],
    [
      'XML with a style sheet and texts of any length',
      'application/xml',
      latin1(`<?xml-stylesheet href="a"?><a>${'x'.repeat(limits.xmlTextCharacters + 1)}</a>`),
    ],
  ];
  for (const [what, mimetype, octets] of taken) {
    it(`R-33: takes ${what}`, () => {
      expect(reasonAgainst(mimetype, octets, [7, 4096])).to.equal('');
    });
  }

  it('R-33: a processing instruction has as many characters as a comment may have', () => {
    const reason = (n: number): string => reasonAgainst('text/xml', `<?${'p'.repeat(n - 2)}?><a/>`, [4096]);
    const limit = limits.xmlCommentCharacters;
    expect([limit - 1, limit].map(reason)).to.deep.equal(['', '']);
    expect(reason(limit + 1)).to.match(/a processing instruction that is too long$/);
  });

  it('SECURITY 93: the directory of a zipped document lies in its last octets, up to the limit', async () => {
    const end = limits.documentDirectoryBytes;
    const names = ['a', 'b', 'c', 'd'].map((name) => [name.repeat(50_000), ''] as const);
    const make = (comment = '') => zipped([['[Content_Types].xml', ''], ['word/a', ''], ...names], comment);
    const bare = await make();
    const directory = bare.length - bare.readUInt32LE(bare.length - 6);
    const reason = async (octets: number) => reasonAgainst(docx, await make('x'.repeat(octets - directory)), [4096]);
    for (const octets of [end - 1, end]) expect(await reason(octets)).to.equal('');
    expect(await reason(end + 1)).to.equal(`innhold is not ${docx}: it has no zip directory that is whole`);
  });
});
