const minute = 60_000;
const day = 86_400_000;

/** The last Sunday of a month (0 = January) at 01:00 UTC, when summer time begins and ends in the whole EEA. */
function lastSunday(year: number, month: number): number {
  const lastDay = new Date(Date.UTC(year, month + 1, 0, 1));
  return lastDay.getTime() - lastDay.getUTCDay() * day;
}

/** Summer times by their year. */
const summers = new Map<number, { readonly from: number; readonly to: number }>();

function summerOf(year: number): { readonly from: number; readonly to: number } {
  const known = summers.get(year);
  if (known !== undefined) return known;
  const summer = { from: lastSunday(year, 2), to: lastSunday(year, 9) };
  summers.set(year, summer);
  return summer;
}

/**
 * Minutes that Europe/Oslo is ahead of UTC at an instant, by the rule in force since 1996. Computed rather than read from
 * the time zone database because an answer formats thousands of dates; a test holds it equal to the database.
 */
export function osloOffset(at: Date): 60 | 120 {
  const time = at.getTime();
  const { from, to } = summerOf(at.getUTCFullYear());
  return time >= from && time < to ? 120 : 60;
}

/**
 * The instant of a local time in Oslo, given as the milliseconds it would have in UTC. A time that the clock skips is moved an
 * hour on, and of a time that occurs twice the first is meant.
 */
export function osloInstant(localTime: number): Date {
  const earliest = new Date(localTime - 120 * minute);
  return new Date(localTime - osloOffset(earliest) * minute);
}

/**
 * The same local time in Oslo a number of calendar months later (earlier when negative). A day that the month does not
 * have becomes its last day, as for deadlines counted in months: 31 August + 18 months = 28 or 29 February.
 */
export function addMonths(at: Date, months: number): Date {
  const local = at.getTime() + osloOffset(at) * minute;
  const date = new Date(local);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const timeOfDay = local - Date.UTC(year, date.getUTCMonth(), date.getUTCDate());
  return osloInstant(Date.UTC(year, month, Math.min(date.getUTCDate(), lastDay)) + timeOfDay);
}

/** The day in Oslo of an instant, as YYYY-MM-DD. */
export const osloDate = (at: Date): string =>
  new Date(at.getTime() + osloOffset(at) * minute).toISOString().slice(0, 10);

/** Midnight in Oslo at the beginning of the day of an instant. */
export function startOfDay(at: Date): Date {
  const local = at.getTime() + osloOffset(at) * minute;
  return osloInstant(local - (local % day));
}

/** The Thursday of the week, by which ISO 8601 gives it its year. */
const thursday = (local: number): Date => {
  const weekday = (new Date(local).getUTCDay() + 6) % 7;
  return new Date(local + (3 - weekday) * day);
};

/** The ISO week in Oslo of an instant: `2026-W47`. */
export function isoWeek(at: Date): string {
  const then = thursday(at.getTime() + osloOffset(at) * minute);
  const year = then.getUTCFullYear();
  const number = Math.floor((then.getTime() - Date.UTC(year, 0, 1)) / (7 * day)) + 1;
  return `${String(year).padStart(4, '0')}-W${String(number).padStart(2, '0')}`;
}

/** Midnight in Oslo before the Monday of an ISO week that lies `after` weeks later; undefined for what is no week. */
function monday(week: string, after: number): Date | undefined {
  const [, year, number] = /^(\d{4})-W(\d\d)$/.exec(week) ?? [];
  if (year === undefined) return undefined;
  const first = thursday(Date.UTC(Number(year), 0, 4)).getTime() - 3 * day;
  const start = (weeks: number) => osloInstant(first + weeks * 7 * day);
  const found = start(Number(number) - 1);
  return isoWeek(found) === week ? start(Number(number) - 1 + after) : undefined;
}

/** When an ISO week begins in Oslo; undefined for what is no week. */
export const weekStart = (week: string): Date | undefined => monday(week, 0);

/** When the week after an ISO week begins in Oslo; undefined for what is no week. */
export const nextWeek = (week: string): Date | undefined => monday(week, 1);
