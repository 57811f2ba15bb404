import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { loadConfig } from '../src/config.js';
import { PATH } from '../src/contract/oppslagstjenesten/names.js';
import { ensureDevelopmentPki } from '../src/sandbox/pki/development.js';
import { createLog } from '../src/log.js';
import { startPatiently } from '../src/waiting.js';
import { gateTo, type Gate } from './store/support/gate.js';
import { administer, chooseServer } from './support/mariadb.js';
import { testCertsDir } from './support/gateway.js';
import { onMysql } from './support/stores.js';

describe('a gateway whose database is down when it starts', function () {
  this.timeout(60_000);
  onMysql((database) => {
    let gate: Gate;
    let dataDir = '';
    const lines: string[] = [];
    const log = createLog({
      level: 'error',
      stream: new Writable({
        write(line: Buffer, _encoding, done) {
          lines.push(line.toString());
          done();
        },
      }),
    });
    before(async () => {
      await database.open();
      await ensureDevelopmentPki(testCertsDir);
      gate = await gateTo(database.url());
      dataDir = await mkdtemp(join(tmpdir(), 'posthorn-waiting-'));
    });
    after(async () => {
      gate.end();
      await rm(dataDir, { recursive: true, force: true });
    });
    const configFor = (url: string) =>
      loadConfig({
        POSTHORN_PORT: '0',
        POSTHORN_DATA_DIR: dataDir,
        POSTHORN_CERTS_DIR: testCertsDir,
        POSTHORN_DATABASE_URL: url,
      });

    it('F18: lives, is not ready, has everybody come again, and serves by itself when the database is up', async () => {
      gate.shut();
      const gateway = await startPatiently(configFor(gate.url), log);
      try {
        const { url } = gateway;
        expect((await fetch(`${url}/health/live`)).status).to.equal(200);
        const ready = await fetch(`${url}/health/ready`);
        expect([ready.status, await ready.text()]).to.satisfy(
          ([status, text]: [number, string]) => status === 503 && text.includes('POSTHORN_DATABASE_URL'),
        );
        const answer = await fetch(url + PATH, { method: 'POST', body: '<x/>' });
        expect([answer.status, answer.headers.get('retry-after')]).to.deep.equal([503, '60']);
        expect(lines.join()).to.contain('waits for it');
        gate.open();
        const isReady = (): Promise<boolean> =>
          fetch(`${url}/health/ready`).then(
            ({ status }) => status === 200,
            () => false,
          );
        const end = Date.now() + 30_000;
        while (!(await isReady()) && Date.now() < end) await sleep(50);
        expect(await isReady()).to.equal(true);
        expect((await fetch(`${url}${PATH}?wsdl`)).status).to.equal(200);
      } finally {
        await gateway.close(0);
      }
    });

    it('ends, and says which setting of what value, when the server is there at last and cannot be worked with', async function () {
      const server = chooseServer();
      if ('missing' in server || !server.own) this.skip();
      const said = /max_allowed_packet is 524288: .*set max_allowed_packet to 1048576 or more\. Set it .* SET GLOBAL/;
      gate.shut();
      await administer('set global max_allowed_packet = 524288');
      try {
        const gateway = await startPatiently(configFor(gate.url), log);
        gate.open();
        const why: unknown = await gateway.ended?.catch((e: unknown) => e);
        expect(String(why))
          .to.match(said)
          .and.to.match(/^Error: Posthorn cannot/);
        expect(lines.at(-1)).to.contain('max_allowed_packet').and.to.contain('ends');
        expect(await fetch(`${gateway.url}/health/live`).catch(() => 'nobody')).to.equal('nobody');
        await gateway.close(0);
        const atOnce: unknown = await startPatiently(configFor(gate.url), log).catch((e: unknown) => e);
        expect(String(atOnce)).to.match(said);
      } finally {
        await administer('set global max_allowed_packet = default');
      }
    });

    for (const state of ['open', 'shut'] as const)
      it(`says which address is in use when it is refused its port, and nothing of waiting, with the way to its database ${state}`, async () => {
        gate[state]();
        const other = createServer().listen(0, '127.0.0.1');
        await once(other, 'listening');
        const { port } = other.address() as AddressInfo;
        lines.length = 0;
        try {
          const why: unknown = await startPatiently({ ...configFor(gate.url), port }, log).catch((e: unknown) => e);
          expect(String(why)).to.match(new RegExp(`^Error: 127.0.0.1:${port} is in use .* set POSTHORN_PORT`));
          expect(lines).to.deep.equal([]);
        } finally {
          other.close();
        }
      });

    it('F18: ends when it is told to while it waits, and takes no other trouble for a database that is down', async () => {
      gate.shut();
      const gateway = await startPatiently(configFor(gate.url), log);
      await gateway.close(0);
      expect(await fetch(`${gateway.url}/health/live`).catch(() => 'nobody')).to.equal('nobody');
      const error: unknown = await startPatiently(configFor(`sqlite:${dataDir}`), log).catch((e: unknown) => e);
      expect(error).to.have.property('code', 'UNAVAILABLE');
    });
  });
});
