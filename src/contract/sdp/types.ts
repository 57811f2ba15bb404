import type { Postadresse, Sikkerhetsnivaa, Utskriftsvalg } from '../../domain/forsendelse.js';

/** StandardBusinessDocument and its payloads as values (CONTRACT.md of SDP, sections 8 to 10). */

export interface Header {
  /** Organisation numbers, nine digits. */
  readonly sender: string;
  readonly receiver: string;
  /** UUID, unique to the message. */
  readonly instanceIdentifier: string;
  /** UUID, the same in a letter and all its receipts; compared without regard to case. */
  readonly conversationId: string;
  readonly created: Date;
}

/** Text in the language that it is written in, two letters. */
export interface Tekst {
  readonly lang: string;
  readonly tekst: string;
}

export interface Avsender {
  readonly organisasjonsnummer: string;
  readonly avsenderidentifikator: string | null;
  readonly fakturaReferanse: string | null;
}

export interface Person {
  readonly personidentifikator: string | null;
  readonly postkasseadresse: string;
}

/** A notice, and its repetitions: 1 to 10 different days, 0 to 25 after the letter is seen. */
export interface Varsel {
  /** E-mail address or mobile number. */
  readonly til: string;
  readonly tekst: Tekst;
  readonly dagerEtter: readonly number[];
}

export interface DigitalPostInfo {
  /** A date (YYYY-MM-DD, midnight in Norway), an instant, or null: at once. */
  readonly virkning: Date | string | null;
  readonly aapningskvittering: boolean;
  readonly sikkerhetsnivaa: Sikkerhetsnivaa;
  readonly ikkeSensitivTittel: Tekst;
  readonly epostVarsel: Varsel | null;
  readonly smsVarsel: Varsel | null;
}

export interface FysiskPostInfo {
  readonly mottaker: Postadresse;
  /** Has an address to return to. */
  readonly utskrift: Utskriftsvalg & { readonly returadresse: Postadresse };
  readonly instruksjoner: readonly { readonly navn: string; readonly verdi: string }[];
}

interface Post {
  readonly type: 'digitalPost';
  readonly avsender: Avsender;
  /** SHA-256 of the encrypted package, lower-case hex. */
  readonly fingeravtrykk: string;
}

/** A letter to a mailbox. */
export interface DigitalPost extends Post {
  readonly mottaker: Person;
  readonly digital: DigitalPostInfo;
  readonly fysisk: null;
}

/** A letter to print. */
export interface FysiskPost extends Post {
  readonly digital: null;
  readonly fysisk: FysiskPostInfo;
}

/** A letter that its recipient takes along from one mailbox to another. */
export interface FlyttetDigitalPost extends Omit<Post, 'type'> {
  readonly type: 'flyttetDigitalPost';
  readonly mottaker: Person;
  readonly digital: DigitalPostInfo;
  /** YYYY-MM-DD: when it came to the first mailbox. */
  readonly mottaksdato: string;
  /** Whether it has been opened. */
  readonly aapnet: boolean;
}

export type Kvitteringshendelse =
  | { readonly type: 'mottak' | 'levering' | 'aapning' | 'returpost' }
  | {
      readonly type: 'varslingfeilet';
      readonly varslingskanal: 'SMS' | 'EPOST';
      readonly beskrivelse: string | null;
    };

export interface Kvittering {
  readonly type: 'kvittering';
  readonly tidspunkt: Date;
  readonly hendelse: Kvitteringshendelse;
}

export interface Feil {
  readonly type: 'feil';
  readonly tidspunkt: Date;
  readonly feiltype: 'KLIENT' | 'SERVER';
  readonly detaljer: string | null;
}

export type Payload = DigitalPost | FysiskPost | FlyttetDigitalPost | Kvittering | Feil;

export interface BusinessDocument {
  readonly header: Header;
  readonly payload: Payload;
}
