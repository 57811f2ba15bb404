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
