import { expect } from 'chai';
import { parseMultipartType, readMultipart } from '../../src/soap/mime.js';
import type { OutgoingPart } from '../../src/soap/multipartWriter.js';
import { writeMultipart } from '../../src/soap/multipartWriter.js';
import { codeOf, inChunks, whole } from './mime/support.js';
import { failureOf } from '../support/pki.js';

const partOf = (contentId: string, content: string, changes: Partial<OutgoingPart> = {}): OutgoingPart => ({
  contentType: 'application/cms',
  contentId,
  size: Buffer.byteLength(content),
  open: () => [Buffer.from(content)],
  ...changes,
});
const root = partOf('root@x', '<a/>', { contentType: 'application/soap+xml; charset=utf-8' });

describe('soap/multipartWriter', () => {
  it('writes what the reader reads, of the length that it says', async () => {
    const { contentType, contentLength, body } = writeMultipart([root, partOf('a@x', '\r\n--'), partOf('b@x', '')]);
    const type = parseMultipartType(contentType);
    expect(type).to.deep.include({ start: 'root@x', type: 'application/soap+xml' });
    const octets = await whole(body);
    expect(octets.length).to.equal(contentLength);
    const parts: unknown[] = [];
    for await (const part of readMultipart(inChunks(octets, 7), type?.boundary ?? '')) {
      parts.push([part.contentId, part.contentType, (await whole(part.body)).toString()]);
    }
    expect(parts).to.deep.equal([
      ['root@x', 'application/soap+xml; charset=utf-8', '<a/>'],
      ['a@x', 'application/cms', '\r\n--'],
      ['b@x', 'application/cms', ''],
    ]);
  });

  it('says no length when that of a part is not known, and never uses a boundary twice', () => {
    expect(writeMultipart([root, partOf('a@x', 'x', { size: undefined })]).contentLength).to.equal(undefined);
    expect(writeMultipart([root]).contentType).not.to.equal(writeMultipart([root]).contentType);
  });

  it('opens a part when its turn comes, and none before', async () => {
    const opened: string[] = [];
    const open = (name: string) => () => {
      opened.push(name);
      return [Buffer.from('x')];
    };
    const { body } = writeMultipart([partOf('a', 'x', { open: open('a') }), partOf('b', 'x', { open: open('b') })]);
    const octets = body[Symbol.asyncIterator]();
    expect(opened).to.deep.equal([]);
    await octets.next();
    await octets.next();
    expect(opened).to.deep.equal(['a']);
  });

  it('is INTERNAL for a part of another size than was said', async () => {
    for (const size of [0, 2]) {
      expect(await codeOf(whole(writeMultipart([root, partOf('a', 'x', { size })]).body))).to.equal('INTERNAL');
    }
  });

  it('SECURITY 92: a field that could end its line is never written', () => {
    for (const contentId of ['a\r\nX: y', 'å', '']) {
      expect(failureOf(() => writeMultipart([partOf(contentId, 'x')])).code).to.equal('INTERNAL');
    }
  });
});
