import type { Prioritet } from './forsendelse.js';
import { tekst, type Ord } from './hendelsestekst.js';
import type { Job } from './shipment.js';
import type { Tospraaklig } from './routing/words.js';

/** What came of one attempt to hand a letter on. `kode` is of the error table or of ebMS; `grunn` is for people and holds no national id. */
export type Utfall =
  | {
      readonly type: 'sent';
      /** Who has taken it over, where that is not the provider itself. */
      readonly til?: 'meldingsformidler' | 'svarut' | 'altinn';
      /** What its sender must know of a letter that was taken over all the same: a code of the error table. */
      readonly merknad?: 'NO_NOTIFICATION_ADDRESS';
    }
  | {
      readonly type: 'deferred';
      readonly kode: string;
      readonly grunn: Tospraaklig;
      /** For the log only, for it may name addresses: senders read the rest. */
      readonly detalj?: string;
      /** Milliseconds for which the other side asks to be left alone. */
      readonly vent?: number;
    }
  | { readonly type: 'rejected'; readonly kode: string; readonly grunn: Tospraaklig };

/** Letters by their priority; a notice must have succeeded or failed by the day after. */
export type Taalmodig = Prioritet | 'VARSEL';

interface Taalmodighet {
  /** Milliseconds that the first pause may last at most; doubled at each attempt. */
  readonly foerstePause: number;
  /** Milliseconds that no pause exceeds. */
  readonly lengstePause: number;
  /** Milliseconds from the first attempt until a letter is given up. */
  readonly levetid: number;
}

const sekund = 1000;
const minutt = 60 * sekund;
const time = 60 * minutt;
const doegn = 24 * time;

/** No pause is shorter, however the dice fall: milliseconds. */
export const kortestePause = sekund;

/** How long each priority is tried, and how eagerly: 25 + 5 days as the broker keeps normal post, 24 hours for priority. */
export const taalmodighet: Readonly<Record<Taalmodig, Taalmodighet>> = {
  NORMAL: { foerstePause: 30 * sekund, lengstePause: time, levetid: 30 * doegn },
  PRIORITERT: { foerstePause: 5 * sekund, lengstePause: 5 * minutt, levetid: doegn },
  VARSEL: { foerstePause: 10 * sekund, lengstePause: 15 * minutt, levetid: 2 * doegn },
};

/** Turns in a row that were lost, after which a letter may be what ends its processes, and is given up. */
export const flestTapte = 10;

/** Whether nobody may try a letter again until an operator has looked at it. */
export const erGift = ({ tapte }: Pick<Job, 'tapte'>): boolean => tapte >= flestTapte;

/** What becomes of it. */
export const gift: Utfall = { type: 'deferred', kode: 'INTERNAL', grunn: tekst('EGEN_FEIL') };

/** The code, and what it means to people. */
export const medKode = ({ kode, grunn }: Exclude<Utfall, { type: 'sent' }>): Tospraaklig => ({
  nb: `${kode}: ${grunn.nb}`,
  en: `${kode}: ${grunn.en}`,
});

/** When the next attempt is made, or why there is none. */
export type Neste = { readonly neste: Date } | { readonly oppgitt: Tospraaklig };

/**
 * When a letter that was not taken over is tried again: exponential back-off with full jitter. The last attempt is made when the
 * lifetime ends, and only after that one is the letter given up. A rejection is final at once. Whoever asks to be left alone is, but never for
 * longer than the longest pause.
 * `forsoek`: attempts begun, 1 or more. `random`: in [0, 1). Times are real time.
 */
