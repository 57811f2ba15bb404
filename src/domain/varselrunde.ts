import { limits } from '../limits.js';
import { osloInstant, osloOffset, startOfDay } from './oslo.js';
import type { Job } from './shipment.js';
import type { Klasse, Prioritet } from './forsendelse.js';
import { etterRegisteret } from './routing/rules.js';
import { dagerEtter } from './routing/words.js';
import { epostTillatt, sendesHerfra, varselbestillinger, varselemne, type Varslingskanal } from './routing/notices.js';
import type { Varselbestilling } from './routing/decision.js';
import type { Fakta } from './routing/facts.js';
import { erArbeidsdag } from './svarut/lesefrist.js';
import type { Varsel } from './varselPorts.js';

/*
 * The notices that the gateway sends itself go in rounds: the first when the letter can be read, and the repeat. A round is one turn in the
 * queue, by each way that the register has then. Nothing of it is decided before it goes out, so that it is decided by the register and
 * the letter as they are at that moment.
 */

/** 0: the first notice, 1: the repeat. */
export type Rundenummer = 0 | 1;
export type Varselstand = 'SENDT' | 'FEILET';

/** One round of notices of one letter. */
export interface Varselrunde {
  readonly id: string;
  readonly shipmentId: string;
  readonly nummer: Rundenummer;
  /** When it was first tried to hand a notice of it over, by the calendar: what R-22 counts from. */
  readonly begynt: Date | null;
  /** What has come of it, by way. */
  readonly stand: Readonly<Partial<Record<Varslingskanal, Varselstand>>>;
  /** Notices that are being handed over, or were when their turn was lost, by way: the fence of that turn. */
  readonly overleveres: Readonly<Partial<Record<Varslingskanal, number>>>;
  /** Since when the register has not answered, by the calendar; null: it has. */
  readonly utenSvar: Date | null;
}

/**
 * Whether nobody knows if a notice has gone out: another turn began to hand it over, and has not written what came of it.
 */
export const iTvil = ({ overleveres }: Pick<Varselrunde, 'overleveres'>, kanal: Varslingskanal, job: Job): boolean =>
  overleveres[kanal] !== undefined && overleveres[kanal] !== job.fence;

/**
 * Whether a notice that may have gone out goes again, with the same id. Where the other side sends what has one id once, always. Otherwise the first one
 * does by e-mail, for the recipient must be notified, and the repeat never, for there is one only.
 */
export const taalerGjentakelse = (nummer: Rundenummer, kanal: Varslingskanal, kjennerIgjen: boolean): boolean =>
  kjennerIgjen || (kanal === 'EPOST' && nummer === 0);

/** The reads of rounds. */
export interface VarselReads {
  byId(id: string): Promise<Varselrunde | undefined>;
}

/** Whose a round is in the queue. */
export interface Rundeeier {
  readonly avsender: string;
  readonly prioritet: Prioritet;
}

/** Writes of one transaction about rounds; part of `Tx`. */
export interface VarselTx {
  /** Orders a round, due at a date of the calendar, unless the letter has or has had it: decided by a unique key. */
  insertVarsel(runde: Pick<Varselrunde, 'id' | 'shipmentId' | 'nummer'>, klar: Date, eier: Rundeeier): Promise<void>;
  /** The round of a turn, locked, if the turn is still ours. */
  lockVarsel(job: Job): Promise<Varselrunde | undefined>;
  updateVarsel(id: string, change: Omit<Varselrunde, 'id' | 'shipmentId' | 'nummer'>): Promise<void>;
}

const MERKE = 'varsel-';
/** Whether a job is a round of notices. */
export const erVarsel = (id: string): boolean => id.startsWith(MERKE);
export const varselId = (uuid: string): string => MERKE + uuid;

const [minutt, doegn] = [60_000, 86_400_000];

/**
 * When a notice may go that may not go before `at`: in the daytime of Norway (R-21, `limits.noticeFrom` to `limits.noticeUntil`), and `arbeidsdag`:
 * on a working day.
 */
export function dagtid(at: Date, arbeidsdag: boolean): Date {
  const lokal = at.getTime() + osloOffset(at) * minutt;
  for (let midnatt = lokal - (lokal % doegn); ; midnatt += doegn) {
    if (arbeidsdag && !erArbeidsdag(midnatt)) continue;
    if (lokal < midnatt + limits.noticeFrom) return osloInstant(midnatt + limits.noticeFrom);
    if (lokal < midnatt + limits.noticeUntil) return at;
  }
}

/** When a round is due of a letter that can be read, or was notified of, at `at`; the repeat a week later, at the same local time. */
export const rundeklar = (nummer: Rundenummer, at: Date): Date => dagtid(nummer === 0 ? at : dagerEtter(at, 7), true);

/** From when on a notice that was first tried at `begynt` has failed: when the day after has passed. */
export const varselfrist = (begynt: Date): Date => startOfDay(dagerEtter(startOfDay(begynt), 2));

/** From when on the notices of a round have failed about which the register has not answered since `utenSvar` (`limits.noticeSilence`). */
export const taushetsfrist = (utenSvar: Date): Date => dagerEtter(utenSvar, limits.noticeSilence);

/** Why nobody can be notified: the rule that says so. */
export type Hindring = 'R-02' | 'R-03' | 'R-05' | 'R-12' | 'R-20' | 'R-22';

const hindringer: ReadonlySet<string> = new Set<Hindring>(['R-02', 'R-03', 'R-05', 'R-12']);
const erHindring = (regel: string): regel is Hindring => hindringer.has(regel);

export type Varselplan =
  | { readonly type: 'VARSLES'; readonly varsler: readonly Varselbestilling[] }
  | { readonly type: 'VARSLES_IKKE'; readonly regel: Hindring };

/** Who is notified of a letter in its sender's portal, and how, by the register as it is now; or the rule that forbids it. */
export function varselplan(fakta: Fakta): Varselplan {
  const regel = etterRegisteret.find((rad) => rad.gjelder(fakta))?.regel;
  if (regel !== undefined && erHindring(regel)) return { type: 'VARSLES_IKKE', regel };
  // That the sender wants to notify of its next letters by itself does not change who does it for this one.
  const policy = { ...fakta.policy, egenVarsling: false };
  const varsler = varselbestillinger({ ...fakta, policy }, 'PORTAL');
  const herfra = varsler.filter((varsel) => sendesHerfra(fakta, 'PORTAL', varsel));
  if (herfra.length > 0) return { type: 'VARSLES', varsler: herfra };
  if (varsler.length > 0) return { type: 'VARSLES_IKKE', regel: 'R-22' };
  return { type: 'VARSLES_IKKE', regel: epostTillatt(fakta.forsendelse) ? 'R-02' : 'R-20' };
}

/** A notice as it is handed over: the same id at each attempt. */
export const varselAv = (
  rundeId: string,
  klasse: Klasse,
  { varslingskanal: kanal, adresse, tekst, spraak }: Varselbestilling,
): Varsel => ({
  id: `${rundeId}-${kanal.toLowerCase()}`,
  kanal,
  adresse,
  spraak,
  emne: kanal === 'EPOST' ? varselemne(klasse, spraak) : null,
  tekst,
});
