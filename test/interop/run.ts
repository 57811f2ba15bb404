import { spawn } from 'node:child_process';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. @param timeout milliseconds, after which it is killed and the promise rejects */
export function run(file: string, args: readonly string[], timeout = 60_000): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout, killSignal: 'SIGKILL' });
    const out = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => (out[name] += text));
    }
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (signal !== null) reject(new Error(`${file} was ended by ${signal} after ${timeout} ms: ${out.stderr}`));
      else resolve({ code, ...out });
    });
  });
}

/** The output of a program. @throws Error when it ends otherwise than well */
export async function succeed(file: string, args: readonly string[], timeout?: number): Promise<string> {
  const { code, stdout, stderr } = await run(file, args, timeout);
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return stdout;
}
