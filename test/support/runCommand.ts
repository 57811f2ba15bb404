import { Command } from 'commander';
import { reportError } from '../../src/cli/output.js';

export interface CommandRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line as the program would, and catches what it writes and its exit code. */
export async function runCommand(add: (program: Command) => void, ...args: readonly string[]): Promise<CommandRun> {
  let out = '';
  let err = '';
  const program = new Command('posthorn').exitOverride().configureOutput({
    writeOut: (text) => (out += text),
    writeErr: (text) => (err += text),
  });
  add(program);
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await program.parseAsync(args, { from: 'user' });
    return { code: process.exitCode, out, err };
  } catch (error) {
    const code = reportError(error, { err: (line) => (err += `${line}\n`) });
    return { code, out, err };
  } finally {
    process.exitCode = before;
  }
}
