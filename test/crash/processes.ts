import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ChildMessage } from '../../src/run.js';

const main = join(import.meta.dirname, '../../src/main.ts');

type Environment = Readonly<Record<string, string>>;

/** A gateway that is started again each time it is killed. */
export interface Mortal {
  /** Where it listened last. */
  url(): string;
  /** SIGKILL, and a new process on the same data. Resolves when that one is ready. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

async function start(environment: Environment): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(main, [], { execArgv: ['--import', 'tsx'], env: { ...process.env, ...environment } });
  const [message] = (await once(child, 'message')) as [ChildMessage];
  if (!message.ready) throw new Error(message.reason);
  return { child, url: message.url };
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** Starts src/main.ts. @throws Error with its reason when it does not come up */
export async function startMortal(environment: Environment): Promise<Mortal> {
  let running = await start(environment);
  return {
    url: () => running.url,
    kill: async () => {
      await end(running.child, 'SIGKILL');
      running = await start(environment);
    },
    stop: () => end(running.child, 'SIGTERM'),
  };
}