export function next(
  utfall: Exclude<Utfall, { type: 'sent' }>,
  forsoek: number,
  foersteForsoek: Date,
  prioritet: Taalmodig,
  now: Date,
  random: number,
): Neste {
  if (utfall.type === 'rejected') return { oppgitt: medKode(utfall) };
  const { foerstePause, lengstePause, levetid } = taalmodighet[prioritet];
  const frist = foersteForsoek.getTime() + levetid;
  if (now.getTime() >= frist) {
    return { oppgitt: tekst('OPPGITT', { forsoek, timer: levetid / time, grunn: utfall.grunn }) };
  }
  const pause = random * Math.min(lengstePause, foerstePause * 2 ** (forsoek - 1));
  const minst = Math.max(kortestePause, Math.min(lengstePause, utfall.vent ?? 0));
  return { neste: new Date(Math.min(frist, now.getTime() + Math.max(minst, Math.floor(pause)))) };
}

/** As `next`, `fra` being when the lifetime began; what is poison is given up. */
export const etter = (
  utfall: Exclude<Utfall, { type: 'sent' }>,
  job: Job,
  fra: Date,
  prioritet: Prioritet,
  now: Date,
  random: number,
): Neste => {
  if (!erGift(job)) return next(utfall, job.forsoek, fra, prioritet, now, random);
  const timer = Math.round((now.getTime() - fra.getTime()) / time);
  return { oppgitt: tekst('OPPGITT', { forsoek: job.forsoek, timer, grunn: utfall.grunn }) };
};

/**
 * Errors of ebMS 3.0 that say that the message itself is wrong: the same message again gets the same answer (CONTRACT.md section
 * 11, R-40). Codes of lost connections and lost messages (0005, 0201, 0202), and warnings, are left out on purpose.
 */
const endeligeFeil: ReadonlyMap<string, string> = new Map([
  ['EBMS:0001', 'ValueNotRecognized'],
  ['EBMS:0003', 'ValueInconsistent'],
  ['EBMS:0007', 'MimeInconsistency'],
  ['EBMS:0008', 'FeatureNotSupported'],
  ['EBMS:0009', 'InvalidHeader'],
  ['EBMS:0010', 'ProcessingModeMismatch'],
  ['EBMS:0011', 'ExternalPayloadError'],
  ['EBMS:0101', 'FailedAuthentication'],
  ['EBMS:0102', 'FailedDecryption'],
  ['EBMS:0103', 'PolicyNoncompliance'],
]);

/** Characters of a provider's own words that are kept. */
const lengsteGrunn = 200;

/** A provider's own words, short and without anything that could be a national id. */
export const renset = (ord: string): string => ord.replace(/\d{6}\D?\d{5,}/g, '…').slice(0, lengsteGrunn);

/** A reason inside a text of ours. The words of others are quoted in Norwegian; codes such as `HTTP 503` are no words. */
export const gjengitt = (ord: Ord): Tospraaklig => {
  if (typeof ord !== 'string') return { nb: renset(ord.nb), en: renset(ord.en) };
  const rent = renset(ord);
  return { nb: /\p{Ll}/u.test(rent) ? `«${rent}»` : rent, en: rent };
};

const utenBeskrivelse: Tospraaklig = { nb: 'uten beskrivelse', en: 'no description' };

/**
 * What an ebMS error in answer to a push means: a known code is final, `EBMS:0004` Other and anything unlisted is tried again with
 * the same MessageId. The code decides; the short description is the provider's own words. Null stands for a member that is
 * missing, as in a fault without an ebMS header.
 */
export function ebmsOutcome(
  errorCode: string | null,
  shortDescription: string | null,
): Exclude<Utfall, { type: 'sent' }> {
  const navn = errorCode === null ? undefined : endeligeFeil.get(errorCode);
  const sagt = shortDescription ?? navn;
  const ord = sagt === undefined ? utenBeskrivelse : gjengitt(sagt);
  if (errorCode !== null && navn !== undefined) {
    return { type: 'rejected', kode: errorCode, grunn: tekst('LEVERANDOER_AVVISTE', { ord }) };
  }
  const kode = renset(errorCode ?? 'EBMS:0004');
  return { type: 'deferred', kode, grunn: tekst('LEVERANDOER_KUNNE_IKKE', { ord }) };
}
