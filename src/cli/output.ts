import cliProgress from 'cli-progress';
import { CommanderError, type Command } from 'commander';

/** The command was understood but could not be done: what happened, why, and what to do next. Exit code 1. */
export class CommandError extends Error {}

/** The command was called wrongly. Exit code 2. */
export class UsageError extends Error {}

/** Where a command writes: `Command.configureOutput` decides, so that tests can listen. One call is one line. */
export interface Printer {
  out(line: string): void;
  err(line: string): void;
}

export function printer(command: Command): Printer {
  const output = command.configureOutput();
  return {
    out: (line) => void (output.writeOut ? output.writeOut(`${line}\n`) : process.stdout.write(`${line}\n`)),
    err: (line) => void (output.writeErr ? output.writeErr(`${line}\n`) : process.stderr.write(`${line}\n`)),
  };
}

/**
 * The exit code for whatever a command threw, after the sentence has been told. Commander tells its own errors itself; with
 * `exitOverride` it throws them: help and version are 0, all else is usage.
 */
export function reportError(error: unknown, print: Pick<Printer, 'err'>): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  print.err(error instanceof Error ? error.message : String(error));
  return error instanceof UsageError ? 2 : 1;
}

/**
 * A text of others as it may stand on a terminal: control characters, and those that turn the direction of writing, as JSON writes them: `\u009b`.
 * Line ends and tabs stay, and JSON stays the same JSON.
 */
export const visible = (text: string): string =>
  text.replace(
    /(?![\t\n])\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** An amount for people. */
export const kroner = (oere: number): string => `${(oere / 100).toFixed(2)} kr`;

/** Lines of a table: columns as wide as their widest cell, two spaces between. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

export interface Progress {
  update(done: number, text: string): void;
  stop(): void;
}

/** Every so many percent a line, where no terminal shows a bar. */
const plainStep = 10;

function plainProgress(label: string, total: number, print: Printer): Progress {
  let told = 0;
  return {
    update(done, text) {
      const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
      if (percent < told + plainStep) return;
      told = percent - (percent % plainStep);
      print.err(`${label}: ${told} %, ${text}`);
    },
    stop() {},
  };
}

/** A progress bar on a terminal, otherwise a line for every tenth; both on the error stream, so that output stays clean. */
export function progress(label: string, total: number, print: Printer, terminal = process.stderr.isTTY): Progress {
  if (!terminal) return plainProgress(label, total, print);
  const bar = new cliProgress.SingleBar({
    format: `${label} {bar} {percentage} % {text}`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(total, 0, { text: '' });
  return {
    update: (done, text) => bar.update(done, { text }),
    stop: () => bar.stop(),
  };
}
