import { expect } from 'chai';
import { once } from 'node:events';
import { send } from '../../src/http/plain.js';
import type { SoapHandler } from '../../src/http/server.js';
import { limits } from '../../src/limits.js';
import {
  countingHandler,
  post,
  soapPath,
  startEdge,
  statuses,
  wire,
  type TestEdge,
  type TestEdgeOptions,
} from './edge.js';

const short = { httpHeadersTimeout: 200, httpRequestTimeout: 300, httpExchangeTimeout: 600 };

describe('http edge under attack', () => {
  let running: TestEdge;
  const start = async (options: TestEdgeOptions = {}): Promise<TestEdge> => (running = await startEdge(options));
  const faults = async (code: string): Promise<string | undefined> =>
    new RegExp(`posthorn_faults_total{code="${code}"} (\\d+)`).exec((await running.metrics.exposition()).body)?.[1];
  afterEach(() => running.edge.close(0));

  /** The next good request is served. */
  async function serves(): Promise<void> {
    const response = await fetch(running.url + soapPath, { method: 'POST', body: 'good' });
    expect([response.status, await response.text()]).to.deep.equal([200, 'read 4']);
  }

  it('SECURITY 101: a header that comes an octet at a time is 408, and others are served meanwhile', async () => {
    const { port } = await start({ times: short });
    const slow = wire(port, 'POST /service/v1 HTTP/1.1\r\nX-A: ');
    const drip = setInterval(() => slow.socket.write('a'), 20);
    await serves();
    expect(statuses(await slow.closed)).to.deep.equal([408]);
    clearInterval(drip);
    expect(await faults('REQUEST_TIMEOUT')).to.equal('1');
  });

  it('SECURITY 101: a body that comes an octet at a time is 408', async () => {
    const { port } = await start({ times: short });
    const slow = wire(port, post('Content-Length: 100000'));
    const drip = setInterval(() => slow.socket.write('a'), 20);
    await serves();
    expect(statuses(await slow.closed)).to.deep.equal([408]);
    clearInterval(drip);
  });

  it('SECURITY 101: a service may give a body more time to come, and the edge gives it no more', async () => {
    const patient = Object.assign((...args: Parameters<SoapHandler>) => countingHandler(...args), {
      patient: true,
    } as const);
    const times = { ...short, httpUploadTimeout: 2_500 };
    const { port } = await start({ times, handler: patient });
    const late = wire(port, post('Content-Length: 4', 'Connection: close'));
    setTimeout(() => late.socket.write('good'), 700);
    expect(await late.closed).to.match(/read 4$/);
    const begun = performance.now();
    expect(statuses(await wire(port, post('Content-Length: 4')).closed)).to.deep.equal([408]);
    expect(performance.now() - begun).to.be.within(2_400, 6_000);
  });

  it('SECURITY 101: a client that does not read its answer is cut', async () => {
    const left = new Promise<void>((resolve) => {
      void start({
        times: short,
        handler: async (_request, response) => {
          response.once('close', resolve);
          response.end(Buffer.alloc(64 * 1024 * 1024));
        },
      }).then(({ port }) => wire(port, post('Content-Length: 0')).socket.pause());
    });
    await left;
  });

  it('SECURITY 101: 500 connections that say nothing keep nobody else out, and are closed', async () => {
    const { port } = await start({ times: short });
    const idle = Array.from({ length: 500 }, () => wire(port));
    await Promise.all(idle.map(({ socket }) => once(socket, 'connect')));
    await serves();
    await Promise.all(idle.map(({ closed }) => closed));
    await serves();
  });

  it('refuses connections beyond the limit, and counts them', async () => {
    const { port, metrics } = await start({ config: { maxConnections: 2 } });
    const live = 'GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n';
    await Promise.all([wire(port, live).until('live'), wire(port, live).until('live')]);
    expect(await wire(port, live).closed).to.equal('');
    expect((await metrics.exposition()).body).to.include('posthorn_connections_refused_total 1');
  });

  const chunked = 'Transfer-Encoding: chunked';
  const ambiguous: [string, string][] = [
    ['Content-Length and Transfer-Encoding', `${post('Content-Length: 4', chunked)}0\r\n\r\n`],
    ['Transfer-Encoding and Content-Length', `${post(chunked, 'Content-Length: 4')}0\r\n\r\n`],
    ['two different Content-Lengths', `${post('Content-Length: 4', 'Content-Length: 5')}abcde`],
    ['two equal Content-Lengths', `${post('Content-Length: 4', 'Content-Length: 4')}abcd`],
    ['a list of Content-Lengths', `${post('Content-Length: 4, 4')}abcd`],
    ['a negative Content-Length', post('Content-Length: -1')],
    ['a signed Content-Length', `${post('Content-Length: +4')}abcd`],
    ['a Content-Length that overflows', post(`Content-Length: ${'9'.repeat(30)}`)],
    ['a Transfer-Encoding that is not chunked at the end', `${post('Transfer-Encoding: chunked, identity')}abcd`],
    ['a bad chunk size', `${post(chunked)}zz\r\nabcd\r\n0\r\n\r\n`],
    ['a negative chunk size', `${post(chunked)}-4\r\nabcd\r\n0\r\n\r\n`],
    ['a chunk size that overflows', `${post(chunked)}fffffffffffffffff\r\nabcd`],
    ['a chunk longer than its size', `${post(chunked)}2\r\nabcd\r\n0\r\n\r\n`],
    ['a space before the colon', post('Content-Length : 4')],
    ['a folded header', post('X-A: b', ' Content-Length: 4')],
    ['a bare line feed after a header', `POST ${soapPath} HTTP/1.1\nHost: a\nContent-Length: 0\n\n`],
    ['a NUL in a header', post('X-A: a\0b')],
    ['no Host', `POST ${soapPath} HTTP/1.1\r\nContent-Length: 0\r\n\r\n`],
    ['a HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS on a plain port', '\x16\x03\x01\x02\x00\x01\x00'],
  ];
  for (const [what, raw] of ambiguous) {
    it(`SECURITY 102: ${what} is 400, the connection is closed, and nothing behind it is read`, async () => {
      const { port } = await start();
      const smuggled = `GET /health/live HTTP/1.1\r\nHost: smuggled\r\n\r\n`;
      const received = await wire(port, raw + smuggled).closed;
      expect(statuses(received)).to.deep.equal([400]);
      expect(received)
        .to.match(/connection: close/i)
        .and.not.include('live');
      await serves();
    });
  }

  it('SECURITY 102: a handler that refuses early is heard, and the endless rest is cut', async () => {
    const { port } = await start({
      handler: async (request, response, context) =>
        request.headers['transfer-encoding'] === 'chunked'
          ? send(response, 413, {}, 'too large', 50)
          : countingHandler(request, response, context),
    });
    const endless = wire(port, post(chunked));
    const flood = setInterval(() => endless.socket.write(`10000\r\n${'x'.repeat(65536)}\r\n`), 1);
    const received = await endless.closed;
    clearInterval(flood);
    expect(statuses(received)).to.deep.equal([413]);
    expect(received).to.include('too large');
    await serves();
  });

  it('SECURITY 102: a handler that answers at once by itself does not get the endless rest either', async () => {
    const { port } = await start({
      handler: async (_request, response) => {
        response.end('read 4');
      },
    });
    const endless = wire(port, post(chunked));
    const flood = setInterval(() => endless.socket.write(`10000\r\n${'x'.repeat(65536)}\r\n`), 1);
    expect(statuses(await endless.closed)).to.deep.equal([200]);
    clearInterval(flood);
  });

  it('SECURITY 102: 10 GB to a path that reads no body is 404 at once, and the connection is closed', async () => {
    const { port } = await start();
    const raw = 'POST /other HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000000\r\n\r\nxxxx';
    const received = await wire(port, raw).closed;
    expect(statuses(received)).to.deep.equal([404]);
    expect(received).to.match(/connection: close/i);
  });

  it('SECURITY 103: a header at the limit passes; one octet more is 431', async () => {
    const { port } = await start();
    const withHeader = (size: number): string => {
      const rest = post('X-A: ', 'Content-Length: 4', 'Connection: close').length;
      return `${post(`X-A: ${'a'.repeat(size - rest)}`, 'Content-Length: 4', 'Connection: close')}good`;
    };
    // llhttp counts names and values, and not the request line and the separators: find where it refuses.
    const refused = async (size: number): Promise<boolean> =>
      statuses(await wire(port, withHeader(size)).closed)[0] === 431;
    let [low, high] = [limits.httpHeaderBytes / 2, limits.httpHeaderBytes * 2];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (await refused(middle)) high = middle;
      else low = middle;
    }
    expect(high - limits.httpHeaderBytes).to.be.within(-200, 200);
    expect(await wire(port, withHeader(low)).closed).to.match(/read 4$/);
    expect(statuses(await wire(port, withHeader(high)).closed)).to.deep.equal([431]);
  });

  it('SECURITY 103: 100,000 headers and an endless header are 431', async () => {
    const { port } = await start();
    expect(statuses(await wire(port, post(...Array.from({ length: 100_000 }, () => 'A: b'))).closed)).to.deep.equal([
      431,
    ]);
    const endless = wire(port, `POST ${soapPath} HTTP/1.1\r\nX-A: `);
    const flood = setInterval(() => endless.socket.write('a'.repeat(1000)), 1);
    expect(statuses(await endless.closed)).to.deep.equal([431]);
    clearInterval(flood);
    expect(await faults('HEADER_TOO_LARGE')).to.equal('2');
    await serves();
  });

  it('SECURITY 103: pipelined requests up to the limit are answered in order; one more ends the connection', async () => {
    const waiting: (() => void)[] = [];
    const { port } = await start({
      times: { httpPipeline: 4 },
      handler: (_request, response) =>
        new Promise((resolve) => {
          const number = waiting.length;
          waiting.push(() => {
            response.end(`answer ${number}`);
            resolve();
          });
        }),
    });
    const release = (): void => waiting.splice(0).forEach((answer) => answer());
    const allowed = wire(port, post('Content-Length: 0').repeat(4));
    while (waiting.length < 4) await new Promise(setImmediate);
    release();
    expect((await allowed.until('answer 3')).match(/answer \d/g)).to.deep.equal([0, 1, 2, 3].map((n) => `answer ${n}`));
    allowed.socket.destroy();

    const flood = wire(port, post('Content-Length: 0').repeat(1000));
    while (waiting.length < 4) await new Promise(setImmediate);
    release();
    expect(statuses(await flood.closed)).to.deep.equal([200, 200, 200, 200, 429]);
  });

  it('SECURITY 103: Expect: 100-continue gets its 100, and 408 when nothing follows', async () => {
    const { port } = await start({ times: short });
    const promised = wire(port, post('Content-Length: 4', 'Expect: 100-continue', 'Connection: close'));
    await promised.until('100 Continue');
    promised.socket.write('good');
    expect(await promised.closed).to.match(/read 4$/);
    const broken = wire(port, post('Content-Length: 4', 'Expect: 100-continue'));
    expect(statuses(await broken.closed)).to.deep.equal([100, 408]);
  });

  it('a client that leaves in the middle costs nothing', async () => {
    const { port, logged } = await start();
    for (let i = 0; i < 20; i++) {
      const { socket } = wire(port, `${post('Content-Length: 1000')}half`);
      await once(socket, 'connect');
      socket.resetAndDestroy();
    }
    await serves();
    expect(logged()).to.not.include('"level":"error"');
  });
});
