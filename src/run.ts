import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { draftOf, isMissing } from './run/files.js';

export { lockDataDir } from './run/lock.js';

export type Role = 'gateway' | 'sandbox';

/** A child is ready; sent once over IPC to whoever started it. */
export interface ReadyMessage {
  readonly ready: true;
  readonly role: Role;
  readonly url: string;
  /** Lines for the person who started it: WSDLs, keys, accounts. */
  readonly summary: readonly string[];
  /** Environment variables that the other process needs to use this one; what is set already stands. */
  readonly offers?: Readonly<Record<string, string>>;
}

/** A child could not start; `reason` is a sentence for people. */
export interface FailedMessage {
  readonly ready: false;
  readonly role: Role;
  readonly reason: string;
  /** Whether it would be the same again, as by a setting: nothing that passes. */
  readonly lasting: boolean;
}

export type ChildMessage = ReadyMessage | FailedMessage;

export interface RunningChild {
  readonly url: string;
  readonly pid: number;
}

/** `run.json` in the data directory while `npm start` runs: where demo, command line and tests find it. */
export interface Run {
  readonly gateway: RunningChild;
  readonly sandbox: RunningChild;
  /** ISO 8601. */
  readonly startedAt: string;
}

const runFile = (dataDir: string): string => join(dataDir, 'run.json');

/** Writes `run.json` so that a reader sees all of it or nothing. */
export async function writeRun(dataDir: string, run: Run): Promise<void> {
  const draft = draftOf(runFile(dataDir));
  await writeFile(draft, `${JSON.stringify(run, null, 2)}\n`);
  await rename(draft, runFile(dataDir));
}

/** The running instance on a data directory, or undefined when there is none. */
export async function readRun(dataDir: string): Promise<Run | undefined> {
  try {
    return JSON.parse(await readFile(runFile(dataDir), 'utf8')) as Run;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export const removeRun = (dataDir: string): Promise<void> => rm(runFile(dataDir), { force: true });

/** What a started process tells and how it is ended. */
export interface Started {
  readonly url: string;
  readonly summary: readonly string[];
  readonly offers?: ReadyMessage['offers'];
  /** Finishes what is in flight and lets go of everything, so that the process can end by itself. */
  stop(): Promise<void>;
  /** Rejects with the reason when it has ended by itself. */
  readonly ended?: Promise<never>;
}

const isForPeople = (error: Error): boolean => ['Error', 'ConfigError'].includes(error.name);

/** Why something could not be done, as one text: the message of an error meant for people, the stack of any other. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return isForPeople(error) ? error.message : (error.stack ?? error.message);
}

/** A sentence of ours says what somebody has to do first. What a system or a database says, by a code, may be otherwise the next time. */
export const isLasting = (error: unknown): boolean =>
  error instanceof Error && isForPeople(error) && !('code' in error);

/** Longest time that a process may take to end by itself after `stop`. */
const lingerMs = 2_000;

function endProcess(code: number): void {
  process.exitCode = code;
  if (process.connected) process.disconnect();
  setTimeout(() => process.exit(), lingerMs).unref();
}

/** Sends over IPC to the process that forked this one; false when nobody did. */
function tell(message: ChildMessage): boolean {
  return process.connected && process.send?.(message, () => {}) !== undefined;
}

/**
 * The life of a process of Posthorn, alone or as a child of `npm start`: starts, says that it is ready or why not, and on SIGTERM,
 * SIGINT or the end of its parent stops once and ends with exit code 0 (1 when starting or stopping failed).
 */
export async function runProcess(role: Role, start: () => Promise<Started>): Promise<void> {
  const fail = (error: unknown): void => {
    const reason = reasonOf(error);
    if (!tell({ ready: false, role, reason, lasting: isLasting(error) })) process.stderr.write(`${reason}\n`);
    endProcess(1);
  };
  let stopping: Promise<void> | undefined;
  const starting = start();
  const stop = (): void => {
    stopping ??= starting.then((started) => started.stop()).then(() => endProcess(0), fail);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(signal, stop);
  const parentIsGone = process.send !== undefined && !process.connected;
  if (parentIsGone) stop();
  try {
    const { url, summary, offers, ended } = await starting;
    // The gateway's output is its log; whoever runs the sandbox alone must be told where it is.
    const told = tell({ ready: true, role, url, summary, ...(offers && { offers }) });
    if (!told && role === 'sandbox') process.stdout.write(`${[`Sandbox ${url}`, ...summary].join('\n')}\n`);
    ended?.catch((error: unknown) => (stopping ??= Promise.resolve(fail(error))));
  } catch (error) {
    stopping ??= Promise.resolve(fail(error));
  }
}
