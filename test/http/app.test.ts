import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import type { Readiness } from '../../src/http/health.js';
import { makeChain } from '../support/pki.js';
import { soapPath, startEdge, statuses, wire, type TestEdge } from './edge.js';

describe('http app', () => {
  let running: TestEdge;
  let readiness: Readiness = { status: 'ready', checks: [] };
  before(async () => {
    running = await startEdge({ app: { ready: async () => readiness } });
  });
  after(() => running.edge.close(0));
  const get = (path: string, init?: RequestInit): Promise<Response> => fetch(running.url + path, init);

  it('has a start page with the services and their WSDLs, escaped', async () => {
    const page = await (await get('/')).text();
    expect(page).to.include('Service &lt;1&gt;').and.include(`${running.url}${soapPath}?wsdl`);
  });

  it('does not put a hostile Host into its start page', async () => {
    const raw = 'GET / HTTP/1.1\r\nHost: "><script>\r\nConnection: close\r\n\r\n';
    expect(await wire(running.port, raw).closed)
      .to.include(running.url)
      .and.not.include('script');
  });

  it('lives, and is ready or not', async () => {
    expect(await (await get('/health/live')).json()).to.deep.equal({ status: 'live' });
    expect((await get('/health/ready')).status).to.equal(200);
    readiness = { status: 'not ready', checks: [{ name: 'database', ok: false, detail: 'does not answer' }] };
    const response = await get('/health/ready');
    expect([response.status, await response.json()]).to.deep.equal([503, readiness]);
  });

  it('CONTRACT 2: shows the certificate that documents are encrypted to, where it has one', async () => {
    const path = '/forsendelse/publickey/hent';
    expect((await get(path)).status).to.equal(404);
    const { leaf } = makeChain();
    const other = await startEdge({ app: { svarutCertificate: leaf } });
    const text = await (await fetch(other.url + path)).text().finally(() => other.edge.close(0));
    expect(new X509Certificate(text).raw).to.deep.equal(leaf);
  });

  it('shows its counters', async () => {
    running.metrics.request('HentPersoner', 'ok', 0.02);
    running.metrics.replay('HentPersoner');
    running.metrics.certificateDays('oppslagstjenesten', 12);
    const lying = [{ system: 'gone', letters: 1, seconds: 1 }];
    for (const all of [lying, [{ system: 'arkiv', letters: 3, seconds: 7300 }]]) running.metrics.svarinnLying(all);
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).to.match(/^text\/plain; version=0\.0\.4/);
    const body = await response.text();
    expect(body).to.include('posthorn_requests_total{operation="HentPersoner",outcome="ok"} 1');
    expect(body).to.include('posthorn_request_seconds_bucket{le="0.025",operation="HentPersoner"} 1');
    expect(body).to.include('posthorn_request_seconds_bucket{le="0.01",operation="HentPersoner"} 0');
    expect(body).to.include('posthorn_replay_hits_total{operation="HentPersoner"} 1');
    expect(body).to.include('posthorn_certificate_days_left{role="oppslagstjenesten"} 12');
    expect(body).to.include('posthorn_svarinn_lying_letters{system="arkiv"} 3').and.not.include('system="gone"');
    expect(body).to.include('posthorn_svarinn_lying_seconds{system="arkiv"} 7300');
    expect(body).to.include('process_cpu_seconds_total').and.include('nodejs_eventloop_lag');
  });

  it('serves a contract with the address that the caller used', async () => {
    const response = await get(`${soapPath}?wsdl`);
    expect(response.headers.get('content-type')).to.equal('text/xml; charset=utf-8');
    expect(await response.text()).to.equal(`<wsdl at="${running.url}"/>`);
    expect((await get(`${soapPath}?wsdl`, { method: 'HEAD' })).status).to.equal(200);
  });

  const tricks = [
    `${soapPath}?wsdl=../../etc/passwd`,
    `${soapPath}?xsd=http://x`,
    `${soapPath}?wsdl&x`,
    `${soapPath}?WSDL%00`,
    `${soapPath}/../../etc/passwd`,
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/wsdl/../../../etc/passwd',
    '/..%5c..%5cetc',
    '//etc/passwd',
    '/HEALTH/LIVE',
    '/health/live/',
    '/package.json',
  ];
  for (const path of tricks) {
    it(`SECURITY 28: GET ${path} is 404`, async () => {
      const raw = `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
      expect(statuses(await wire(running.port, raw).closed)).to.deep.equal([404]);
    });
  }

  it('SECURITY 28: a path that does not decode is refused without a word on why', async () => {
    const raw = 'GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const received = await wire(running.port, raw).closed;
    expect(statuses(received)[0]).to.be.oneOf([400, 404]);
    expect(received).to.not.match(/URIError|node_modules|at /);
  });

  it('SECURITY 27: known pages take GET and HEAD only; unknown ones are 404 for every method', async () => {
    for (const path of ['/', '/health/live', '/health/ready', '/metrics']) {
      const response = await get(path, { method: 'POST', body: 'x' });
      expect([response.status, response.headers.get('allow')], path).to.deep.equal([405, 'GET, HEAD']);
    }
    for (const method of ['GET', 'POST', 'PUT']) expect((await get('/none', { method })).status).to.equal(404);
  });

  it('keeps the connection of a refused request that has no body, and closes that of one that has', async () => {
    expect((await get('/none')).headers.get('connection')).to.equal('keep-alive');
    expect((await get('/none', { method: 'POST', body: 'x'.repeat(100_000) })).headers.get('connection')).to.equal(
      'close',
    );
  });

  it('tells browsers to be careful, and nobody what it is made of', async () => {
    for (const path of ['/', '/health/live', '/metrics', `${soapPath}?wsdl`]) {
      const { headers } = await get(path);
      expect(headers.get('x-content-type-options'), path).to.equal('nosniff');
      expect(headers.get('content-security-policy'), path).to.match(/^default-src 'self'/);
      expect(headers.get('x-powered-by'), path).to.equal(null);
      expect(headers.get('server'), path).to.equal(null);
    }
  });

  it('hides the reason when a page fails', async () => {
    const broken = await startEdge({
      app: {
        ready: async () => {
          throw new Error('the reason');
        },
      },
    });
    const response = await fetch(`${broken.url}/health/ready`);
    expect([response.status, await response.text()].join(' '))
      .to.match(/^500 /)
      .and.not.include('the reason');
    await broken.edge.close(0);
  });
});
