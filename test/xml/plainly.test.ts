import { expect } from 'chai';
import { encodePull, encodeReceipt, encodeUserMessage, payloadReferences } from '../../src/contract/ebms/encode.js';
import { eb } from '../../src/contract/ebms/names.js';
import { encodeSendForsendelse } from '../../src/contract/forsendelse/request.js';
import { tns } from '../../src/contract/forsendelse/names.js';
import { encodeSbd } from '../../src/contract/sdp/sbd.js';
import { sbdh } from '../../src/contract/sdp/names.js';
import { signEnveloped } from '../../src/security/enveloped.js';
import { isElement, type XmlElement, type XmlNode } from '../../src/xml/model.js';
import { recogniser } from '../../src/xml/plainly.js';
import { compileOwn, ownSchemas, type SchemaFile } from '../../src/xml/schema.js';
import { parse } from '../../src/xml/tree.js';
import { serialise } from '../../src/xml/write.js';
import { brev } from '../contract/forsendelse/letters.js';
import { documentOf, payloads } from '../contract/sdp/support.js';
import { signer } from '../package/support.js';
import { cmsPart, multipart, rootPart, signedEnvelope, userMessage, verifyMessage } from '../support/ebms.js';
import { reasons } from '../support/xsd.js';

/** Every element at or below `root`. */
const elementsIn = (root: XmlElement): XmlElement[] => [root, ...root.children.filter(isElement).flatMap(elementsIn)];

/** `root` with another element in the place of `old`; null: with none. */
function replaced(root: XmlElement, old: XmlElement, changed: readonly XmlNode[]): XmlElement {
  const children = root.children.flatMap((child): readonly XmlNode[] => {
    if (child === old) return changed;
    return isElement(child) ? [replaced(child, old, changed)] : [child];
  });
  return { ...root, children };
}

/** What is declared once has one place. */
const pathOf = ({ local, parent }: XmlElement): string => `${parent === null ? '' : pathOf(parent)}/${local}`;

const long = (size: number): string => 'x'.repeat(size);

/** What some simple type takes, or nearly. */
const values: readonly string[] = [
  ...[
    '',
    ' ',
    'x',
    '_',
    'é',
    '\u{1f48c}',
    ' x',
    'x ',
    'x\ny',
    'a  b',
    '\u00a0',
    'a_b',
    'x/y',
    'a:b',
    '#default',
    '#',
    'a b c',
  ],
  ...[
    '0',
    '1',
    '00',
    '07',
    '+1',
    '-1',
    '-0',
    '25',
    '26',
    '1.0',
    '1e1',
    '2147483647',
    '2147483648',
    '99999999999999999999',
    '٣',
  ],
  ...[
    'true',
    'TRUE',
    ' false ',
    '1 ',
    '2',
    'nb',
    'n',
    'nbb',
    '1234',
    'abcdefghi',
    'i-x',
    'SMS',
    'A',
    'B',
    'C',
    'SE',
    'S1',
  ],
  ...[
    '2026-03-04',
    '2026-02-29',
    '2024-02-29',
    '2026-02-30',
    '2026-04-31',
    '0000-01-01',
    '-2026-01-01',
    '12026-01-01',
    '2026-13-01',
  ],
  ...[
    '2026-03-04Z',
    '2026-03-04+14:00',
    '2026-03-04+14:01',
    '2026-03-04+13:59',
    '2026-03-04-00:00',
    '26-03-04',
    '2026-3-4',
  ],
  ...['00:00:00', '24:00:00', '23:59:60', '23:59:59.123456789Z', '12:00:00+02:00', '12:00'].map(
    (time) => `2026-03-04T${time}`,
  ),
  ...[
    'AAAA',
    'AAA=',
    'AA==',
    'AB==',
    'AAB=',
    'A===',
    'AAAAA',
    'AA AA',
    'AAAA\nAAAA',
    'A',
    '=',
    'AA=A',
    'AAAA====',
    'a-_b',
  ],
  ...[
    'urn:x',
    'http://a/b#c',
    'http://a:1/',
    'http://a:b/',
    'http://',
    'http://a b',
    '%',
    '%zz',
    '#a#b',
    'a#',
    'cid:a@b',
    '//a',
    ':',
    '[',
    '\\',
  ],
  ...[
    '310000019',
    '9908:310000019',
    '0192:310000019',
    '9909:310000019',
    '0192:31000001',
    '0151',
    '٠١٥١',
    '12345678901',
  ],
  ...[
    '537ded9b-13b9-45d3-beca-750d1b3eed25',
    '537DED9B-13B9-45D3-BECA-750D1B3EED25',
    '537ded9b13b945d3beca750d1b3eed25',
  ],
  ...[40, 41, 80, 81, 100, 101, 130, 131, 160, 161, 255, 256, 500, 501, 512, 513, 1000, 1001].map(long),
  ...[254, 255, 499, 500].map((size) => `${long(size)}\u{1f48c}`),
];

