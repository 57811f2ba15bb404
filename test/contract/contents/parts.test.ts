import { expect } from 'chai';
import { stageContents } from '../../../src/contract/forsendelse/content.js';
import { tns } from '../../../src/contract/forsendelse/names.js';
import { Failure } from '../../../src/errors.js';
import { limits } from '../../../src/limits.js';
import type { XmlElement } from '../../../src/xml/model.js';
import { childElements, textOf } from '../../../src/xml/model.js';
import { XmlReader } from '../../../src/xml/reader.js';
import { TreeBuilder } from '../../../src/xml/tree.js';
import { memoryPayloads } from '../../support/memoryPayloads.js';
import { include, parts } from '../../support/partsMessage.js';
import type { Part } from '../../support/partsMessage.js';

const refer = (address: string): string => `<f:innholdRef>${address}</f:innholdRef>`;
const inline = Buffer.from('inline').toString('base64');
const good = ['cid:a@x', 'cid:b@x'].map(include).map((i) => `<f:innhold>${i}</f:innhold>`);
const letter = (...children: readonly string[]): string => `<f:Send xmlns:f="${tns.uri}">${children.join('')}</f:Send>`;

/** The contents of a letter in the order of the envelope, or the reason for which it is refused. */
async function read(xml: string, following: readonly Part[], bounds?: { letterBytes: number; attachments: number }) {
  const payloads = memoryPayloads();
  const stage = stageContents(payloads, bounds);
  try {
    const builder = new TreeBuilder(stage.spill);
    const reader = new XmlReader(builder);
    reader.write(Buffer.from(xml));
    reader.end();
    for (const { contentId, content } of following) {
      const octets = async function* () {
        yield content;
      };
      const place = stage.parts.claim(contentId);
      if (place === undefined) throw new Failure('INVALID_REQUEST', `nothing names ${contentId}`);
      await place.store(octets());
    }
    const settled = await stage.settle();
    return childElements(builder.root as XmlElement).map((content) =>
      payloads.stored.get(settled.get(textOf(content))?.ref ?? '')?.toString(),
    );
  } catch (error) {
    await stage.discard();
    expect(payloads.stored.size).to.equal(0);
    const { code, detail } = error as Failure;
    return `${code}: ${detail}`;
  }
}

const [a, b] = parts('a@x', 'b@x') as [Part, Part];
const both = ['content of a@x', 'content of b@x'];

