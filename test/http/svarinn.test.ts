import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import type { SvarInnForsendelse, SvarInnTjeneste } from '../../src/application/svarut/tjenester.js';
import { Failure } from '../../src/errors.js';
import { loadConfig } from '../../src/config.js';
import { createCallerReader } from '../../src/http/caller.js';
import { createMetrics } from '../../src/http/metrics.js';
import type { SvarInn } from '../../src/http/svarinn.js';
import { limits } from '../../src/limits.js';
import { createLog } from '../../src/log.js';
import { svarutOrder } from '../support/svarutOrder.js';
import { startEdge, type TestEdge } from './edge.js';

const sha256 = 'ab'.repeat(32);
const octets = Buffer.from('CMS octets, as they lie there');
const letter = (id: string): SvarInnForsendelse => ({
  id,
  dato: new Date('2026-11-10T08:00:00Z'),
  bestilling: svarutOrder(),
  avsender: { organisasjonsnummer: '310000019', navn: 'Testkommunen' },
});
const unknown = (id: string) => new Failure('SVARUT_UNKNOWN_ID', 'test', { id });

/** A receiver `mottaker` with one letter `brev`; says what it was asked. */
function service(calls: unknown[][]): SvarInnTjeneste {
  const mine = (brukernavn: string, id: string): void => {
    if (brukernavn !== 'mottaker' || id !== 'brev') throw unknown(id);
  };
  return {
    hentNye: async (...args) => {
      calls.push(['hentNye', ...args]);
      return args[0] === 'mottaker' ? [letter('brev')] : [];
    },
    hent: async (brukernavn, id) => {
      mine(brukernavn, id);
      return { forsendelse: letter(id), pakke: { ref: 'p', size: octets.length, sha256 } };
    },
    kvitterMottak: async (brukernavn, id) => {
      mine(brukernavn, id);
      calls.push(['kvitterMottak', brukernavn, id]);
    },
    mottakFeilet: async (...args) => {
      mine(args[0], args[1]);
      calls.push(['mottakFeilet', ...args]);
    },
  };
}

const basic = (user: string, password = 'passord'): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
const base = '/tjenester/svarinn';
const listPath = `${base}/mottaker/hentNyeForsendelser`;
const file = `${base}/forsendelse/brev`;
const receipt = `${base}/kvitterMottak/forsendelse/brev`;
const failed = `${base}/mottakFeilet/forsendelse/brev`;

