import { expect } from 'chai';
import { stageDokumenter } from '../../../src/contract/svarut/contents.js';
import type { Failure } from '../../../src/errors.js';
import { limits } from '../../../src/limits.js';
import { SOAP11 } from '../../../src/soap/names.js';
import type { XmlElement } from '../../../src/xml/model.js';
import { element } from '../../../src/xml/write.js';
import { memoryPayloads } from '../../support/memoryPayloads.js';
import { include } from '../../support/partsMessage.js';
import { brev, dokument, konvolutt, les, pdf, versjon } from './letters.js';

const v9 = versjon(9);
const letter = (dokumenter: Parameters<typeof brev>[1] = {}): string =>
  konvolutt(v9, 'sendForsendelse', { forsendelse: brev(v9, dokumenter) });

const reasonOf = (promised: Promise<unknown>): Promise<string> =>
  promised.then(
    () => 'taken',
    ({ code, detail }: Failure) => `${code}: ${detail}`,
  );

/** The innermost of elements within one another; names with a colon are in a namespace. */
function within(...names: readonly (readonly [ns: string, local: string])[]): XmlElement {
  return names.reduce<XmlElement | null>(
    (parent, [uri, local]) => ({ ...element({ prefix: 'x', uri }, local), parent }),
    null,
  ) as XmlElement;
}
const ns = v9.ns.uri;
const path: readonly (readonly [ns: string, local: string])[] = [
  [SOAP11, 'Envelope'],
  [SOAP11, 'Body'],
  [ns, 'sendForsendelse'],
  ['', 'forsendelse'],
  ['', 'dokumenter'],
  ['', 'data'],
];

describe('contract/svarut/contents', () => {
  it('stores documents while they are read, base64 with line breaks too', async () => {
    const broken = pdf.toString('base64').replace(/.{5}/g, '$&\r\n ');
    const { stored } = await les(v9, letter({ dokumenter: [dokument(), dokument({ data: broken })] }));
    expect(stored).to.deep.equal([String(pdf), String(pdf)]);
  });

  it('takes contents where the decoder looks for them, and nowhere else: none is stored that no document has', () => {
    const { spill } = stageDokumenter(memoryPayloads());
    expect(spill(within(...path))).not.to.equal(undefined);
    expect(spill(within(...path.map(([uri, local]) => [uri === '' ? ns : uri, local] as const)))).not.to.equal(
      undefined,
    );
    for (let at = 1; at < path.length; at++) {
      const [uri] = path[at] ?? [''];
      if (at !== 2) expect(spill(within(...path.with(at, [uri, 'annet']))), String(at)).to.equal(undefined);
      if (at !== 2)
        expect(spill(within(...path.with(at, ['urn:x', path[at]?.[1] ?? '']))), String(at)).to.equal(undefined);
      expect(spill(within(...path.toSpliced(at, 1))), String(at)).to.equal(undefined);
    }
  });

  it('takes octets of all documents together up to the limit', async () => {
    const two = letter({ dokumenter: [dokument(), dokument()] });
    const size = 2 * pdf.length;
    for (const octets of [size + 1, size]) expect(await reasonOf(les(v9, two, octets))).to.equal('taken');
    expect(await reasonOf(les(v9, two, size - 1))).to.equal(
      'SVARUT_CONTENT: dokumentene er til sammen større enn 0 MB',
    );
    expect(limits.svarutBytes).to.equal(350 * 1024 * 1024);
  });

  for (const [what, envelope] of Object.entries({
    'no base64': letter({ dokumenter: dokument({ data: '*' }) }),
    'an Include beside text': letter().replace('<data>', `<data>${include('cid:a')}`),
    'an Include of a part that does not come': letter().replace(/<data>[^<]*/, `<data>${include('cid:a')}`),
    'an Include of a file': letter().replace(/<data>[^<]*/, `<data>${include('file:///etc/passwd')}`),
    'an Include elsewhere': letter().replace('Vedtak', include('cid:a')),
  })) {
    it(`SECURITY 90: refuses ${what}`, async () => {
      expect(await reasonOf(les(v9, envelope))).to.match(/^INVALID_REQUEST/);
    });
  }
});
