import type { Postadresse } from '../forsendelse.js';
import type { Spraak } from '../person.js';
import type { Tospraaklig } from './words.js';

/** Where a letter goes. PORTAL hands it back to its sender, who shows it and is told to notify; SVARINN keeps it for a receiving system. */
export type Kanal = 'POSTKASSE' | 'UTSKRIFT' | 'ALTINN' | 'PORTAL' | 'SVARINN';

/** One rule that was asked, in the order of the decision table. */
export interface Regelspor {
  /** Rules of RULES.md, `R-12`, or rows of SvarUt's own table, `SvarUt 2`. */
  readonly regel: string;
  readonly lovhjemmel: string | null;
  readonly traff: boolean;
  /** A whole sentence a person can read, in both languages. */
  readonly tekst: Tospraaklig;
}

/** A notice that is ordered with the letter. */
export interface Varselbestilling {
  readonly varslingskanal: 'EPOST' | 'SMS';
  readonly adresse: string;
  readonly tekst: string;
  /** Days after virkningstidspunkt: 0 and 7 where § 8 applies. */
  readonly dagerEtter: readonly number[];
  readonly spraak: Spraak;
}

/** What the register said, and when it was asked. */
export interface Registertilstand {
  readonly spurt: Date;
  readonly status: 'AKTIV' | 'SLETTET' | 'IKKE_REGISTRERT' | 'IKKE_SPURT';
  readonly reservasjon: boolean;
  /** The dates that decided the freshness of each channel; null where there is none. */
  readonly mobil: { readonly ferskTil: Date | null; readonly fersk: boolean } | null;
  readonly epost: { readonly ferskTil: Date | null; readonly fersk: boolean } | null;
  readonly postkasseleverandoer: string | null;
  readonly postkasseadresse: string | null;
}

/** A decision explains itself: what was asked, what was seen, what came out of it. */
export type Beslutning = {
  readonly fattet: Date;
  readonly register: Registertilstand;
  /** Every rule asked, up to and including the one that decided. */
  readonly spor: readonly Regelspor[];
  readonly varsler: readonly Varselbestilling[];
} & (
  | {
      readonly utfall: 'SEND';
      readonly kanal: Kanal;
      /** Organisation number of the mailbox or print supplier, or account of the receiving system; null for channels that have none. */
      readonly leverandoer: string | null;
      /** Where paper goes that the sender has given no address for: the business's own. */
      readonly papiradresse?: Postadresse;
      /** Not handed on before this; null: at once. */
      readonly tidligst: Date | null;
      /** The notices are sent from here; absent: by who has the letter, or who shows it. */
      readonly varslesHerfra?: true;
    }
  | {
      readonly utfall: 'AVVIS';
      /** A code of the error table. */
      readonly kode: 'POSTAL_ADDRESS_REQUIRED' | 'INVALID_RECIPIENT' | 'CHANNEL_NOT_AVAILABLE' | 'ONLY_DIGITAL';
    }
);

/** Whose turn it is in the queue: the supplier, or Altinn, which is none of the register's; '' where nobody is waited for. */
export const koeAv = (b: Beslutning): string =>
  b.utfall === 'SEND' ? (b.leverandoer ?? (b.kanal === 'ALTINN' ? 'ALTINN' : '')) : '';
