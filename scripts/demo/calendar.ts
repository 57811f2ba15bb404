import { setTimeout as sleep } from 'node:timers/promises';
import { dagtid } from '../../src/domain/varselrunde.js';
import type { Citizens } from './citizens.js';
import { say } from './story.js';

/* The calendar of the sandbox, as `posthorn sandbox clock` shows and moves it. */

type Users = Pick<Citizens, 'run'>;

const HOUR = 3_600_000;
/** Milliseconds in which gateway and sandbox follow the calendar. */
const FOLLOW_MS = 2_500;

/** What the calendar says, and whether that is the real time. */
export async function calendarOf(users: Users): Promise<{ readonly now: Date; readonly isReal: boolean }> {
  const told = await users.run('clock');
  return { now: new Date(/says (\S+):/.exec(told)?.[1] ?? ''), isReal: told.includes("the clock's") };
}

/** Moves the calendar ahead by whole hours until it is `at` or later; nothing where it is already. */
export async function moveTo(users: Users, at: Date): Promise<void> {
  const { now } = await calendarOf(users);
  const hours = Math.ceil((at.getTime() - now.getTime()) / HOUR);
  if (hours <= 0) return;
  say(`  ${(await users.run('clock', `+${hours}h`)).split('\n')[0]}`);
  await sleep(FOLLOW_MS);
}

/** Moves the calendar to the daytime of a working day, when first notices and repeats go out (R-21), unless it is there. */
export const moveToDaytime = async (users: Users): Promise<void> =>
  moveTo(users, dagtid((await calendarOf(users)).now, true));
