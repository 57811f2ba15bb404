import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config.js';
import { PATH } from '../../src/contract/oppslagstjenesten/names.js';
import { prepareDevelopment } from '../../src/development.js';
import type { ChildMessage } from '../../src/run.js';
import type { DevelopmentPki } from '../../src/sandbox/pki/development.js';
import { testCertsDir } from './gateway.js';

/** A gateway in a process of its own, so that its memory and its death can be watched. */
export interface GatewayProcess {
  readonly url: string;
  readonly base: string;
  readonly pki: DevelopmentPki;
  readonly child: ChildProcess;
  /** Resident memory, octets. */
  rss(): Promise<number>;
  stop(): Promise<void>;
}

const main = join(import.meta.dirname, '../../src/main.ts');

async function residentOctets(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** Starts src/main.ts on a free port with development data in a directory of its own. */
export async function startGatewayProcess(environment: Readonly<Record<string, string>> = {}): Promise<GatewayProcess> {
  const dataDir = await mkdtemp(join(tmpdir(), 'posthorn-process-'));
  const variables = {
    POSTHORN_PORT: '0',
    POSTHORN_DATA_DIR: dataDir,
    POSTHORN_CERTS_DIR: testCertsDir,
    POSTHORN_LOG_LEVEL: 'error',
    ...environment,
  };
  const pki = await prepareDevelopment(loadConfig(variables));
  const child = fork(main, [], { execArgv: ['--import', 'tsx'], env: { ...process.env, ...variables } });
  const [message] = (await once(child, 'message')) as [ChildMessage];
  if (!message.ready) throw new Error(message.reason);
  return {
    url: message.url + PATH,
    base: message.url,
    pki,
    child,
    rss: () => residentOctets(child.pid as number),
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
