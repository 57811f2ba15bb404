import { osloInstant, osloOffset } from '../oslo.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Days after Easter Sunday: Maundy Thursday, Good Friday, Easter Monday, Ascension Day and Whit Monday. */
const etterPaaske = [-3, -2, 1, 39, 50];
/** Month (from 1) and day: New Year's Day, Labour Day, Constitution Day, Christmas Day and Boxing Day. */
const fasteHelligdager = ['1-1', '5-1', '5-17', '12-25', '12-26'];

/** Easter Sunday of a year of the Gregorian calendar as UTC midnight in milliseconds, by the anonymous algorithm of 1876. */
function paaskedag(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return Date.UTC(year, Math.floor(n / 31) - 1, (n % 31) + 1);
}

/** Whether a local day, as UTC midnight in milliseconds, is a working day in Norway: no Saturday, Sunday or public holiday. */
export function erArbeidsdag(dag: number): boolean {
  const date = new Date(dag);
  const ukedag = date.getUTCDay();
  if (ukedag === 0 || ukedag === 6) return false;
  if (fasteHelligdager.includes(`${date.getUTCMonth() + 1}-${date.getUTCDate()}`)) return false;
  return !etterPaaske.includes((dag - paaskedag(date.getUTCFullYear())) / day);
}

/** Hours that unread letters wait when nothing is configured (CONTRACT.md section 6). */
export const lesefristTimer = 40;

/**
 * When the time to read a letter is up: `timer` hours of working days later, all 24 hours of each, by Norwegian local time (CONTRACT.md section
 * 11). 40 hours from Friday 15:00 are Tuesday 07:00.
 */
export function lesefrist(fra: Date, timer: number): Date {
  let lokal = fra.getTime() + osloOffset(fra) * minute;
  for (let igjen = timer * hour; ;) {
    const midnatt = lokal - (lokal % day);
    const idag = erArbeidsdag(midnatt) ? midnatt + day - lokal : 0;
    if (idag > 0 && igjen <= idag) return osloInstant(lokal + igjen);
    igjen -= idag;
    lokal = midnatt + day;
  }
}
