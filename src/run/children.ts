import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ChildMessage, ReadyMessage, Role } from '../run.js';

export interface Child {
  readonly role: Role;
  readonly pid: number;
  /** Rejects with a sentence when the child cannot start, ends, or is not ready in time. */
  readonly ready: Promise<ReadyMessage>;
  /** How it ended, in words; never rejects. */
  readonly ended: Promise<string>;
  /** Ends it by SIGTERM, and by SIGKILL after `graceMs`; resolves when it has ended. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Starts one of Posthorn's processes as a child with the options of this one (so that TypeScript sources run where they run now).
 * Its output goes where ours goes.
 */
export function startChild(role: Role, script: URL, env: NodeJS.ProcessEnv, readyTimeoutMs: number): Child {
  const child = fork(fileURLToPath(script), [], {
    env,
    execArgv: process.execArgv,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  const ready = new Promise<ReadyMessage>((resolve, reject) => {
    const late = setTimeout(
      () =>
        reject(new Error(`The ${role} was not ready within ${readyTimeoutMs / 1000} s; the lines above may say why.`)),
      readyTimeoutMs,
    );
    child.on('message', (message: ChildMessage) => {
      if (message.ready) resolve(message);
      else reject(new Error(message.reason));
    });
    void ended.then((how) => {
      clearTimeout(late);
      reject(new Error(`The ${role} ended while it was starting (${how}); the lines above may say why.`));
    });
    void child.once('message', () => clearTimeout(late));
  });
  ready.catch(() => {});
  const stop = async (graceMs: number): Promise<void> => {
    const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
    child.kill('SIGTERM');
    await ended;
    clearTimeout(kill);
  };
  return { role, pid: child.pid ?? 0, ready, ended, stop };
}
