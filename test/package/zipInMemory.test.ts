import { expect } from 'chai';
import { ZipFile } from 'yazl';
import { readZip } from '../../src/package/zip.js';
import { zipInMemory, type HeldFile } from '../../src/package/zipInMemory.js';
import { testTime } from '../support/pki.js';
import { collect } from './support.js';

const files: readonly HeldFile[] = [
  { navn: 'vedtak.pdf', octets: Buffer.alloc(70_000, '%PDF'), deflate: false },
  { navn: 'bø.txt', octets: Buffer.alloc(70_000, 'b'), deflate: true },
  { navn: 'c/d.txt', octets: Buffer.alloc(0), deflate: false },
];
const at = new Date(testTime.getTime() + 1000);

describe('zip files of what is in memory', () => {
  it('are those that yazl makes, octet by octet', async () => {
    const zip = new ZipFile();
    for (const { navn, octets, deflate } of files)
      zip.addBuffer(octets, navn, { mtime: at, mode: 0o100644, compress: deflate });
    zip.end();
    const other = await collect(zip.outputStream as unknown as AsyncIterable<Buffer>);
    expect((await zipInMemory(files, at)).equals(other)).to.equal(true);
  });

  it('come back as they were, in their order', async () => {
    const read = await readZip(await zipInMemory(files, at));
    expect([...read]).to.deep.equal(files.map(({ navn, octets }) => [navn, octets]));
  });
});
