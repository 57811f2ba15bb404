import { createSecretKey } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect } from 'chai';
import { plain } from '../src/around.js';
import { loadConfig } from '../src/config.js';
import { startGateway } from '../src/gateway.js';
import { createLog } from '../src/log.js';
import { ensureDevelopmentPki } from '../src/sandbox/pki/development.js';
import { openStore } from '../src/store/index.js';
import { testCertsDir } from './support/gateway.js';

describe('gateway', () => {
  it('does not begin to listen with another data key than its database was written under', async () => {
    await ensureDevelopmentPki(testCertsDir);
    const dataDir = await mkdtemp(join(tmpdir(), 'posthorn-gateway-'));
    const url = `sqlite:${dataDir}/posthorn.db`;
    await (await openStore({ url, dataKey: createSecretKey(Buffer.alloc(32, 1)) })).close();
    const config = loadConfig({
      POSTHORN_PORT: '0',
      POSTHORN_DATA_DIR: dataDir,
      POSTHORN_CERTS_DIR: testCertsDir,
      POSTHORN_DATABASE_URL: url,
      POSTHORN_DATA_KEY: Buffer.alloc(32, 2).toString('base64'),
    });
    const log = createLog({ level: 'error', stream: new Writable({ write: (_line, _encoding, done) => done() }) });
    const opened: string[] = [];
    try {
      const starting = startGateway(config, log, plain, async () => void opened.push('everything'));
      const error: unknown = await starting.catch((e: unknown) => e);
      expect(String(error)).to.match(/^Error: The data key is not the one/);
      expect(opened).to.deep.equal([]);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it('that cannot listen closes what it has opened, for it may be started again in the same process', async () => {
    await ensureDevelopmentPki(testCertsDir);
    const dataDir = await mkdtemp(join(tmpdir(), 'posthorn-gateway-'));
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const config = loadConfig({
      POSTHORN_PORT: String((taken.address() as AddressInfo).port),
      POSTHORN_DATA_DIR: dataDir,
      POSTHORN_CERTS_DIR: testCertsDir,
      POSTHORN_DATABASE_URL: `sqlite:${dataDir}/posthorn.db`,
    });
    const log = createLog({ level: 'error', stream: new Writable({ write: (_line, _encoding, done) => done() }) });
    const calls: string[] = [];
    const around = {
      ...plain,
      store: (store: Parameters<typeof plain.store>[0]) => ({
        ...store,
        queue: { ...store.queue, claim: async () => (calls.push('claim'), []) },
        close: () => (calls.push('close'), store.close()),
      }),
    };
    try {
      const error: unknown = await startGateway(config, log, around).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(Error);
      expect(calls.at(-1)).to.equal('close');
      await new Promise((resolve) => setTimeout(resolve, 2 * plain.pollMs));
      expect(calls.at(-1), 'and its worker has stopped').to.equal('close');
    } finally {
      taken.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
