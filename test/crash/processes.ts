import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildMessage } from '../../src/run.js';
import { cacheDir, compile } from '../bench/support/compile.js';
import type { Point } from './points.js';

const out = join(cacheDir, 'crash', String(process.pid));
let compiled: Promise<void> | undefined;

/** Where the gateway lies as plain JavaScript, which starts in a third of the time; made once. */
async function gatewayModule(): Promise<string> {
  await (compiled ??= compile('test/crash/tsconfig.crash.json', out));
  return join(out, 'test/crash/gateway.js');
}

/** Removes what was made to start gateways. */
export const clearUp = (): Promise<void> => rm(out, { recursive: true, force: true });

type Environment = Readonly<Record<string, string>>;

/** What a gateway is told: to die when it passes `point` for the time `passes`, counted from now. */
export interface Sentence {
  readonly point: Point;
  /** 1 or more. */
  readonly passes: number;
}

/** Asks a gateway what it holds. */
const HOLDING = 'holding';

/** What a process holds, after forced garbage collections. */
export interface Holding {
  /** Octets. */
  readonly rss: number;
  readonly heap: number;
  /** Open file descriptors. */
  readonly files: number;
}

/** A gateway that is started again each time it is killed. */
export interface Mortal {
  /** Where it listens; while it is being started, resolves when that is done. */
  url(): Promise<string>;
  /** SIGKILL. Resolves when it has ended; who asks where it listens waits for `resume`. */
  halt(): Promise<void>;
  /** As `halt`, but where the sentence says. False when it has not come there within `ms`, and was killed where it was. */
  haltAt(sentence: Sentence, ms: number): Promise<boolean>;
  /** A new process on the same data. Resolves when it is ready. */
  resume(): Promise<void>;
  /** `halt` and `resume`. */
  kill(): Promise<void>;
  /** SIGSTOP, and SIGCONT after so many milliseconds. */
  pause(ms: number): Promise<void>;
  /** What it holds now. */
  holding(): Promise<Holding>;
  stop(): Promise<void>;
}

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  /** Says that it may end from here on. Resolves when it has. */
  readonly ending: () => Promise<void>;
}

/** Shows what a gateway logs, but that the database is away: it is killed now and then. */
const show = (line: string): void => {
  if (!line.includes('UNAVAILABLE')) process.stdout.write(`${line}\n`);
};

/** @throws Error with its reason when it does not come up. One that ends by itself later ends the whole run. */
async function start(environment: Environment): Promise<Running> {
  const child = fork(await gatewayModule(), [], {
    execArgv: [],
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  if (child.stdout !== null) createInterface(child.stdout).on('line', show);
  let expected = false;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      if (!expected) throw new Error(`a gateway ended by itself: ${signal ?? `exit code ${code}`}`);
      resolve();
    });
  });
  const [message] = (await once(child, 'message')) as [ChildMessage];
  if (!message.ready) throw new Error(message.reason);
  return {
    child,
    url: message.url,
    ending: () => {
      expected = true;
      return ended;
    },
  };
}

async function end({ child, ending }: Running, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const ended = ending();
  child.kill(signal);
  await ended;
}

/** Starts a gateway. @throws Error with its reason when it does not come up */
export async function startMortal(environment: Environment): Promise<Mortal> {
  let running = start(environment);
  await running;
  let begin: ((next: Promise<Running>) => void) | undefined;
  /** From here on whoever asks waits for the next life. */
  const waiting = (): Promise<Running> => {
    const old = running;
    running = new Promise((resolve) => (begin = resolve));
    return old;
  };
  const mortal: Mortal = {
    url: async () => (await running).url,
    halt: async () => end(await waiting(), 'SIGKILL'),
    haltAt: async (sentence, ms) => {
      const { child, ending } = await running;
      const ended = ending();
      child.send(sentence);
      const reached = await Promise.race([ended.then(() => true), sleep(ms, false)]);
      void waiting();
      child.kill('SIGKILL');
      await ended;
      if (child.signalCode !== 'SIGKILL') throw new Error(`a gateway ended otherwise on its way to ${sentence.point}`);
      return reached;
    },
    resume: async () => {
      begin?.(start(environment));
      await running;
    },
    kill: async () => {
      await mortal.halt();
      await mortal.resume();
    },
    pause: async (ms) => {
      const { child } = await running;
      child.kill('SIGSTOP');
      await sleep(ms);
      child.kill('SIGCONT');
    },
    holding: async () => {
      const { child } = await running;
      child.send(HOLDING);
      const [holding] = (await once(child, 'message')) as [Holding];
      return holding;
    },
    stop: async () => end(await running, 'SIGTERM'),
  };
  return mortal;
}
