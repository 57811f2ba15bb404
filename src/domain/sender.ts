import type { Avsenderpolicy, Dokumenttyperegel } from './forsendelse.js';

/** Services that are granted one by one: those of the look-up contract (CONTRACT.md section 3, "Authorization"), our own, and the broker. */
export const tjenester = ['OPPSLAGSTJENESTEN', 'ENDRINGSTJENESTEN', 'FORSENDELSE', 'SDP'] as const;
export type Tjeneste = (typeof tjenester)[number];

/** Validity from–to; `til` null means until further notice. */
export interface Gyldighet {
  readonly fra: Date;
  readonly til: Date | null;
}

/** What the rules bind: the circular binds state bodies, not municipalities. */
export const sektorer = ['STAT', 'KOMMUNE', 'ANNEN_OFFENTLIG'] as const;
export type Sektor = (typeof sektorer)[number];

/** A body that may call Posthorn, and how it is treated. */
export interface Organisasjon extends Gyldighet {
  /** Nine digits. */
  readonly organisasjonsnummer: string;
  readonly navn: string;
  /** Accept an unsigned `Oppslagstjenesten` header from this sender (the one departure from the signed profile). */
  readonly tillatUsignertPaaVegneAv: boolean;
  /** How its letters are treated where the register does not decide; absent: paper, and notices ordered. */
  readonly avsenderpolicy?: Avsenderpolicy;
  /** Absent: nobody has said. */
  readonly sektor?: Sektor;
  /** Organisation number of the body that it went over into at `til`. */
  readonly etterfoelger?: string;
}

/** A registered certificate. An organisation with at least one registered may use no other. */
export interface Sertifikat extends Gyldighet {
  readonly organisasjonsnummer: string;
  /** SHA-256 over the DER, lower-case hex. */
  readonly fingeravtrykk: string;
  readonly pem: string;
}

/** `leverandoer` may act for `oppdragsgiver`. */
export interface Delegering extends Gyldighet {
  readonly leverandoer: string;
  readonly oppdragsgiver: string;
}

/** `organisasjon` may call `tjeneste`. Acting for another needs a delegation, and the right is then the other's. */
export interface Rettighet extends Gyldighet {
  readonly organisasjon: string;
  readonly tjeneste: Tjeneste;
}

/** A mailbox or print supplier, with the certificate that packages for it are encrypted to. */
export interface Leverandoer {
  readonly organisasjonsnummer: string;
  readonly navn: string;
  readonly rolle: 'POSTKASSE' | 'UTSKRIFT';
  /** DER. */
  readonly sertifikat: Buffer;
}

/** A password for HTTP Basic, bound to one service and one organisation. */
export interface Legitimasjon {
  readonly brukernavn: string;
  readonly tjeneste: 'FORSENDELSE' | 'SVARUT' | 'SVARINN';
  readonly organisasjonsnummer: string;
  /** `scrypt$N$r$p$salt$hash`, the last two base64. */
  readonly passordhash: string;
  /** Networks that the account may call from, as `10.1.0.0/16` or one address; undefined: from everywhere. */
  readonly nett?: readonly string[];
}

/** How a body's letters of a type go. */
export interface Dokumenttype extends Dokumenttyperegel {
  readonly organisasjonsnummer: string;
  /** As `dokumenttypenavn` has it. */
  readonly dokumenttype: string;
}

/** The sender tables as one value. */
export interface SenderData {
  readonly organisasjoner: readonly Organisasjon[];
  readonly sertifikater: readonly Sertifikat[];
  readonly delegeringer: readonly Delegering[];
  readonly rettigheter: readonly Rettighet[];
  readonly legitimasjoner: readonly Legitimasjon[];
  readonly dokumenttyper: readonly Dokumenttype[];
}
