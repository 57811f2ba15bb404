import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import { readZip } from '../../src/package/zip.js';
import { collect, failing, zipOf } from './support.js';
import { ZipFile as Writer } from 'yazl';
import { testTime } from '../support/pki.js';

const [LOCAL, CENTRAL, END] = ['504b0304', '504b0102', '504b0506'].map((hex) => Buffer.from(hex, 'hex')) as [
  Buffer,
  Buffer,
  Buffer,
];
const files = { 'a.txt': 'aaa', 'bø.txt': 'b'.repeat(3000), 'c/d.txt': '' };

/** The zip with a change at `offset` octets from the n-th local or central header. */
const at = (zip: Buffer, header: Buffer, n: number): number => {
  let found = -1;
  for (let i = 0; i <= n; i++) found = zip.indexOf(header, found + 1);
  return found;
};
const set = (header: Buffer, n: number, offset: number, value: Buffer | number) => (zip: Buffer) => {
  const place = at(zip, header, n) + offset;
  if (typeof value === 'number') zip.writeUInt8(zip.readUInt8(place) ^ value, place);
  else value.copy(zip, place);
  return zip;
};
/** A name of five octets in place of a.txt, in both headers. */
const renamed = (name: string | Buffer) => (zip: Buffer) =>
  set(LOCAL, 0, 30, Buffer.from(name))(set(CENTRAL, 0, 46, Buffer.from(name))(zip));
const stored = async (name: string, content: Buffer, compress = false): Promise<Buffer> => {
  const zip = new Writer();
  zip.addBuffer(content, name, { compress, mtime: testTime });
  zip.end();
  return collect(zip.outputStream as unknown as AsyncIterable<Buffer>);
};

