import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { dirname } from 'node:path';
import type { Check, CheckResult } from './health.js';

/** Where the last time that was known to be right is kept over a restart. */
export interface TimeStore {
  read(): number | undefined;
  write(ms: number): void;
}

/** A file that holds milliseconds since 1970; unreadable or absent is `undefined`, and what cannot be written is not kept. */
export function timeFile(file: string): TimeStore {
  return {
    read: () => {
      try {
        const ms = Number(readFileSync(file, 'utf8'));
        return Number.isSafeInteger(ms) && ms > 0 ? ms : undefined;
      } catch {
        return undefined;
      }
    },
    write: (ms) => {
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        writeFileSync(`${file}.${process.pid}`, String(ms), { mode: 0o600 });
        renameSync(`${file}.${process.pid}`, file);
      } catch {
        // A full disk is the database check's to report.
      }
    },
  };
}

export interface ClockWatch extends Check {
  run(): CheckResult;
  /** Whether the time may be signed and judged by. */
  right(): boolean;
}

export interface ClockWatchOptions {
  readonly store: TimeStore;
  /** The clock of the system, milliseconds. Default: `Date.now`. */
  readonly now?: () => number;
  /** Milliseconds that run on evenly whatever happens to the clock, also while the machine sleeps. Default: time since boot. */
  readonly steady?: () => number;
}

/** A larger difference cannot be the clock service at work. */
const tolerance = 60_000;
/** This code did not exist before; a clock without battery starts in 1970. */
const earliest = Date.UTC(2025, 0, 1);
const howOften = 10_000;

const seconds = (ms: number): string => `${Math.round(Math.abs(ms) / 1000)} s`;

/**
 * Watches the system clock (SECURITY 120): it must move as evenly as the time since boot, to within 60 s, and must not be
 * behind the last time recorded before a restart. A clock that jumped is right again when it is set back, or after a restart.
 */
export function createClockWatch(options: ClockWatchOptions): ClockWatch {
  const { store, now = Date.now, steady = () => uptime() * 1000 } = options;
  const start = { clock: now(), steady: steady() };
  const recorded = store.read();
  let kept = recorded;

  const judge = (): CheckResult => {
    const clock = now();
    const jump = clock - start.clock - (steady() - start.steady);
    if (clock < earliest) return { ok: false, detail: `the clock says ${new Date(clock).toISOString()}; set it` };
    if (Math.abs(jump) > tolerance) {
      const detail = `the clock jumped ${seconds(jump)} ${jump > 0 ? 'ahead' : 'back'}; set it right, or restart if it is right now`;
      return { ok: false, detail };
    }
    if (recorded !== undefined && clock < recorded - tolerance) {
      const detail = `the clock is ${seconds(recorded - clock)} behind the time recorded before the last stop; set it right, or remove the file clock from the data directory if that time was wrong`;
      return { ok: false, detail };
    }
    if (kept === undefined || clock - kept >= howOften) store.write((kept = clock));
    return { ok: true, detail: 'runs evenly' };
  };
  let rightAt = -Infinity;
  const right = (): boolean => {
    const clock = now();
    // Between two looks at the boot time, which is a file to read, so short a step cannot be a jump.
    if (clock >= rightAt && clock - rightAt < 100) return true;
    const { ok } = judge();
    rightAt = ok ? clock : -Infinity;
    return ok;
  };
  return { name: 'clock', run: judge, right };
}
