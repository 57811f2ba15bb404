import { osloInstant, osloOffset } from '../oslo.js';
import type { Kanal } from './decision.js';

export type Spraakvalg = 'nb' | 'en';
/** A text in both languages. */
export type Tospraaklig = Readonly<Record<Spraakvalg, string>>;
/** A sentence about something, in both languages. */
export type Tekst<F> = Readonly<Record<Spraakvalg, (om: F) => string>>;

/** A sentence that is the same whatever it is about. */
export const si = (nb: string, en: string): Tekst<unknown> => ({ nb: () => nb, en: () => en });

const months: Readonly<Record<Spraakvalg, readonly string[]>> = {
  nb: 'januar februar mars april mai juni juli august september oktober november desember'.split(' '),
  en: 'January February March April May June July August September October November December'.split(' '),
};

const local = (at: Date): Date => new Date(at.getTime() + osloOffset(at) * 60_000);
const two = (n: number): string => String(n).padStart(2, '0');

/** The day in Oslo: `3. mars 2026`, `3 March 2026`. */
export function dato(at: Date, i: Spraakvalg): string {
  const d = local(at);
  return `${d.getUTCDate()}${i === 'nb' ? '.' : ''} ${months[i][d.getUTCMonth()]} ${d.getUTCFullYear()}`;
}

/** The minute in Oslo: `3. mars 2026 kl. 09.05`, `3 March 2026 at 09:05`. */
export function tidspunkt(at: Date, i: Spraakvalg): string {
  const d = local(at);
  const [hour, minute] = [two(d.getUTCHours()), two(d.getUTCMinutes())];
  return i === 'nb' ? `${dato(at, i)} kl. ${hour}.${minute}` : `${dato(at, i)} at ${hour}:${minute}`;
}

/** The same local time in Oslo a number of days later. */
export const dagerEtter = (at: Date, dager: number): Date => osloInstant(local(at).getTime() + dager * 86_400_000);

/** `a`, `a og b`, `a, b og c`. */
export function liste(ledd: readonly string[], i: Spraakvalg): string {
  const siste = ledd.at(-1) ?? '';
  return ledd.length < 2 ? siste : `${ledd.slice(0, -1).join(', ')} ${i === 'nb' ? 'og' : 'and'} ${siste}`;
}

export const stor = (tekst: string): string => tekst.charAt(0).toUpperCase() + tekst.slice(1);

/** Where a letter goes, as the end of a sentence about sending. */
export const kanalvei: Readonly<Record<Kanal, Readonly<Record<Spraakvalg, string>>>> = {
  POSTKASSE: { nb: 'til digital postkasse', en: 'to a digital mailbox' },
  UTSKRIFT: { nb: 'på papir', en: 'on paper' },
  ALTINN: { nb: 'til Altinn', en: 'to Altinn' },
  PORTAL: { nb: 'tilbake til avsenderen', en: 'back to the sender' },
  SVARINN: { nb: 'til mottakerens eget system', en: "to the recipient's own system" },
};
