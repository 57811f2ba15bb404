import type { Blob } from '../../domain/forsendelse.js';
import type { Mottakersystem, SvarUtBestilling } from '../../domain/svarut/bestilling.js';
import type { SvarUtStatus } from '../../domain/svarut/status.js';

/** A sender's account: its password is its only proof. */
export interface Konto {
  readonly brukernavn: string;
  readonly organisasjonsnummer: string;
}

export interface Statusresultat {
  readonly forsendelsesid: string;
  readonly status: SvarUtStatus;
  readonly sisteStatusEndring: Date;
}

export interface Historikklinje {
  /** For people, in Norwegian. */
  readonly hendelse: string;
  readonly tidspunkt: Date;
}

export interface Signeringshistorikk {
  readonly forsendelseid: string;
  readonly logg: readonly { readonly tidspunkt: Date; readonly type: string; readonly hendelse: string }[];
}

export interface Lestmelding {
  readonly forsendelsesid: string;
  readonly lestAvFodselsnummer: string | null;
  readonly navnPaEksterntSystem: string | null;
  /** Null: now. */
  readonly datoLest: Date | null;
}

/**
 * What a sender may ask of SvarUt, whichever version of the contract it speaks. A letter of another account is unknown.
 * Every method throws Failure SVARUT_* as its row says, and UNAVAILABLE.
 */
export interface SvarUtTjeneste {
  /** @returns an id that `send` may be given, reserved for this account */
  startNyForsendelse(konto: Konto): Promise<string>;
  /**
   * Accepts a letter durably. Its contents belong to the use case from the call on: they are removed unless a stored letter refers to them.
   * @param forsendelsesid null: a new one. One that this account has used for the same order is answered again.
   */
  send(konto: Konto, bestilling: SvarUtBestilling, forsendelsesid: string | null): Promise<string>;
  /** In the order asked for. */
  statuser(konto: Konto, ider: readonly string[]): Promise<readonly Statusresultat[]>;
  historikk(konto: Konto, id: string): Promise<readonly Historikklinje[]>;
  /** Newest first; none when there is none. */
  iderForEksternRef(konto: Konto, eksternref: string): Promise<readonly string[]>;
  settLest(konto: Konto, lest: Lestmelding): Promise<void>;
  forsendelseTyper(konto: Konto): Promise<readonly string[]>;
  mottakersystemer(konto: Konto, orgnr: string): Promise<readonly Omit<Mottakersystem, 'sertifikat'>[]>;
  signeringshistorikk(konto: Konto, ider: readonly string[]): Promise<readonly Signeringshistorikk[]>;
}

/** A letter as its receiver sees it. */
export interface SvarInnForsendelse {
  readonly id: string;
  /** When it was sent. */
  readonly dato: Date;
  readonly bestilling: SvarUtBestilling;
  readonly avsender: { readonly organisasjonsnummer: string; readonly navn: string };
}

/** What a receiving system may ask of SvarInn. A letter of another system is unknown: SVARUT_UNKNOWN_ID. */
export interface SvarInnTjeneste {
  /** Letters that wait for this system, oldest first, at most `antall`. */
  hentNye(brukernavn: string, antall: number): Promise<readonly SvarInnForsendelse[]>;
  /** The ZIP of the documents, encrypted to the system's certificate: the same octets each time. */
  hent(brukernavn: string, id: string): Promise<{ readonly forsendelse: SvarInnForsendelse; readonly pakke: Blob }>;
  /** The same letter acknowledged again is fine. */
  kvitterMottak(brukernavn: string, id: string): Promise<void>;
  /** Permanent: the letter goes another way. */
  mottakFeilet(brukernavn: string, id: string, feilmelding: string, permanent: boolean): Promise<void>;
}
