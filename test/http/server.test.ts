import { expect } from 'chai';
import { createServer } from 'node:net';
import type { SoapContext } from '../../src/http/server.js';
import { post, soapPath, startEdge, statuses, wire, type TestEdge, type TestEdgeOptions } from './edge.js';

describe('http edge', () => {
  let running: TestEdge;
  const start = async (options: TestEdgeOptions = {}): Promise<TestEdge> => (running = await startEdge(options));
  afterEach(() => running.edge.close(0));

  it('hands a POST on a SOAP path to its handler, with or without a query', async () => {
    const { url } = await start();
    for (const path of [soapPath, `${soapPath}?x=1`]) {
      const response = await fetch(url + path, { method: 'POST', body: 'x'.repeat(100_000) });
      expect([response.status, await response.text()]).to.deep.equal([200, 'read 100000']);
    }
  });

  it('reads an absolute request target', async () => {
    const { port } = await start();
    const raw = `POST http://other.example${soapPath} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab`;
    expect(await wire(port, raw).closed).to.match(/read 2$/);
  });

  it('gives each request a correlation id of its own, never the one that the client sends', async () => {
    const seen: SoapContext[] = [];
    const { url } = await start({
      handler: async (_request, response, context) => {
        seen.push(context);
        context.log.info('hello');
        response.end();
      },
    });
    const headers = { 'X-Correlation-Id': 'mine' };
    const answers = [1, 2].map(() => fetch(url + soapPath, { method: 'POST', headers }));
    const ids = (await Promise.all(answers)).map((response) => response.headers.get('x-correlation-id') ?? '');
    expect(ids[0]).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(ids[0]).to.not.equal(ids[1]);
    expect(seen.map((context) => context.correlationId)).to.have.members(ids);
    for (const id of ids) expect(running.logged()).to.include(`"correlationId":"${id}"`);
    expect((await fetch(`${url}/health/live`)).headers.get('x-correlation-id')).to.match(/^[0-9a-f-]{36}$/);
  });

  it('tells the handler the address of the caller, and how it came', async () => {
    let seen: SoapContext | undefined;
    const { url } = await start({
      handler: async (_request, response, context) => {
        seen = context;
        response.end();
      },
    });
    await fetch(url + soapPath, { method: 'POST', headers: { 'X-Forwarded-Proto': 'https' } });
    expect(seen).to.include({ publicUrl: url, secure: false, remote: '127.0.0.1' });
  });

  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND']) {
    it(`SECURITY 27: ${method} on a SOAP path is 405 with Allow`, async () => {
      const { url, metrics } = await start();
      const response = await fetch(url + soapPath, { method });
      expect(response.status).to.equal(405);
      expect(response.headers.get('allow')).to.equal('GET, HEAD, POST');
      expect((await metrics.exposition()).body).to.include('posthorn_faults_total{code="METHOD_NOT_ALLOWED"} 1');
    });
  }

  it('SECURITY 27: GET on a SOAP path without query is 405', async () => {
    const { url } = await start();
    const response = await fetch(url + soapPath);
    expect([response.status, response.headers.get('allow')]).to.deep.equal([405, 'POST']);
  });

  for (const path of [
    '/',
    '/other',
    `${soapPath}/`,
    soapPath.toUpperCase(),
    '/service%2fv1',
    '/service/../service/v1',
  ]) {
    it(`has no SOAP at ${path}`, async () => {
      const { port } = await start();
      const raw = `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
      expect(statuses(await wire(port, raw).closed)[0]).to.be.oneOf([404, 405]);
    });
  }

  it('answers a handler that fails as INTERNAL, and says why in the log only', async () => {
    const { url, logged, metrics } = await start({
      handler: async () => {
        throw new Error('the reason is /etc/secret');
      },
    });
    const response = await fetch(url + soapPath, { method: 'POST', body: 'x' });
    const text = await response.text();
    expect([response.status, text]).to.satisfy(
      ([status, body]: [number, string]) => status === 500 && /P-1000/.test(body),
    );
    expect(text).to.not.include('reason');
    expect(logged()).to.include('the reason is /etc/secret').and.include(response.headers.get('x-correlation-id'));
    expect((await metrics.exposition()).body).to.include('posthorn_faults_total{code="INTERNAL"} 1');
  });

  it('cuts the connection when a handler fails in the middle of its answer', async () => {
    const { port } = await start({
      handler: async (_request, response) => {
        response.writeHead(200, { 'Content-Length': 100 }).write('half');
        throw new Error('no');
      },
    });
    expect(await wire(port, post('Content-Length: 0')).closed).to.match(/200 OK/);
  });

  it('logs a refused request with its national ids masked', async () => {
    const { url, logged } = await start();
    await fetch(`${url}/person/01017012345`, { headers: { 'User-Agent': 'x 010170 12345' } });
    expect(logged()).to.include('"code":"NOT_FOUND"').and.include('/person/***').and.include('x ***');
  });

  it('says in a sentence that its port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const error = await startEdge({ config: { port } }).catch((e: unknown) => e as Error);
    other.close();
    expect((error as Error).message).to.equal(
      `127.0.0.1:${port} is in use by another program. Stop that program, or set POSTHORN_PORT to another port (0 takes a free one).`,
    );
  });
});

describe('http edge: the end', () => {
  it('finishes the request in flight, refuses new connections, and closes idle ones', async () => {
    let release = (): void => {};
    const entered = new Promise<void>((resolve) => {
      release = resolve;
    });
    let finish = (): void => {};
    const { edge, port, url } = await startEdge({
      handler: (_request, response) =>
        new Promise((resolve) => {
          finish = () => {
            response.end('done');
            resolve();
          };
          release();
        }),
    });
    const live = 'GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n';
    const [silent, late] = [wire(port), wire(port)];
    const idle = wire(port, live);
    await idle.until('"live"');
    const answer = fetch(url + soapPath, { method: 'POST' });
    await entered;
    const closing = edge.close(10_000);
    late.socket.write(live);
    expect(await late.closed, 'the request of a new connection').to.contain('"live"');
    await Promise.all([silent.closed, idle.closed]);
    expect(await fetch(url).catch(() => 'refused')).to.equal('refused');
    finish();
    const response = await answer;
    expect([response.status, response.headers.get('connection'), await response.text()]).to.deep.equal([
      200,
      'close',
      'done',
    ]);
    await closing;
  });

  it('cuts what has not finished after the grace', async () => {
    let release = (): void => {};
    const entered = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { edge, port } = await startEdge({ handler: () => new Promise(() => release()) });
    const stuck = wire(port, post('Content-Length: 0'));
    await entered;
    await edge.close(50);
    expect(await stuck.closed).to.equal('');
  });
});
