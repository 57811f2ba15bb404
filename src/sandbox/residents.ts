import { syntheticId, type Nummerart } from '../domain/identifier.js';
import { addMonths, startOfDay } from '../domain/oslo.js';
import type { Kontaktpunkt, Person, Spraak } from '../domain/person.js';

const day = 86_400_000;
const firstBirthDate = Date.UTC(1940, 0, 1);
const birthDates = (Date.UTC(2008, 0, 1) - firstBirthDate) / day;
/** Shares no factor with the number of birth dates, so that neighbours get dates far apart and each date is used evenly. */
const birthDateStep = 7919;

/** Residents that can be told apart: every birth date has room for at least 400. */
export const maxResidents = birthDates * 400;

/** A number from 0 up to, but not including, 1 that depends on the index and the purpose only. */
function chance(index: number, purpose: number): number {
  let x = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(purpose, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32;
}

type Shares<T> = readonly (readonly [share: number, value: T])[];

function pick<T>(shares: Shares<T>, index: number, purpose: number): T | undefined {
  let left = chance(index, purpose);
  return shares.find(([share]) => (left -= share) < 0)?.[1];
}

const purpose = { art: 1, mobile: 2, mobileDate: 3, mail: 4, mailDate: 5, mailbox: 6, language: 7, digits: 8 } as const;

/** What does not add up to 1 has no such contact point, mailbox or language. */
const freshness: Shares<'fresh' | 'stale'> = [
  [0.75, 'fresh'],
  [0.13, 'stale'],
];
const mailboxes: Shares<'digipost' | 'eboks'> = [
  [0.3, 'digipost'],
  [0.12, 'eboks'],
];
const languages: Shares<Spraak> = [
  [0.8, 'nb'],
  [0.1, 'nn'],
  [0.05, 'en'],
  [0.01, 'se'],
];
const kinds: Shares<Nummerart> = [
  [0.02, 'DNR'],
  [0.98, 'FNR'],
];
const mailDomains = ['example.com', 'example.net', 'example.org'] as const;
const mobileSeries = ['9999', '4999'] as const;

function contactPoint(verdi: string, index: number, use: number, dateUse: number, today: Date): Kontaktpunkt | null {
  const state = pick(freshness, index, use);
  if (!state) return null;
  const age = Math.floor(chance(index, dateUse) * 500);
  const sistVerifisert = new Date((state === 'fresh' ? today : addMonths(today, -19)).getTime() - age * day);
  return { verdi, sistOppdatert: addMonths(sistVerifisert, -6), sistVerifisert };
}

function mailbox(index: number): Person['postkasse'] {
  const supplier = pick(mailboxes, index, purpose.mailbox);
  if (!supplier) return null;
  const code = Math.floor(chance(index, purpose.digits) * 36 ** 4);
  return supplier === 'digipost'
    ? {
        postkasseadresse: `innbygger.${index}#${code.toString(36).padStart(4, '0').toUpperCase()}`,
        postkasseleverandoerAdresse: '984661185',
      }
    : { postkasseadresse: String(index).padStart(10, '0'), postkasseleverandoerAdresse: '996460320' };
}

function residentId(index: number): string {
  const birthDate = firstBirthDate + ((index * birthDateStep) % birthDates) * day;
  const art = pick(kinds, index, purpose.art) ?? 'FNR';
  const serial = Math.floor(index / birthDates);
  return syntheticId(new Date(birthDate).toISOString().slice(0, 10), serial, { art, regel: '1964' });
}

/**
 * The `index`-th synthetic resident, always the same but for the dates, which are counted back from the day of `now`. No two
 * indexes share an identifier, nor is any a test person's. Throws RangeError from `maxResidents` on.
 */
export function resident(index: number, now: Date, reservasjon = false): Person {
  if (index >= maxResidents) throw new RangeError(`There are only ${maxResidents} synthetic residents`);
  const today = startOfDay(now);
  const digits = String(Math.floor(chance(index, purpose.digits) * 10_000)).padStart(4, '0');
  const mobile = `${mobileSeries[index % mobileSeries.length]}${digits}`;
  const mail = `innbygger.${index}@${mailDomains[index % mailDomains.length]}`;
  return {
    personidentifikator: residentId(index),
    status: 'AKTIV',
    reservasjon,
    mobiltelefonnummer: contactPoint(mobile, index, purpose.mobile, purpose.mobileDate, today),
    epostadresse: contactPoint(mail, index, purpose.mail, purpose.mailDate, today),
    postkasse: mailbox(index),
    spraak: pick(languages, index, purpose.language) ?? null,
  };
}
