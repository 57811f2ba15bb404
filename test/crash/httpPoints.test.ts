import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { postStream } from '../../src/client/post.js';
import { limits } from '../../src/limits.js';
import { watchHttp } from './httpPoints.js';

const LARGE = 400_000;

describe('points of the crash test at the server', () => {
  const reached: string[] = [];
  let come = 0;
  const server = createServer((request, response) => {
    come = 0;
    request.on('data', (chunk: Buffer) => void (come += chunk.length));
    request.on('end', () => {
      response.statusCode = request.url === '/bad' ? 500 : 200;
      response.end(`${come} octets`);
    });
  });
  const unwatch = watchHttp((point) => void reached.push(`${point} ${come === LARGE ? 'whole' : 'part'}`));
  before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  after(() => {
    unwatch();
    server.close();
  });
  beforeEach(() => void reached.splice(0));

  const post = async (path: string, octets: number): Promise<string> => {
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: Buffer.alloc(octets) });
    return answer.text();
  };

  it('are half of a request, before all of it has come, all of it, and half of its answer, which comes whole in the end', async () => {
    expect(await post('/', LARGE)).to.equal(`${LARGE} octets`);
    expect(reached).to.deep.equal(['request.halfway part', 'request.whole whole', 'answer.halfway whole']);
  });

  it('are half of what is posted piece by piece, and of what is posted at once', async () => {
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/bad`;
    const posted = async (body: AsyncIterable<Buffer>, contentLength: number): Promise<string> =>
      (await postStream(url, { contentType: 'text/plain', contentLength, body })).octets.toString();
    const piece = Buffer.alloc(limits.postedAtOnceBytes);
    come = 0;
    async function* pieces(): AsyncGenerator<Buffer> {
      for (let n = 1; n <= 3; n++) {
        yield piece;
        // What is written before the connection is made goes at once.
        while (come < piece.length * n) await sleep(5);
      }
    }
    const length = 3 * piece.length;
    expect(await posted(pieces(), length)).to.equal(`${length} octets`);
    expect(reached).to.include('push.halfway part');
    reached.splice(0);
    expect(await posted(Readable.from([Buffer.alloc(9)]), 9)).to.equal('9 octets');
    expect(reached).to.deep.equal(['push.halfway part']);
    reached.splice(0);
    expect(await posted(Readable.from([Buffer.alloc(1)]), 1)).to.equal('1 octets');
    expect(reached).to.deep.equal([]);
  });

  it('are not passed by what comes in one piece, nor by an answer that accepts nothing', async () => {
    await post('/bad', LARGE / 10);
    expect(reached).to.deep.equal([]);
  });
});
