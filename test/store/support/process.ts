import { spawn } from 'node:child_process';
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
