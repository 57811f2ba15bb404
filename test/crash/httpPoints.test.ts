import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
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

  it('are half of a request, before all of it has come, and half of its answer, which comes whole in the end', async () => {
    expect(await post('/', LARGE)).to.equal(`${LARGE} octets`);
    expect(reached).to.deep.equal(['request.halfway part', 'answer.halfway whole']);
  });

  it('are not passed by what comes in one piece, nor by an answer that accepts nothing', async () => {
    await post('/bad', LARGE / 10);
    expect(reached).to.deep.equal([]);
  });
});
