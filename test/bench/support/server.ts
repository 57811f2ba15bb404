import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChildMessage } from '../../../src/run.js';
import { compiled } from './compile.js';
import type { Usage } from './meter.js';

/** A server under test, in a process of its own. */
export interface Server {
  /** Where it takes what it is measured with. */
  readonly url: string;
  readonly pid: number;
  usage(): Promise<Usage>;
  /** Ends it and waits until it has ended. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Path of its source without ending. */
  readonly module: string;
  /** Path of the service that is measured. */
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** Directory for a processor profile, written when the server ends. */
  readonly profile?: string | undefined;
}

/** The variables and the options of node that `npm start` gives, so that what is measured is what runs. */
async function asStarted(): Promise<{ readonly env: Readonly<Record<string, string>>; readonly options: string[] }> {
  const file = join(import.meta.dirname, '../../../package.json');
  const { scripts } = JSON.parse(await readFile(file, 'utf8')) as { readonly scripts: { readonly start: string } };
  const [before = '', after = ''] = scripts.start.split('exec node');
  const env = Object.fromEntries(
    [...before.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
  );
  return { env, options: [...after.matchAll(/--\S+/g)].map(([option]) => option) };
}

const reply = async (child: ChildProcess): Promise<unknown> => {
  const ended = new AbortController();
  const [message] = (await Promise.race([
    once(child, 'message', { signal: ended.signal }),
    once(child, 'exit', { signal: ended.signal }).then(([code]) => {
      throw new Error(`A server under test ended (exit code ${String(code)}); the lines above may say why.`);
    }),
  ]).finally(() => ended.abort())) as [unknown];
  return message;
};

/** Starts a server and waits until it listens. @throws Error with a sentence when it cannot */
export async function startServer({ module, path, env, profile }: ServerOptions): Promise<Server> {
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const started = await asStarted();
  const child = fork(compiled(module), [], {
    env: { ...process.env, ...started.env, ...env },
    execArgv: [...started.options, '--import', compiled('test/bench/support/meter'), ...profiling],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const message = (await reply(child)) as ChildMessage;
  if (!message.ready) throw new Error(message.reason);
  return {
    url: message.url + path,
    pid: child.pid ?? 0,
    usage: async () => {
      child.send('usage');
      return (await reply(child)) as Usage;
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
