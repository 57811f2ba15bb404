import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { dirname } from 'node:path';
import type { Log } from '../log.js';
import type { Check, CheckResult } from './health.js';
import type { Metrics } from './metrics.js';

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
  /** Told when a clock that was wrong is believed again without having been set back, and by how many seconds it had been moved. */
  readonly believed?: (seconds: number) => void;
  /** Told each time that a clock which is believed has been moved by more than is borne since the last time; by how many seconds since the start. */
  readonly added?: (seconds: number) => void;
}

/** What operators are told of a clock that is believed. */
export const clockReports = (
  log: Pick<Log, 'warn'>,
  metrics: Pick<Metrics, 'clockMoved'>,
): Required<Pick<ClockWatchOptions, 'believed' | 'added'>> => ({
  believed: (seconds) =>
    log.warn('the clock was moved by small steps and has run evenly since; it is believed again', { seconds }),
  added: (seconds) => {
    metrics.clockMoved(seconds);
    log.warn(
      'the clock has been moved by small steps, each of which was borne, and they add up; see whether its source of time is right',
      { seconds },
    );
  },
});

/** A larger difference cannot be the clock service at work. */
const tolerance = 60_000;
/** This code did not exist before; a clock without battery starts in 1970. */
const earliest = Date.UTC(2025, 0, 1);
const howOften = 10_000;
/** A smaller difference between two looks is no step: the two clocks are read one after the other. */
const step = 1_000;
/** How long without a step until small ones that came to too much are believed, and until those that did not are forgotten. */
const believedAfter = 15 * 60_000;
const forgottenAfter = 24 * 3_600_000;

const seconds = (ms: number): string => `${Math.round(Math.abs(ms) / 1000)} s`;

/** How the clock has been moved against the time since boot. */
function movements(clock: number, steady: number) {
  const begun = clock - steady;
  let [trusted, offset, told, since, far] = [begun, begun, begun, steady, false];
  return {
    /** @returns how far it is from where it was right */
    seen: (now: number, even: number): number => {
      const moved = Math.abs(now - even - offset);
      if (moved > step) [offset, since] = [now - even, even];
      const jump = now - even - trusted;
      if (Math.abs(jump) <= tolerance) far = false;
      else if (moved > tolerance) far = true;
      return jump;
    },
    /** Whether one step alone was too much. */
    far: () => far,
    /** Whether there was no step for so long. */
    rested: (even: number, ms: number): boolean => even - since >= ms,
    /** From now on this is where it is right. */
    trust: (now: number, even: number): void => void (trusted = now - even),
    /** How far it has been moved since the start, where that is too much more than at the last such answer. Nothing is forgotten here. */
    added: (now: number, even: number): number | undefined => {
      if (Math.abs(now - even - told) <= tolerance) return undefined;
      told = now - even;
      return told - begun;
    },
  };
}

/**
 * Watches the system clock (SECURITY 120): it must move as evenly as the time since boot, to within 60 s, and must not be behind the last time
 * recorded before a restart. Steps add up. One step of more than that is wrong until it is set back, or until a restart; small ones that come to
 * more, as of a clock service with much to do, are wrong until none has come for a quarter of an hour: then whoever sets the clock has set it.
 * Not before the last time that was right, though: what was remembered against repetition up to then may be forgotten.
 * Small ones that are borne and forgotten, as one a day, are told of as often as they have come to more than 60 s again.
 */
export function createClockWatch(options: ClockWatchOptions): ClockWatch {
  const { store, now = Date.now, steady = () => uptime() * 1000, believed, added } = options;
  const movement = movements(now(), steady());
  const recorded = store.read();
  let kept = recorded;

  /** What is wrong with a clock that has been moved by `jump`; undefined when it is believed all the same. */
  const judgeJump = (jump: number, clock: number, even: number): string | undefined => {
    const detail = `the clock jumped ${seconds(jump)} ${jump > 0 ? 'ahead' : 'back'}; set it right, or restart if it is right now`;
    if (movement.far()) return detail;
    if (!movement.rested(even, believedAfter) || (kept !== undefined && clock < kept))
      return `${detail}; by small steps, so it is believed when it has run evenly for 15 min`;
    movement.trust(clock, even);
    believed?.(Math.round(jump / 1000));
    return undefined;
  };
  const judge = (): CheckResult => {
    const [clock, even] = [now(), steady()];
    const jump = movement.seen(clock, even);
    if (clock < earliest) return { ok: false, detail: `the clock says ${new Date(clock).toISOString()}; set it` };
    if (Math.abs(jump) > tolerance) {
      const detail = judgeJump(jump, clock, even);
      if (detail !== undefined) return { ok: false, detail };
    } else if (movement.rested(even, forgottenAfter)) movement.trust(clock, even);
    if (recorded !== undefined && clock < recorded - tolerance) {
      const detail = `the clock is ${seconds(recorded - clock)} behind the time recorded before the last stop; set it right, or remove the file clock from the data directory if that time was wrong`;
      return { ok: false, detail };
    }
    const sum = movement.added(clock, even);
    if (sum !== undefined) added?.(Math.round(sum / 1000));
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
