/* Norwegian time as the tests know it: by the time zone database, and the holidays by a list. Nothing here is the gateway's. */

export const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];

const holidays = new Set(
  `2026-01-01 2026-04-02 2026-04-03 2026-04-06 2026-05-01 2026-05-14 2026-05-25 2026-12-25 2027-01-01 2027-03-25 2027-03-26
   2027-03-29 2027-05-06 2027-05-17`.split(/\s+/),
);
const oslo = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Oslo', dateStyle: 'short', timeStyle: 'medium' });
/** `2026-03-02 13:00:00` */
export const local = (at: number): string => oslo.format(at);

/** The date that many days later: `2026-03-04`. */
export const laterDate = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * day).toISOString().slice(0, 10);

export const isDaytime = (at: number): boolean => {
  const time = local(at).slice(11);
  return time >= '08:00:00' && time < '20:00:00';
};

export function isWorkingDay(at: number): boolean {
  const date = local(at).slice(0, 10);
  const weekday = new Date(date).getUTCDay();
  return weekday > 0 && weekday < 6 && !holidays.has(date);
}

/** The same local time seven days later. */
export function aWeekAfter(at: number): number {
  const wanted = local(at).slice(11);
  for (const shift of [0, hour, -hour])
    if (local(at + 7 * day + shift).slice(11) === wanted) return at + 7 * day + shift;
  throw new Error('no such time');
}

/** The date of the next moment of daytime, today's where there is one left. */
export const nextDaytimeDate = (at: number): string =>
  local(at).slice(11) < '20:00:00' ? local(at).slice(0, 10) : laterDate(local(at).slice(0, 10), 1);