describe('contract/contents/parts', () => {
  it('binds each part to the element that includes it, in whatever order they come', async () => {
    expect(await read(letter(...good), [a, b])).to.deep.equal(both);
    expect(await read(letter(...good), [b, a])).to.deep.equal(both);
  });

  it('takes contents that stand inline beside included ones, whatever they look like', async () => {
    const xml = letter(`<f:innhold>${inline}</f:innhold>`, ...good, '<f:innhold>AAAAAA==</f:innhold>');
    expect(await read(xml, [b, a])).to.deep.equal(['inline', ...both, '\0\0\0\0']);
  });

  it('takes white space around an xop:Include and around an address, and comments', async () => {
    const spaced = `<f:innhold>\n <!-- a --> ${include('cid:a@x')}\t</f:innhold>`;
    expect(await read(letter(spaced, refer('\n cid:<!-- b -->b@x ')), [a, b])).to.deep.equal(both);
  });

  it('binds attachments to what refers to them, beside included and inline contents', async () => {
    const xml = letter(refer('cid:b@x'), `<f:innhold>${inline}</f:innhold>`, good[0] ?? '');
    expect(await read(xml, [a, b])).to.deep.equal(['content of b@x', 'inline', 'content of a@x']);
  });

  it('says which xop:Include a part stands for, and that an attachment stands for none', () => {
    const stage = stageContents(memoryPayloads());
    const builder = new TreeBuilder(stage.spill);
    const seen: XmlElement[] = [];
    const reader = new XmlReader({
      start: (e) => {
        seen.push(e);
        builder.start(e);
      },
      end: (e) => builder.end(e),
      text: (text) => builder.text(text),
      comment: (text) => builder.comment(text),
    });
    reader.write(Buffer.from(letter(refer('cid:b@x'), good[0] ?? '')));
    expect(stage.parts.claim('b@x')?.include).to.equal(null);
    const included = stage.parts.claim('a@x')?.include;
    expect(included?.local).to.equal('Include');
    expect(included).to.equal(seen.at(-1));
    expect(stage.parts.claim('a@x')).to.equal(undefined);
  });

  for (const [what, href, contentId] of [
    ['an id that is encoded in href', 'cid:a%2Bb@x', 'a+b@x'],
    ['an id that has a percent sign itself', 'cid:a@urn%3Ax', 'a@urn%3Ax'],
    [
      'an id that is an address, as .NET makes them',
      'cid:http%3A%2F%2Ftempuri.org%2F1%2F63',
      'http://tempuri.org/1/63',
    ],
    ['a percent sign that encodes nothing', 'cid:100%@x', '100%@x'],
    ['the scheme in capitals', 'CID:a@x', 'a@x'],
  ] as const) {
    it(`finds the part of ${what}`, async () => {
      for (const named of [`<f:innhold>${include(href)}</f:innhold>`, refer(href)]) {
        expect(await read(letter(named), parts(contentId))).to.deep.equal([`content of ${contentId}`]);
      }
    });
  }

  const refused: Readonly<Record<string, readonly [xml: string, following: readonly Part[], reason: string]>> = {
    'a part that nothing includes': [letter(...good), [a, b, ...parts('c@x')], 'nothing names c@x'],
    'a part that is not there': [letter(...good), [a], 'a document is to come in a part that is not there'],
    'an attachment that is not there': [
      letter(refer('cid:a@x')),
      [],
      'a document is to come in a part that is not there',
    ],
    'one part included twice': [letter(...good, good[0] ?? ''), [a, b], 'a part is named once'],
    'one part that is included and referred to': [letter(...good, refer('cid:b@x')), [a, b], 'a part is named once'],
    'one part that is named in two spellings': [
      letter(refer('cid:a%40x'), refer('cid:a@x')),
      [a],
      'a part is named once',
    ],
    'one part that comes twice by its two names': [
      letter(`<f:innhold>${include('cid:a%2Bb@x')}</f:innhold>`),
      parts('a+b@x', 'a%2Bb@x'),
      'nothing names a%2Bb@x',
    ],
    'xop:Include outside innhold': [
      letter(...good).replaceAll('f:innhold', 'f:tittel'),
      [a, b],
      'xop:Include stands in innhold only',
    ],
    'xop:Include in the innhold of another namespace': [
      letter(...good).replaceAll('<f:innhold>', '<f:innhold xmlns:f="urn:x">'),
      [a, b],
      'xop:Include stands in innhold only',
    ],
    'text beside xop:Include': [
      letter(...good).replace('</f:innhold>', `${inline}</f:innhold>`),
      [a, b],
      'innhold holds base64, or one xop:Include and nothing else',
    ],
    'two xop:Include in one innhold': [
      letter(`<f:innhold>${include('cid:a@x')}${include('cid:b@x')}</f:innhold>`),
      [a, b],
      'innhold holds base64, or one xop:Include and nothing else',
    ],
    'another element in innhold': [
      letter(...good).replaceAll('xop:Include', 'xop:Exclude'),
      [a, b],
      'innhold holds base64, or one xop:Include and nothing else',
    ],
    'an href that leads elsewhere': [
      letter(...good).replace('cid:a@x', 'http://x/a'),
      [a, b],
      'a document in a part is named by cid: and its Content-ID',
    ],
    'an address that leads elsewhere': [
      letter(refer('file:///etc/passwd')),
      [],
      'a document in a part is named by cid: and its Content-ID',
    ],
    'no address': [letter(refer('')), [], 'a document in a part is named by cid: and its Content-ID'],
    'an xop:Include without href': [
      letter(...good).replace(' href="cid:a@x"', ''),
      [a, b],
      'xop:Include has an href and nothing else',
    ],
    'another attribute on xop:Include': [
      letter(...good).replace(' href="cid:a@x"', ' href="cid:a@x" x="y"'),
      [a, b],
      'xop:Include has an href and nothing else',
    ],
    'an element in xop:Include': [
      letter(`<f:innhold>${include('cid:a@x').replace('></', '><f:x/></')}</f:innhold>`),
      [a],
      'innhold holds base64, or one xop:Include and nothing else',
    ],
    'text in xop:Include': [
      letter(`<f:innhold>${include('cid:a@x').replace('></', '>QUJD</')}</f:innhold>`),
      [a],
      'innhold holds base64, or one xop:Include and nothing else',
    ],
    'text before xop:Include': [
      letter(...good).replace('<f:innhold>', `<f:innhold>${inline}`),
      [a, b],
      'innhold holds base64, or one xop:Include and nothing else',
    ],
    'xop:Include in the place of an address': [
      letter(refer(include('cid:a@x'))),
      [a],
      'innholdRef holds an address and nothing else',
    ],
    'an inline content that is not base64': [letter('<f:innhold>*</f:innhold>'), [], 'innhold is not base64'],
  };
  for (const [what, [xml, following, reason]] of Object.entries(refused)) {
    it(`SECURITY 90: refuses ${what}, and leaves nothing behind`, async () => {
      expect(await read(xml, following)).to.equal(`INVALID_REQUEST: ${reason}`);
    });
  }

  it('takes an address as long as a Content-ID can be, and no longer', async () => {
    const address = (length: number): string => letter(refer(`cid:${'a'.repeat(length - 4)}`));
    const absent = 'INVALID_REQUEST: a document is to come in a part that is not there';
    const at = limits.mimeHeaderBytes;
    expect(await read(address(at - 1), [])).to.equal(absent);
    expect(await read(address(at), [])).to.equal(absent);
    expect(await read(address(at + 1), [])).to.equal('INVALID_REQUEST: innholdRef is too long');
  });

  it('R-33: takes octets in all, and contents, up to the limit, inline and included together', async () => {
    const of = (bytes: number): Part[] => [{ contentId: 'a@x', content: Buffer.alloc(bytes) }];
    const xml = (n: number): string => letter(good[0] ?? '', ...Array<string>(n).fill('<f:innhold>AAAA</f:innhold>'));
    const bounds = { letterBytes: 9, attachments: 2 };
    for (const [n, bytes] of [
      [2, 2],
      [2, 3],
      [1, 6],
      [0, 9],
    ] as const) {
      expect(await read(xml(n), of(bytes), bounds)).to.have.length(n + 1);
    }
    for (const [n, bytes] of [
      [2, 4],
      [0, 10],
    ] as const) {
      expect(await read(xml(n), of(bytes), bounds)).to.equal('INVALID_REQUEST: innhold: 9 octets are allowed in all');
    }
    expect(await read(xml(3), of(0), bounds)).to.equal('INVALID_REQUEST: vedlegg: 0 to 2 are allowed');
  });
});