describe('zip files of document packages', () => {
  it('come back as they were, in their order, the same each time', async () => {
    const zip = await zipOf(files);
    const read = await readZip(zip);
    expect([...read].map(([name, octets]) => [name, octets.toString()])).to.deep.equal(Object.entries(files));
    expect(await zipOf(files)).to.deep.equal(zip);
  });

  it('are read when sizes stand in the local header too', async () => {
    expect([...(await readZip(await stored('a.txt', Buffer.from('x'))))]).to.deep.equal([['a.txt', Buffer.from('x')]]);
  });

  it('SECURITY 96: any one octet changed refuses, but in times and attributes', async () => {
    const zip = await zipOf(files);
    const good = JSON.stringify([...(await readZip(zip))]);
    for (let i = 0; i < zip.length; i++) {
      const bad = Buffer.from(zip);
      bad[i]! ^= 0x04;
      const outcome = await readZip(bad).then(
        (found) => JSON.stringify([...found]),
        (e: { code?: string }) => e.code,
      );
      // Version, times and attributes are said by nobody who matters; what is in the files is the same then.
      expect(outcome, `octet ${i}`).to.be.oneOf(['INVALID_REQUEST', good]);
    }
  });

  const bad: readonly (readonly [security: number, what: string, change: (zip: Buffer) => Buffer, detail: RegExp])[] = [
    [95, 'a name with ..', renamed('../ab'), /leads elsewhere/],
    [95, 'an absolute name', renamed('/a.tx'), /leads elsewhere/],
    [95, 'a name with a drive', renamed('C:abc'), /leads elsewhere/],
    [95, 'a name with a backslash', renamed('a\\.tx'), /leads elsewhere/],
    [92, 'a name with NUL', renamed('a\0.tx'), /leads elsewhere/],
    [92, 'a name with a line end', renamed('a\n.tx'), /leads elsewhere/],
    [95, 'a name with an empty part', renamed('a//bc'), /leads elsewhere/],
    [95, 'a folder', renamed('abcd/'), /leads elsewhere/],
    [92, 'a name that is not UTF-8', renamed(Buffer.from('61ff2e7478', 'hex')), /not UTF-8/],
    [95, 'a symbolic link', set(CENTRAL, 0, 38, Buffer.from('0000ffa1', 'hex')), /symbolic link/],
    [96, 'two names for one entry', set(LOCAL, 0, 30, Buffer.from('x.txt')), /two headers differ/],
    [96, 'two methods for one entry', set(LOCAL, 0, 8, 0x08), /two headers differ/],
    [96, 'an encrypted entry', set(CENTRAL, 0, 8, 0x01), /encrypted/],
    [96, 'an entry encrypted by its local header', set(LOCAL, 0, 6, 0x01), /two headers differ/],
    [96, 'a wrong checksum', set(CENTRAL, 0, 16, 0x01), /checksum/],
    [96, 'another size', set(CENTRAL, 0, 24, 0x01), /too many bytes|not enough bytes|checksum/],
    [96, 'an unknown method', set(CENTRAL, 0, 10, 0x04), /method/],
    [96, 'octets before the first entry', (zip) => Buffer.concat([Buffer.from('MZ'), zip]), /signature|overlap/],
    [96, 'octets after the end', (zip) => Buffer.concat([zip, Buffer.from('x')]), /comment|central/],
    [
      96,
      'a comment',
      (zip) => Buffer.concat([set(END, 0, 20, Buffer.from([1, 0]))(zip), Buffer.from('x')]),
      /after the central/,
    ],
    [96, 'entries that overlap', (zip) => set(CENTRAL, 1, 42, Buffer.alloc(4))(zip), /differ|overlap/],
    [
      96,
      'an entry that the directory does not name',
      (zip) => {
        const [second, third] = [at(zip, CENTRAL, 1), at(zip, CENTRAL, 2)];
        const less = Buffer.concat([zip.subarray(0, second), zip.subarray(third)]);
        const end = less.indexOf(END);
        less.writeUInt16LE(2, end + 8);
        less.writeUInt16LE(2, end + 10);
        less.writeUInt32LE(less.readUInt32LE(end + 12) - (third - second), end + 12);
        return less;
      },
      /between entries/,
    ],
    [96, 'no end', (zip) => zip.subarray(0, zip.length - 1), /End of central directory/],
  ];
  for (const [n, what, change, detail] of bad) {
    it(`SECURITY ${n}: ${what} is refused`, async () => {
      const failure = await failing(readZip(change(await zipOf(files))));
      expect(failure.code).to.equal('INVALID_REQUEST');
      expect(failure.detail).to.match(detail);
    });
  }

  for (const [what, twice] of [
    ['the same letters in another case', ['Ab.txt', 'aB.txt']],
    ['the same letters in another Unicode form', ['b\u00e5.txt', 'ba\u030a.txt']],
  ] as const) {
    it(`SECURITY 96: a name twice, as ${what}, is refused`, async () => {
      const failure = await failing(readZip(await zipOf({ [twice[0]]: 'x', [twice[1]]: 'y' })));
      expect(failure.detail).to.match(/twice/);
    });
  }

  it('SECURITY 94: an entry that unpacks to too much is refused before it is unpacked', async () => {
    const started = Date.now();
    const failure = await failing(readZip(await zipOf({ 'a.txt': Buffer.alloc(40 * 1024 * 1024) })));
    expect(failure.detail).to.match(/unpacks to too much/);
    expect(Date.now() - started).to.be.lessThan(5000);
  });

  it('SECURITY 94: one more entry than allowed is refused', async () => {
    const entries = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`${i}.txt`, '']));
    for (const n of [limits.packageEntries - 1, limits.packageEntries])
      expect(await readZip(await zipOf(entries(n)))).to.have.property('size', n);
    const failure = await failing(readZip(await zipOf(entries(limits.packageEntries + 1))));
    expect(failure.detail).to.match(/too many entries/);
  });

  it('passes on the failure of a source', async () => {
    const { writeZip } = await import('../../src/package/zip.js');
    async function* gone(): AsyncGenerator<Buffer> {
      yield Buffer.from('x');
      throw new Error('the disk is gone');
    }
    const outcome: unknown = await collect(writeZip([{ navn: 'a.txt', open: gone }], testTime)).catch(
      (e: unknown) => e,
    );
    expect(outcome).to.have.property('message', 'the disk is gone');
  });
});