describe('http/svarinn', () => {
  let running: TestEdge;
  const calls: unknown[][] = [];
  const log = createLog({ level: 'error', stream: new PassThrough().resume() });
  let change: Partial<SvarInn> = {};
  const options = (): SvarInn => ({
    tjeneste: service(calls),
    payloads: {
      async *get() {
        for (let at = 0; at < octets.length; at += 7) yield octets.subarray(at, at + 7);
      },
    },
    door: async (authorization) => {
      const [brukernavn = '', passord] = Buffer.from(authorization?.slice(6) ?? '', 'base64')
        .toString()
        .split(':');
      if (passord !== 'passord') throw new Failure('UNAUTHORIZED', 'test');
      return { brukernavn, organisasjonsnummer: '310000027' };
    },
    plainPasswords: true,
    ...change,
  });
  const start = async (): Promise<void> => {
    const config = loadConfig({ POSTHORN_PORT: '0' });
    const metrics = createMetrics();
    const svarinn = { ...options(), callerOf: createCallerReader(config), metrics, log };
    running = await startEdge({ app: { svarinn, metrics } });
  };
  beforeEach(() => void (calls.length = 0));
  before(start);
  after(() => running.edge.close(0));
  const ask = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
    fetch(running.url + path, { ...init, headers: { ...basic('mottaker'), ...init.headers } });
  const with_ = async (what: Partial<SvarInn>, run: () => Promise<void>): Promise<void> => {
    change = what;
    await running.edge.close(0);
    await start();
    await run().finally(async () => {
      change = {};
      await running.edge.close(0);
      await start();
    });
  };

  it('CONTRACT 8: lists what waits for this receiver, with an absolute address to fetch it from', async () => {
    const response = await ask(listPath);
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.equal('application/json; charset=utf-8');
    const [entry, ...more] = (await response.json()) as { id: string; downloadUrl: string }[];
    expect(more).to.deep.equal([]);
    expect(entry).to.include({ id: 'brev', downloadUrl: `${running.url}${file}` });
    expect(calls).to.deep.equal([['hentNye', 'mottaker', limits.svarinnList]]);
    expect(await (await ask(listPath, { headers: basic('annen') })).text()).to.equal('[]');
  });

  it('CONTRACT 8: hands a package out with its name and the type of what is in it', async () => {
    const response = await ask(file);
    expect(Buffer.from(await response.arrayBuffer())).to.deep.equal(octets);
    expect(response.headers.get('content-type')).to.equal('application/zip');
    expect(response.headers.get('content-disposition')).to.equal('attachment; filename="brev.zip"');
    expect(response.headers.get('content-length')).to.equal(String(octets.length));
    expect(response.headers.get('etag')).to.equal(`"${sha256}"`);
    const head = await ask(file, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).to.deep.equal([200, String(octets.length)]);
  });

  it('SECURITY 116: a download is a file that no browser guesses about, and no range gets more than it', async () => {
    const { headers } = await ask(file);
    expect(headers.get('x-content-type-options')).to.equal('nosniff');
    expect(headers.get('cache-control')).to.equal('no-store');
    expect(headers.get('content-disposition')).to.match(/^attachment; filename="[\w-]+\.zip"$/);
    for (const range of ['bytes=5-2', 'bytes=-', 'bytes=0-0,2-2', 'lines=0-1', `bytes=0-${'9'.repeat(400)}`]) {
      const response = await ask(file, { headers: { range } });
      const whole = response.status === 200 || response.status === 206;
      expect([response.status, await response.text()], range).to.deep.equal(
        whole ? [response.status, octets.toString()] : [416, ''],
      );
    }
  });

  it('SECURITY 92, 105, 106, 107, 116: an id is looked for as it stands, and leads to no file', async () => {
    const ids = ['..%2f..%2fetc%2fpasswd', '%2e%2e', "'%20OR%201=1--", 'brev%00', 'BREV', 'brev%20', 'a'.repeat(4000)];
    for (const id of ids) {
      for (const path of [file, receipt, failed]) {
        const post = path === file ? {} : { method: 'POST', body: '{"feilmelding":"x","permanent":true}' };
        expect((await ask(path.replace('brev', id), post)).status, `${path} ${id.slice(0, 30)}`).to.equal(404);
      }
    }
    expect(calls).to.deep.equal([]);
  });

  it('goes on where a download broke off', async () => {
    const response = await ask(file, { headers: { range: 'bytes=5-', 'if-range': `"${sha256}"` } });
    expect(response.status).to.equal(206);
    expect(response.headers.get('content-range')).to.equal(`bytes 5-${octets.length - 1}/${octets.length}`);
    expect(await response.text()).to.equal(octets.subarray(5).toString());
    const other = await ask(file, { headers: { range: 'bytes=5-', 'if-range': '"other"' } });
    expect([other.status, await other.text()]).to.deep.equal([200, octets.toString()]);
    const beyond = await ask(file, { headers: { range: `bytes=${octets.length}-` } });
    expect([beyond.status, beyond.headers.get('content-range')]).to.deep.equal([416, `bytes */${octets.length}`]);
  });

  it('CONTRACT 8: takes a receipt with an empty body', async () => {
    const response = await ask(receipt, { method: 'POST' });
    expect([response.status, await response.text()]).to.deep.equal([200, '']);
    expect(calls).to.deep.equal([['kvitterMottak', 'mottaker', 'brev']]);
  });

  for (const type of ['application/json', 'text/plain', 'application/octet-stream'])
    it(`CONTRACT 8: takes a failure as ${type}`, async () => {
      const body = JSON.stringify({ feilmelding: 'Ukjent sak', permanent: true });
      const response = await ask(failed, { method: 'POST', body, headers: { 'content-type': type } });
      expect([response.status, await response.text()]).to.deep.equal([200, '']);
      expect(calls).to.deep.equal([['mottakFeilet', 'mottaker', 'brev', 'Ukjent sak', true]]);
    });

  it('SECURITY 102: does not take a failure that says nothing, nor one that is too long', async () => {
    const post = (body: string) => ask(failed, { method: 'POST', body });
    expect((await post('x')).status).to.equal(400);
    const full = JSON.stringify({ feilmelding: '', permanent: false });
    const padded = (size: number) => full.padEnd(size);
    expect((await post(padded(limits.svarinnBody))).status).to.equal(200);
    expect((await post(padded(limits.svarinnBody + 1))).status).to.equal(413);
    expect(calls.length).to.equal(1);
  });

  const paths: readonly (readonly [string, string])[] = [
    ['GET', listPath],
    ['GET', file],
    ['POST', receipt],
    ['POST', failed],
  ];
  for (const [method, path] of paths) {
    it(`SECURITY 114: asks for a password: ${method} ${path}`, async () => {
      for (const headers of [{ authorization: '' }, basic('mottaker', 'galt')]) {
        const response = await ask(path, { method, headers });
        expect([response.status, response.headers.get('www-authenticate')]).to.deep.equal([
          401,
          'Basic realm="Posthorn SvarInn", charset="UTF-8"',
        ]);
      }
      expect(calls).to.deep.equal([]);
    });

    it(`takes no other method: ${path}`, async () => {
      for (const other of ['PUT', 'DELETE', method === 'GET' ? 'POST' : 'GET'])
        expect((await ask(path, { method: other })).status, other).to.equal(405);
    });
  }

  it("SECURITY 108: answers for another receiver's letter as for none", async () => {
    const body = JSON.stringify({ feilmelding: '', permanent: false });
    for (const [method, path] of paths.slice(1)) {
      const init = { method, ...(path === failed && { body }) };
      expect((await ask(path, { ...init, headers: basic('annen') })).status, path).to.equal(404);
      expect((await ask(path.replace('brev', 'ukjent'), init)).status, path).to.equal(404);
    }
    expect(calls).to.deep.equal([]);
  });

  it('SECURITY 77: takes no password over plain HTTP where it must not', () =>
    with_({ plainPasswords: false }, async () => {
      expect((await ask(listPath)).status).to.equal(401);
    }));

  it('SECURITY 104: a receiving system that asks too much at once is told to wait, and no other is', async () => {
    let go = (): void => {};
    const held = new Promise<readonly []>((resolve) => (go = () => resolve([])));
    await with_({ tjeneste: { ...options().tjeneste, hentNye: () => held } }, async () => {
      const asked = Array.from({ length: limits.accountAtOnce + 1 }, () => ask(listPath));
      const refused = await Promise.race(asked);
      expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([429, '5']);
      const other = ask(listPath, { headers: basic('annen') });
      go();
      expect((await other).status).to.equal(200);
      const answers = (await Promise.all(asked)).map(({ status }) => status);
      expect(answers.filter((status) => status === 200)).to.have.length(limits.accountAtOnce);
      expect((await ask(listPath)).status).to.equal(200);
    });
  });

  it('says 429 to who guesses, 503 while the database is away, 500 for an error of its own', async () => {
    const throwing = (code: 'TOO_MANY_REQUESTS' | 'UNAVAILABLE' | 'INTERNAL'): Partial<SvarInn> => ({
      tjeneste: { ...service(calls), hentNye: () => Promise.reject(new Failure(code, 'test')) },
    });
    for (const [code, status] of [
      ['TOO_MANY_REQUESTS', 429],
      ['UNAVAILABLE', 503],
      ['INTERNAL', 500],
    ] as const)
      await with_(throwing(code), async () => void expect((await ask(listPath)).status).to.equal(status));
  });

  it('cuts a download whose contents are damaged, rather than to end it as whole', () =>
    with_(
      {
        payloads: {
          async *get() {
            yield octets.subarray(0, 5);
            throw new Failure('INTERNAL', 'changed');
          },
        },
      },
      async () => {
        const outcome = await ask(file)
          .then((response) => response.text())
          .catch(() => 'cut');
        expect(outcome).to.equal('cut');
      },
    ));

  it('FEATURES 47: counts how often each receiver asks', async () => {
    await ask(listPath);
    const metrics = await (await ask('/metrics')).text();
    expect(metrics).to.match(/posthorn_requests_total\{operation="hentNyeForsendelser",outcome="ok"\} [1-9]/);
  });
});
