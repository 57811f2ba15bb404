import { spawn } from 'node:child_process';

/** What is run, and how it is called. */
export interface Job {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
}

interface Ended {
  /** Why this is a failure; undefined: it is none. */
  readonly wrong: string | undefined;
  /** Both streams, in the order that they came. */
  readonly said: string;
}

function run({ command: [program, ...args] }: Job): Promise<Ended> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    const end = (wrong: string | undefined): void => resolve({ wrong, said: Buffer.concat(chunks).toString() });
    child.once('error', (error) => end(error.message));
    child.once('close', (code, signal) => end(code === 0 ? undefined : `exit code ${code ?? signal}`));
  });
}

const counted = (said: string, what: RegExp): number => [...said.matchAll(what)].reduce((n, [, m]) => n + Number(m), 0);

/**
 * Runs the jobs, in this order, `limit` at a time. What one says is written when it has ended, whole; last comes the sum.
 * @returns whether every job ended with exit code 0
 */
export async function runAtOnce(jobs: readonly Job[], limit: number, write: (text: string) => void): Promise<boolean> {
  const waiting = [...jobs];
  const wrong: string[] = [];
  let [passed, failed] = [0, 0];
  const work = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const begin = Date.now();
      const ended = await run(job);
      passed += counted(ended.said, /^ {2}(\d+) passing \(/gm);
      failed += counted(ended.said, /^ {2}(\d+) failing$/gm);
      if (ended.wrong !== undefined) wrong.push(`${job.name}: ${ended.wrong}\n`);
      write(`\n--- ${job.name}, ${Math.round((Date.now() - begin) / 1000)} s\n${ended.said}`);
    }
  };
  await Promise.all(Array.from({ length: limit }, work));
  write(`\n${wrong.join('')}${passed} passed, ${failed} failed\n`);
  return wrong.length === 0;
}
