import { osloInstant, osloOffset } from '../domain/oslo.js';

/*
 * When a double notifies a reader: in the daytime, on each day that was ordered, and only while the letter is unread.
 */

/** What a reader has been told, and when, by the calendar. */
export interface Notified {
  readonly at: string;
  readonly by: string;
  readonly text: string;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Hours of the Norwegian day between which doubles notify. */
export const daytime = { from: 8, to: 20 } as const;

/** The first moment of the daytime at or after a local time. */
function nextDaytime(local: number): number {
  const midnight = local - (local % day);
  const [begin, end] = [midnight + daytime.from * hour, midnight + daytime.to * hour];
  if (local < begin) return begin;
  return local < end ? local : begin + day;
}

/** A letter as far as its notices are concerned. */
export interface Told {
  /** From when its reader sees it. */
  readonly from: Date;
  readonly opened: Date | null;
}

/** When a notice of each of `days` has gone out, until `now`: so many days after the letter was seen, at the same time of the day in Norway. */
export function notifiedOn(days: readonly number[], { from, opened }: Told, now: Date): readonly Date[] {
  const local = from.getTime() + osloOffset(from) * minute;
  return days
    .map((after) => osloInstant(nextDaytime(local + after * day)))
    .filter((at) => at <= now && (opened === null || at < opened))
    .sort((a, b) => a.getTime() - b.getTime());
}
