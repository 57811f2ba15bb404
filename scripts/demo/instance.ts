import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../src/config.js';
import { readRun } from '../../src/run.js';

/** A gateway to show, and how its command line is run. */
export interface Instance {
  /** Scheme, host and port. */
  readonly url: string;
  readonly dataDir: string;
  readonly certsDir: string;
  /** True when it was started for the demo, with a data directory that goes away with it. */
  readonly own: boolean;
  readonly env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

const source = (file: string): string => fileURLToPath(new URL(`../../src/${file}`, import.meta.url));

const read = async (stream: Readable | null): Promise<string> => (stream === null ? '' : text(stream));

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

/** Starts gateway and sandbox on free ports, in a data directory of their own. @throws Error with what they wrote */
async function start(certsDir: string): Promise<Instance> {
  const dataDir = await mkdtemp(join(tmpdir(), 'posthorn-demo-'));
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('POSTHORN_'));
  const env = {
    ...Object.fromEntries(inherited),
    POSTHORN_PORT: '0',
    POSTHORN_DATA_DIR: dataDir,
    POSTHORN_CERTS_DIR: certsDir,
    POSTHORN_LOG_LEVEL: 'error',
  };
  const child = fork(source('dev.ts'), [], { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const ended = once(child, 'exit');
  const complaint = read(child.stderr);
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  };
  for (;;) {
    const run = await readRun(dataDir);
    if (run !== undefined) return { url: run.gateway.url, dataDir, certsDir, own: true, env, stop };
    if (child.exitCode !== null) {
      await stop();
      throw new Error(`Posthorn could not be started for the demo: ${await complaint}`);
    }
    await wait(50);
  }
}

/** The gateway that runs on the configured data directory, or one started for the demo. @throws Error */
export async function findOrStart(): Promise<Instance> {
  const { mode, dataDir, certsDir } = loadConfig(process.env);
  if (mode === 'production') throw new Error('The demo uses development keys and persons. Unset POSTHORN_MODE.');
  const run = await readRun(dataDir);
  if (run === undefined || !(await answers(run.gateway.url))) return start(certsDir);
  return { url: run.gateway.url, dataDir, certsDir, own: false, env: process.env, stop: async () => {} };
}

/** Runs `posthorn` as an operator would. @returns what it printed @throws Error with what it complained about */
export async function posthorn(instance: Instance, ...args: readonly string[]): Promise<string> {
  const child = fork(source('cli/main.ts'), args, { env: instance.env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const ended = once(child, 'exit');
  const [out, complaint] = await Promise.all([read(child.stdout), read(child.stderr)]);
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`posthorn ${args.join(' ')} failed: ${complaint}`);
  return out.trim();
}
