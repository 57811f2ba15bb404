import type { Command } from 'commander';
import type { CalendarRow, Clock } from '../domain/ports.js';
import { CommandError, printer, UsageError } from './output.js';
import { instant } from './wire.js';
import type { Open } from './withStore.js';
import { withStore } from './withStore.js';

export interface ClockCommandDeps {
  readonly open: Open;
  readonly clock: Clock;
  readonly isProduction: () => boolean;
}

const hour = 3_600_000;
const units = { d: 24 * hour, h: hour } as const;

/** Milliseconds of a move: `+7d`, `+12h`. @throws UsageError */
function lengthOf(move: string): number {
  const [, count, unit] = /^\+([1-9]\d{0,3})([dh])$/.exec(move) ?? [];
  if (count === undefined || unit === undefined) {
    throw new UsageError('Give days or hours to move ahead, such as +7d or +12h (at most +9999d), or reset.');
  }
  return Number(count) * units[unit as keyof typeof units];
}

const counted = (count: number, word: string): string[] =>
  count === 0 ? [] : [`${count} ${word}${count === 1 ? '' : 's'}`];

/** What the calendar says, in a sentence. */
function told(now: Date, ahead: number): string {
  const calendar = instant(new Date(now.getTime() + ahead));
  if (ahead === 0) return `The calendar says ${calendar}: it is the clock's.`;
  const days = Math.floor(ahead / units.d);
  const distance = [...counted(days, 'day'), ...counted((ahead - days * units.d) / hour, 'hour')].join(' and ');
  return `The calendar says ${calendar}: ${distance} ahead of the clock.`;
}

async function change(row: CalendarRow, move: string, now: Date): Promise<void> {
  await (move === 'reset' ? row.reset(now) : row.advance(lengthOf(move), now));
}

/** Adds `clock`, which moves the calendar that rules are judged by; certificates, signatures and retries keep the real time. */
export function addClock(group: Command, { open, clock, isProduction }: ClockCommandDeps): void {
  const command = group
    .command('clock')
    .description('Show the calendar that rules are judged by, or move it ahead: letters whose date comes go out')
    .argument('[move]', 'how far, such as +7d or +12h; or reset');
  command.action(async (move: string | undefined) => {
    const print = printer(command);
    if (move !== undefined && move !== 'reset') lengthOf(move);
    if (move !== undefined && isProduction()) {
      throw new CommandError('Production keeps the real time: its letters go by it. Move the calendar of a sandbox.');
    }
    await withStore(open, async ({ calendar }) => {
      if (move !== undefined) await change(calendar, move, clock.now());
      print.out(told(clock.now(), await calendar.ahead()));
      if (move !== undefined) print.out('What runs on this database follows within two seconds.');
    });
  });
}
