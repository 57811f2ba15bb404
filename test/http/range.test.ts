import { expect } from 'chai';
import { cut, readRange } from '../../src/http/range.js';

const content = Buffer.from('0123456789');

/** In pieces of three octets; counts the pieces that were asked for. */
async function* pieces(asked: { count: number }): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 3) {
    asked.count++;
    yield content.subarray(at, at + 3);
  }
}

async function part(from: number, to: number): Promise<{ text: string; asked: number }> {
  const asked = { count: 0 };
  const chunks: Uint8Array[] = [];
  for await (const chunk of cut(pieces(asked), { from, to })) chunks.push(chunk);
  return { text: Buffer.concat(chunks).toString(), asked: asked.count };
}

describe('http/range', () => {
  const whole: readonly (string | undefined)[] = [
    undefined,
    '',
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=0-1,3-4',
    'octets=0-1',
    'bytes=a-b',
    'bytes=0-1 ',
    `bytes=${'9'.repeat(16)}-`,
  ];
  for (const header of whole)
    it(`RFC 9110: ${header ?? 'no header'} is the whole`, () => expect(readRange(header, 10)).to.equal(undefined));

  const spans: readonly (readonly [string, number, number])[] = [
    ['bytes=0-', 0, 10],
    ['bytes=0-0', 0, 1],
    ['bytes=3-5', 3, 6],
    ['bytes=9-', 9, 10],
    ['bytes=9-9', 9, 10],
    ['bytes=5-99', 5, 10],
    ['bytes=-3', 7, 10],
    ['bytes=-10', 0, 10],
    ['bytes=-11', 0, 10],
  ];
  for (const [header, from, to] of spans)
    it(`RFC 9110: ${header} of ten octets is ${from} to ${to}`, () =>
      expect(readRange(header, 10)).to.deep.equal({ from, to }));

  for (const header of ['bytes=10-', 'bytes=10-12', 'bytes=-0'])
    it(`RFC 9110: nothing of ${header} is there`, () => expect(readRange(header, 10)).to.equal('unsatisfiable'));

  it('cuts a span out of any pieces, and reads no further', async () => {
    for (let from = 0; from < 10; from++)
      for (let to = from + 1; to <= 10; to++) {
        const { text, asked } = await part(from, to);
        expect(text).to.equal(content.subarray(from, to).toString());
        expect(asked).to.equal(Math.ceil(to / 3));
      }
  });
});
