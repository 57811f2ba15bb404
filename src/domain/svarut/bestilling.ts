import type { Blob } from '../forsendelse.js';

/*
 * A SvarUt letter as its sender orders it, by whichever version of ForsendelsesService it came (CONTRACT.md section 2). What is absent, nil or
 * empty is null, and lists are empty; nothing is judged here.
 */

export type Signaturtype = 'AUTENTISERT_SIGNATUR' | 'AVANSERT_SIGNATUR';

export interface SvarUtDokument {
  readonly filnavn: string;
  readonly mimetype: string;
  readonly dokumentType: string | null;
  readonly ekskluderesFraPrint: boolean;
  /** Pages printed on giro paper, from 1. */
  readonly giroarkSider: readonly number[];
  readonly skalSigneres: boolean;
  /** As it came: a CMS EnvelopedData where the order says `kryptert`. */
  readonly innhold: Blob;
}

export interface SvarUtPostadresse {
  readonly navn: string | null;
  readonly adresse1: string | null;
  readonly adresse2: string | null;
  readonly adresse3: string | null;
  readonly postnr: string | null;
  readonly poststed: string | null;
  readonly land: string | null;
}

export interface SvarUtAdresse {
  readonly digital: { readonly fnr: string } | { readonly orgnr: string } | null;
  readonly post: SvarUtPostadresse | null;
}

export interface Lenke {
  readonly urlLenke: string | null;
  readonly urlTekst: string | null;
  readonly ledetekst: string | null;
}

/** Dates are epoch milliseconds in the JSON of SvarInn, so they are instants here. */
export interface MetadataFraAvleverendeSystem {
  readonly sakssekvensnummer: number;
  readonly saksaar: number;
  readonly journalaar: number;
  readonly journalsekvensnummer: number;
  readonly journalpostnummer: number;
  readonly journalposttype: string | null;
  readonly journalstatus: string | null;
  readonly journaldato: Date | null;
  readonly dokumentetsDato: Date | null;
  readonly tittel: string | null;
  readonly saksbehandler: string | null;
  readonly ekstraMetadata: readonly { readonly key: string; readonly value: string }[];
}

export type MetadataForImport = Pick<
  MetadataFraAvleverendeSystem,
  'sakssekvensnummer' | 'saksaar' | 'journalposttype' | 'journalstatus' | 'dokumentetsDato' | 'tittel'
>;

export interface SvarUtBestilling {
  readonly tittel: string | null;
  readonly mottaker: SvarUtAdresse | null;
  readonly dokumenter: readonly SvarUtDokument[];
  readonly lenker: readonly Lenke[];
  readonly avgivendeSystem: string | null;
  readonly eksternref: string | null;
  readonly forsendelseType: string | null;
  readonly konteringskode: string | null;
  readonly krevNiva4Innlogging: boolean;
  readonly kryptert: boolean;
  readonly kunDigitalLevering: boolean;
  readonly printkonfigurasjon: {
    readonly brevtype: 'APOST' | 'BPOST' | null;
    readonly fargePrint: boolean;
    readonly tosidig: boolean;
  } | null;
  readonly signaturtype: Signaturtype | null;
  readonly signeringUtloper: Date | null;
  readonly svarPaForsendelse: string | null;
  readonly svarPaForsendelseLink: boolean;
  readonly svarSendesTil: SvarUtAdresse | null;
  readonly metadataFraAvleverendeSystem: MetadataFraAvleverendeSystem | null;
  readonly metadataForImport: MetadataForImport | null;
}

/** A receiving system that fetches letters by SvarInn. */
export interface Mottakersystem {
  /** Its account; unique. */
  readonly brukernavn: string;
  readonly navn: string;
  /** `mottakerid` of the contract: a number from 1. */
  readonly mottakerid: string;
  /** Organisation number. */
  readonly orgnr: string;
  /** Null: every type. */
  readonly forsendelseType: string | null;
  /** Letters of this level only; null: of both. */
  readonly nivaa: 3 | 4 | null;
  /** DER; what letters are encrypted to. */
  readonly sertifikat: Buffer;
}
