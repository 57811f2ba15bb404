import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('child.ts', import.meta.url));

/** Runs `child.ts` to its end. Resolves with how it ended and what it wrote to stderr. */
export function child(
  command: 'open' | 'stage',
  url: string,
): Promise<{ code: number | null; signal: string | null; stderr: string }> {
  const started = spawn(process.execPath, ['--import', 'tsx', script, command, url], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  started.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    started.once('error', reject);
    started.once('close', (code, signal) => resolve({ code, signal, stderr }));
  });
}

/** Starts a process that writes all it can. Resolves when it is at it, with what ends it. */
export async function flood(url: string): Promise<{ stop: () => Promise<void> }> {
  const started = spawn(process.execPath, ['--import', 'tsx', script, 'flood', url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(started, 'exit');
  await Promise.race([once(started.stdout, 'data'), ended]);
  return {
    stop: async () => {
      started.kill('SIGKILL');
      await ended;
    },
  };
}
