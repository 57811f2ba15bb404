import type { Spraak } from './person.js';
import type { SvarUtBestilling } from './svarut/bestilling.js';

/** VEDTAK is whatever R-12 names, and what counts when nothing is said; INFO is everything else. */
export type Klasse = 'VEDTAK' | 'INFO';
export type Prioritet = 'NORMAL' | 'PRIORITERT';
/** Level of the log-in that opens the letter. */
export type Sikkerhetsnivaa = 3 | 4;

/** Octets that lie in the payload store. */
export interface Blob {
  readonly ref: string;
  /** Octets. */
  readonly size: number;
  /** SHA-256 of the octets, lower-case hex. */
  readonly sha256: string;
}

export interface Dokument {
  readonly filnavn: string;
  readonly tittel: string;
  readonly mimetype: string;
  /** Left out when the letter goes on paper. */
  readonly ikkePaaPapir?: true;
  readonly innhold: Blob;
}

/** An address in Norway, or one abroad (sdp-melding.xsd, `fysiskPostInfo`). */
export type Postadresse =
  | {
      readonly navn: string;
      /** 0 to 3. */
      readonly adresselinjer: readonly string[];
      /** Four digits. */
      readonly postnummer: string;
      readonly poststed: string;
    }
  | {
      readonly navn: string;
      /** 1 to 4. */
      readonly adresselinjer: readonly string[];
      /** A name, or an ISO 3166 code of two letters. */
      readonly land: { readonly navn: string } | { readonly kode: string };
    };

/** How a letter is printed and posted. */
export interface Utskriftsvalg {
  readonly posttype: 'A_PRIORITERT' | 'B_OEKONOMI';
  readonly farge: 'SORT_HVIT' | 'FARGE';
  readonly retur: 'DIREKTE_RETUR' | 'MAKULERING_MED_MELDING';
  /** Where a letter that cannot be delivered goes. */
  readonly returadresse: Postadresse | null;
}

/** A letter as its sender orders it, by whichever contract it came. */
export interface Forsendelse {
  /** Organisation number of the body whose letter it is (behandlingsansvarlig). */
  readonly avsender: string;
  /** Organisation number of the caller: the same, or one that may act for it. */
  readonly databehandler: string;
  /** The sender's own reference: the same one twice is the same letter. */
  readonly eksternRef: string;
  /** An 11-digit person or a 9-digit business, a postal address, or both. */
  readonly mottaker: { readonly id: string | null; readonly postadresse: Postadresse | null };
  /** Shown before log-in. */
  readonly tittel: string;
  readonly spraak: Spraak;
  readonly klasse: Klasse;
  readonly prioritet: Prioritet;
  /** From when the letter is seen; null: at once. */
  readonly virkningstidspunkt: Date | null;
  readonly sikkerhetsnivaa: Sikkerhetsnivaa;
  /** Why a receipt is wanted when the letter is opened; null: it is not. */
  readonly aapningskvittering: { readonly begrunnelse: string } | null;
  /** Text of the notice; null: the provider's own. */
  readonly varseltekst: { readonly epost: string | null; readonly sms: string | null };
  /** Rather not at all than on paper. */
  readonly kunDigitalt: boolean;
  readonly utskrift: Utskriftsvalg;
  /** The sender's cost code, on the invoice. */
  readonly kostnadskode: string | null;
  /** The sender's own word for what kind of letter it is; absent: it has said none. */
  readonly dokumenttype?: string;
  /** Confidential: a business reads it in Altinn by a right of its own. */
  readonly taushetsbelagt?: true;
  /** The recipient has given the address that the decision is sent to, and how that is known: no notice is repeated. */
  readonly oppgittAdresse?: { readonly bevis: string };
  /** An advance notice (forvaltningsloven § 16); how it is known that its party has asked for e-mail, null: it has not. */
  readonly forhaandsvarsel?: { readonly epostBevis: string | null };
  readonly hoveddokument: Dokument;
  /** 0 to 200. */
  readonly vedlegg: readonly Dokument[];
  /** The order as it came by SvarUt, whose rules decide then; absent for letters that came another way. */
  readonly svarut?: SvarUtBestilling;
}

/** How letters of a type go: as the rules say, on paper for the time being, or in Altinn. */
export const dokumentveier = ['DIGITAL', 'PAPIR', 'ALTINN'] as const;
export type Dokumentvei = (typeof dokumentveier)[number];

export interface Dokumenttyperegel {
  readonly vei: Dokumentvei;
  /** Letters of this type are decisions or the like, which are not for information only. */
  readonly vedtak: boolean;
}

/** Types are the same in capital and small letters. */
export const dokumenttypenavn = (type: string): string => type.trim().toLowerCase();

/** How a body wants letters treated that the register does not decide. */
export interface Avsenderpolicy {
  /** A person who is not reserved, can be notified and has no mailbox. */
  readonly utenPostkasse: 'ALTINN' | 'PORTAL' | 'UTSKRIFT';
  /** The body notifies by itself: no notice is ordered. */
  readonly egenVarsling: boolean;
  /** A decision in the body's own portal whose recipient could not be notified goes on paper. */
  readonly papirUtenVarsel?: true;
}
