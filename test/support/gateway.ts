import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { ensureDataKey, loadConfig } from '../../src/config.js';
import { PATH } from '../../src/contract/oppslagstjenesten/names.js';
import { prepareDevelopment } from '../../src/development.js';
import { startGateway as start } from '../../src/gateway.js';
import { createLog } from '../../src/log.js';
import type { DevelopmentPki } from '../../src/sandbox/pki/development.js';
import { openStore } from '../../src/store/index.js';
import type { Store } from '../../src/store/index.js';

/** Development keys, made once and kept between test runs. */
export const testCertsDir = join(import.meta.dirname, '../../node_modules/.cache/posthorn-test-certs');

/** A data directory with the same data key as every other: gateways of one database must have one. */
export async function newDataDir(name: string): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), name));
  await writeFile(join(dataDir, 'data.key'), `${Buffer.alloc(32, 7).toString('base64')}\n`, { mode: 0o600 });
  return dataDir;
}

/** A gateway in this process with development data, on a free port of the loopback address. */
export interface TestGateway {
  /** Address of the look-up service. */
  readonly url: string;
  /** Scheme, host and port. */
  readonly base: string;
  /** Directory of the development keys. */
  readonly certs: string;
  readonly pki: DevelopmentPki;
  /** A second connection to the same database. */
  readonly store: Store;
  /** Everything that was logged, a line each. */
  readonly logLines: string[];
  stop(): Promise<void>;
}

/** Starts a gateway with development data. `environment` holds further POSTHORN_ variables. */
export async function startGateway(environment: Readonly<Record<string, string>> = {}): Promise<TestGateway> {
  const dataDir = await newDataDir('posthorn-test-');
  const config = loadConfig({
    POSTHORN_PORT: '0',
    POSTHORN_DATA_DIR: dataDir,
    POSTHORN_CERTS_DIR: testCertsDir,
    ...environment,
  });
  const pki = await prepareDevelopment(config);
  const logLines: string[] = [];
  const stream = new Writable({
    write(line: Buffer, _encoding, done) {
      logLines.push(line.toString());
      done();
    },
  });
  const gateway = await start(config, createLog({ level: 'debug', stream }));
  const store = await openStore({ url: config.databaseUrl.reveal(), dataKey: await ensureDataKey(config.dataDir) });
  return {
    url: gateway.url + PATH,
    base: gateway.url,
    certs: testCertsDir,
    pki,
    store,
    logLines,
    stop: async () => {
      await store.close();
      await gateway.close(1_000);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
