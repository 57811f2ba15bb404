import type { Postadresse } from '../forsendelse.js';
import type { Kanal } from '../routing/decision.js';
import type { Mottakersystem } from './bestilling.js';
import type { SvarUtStatus } from './status.js';

/** How the letters of one account are treated. */
export interface SvarUtKonto {
  readonly brukernavn: string;
  /** Letters may go to Altinn, and to mailboxes. */
  readonly altinn: boolean;
  readonly sdp: boolean;
  /** Letters to organisations are printed when nobody has read them in time. */
  readonly ettersending: boolean;
  /** Working hours that a recipient has to read a letter before it is printed. */
  readonly lesetimer: number;
  /** The same for a letter that would go as A-post; null: as any other. */
  readonly lesetimerApost: number | null;
  /** What notices of letters in mailboxes say; null: what the mailbox says by itself (FEATURES.md 33). */
  readonly varsel: { readonly epost: string | null; readonly sms: string | null };
  /** Where paper comes back to that cannot be delivered; null: only orders that say so can be printed. */
  readonly returadresse: Postadresse | null;
}

/** What is kept of a SvarUt letter beside the shipment that it is. */
export interface SvarUtBrev {
  readonly shipmentId: string;
  readonly konto: string;
  /** Of the clock. */
  readonly mottatt: Date;
  /** Stands for the sender's reference; null where there is none. 32 octets. */
  readonly eksternref: Buffer | null;
  /** Stands for the number of the recipient, as `eksternref` does. */
  readonly mottaker: Buffer | null;
  /** What the sender books the letter on. */
  readonly konteringskode: string | null;
  readonly status: SvarUtStatus;
  readonly statusEndret: Date;
  /** Channels that have failed, or have run out of time. */
  readonly proevd: readonly Kanal[];
  /** What the account said when the letter was accepted: it is printed when it is unread so many working hours after it was notified of. */
  readonly ettersendes: boolean;
  readonly lesetimer: number;
  /** By the calendar: unread until then, the letter goes another way; null while no such time runs. */
  readonly frist: Date | null;
  /** Account of the receiving system that the letter waits for. */
  readonly mottakersystem: string | null;
  /** National id of whoever read it elsewhere. */
  readonly lestAv: string | null;
}

/** An id that `startNyForsendelse` has given out. */
export interface Reservasjon {
  readonly id: string;
  readonly konto: string;
  readonly reservert: Date;
  /** When a letter with this id was refused, and why; null: none was. */
  readonly avvist: { readonly tid: Date; readonly tekst: string } | null;
}

export type NyttMottakersystem = Omit<Mottakersystem, 'mottakerid'>;

/** Where a page of letters whose time is up ended. */
export type Fristside = readonly { readonly shipmentId: string; readonly frist: Date }[];

/** What letters are looked up by: all that is given must hold. */
export type Soek = Partial<Pick<SvarUtBrev, 'konto' | 'status' | 'eksternref' | 'mottaker'>>;

/** Letters of one account, cost code and status. */
export type Statistikkrad = Pick<SvarUtBrev, 'konto' | 'konteringskode' | 'status'> & { readonly antall: number };

/** Letters that a receiving system has let lie. */
export interface Liggende {
  readonly mottakersystem: string;
  readonly antall: number;
  /** When the oldest of them came, by the clock. */
  readonly eldste: Date;
}

export interface SvarUtReads {
  brev(shipmentId: string): Promise<SvarUtBrev | undefined>;
  reservasjon(id: string): Promise<Reservasjon | undefined>;
  /** Newest first. */
  iderForEksternref(konto: string, eksternref: Buffer): Promise<readonly string[]>;
  /** Letters that wait for a receiving system, oldest first. */
  ventende(mottakersystem: string, antall: number): Promise<readonly string[]>;
  /** Newest first. */
  soek(etter: Soek, antall: number): Promise<readonly SvarUtBrev[]>;
  /** Letters that came from `fra` on and before `til`, by account, cost code and status. */
  statistikk(fra: Date, til: Date): Promise<readonly Statistikkrad[]>;
  /** Of each receiving system that has some, the letters that came before `foer` and still wait. */
  liggende(foer: Date): Promise<readonly Liggende[]>;
  /** Letters whose time is up at `now`, the oldest first, after the last of the page before. */
  fristUte(now: Date, etter: Fristside[number] | undefined, antall: number): Promise<Fristside>;
  /** In the order of registration; of one organisation, or all. */
  mottakersystemer(orgnr?: string): Promise<readonly Mottakersystem[]>;
  kontoer(): Promise<readonly SvarUtKonto[]>;
  konto(brukernavn: string): Promise<SvarUtKonto | undefined>;
  /** By name. */
  forsendelseTyper(): Promise<readonly string[]>;
}

/** Writes of one transaction about SvarUt letters; part of `Tx`. */
export interface SvarUtTx {
  insertSvarUt(brev: SvarUtBrev): Promise<void>;
  updateSvarUt(
    shipmentId: string,
    change: Partial<Pick<SvarUtBrev, 'status' | 'statusEndret' | 'proevd' | 'frist' | 'mottakersystem' | 'lestAv'>>,
  ): Promise<void>;
  lockSvarUt(shipmentId: string): Promise<SvarUtBrev | undefined>;
  /**
   * Counts an attempt to send the same letter. @param siden attempts are forgotten when the last was made before this
   * @returns how many there are, this one included
   */
  countAttempt(likhet: Buffer, now: Date, siden: Date): Promise<number>;
  reserve(reservasjon: Reservasjon): Promise<void>;
  releaseReservation(id: string): Promise<void>;
  /** Forgets ids that were reserved, and attempts that were made, before these times; at most `antall` of each. */
  forgetSvarUt(reservert: Date, forsoekt: Date, antall: number): Promise<void>;
  putSvarUtKonto(konto: SvarUtKonto): Promise<void>;
  putForsendelseType(navn: string): Promise<void>;
  /** By account; its number stays when it is there already. */
  putMottakersystem(system: NyttMottakersystem): Promise<void>;
}