const attribute = (local: string, value: string, ns = '', prefix = '') => ({ prefix, local, ns, value });
const xsi = 'http://www.w3.org/2001/XMLSchema-instance';
const strange = [
  attribute('a', 'b'),
  attribute('type', 'text'),
  attribute('Id', 'id-1'),
  attribute('lang', 'nb', 'http://www.w3.org/XML/1998/namespace', 'xml'),
  attribute('nil', 'true', xsi, 'xsi'),
  attribute('type', 'xsi:x', xsi, 'xsi'),
];

/** What an element may become, one thing of it changed. */
function* mutants(element: XmlElement): Generator<readonly XmlNode[]> {
  const { attributes, children } = element;
  yield [];
  yield [element, element];
  yield [{ ...element, local: `${element.local}x` }];
  yield [{ ...element, ns: 'urn:other', prefix: 'other' }];
  yield [{ ...element, ns: '', prefix: '' }];
  yield ['x', element];
  yield [{ comment: 'x' }, element];
  for (const extra of strange) yield [{ ...element, attributes: [...attributes, extra] }];
  for (const a of attributes) {
    yield [{ ...element, attributes: attributes.filter((other) => other !== a) }];
    for (const value of values) {
      yield [{ ...element, attributes: attributes.map((other) => (other === a ? { ...a, value } : other)) }];
    }
  }
  if (!children.some(isElement)) for (const value of values) yield [{ ...element, children: [value] }];
  if (!children.some(isElement)) yield [{ ...element, children: [{ comment: 'x' }, ...children] }];
  yield [{ ...element, children: [] }];
  yield [{ ...element, children: [...children].reverse() }];
  yield [{ ...element, children: ['\n ', ...children, '\t'] }];
}

/** The same numbers at each run. */
function* numbers(): Generator<number> {
  for (let x = 12345; ; x = (x * 1103515245 + 12345) % 0x80000000) yield x;
}

describe('xml/plainly', () => {
  const schemas: readonly (readonly [what: string, schema: SchemaFile, good: () => Promise<readonly string[]>])[] = [
    [
      'business documents',
      [sbdh.uri, 'profile/sdp/sbdh.xsd'],
      () => Promise.all(Object.values(payloads).map((p) => signEnveloped(encodeSbd(documentOf(p)), signer.key))),
    ],
    [
      'headers of ebMS',
      [eb.uri, 'profile/sdp/ebms-header-3.0.xsd'],
      async () => {
        const request = await verifyMessage(multipart([rootPart(await signedEnvelope()), cmsPart()]));
        const info = { ...userMessage.info, refToMessageId: 'r-1' };
        const receipt = encodeReceipt(info, payloadReferences(request));
        return [encodeUserMessage(userMessage), encodePull(info, userMessage.mpc), receipt].map((m) => serialise(m));
      },
    ],
    [
      'letters of Forsendelse',
      [tns.uri, 'forsendelse.xsd'],
      async () => [serialise(encodeSendForsendelse(brev(), '310000019'))],
    ],
  ];

  for (const [what, file, good] of schemas) {
    it(`SECURITY 17: says of no changed ${what} that it is valid where libxml2 says that it is not`, async () => {
      const schema = compileOwn([file]);
      const isPlain = recogniser(ownSchemas(), [file[1]]);
      const random = numbers();
      const wrong: string[] = [];
      const held = new Set<string>();
      let recognised = 0;
      const hold = (document: XmlElement): boolean => {
        if (!isPlain(document)) return false;
        recognised++;
        const text = serialise(document);
        const said = reasons(schema, text);
        if (said.length > 0) wrong.push(`${said.join(' ')} ${text}`);
        return true;
      };
      for (const text of await good()) {
        const document = parse(text);
        const valid: XmlElement[] = [];
        for (const element of elementsIn(document).slice(1)) {
          const path = pathOf(element);
          if (held.has(path)) continue;
          held.add(path);
          for (const changed of mutants(element)) {
            const mutant = replaced(document, element, changed);
            if (hold(mutant)) valid.push(mutant);
          }
        }
        // And what two changes do together that each do nothing.
        for (const mutant of valid.filter((_, i) => i % 2000 === 0)) {
          const elements = elementsIn(mutant);
          const element = elements[1 + ((random.next().value as number) % (elements.length - 1))] as XmlElement;
          for (const changed of mutants(element)) hold(replaced(mutant, element, changed));
        }
      }
      schema.dispose();
      expect(wrong.slice(0, 5)).to.deep.equal([]);
      expect(recognised).to.be.greaterThan(1000);
    });

    it(`takes ${what} as they mostly are, so that they are not read once more`, async () => {
      const isPlain = recogniser(ownSchemas(), [file[1]]);
      const passed = (await good()).filter((text) => !isPlain(parse(text)));
      expect(passed).to.deep.equal([]);
    });
  }
});
