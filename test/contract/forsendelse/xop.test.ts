import { expect } from 'chai';
import { stageContents } from '../../../src/contract/forsendelse/content.js';
import { tns } from '../../../src/contract/forsendelse/names.js';
import type { Failure } from '../../../src/errors.js';
import { childElements, textOf } from '../../../src/xml/model.js';
import { parse } from '../../../src/xml/tree.js';
import { memoryPayloads } from '../../support/memoryPayloads.js';
import { include, parts } from './xopMessage.js';
import type { Part } from './xopMessage.js';

const inline = Buffer.from('inline').toString('base64');
const good = ['cid:a@x', 'cid:b@x'].map(include).map((i) => `<f:innhold>${i}</f:innhold>`);
const letter = (...children: readonly string[]): string => `<f:Send xmlns:f="${tns.uri}">${children.join('')}</f:Send>`;

/** The contents of a letter in the order of the envelope, or the reason for which it is refused. */
async function read(xml: string, following: readonly Part[], bounds?: { letterBytes: number; attachments: number }) {
  const payloads = memoryPayloads();
  const stage = stageContents(payloads, bounds);
  const operation = parse(xml);
  try {
    stage.parts.bind(operation);
    for (const { contentId, content } of following) {
      await stage.parts.take(
        contentId,
        (async function* () {
          yield content;
        })(),
      );
    }
    stage.parts.end();
    const settled = await stage.settle();
    return childElements(operation).map((content) =>
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

describe('contract/forsendelse/xop', () => {
  it('binds each part to the element that includes it, in whatever order they come', async () => {
    expect(await read(letter(...good), [a, b])).to.deep.equal(both);
    expect(await read(letter(...good), [b, a])).to.deep.equal(both);
  });

  it('takes contents that stand inline beside included ones, whatever they look like', async () => {
    const xml = letter(`<f:innhold>${inline}</f:innhold>`, ...good, '<f:innhold>AAAAAA==</f:innhold>');
    expect(await read(xml, [b, a])).to.deep.equal(['inline', ...both, '\0\0\0\0']);
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
      const xml = letter(`<f:innhold>${include(href)}</f:innhold>`);
      expect(await read(xml, parts(contentId))).to.deep.equal([`content of ${contentId}`]);
    });
  }

  const refused: Readonly<Record<string, readonly [xml: string, following: readonly Part[], reason: string]>> = {
    'a part that nothing includes': [letter(...good), [a, b, ...parts('c@x')], 'a part that no innhold includes'],
    'a part that is not there': [letter(...good), [a], 'innhold includes a part that is not there'],
    'one part included twice': [letter(...good, good[0] ?? ''), [a, b], 'a part is included once'],
    'one part that comes twice by its two names': [
      letter(`<f:innhold>${include('cid:a%2Bb@x')}</f:innhold>`),
      parts('a+b@x', 'a%2Bb@x'),
      'a part that no innhold includes',
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
      'xop:Include has an href that begins with cid:',
    ],
    'an inline content that is not base64': [letter('<f:innhold>*</f:innhold>'), [], 'innhold is not base64'],
  };
  for (const [what, [xml, following, reason]] of Object.entries(refused)) {
    it(`SECURITY 90: refuses ${what}, and leaves nothing behind`, async () => {
      expect(await read(xml, following)).to.equal(`INVALID_REQUEST: ${reason}`);
    });
  }

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
