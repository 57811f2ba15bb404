/** A contact point with the two dates that decide whether it is fresh. */
export interface Kontaktpunkt {
  readonly verdi: string;
  readonly sistOppdatert: Date | null;
  readonly sistVerifisert: Date | null;
}

export type Spraak = 'nb' | 'nn' | 'en' | 'se';

/** One row of the contact and reservation register. Unknown identifiers have no row. */
export interface Person {
  /** Fødselsnummer or D-number, 11 digits. */
  readonly personidentifikator: string;
  readonly status: 'AKTIV' | 'SLETTET';
  readonly reservasjon: boolean;
  readonly mobiltelefonnummer: Kontaktpunkt | null;
  readonly epostadresse: Kontaktpunkt | null;
  readonly postkasse: { readonly postkasseadresse: string; readonly postkasseleverandoerAdresse: string } | null;
  readonly spraak: Spraak | null;
}

/** A person with the number of its latest change. */
export interface EndretPerson extends Person {
  readonly endringsnummer: number;
}

/** What a caller may ask for; Person is implicit (CONTRACT.md section 3). */
export const informasjonsbehov = [
  'Person',
  'Kontaktinfo',
  'Sertifikat',
  'SikkerDigitalPost',
  'VarslingsStatus',
] as const;
export type Informasjonsbehov = (typeof informasjonsbehov)[number];
