import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import { readMultipart } from '../../src/soap/mime.js';
import { codeOf, inChunks, readAll, whole } from './mime/support.js';

/** A good message in the pieces that a test changes. */
interface Pieces {
  readonly preamble: string;
  readonly first: string;
  readonly second: string;
  readonly end: string;
}

const good: Pieces = {
  preamble: '',
  first: '--b1\r\nContent-Type: text/xml\r\nContent-ID: <root@x>\r\n\r\n<a/>',
  second: '\r\n--b1\r\nContent-Type: application/cms\r\nContent-ID: <cms@x>\r\n\r\n\x00\r\n--b\r\n\r',
  end: '\r\n--b1--\r\n',
};
const message = (changes: Partial<Pieces> = {}): string => {
  const { preamble, first, second, end } = { ...good, ...changes };
  return preamble + first + second + end;
};
const contents = [
  { contentId: 'root@x', contentType: 'text/xml', content: '<a/>' },
  { contentId: 'cms@x', contentType: 'application/cms', content: '\x00\r\n--b\r\n\r' },
];
const part = (header: string, content = 'x'): string => `\r\n--b1\r\n${header}\r\n\r\n${content}`;

describe('soap/mime', () => {
  it('gives the parts in their order, content that looks like a boundary and is none left as it is', async () => {
    expect(await readAll(message(), 'b1')).to.deep.equal(contents);
  });

  it('gives the same wherever the octets are cut', async () => {
    for (let size = 1; size < message().length; size++) {
      expect(await readAll(message(), 'b1', size), `chunks of ${size}`).to.deep.equal(contents);
    }
  });

  it('passes content that touches no boundary through as slices of the chunks that came, but for the first', async () => {
    const chunk = randomBytes(65_536).map((octet) => octet | 0x80);
    const stream = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('--b1\r\n\r\n');
      for (let i = 0; i < 3; i++) yield Buffer.from(chunk.buffer, 0, chunk.length);
      yield Buffer.from('\r\n--b1--');
    };
    const seen: boolean[] = [];
    for await (const { body } of readMultipart(stream(), 'b1')) {
      for await (const piece of body) seen.push(piece.buffer === chunk.buffer);
    }
    expect(seen).to.deep.equal([false, true, true]);
  });

  it('passes over what nobody reads of a part', async () => {
    const ids: (string | undefined)[] = [];
    for await (const { contentId, body } of readMultipart(inChunks(Buffer.from(message()), 3), 'b1')) {
      ids.push(contentId);
      for await (const piece of body) if (piece.length > 0) break;
    }
    expect(ids).to.deep.equal(['root@x', 'cms@x']);
  });

  it('lets the stream go when its reader stops', async () => {
    let closed = false;
    const stream = async function* (): AsyncGenerator<Buffer> {
      try {
        for (;;) yield Buffer.from(message({ end: '' }));
      } finally {
        closed = true;
      }
    };
    for await (const { contentId } of readMultipart(stream(), 'b1')) if (contentId === 'root@x') break;
    expect(closed).to.equal(true);
  });

  it('takes a preamble, an epilogue, blanks after a boundary, folded fields, and parts with no content', async () => {
    expect(await readAll(message({ preamble: 'This is MIME.\r\n' }), 'b1')).to.deep.equal(contents);
    expect(await readAll(message({ end: '\r\n--b1-- \t\r\nepilogue' }), 'b1')).to.deep.equal(contents);
    expect(await readAll(message({ end: '\r\n--b1--' }), 'b1')).to.deep.equal(contents);
    const blanks = message({ second: good.second.replace('--b1', '--b1 \t') });
    expect(await readAll(blanks, 'b1')).to.deep.equal(contents);
    const folded = message({ second: part('Content-Type: application/cms;\r\n\tname=x\r\nContent-ID:\r\n <f@x>') });
    expect((await readAll(folded, 'b1'))[1]).to.deep.equal({
      contentId: 'f@x',
      contentType: 'application/cms; name=x',
      content: 'x',
    });
    const empty = '--b1\r\nContent-ID: <a>\r\n\r\n\r\n--b1\r\nContent-ID: <b>\r\n\r\n--b1\r\n\r\n\r\n--b1--';
    for (let size = 1; size < empty.length; size++) {
      expect((await readAll(empty, 'b1', size)).map((p) => [p.contentId, p.content])).to.deep.equal([
        ['a', ''],
        ['b', ''],
        [undefined, ''],
      ]);
    }
  });

  it('takes the transfer encoding off', async () => {
    const encoded = (encoding: string, content: string): string =>
      message({ second: part(`Content-Transfer-Encoding: ${encoding}`, content) });
    for (const encoding of ['binary', '8bit', '7BIT'])
      expect((await readAll(encoded(encoding, '=41'), 'b1'))[1]?.content).to.equal('=41');
    for (const size of [1, 2, 3, 7, 1000]) {
      expect((await readAll(encoded('Base64', 'AP8B\r\n/w==\r\n'), 'b1', size))[1]?.content).to.equal(
        '\x00\xff\x01\xff',
      );
      const quoted = encoded('quoted-printable', 'a=3Db \r\nc=\r\nd=C3=A5');
      expect((await readAll(quoted, 'b1', size))[1]?.content).to.equal('a=b\r\ncd\xc3\xa5');
    }
  });

  const refused: readonly (readonly [security: number, what: string, message: string, boundary?: string])[] = [
    [88, 'no end boundary', message({ end: '' })],
    [88, 'an end boundary that is cut off', message({ end: '\r\n--b1-' })],
    [88, 'an end within a header', message({ second: '\r\n--b1\r\nContent-ID: <a', end: '' })],
    [88, 'nothing at all', ''],
    [88, 'no part', '--b1--\r\n', 'b2'],
    [88, 'a line that begins with the boundary', message({ second: `${part('A: b')}\r\n--b1x\r\n` })],
    [88, 'a line that begins with the end boundary', message({ end: '\r\n--b1--x' })],
    [88, 'LF alone for line ends', message().replaceAll('\r\n', '\n')],
    [88, 'LF alone after the boundary', message({ second: good.second.replace('--b1\r', '--b1') })],
    [88, 'LF alone within a header', message({ second: part('Content-Type: a/b\nContent-ID: <a>') })],
    [88, 'CR alone within a header', message({ second: part('Content-Type: a/b\rContent-ID: <a>') })],
    [88, 'a boundary in the epilogue', message({ end: '\r\n--b1--\r\n--b1\r\n\r\nmore\r\n--b1--' })],
    [88, 'an empty boundary', message().replaceAll('b1', ''), ''],
    [88, 'a boundary that ends with a blank', message().replaceAll('b1', 'b '), 'b '],
    [88, 'a boundary with other than its characters', message().replaceAll('b1', 'b"'), 'b"'],
    [88, 'parts within a part', message({ second: part('Content-Type: Multipart/mixed; boundary=c') })],
    [88, 'a header line that is no field', message({ second: part('Content-Type') })],
    [88, 'a blank in a name', message({ second: part('Content Type: a/b') })],
    [88, 'a header that begins with a folded line', message({ second: part(' Content-Type: a/b') })],
    [88, 'a field twice', message({ second: part('Content-Type: a/b\r\ncontent-type: a/c') })],
    [88, 'NUL in a header', message({ second: part('X: a\x00b') })],
    [88, 'other than UTF-8 in a header', message({ second: part('X: \xff') })],
    [88, 'a Content-Type that is none', message({ second: part('Content-Type: a/b; c') })],
    [88, 'an unknown transfer encoding', message({ second: part('Content-Transfer-Encoding: gzip') })],
    [89, 'two parts of one Content-ID', message({ second: part('Content-ID: <root@x>') })],
    [89, 'a Content-ID without <>', message({ second: part('Content-ID: cms@x') })],
    [89, 'a Content-ID with two pairs of <>', message({ second: part('Content-ID: <<cms@x>>') })],
    [89, 'an empty Content-ID', message({ second: part('Content-ID: <>') })],
    [89, 'a Content-ID with a blank', message({ second: part('Content-ID: <a b>') })],
    [88, 'base64 within a quantum', message({ second: part('Content-Transfer-Encoding: base64', 'AAA') })],
    [88, 'base64 after its padding', message({ second: part('Content-Transfer-Encoding: base64', 'AA==AAAA') })],
    [88, 'base64 that is not canonical', message({ second: part('Content-Transfer-Encoding: base64', 'AB==') })],
    [88, 'base64 with other characters', message({ second: part('Content-Transfer-Encoding: base64', 'A-_A') })],
    [
      88,
      'a quoted character that is none',
      message({ second: part('Content-Transfer-Encoding: quoted-printable', '=4') }),
    ],
    [
      88,
      'quoted-printable with 8 bits',
      message({ second: part('Content-Transfer-Encoding: quoted-printable', '\xe5') }),
    ],
    [88, 'a quoted LF alone', message({ second: part('Content-Transfer-Encoding: quoted-printable', 'a\nb') })],
  ];
  for (const [security, what, text, boundary = 'b1'] of refused) {
    it(`SECURITY ${security}: ${what} is refused`, async () => {
      for (const size of [1, 5, 65_536]) {
        expect(await codeOf(readAll(text, boundary, size)), `chunks of ${size}`).to.equal('MALFORMED_XML');
      }
    });
  }

  /** limit − 1, limit and limit + 1; `make` gives a message at that number. */
  const limited: readonly (readonly [
    what: string,
    limit: number,
    code: string,
    make: (n: number) => [string, string?],
  ])[] = [
    ['parts', limits.mimeParts, 'TOO_LARGE', (n) => [`${'--b1\r\n\r\nx\r\n'.repeat(n)}--b1--`]],
    [
      'octets of a header',
      limits.mimeHeaderBytes,
      'TOO_LARGE',
      (n) => [message({ second: part(`X: ${'y'.repeat(n - 3)}`) })],
    ],
    [
      'lines of a header',
      limits.mimeHeaderLines,
      'TOO_LARGE',
      (n) => [message({ second: part(Array.from({ length: n }, (_, i) => `X-${i}: y`).join('\r\n')) })],
    ],
    [
      'octets of a preamble',
      limits.mimePreambleBytes,
      'MALFORMED_XML',
      (n) => [message({ preamble: `${'p'.repeat(n - 2)}\r\n` })],
    ],
    [
      'octets of an epilogue',
      limits.mimePreambleBytes,
      'MALFORMED_XML',
      (n) => [message({ end: `\r\n--b1--\r\n${'e'.repeat(n - 4)}` })],
    ],
    [
      'characters of a boundary',
      limits.mimeBoundaryCharacters,
      'MALFORMED_XML',
      (n) => [message().replaceAll('--b1', `--${'b'.repeat(n)}`), 'b'.repeat(n)],
    ],
  ];
  for (const [what, limit, code, make] of limited) {
    it(`SECURITY 88: ${limit} ${what}, and no more`, async () => {
      for (const [n, refusal] of [
        [limit - 1, undefined],
        [limit, undefined],
        [limit + 1, code],
      ] as const) {
        const [text, boundary = 'b1'] = make(n);
        const read = readAll(text, boundary, 1000);
        if (refusal === undefined) expect((await read).length).to.be.greaterThan(0);
        else expect(await codeOf(read)).to.equal(refusal);
      }
    });
  }

  it('SECURITY 88: content made of beginnings of the boundary takes no more than linear time', async function () {
    this.timeout(10_000);
    const boundary = 'b'.repeat(limits.mimeBoundaryCharacters);
    const content = Buffer.from(`\r\n--${boundary.slice(1)}`.repeat(100_000));
    const octets = Buffer.concat([Buffer.from(`--${boundary}\r\n\r\n`), content, Buffer.from(`\r\n--${boundary}--`)]);
    for await (const { body } of readMultipart(inChunks(octets, 64), boundary)) {
      expect((await whole(body)).equals(content)).to.equal(true);
    }
  });
});
