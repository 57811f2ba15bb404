import { spawnSync } from 'node:child_process';
import type { Context } from 'mocha';

/** Runs a foreign engine. Skips the test, with a message, where it is not installed. @returns its output, and whether it was content */
export function foreign(test: Context, command: string, args: readonly string[]): { output: string; content: boolean } {
  const { error, stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8' });
  if (error) {
    console.log(`      ${command} is not installed: not asked`);
    test.skip();
  }
  return { output: stdout + stderr, content: status === 0 };
}
