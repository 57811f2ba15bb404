import { expect } from 'chai';
import { parseMultipartType, readMultipart } from '../../src/soap/mime.js';
import type { OutgoingPart } from '../../src/soap/multipartWriter.js';
import { writeForm, writeMultipart } from '../../src/soap/multipartWriter.js';
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

  it('RFC 7578: a form says the names of its fields and files in UTF-8, and its length', async () => {
    const { contentType, contentLength, body } = writeForm([
      { name: 'forsendelse', contentType: 'application/json', size: 2, open: () => [Buffer.from('{}')] },
      { name: 'å.pdf', filename: 'å.pdf', contentType: 'application/pdf', size: 1, open: () => [Buffer.from('x')] },
    ]);
    const octets = await whole(body);
    expect(contentLength).to.equal(octets.length);
    const form = await new Response(new Uint8Array(octets), { headers: { 'content-type': contentType } }).formData();
    const file = form.get('å.pdf') as File;
    expect([form.get('forsendelse'), file.name, file.type, await file.text()]).to.deep.equal([
      '{}',
      'å.pdf',
      'application/pdf',
      'x',
    ]);
  });

  it('SECURITY 92: a name in a form cannot end its line or its quotes', async () => {
    const name = 'a"; filename="b\r\nX: y';
    const { body } = writeForm([{ name, filename: name, contentType: 'text/plain', size: 0, open: () => [] }]);
    const [, head] = (await whole(body)).toString().split('\r\n');
    const written = 'a%22; filename=%22b%0D%0AX: y';
    expect(head).to.equal(`Content-Disposition: form-data; name="${written}"; filename="${written}"`);
    const wrong = () => writeForm([{ name, contentType: 'a\r\nb', size: 0, open: () => [] }]);
    expect(failureOf(wrong).code).to.equal('INTERNAL');
  });
});
