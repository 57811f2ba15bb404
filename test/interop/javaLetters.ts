import { randomUUID } from 'node:crypto';
import type { DevelopmentIdentity } from '../../src/sandbox/pki/development.js';

/* Letters as the driver of the Java clients takes them. */

export interface JavaDocument {
  readonly tittel: string;
  readonly filnavn: string;
  readonly mimetype: string;
  /** Base64. */
  readonly innhold: string;
  readonly metadata?: Omit<JavaDocument, 'tittel' | 'metadata'>;
}

export const javaDocument = (filnavn: string, content: string | Buffer = `innholdet i ${filnavn}`): JavaDocument => ({
  tittel: `Om ${filnavn}`,
  filnavn,
  mimetype: 'application/pdf',
  innhold: Buffer.from(content).toString('base64'),
});

export interface JavaLetter {
  readonly konversasjonsId: string;
  readonly prioritet: 'NORMAL' | 'PRIORITERT';
  readonly mpcId?: string;
  readonly [more: string]: unknown;
}

/** What every letter has. @param til the provider that the package is encrypted to */
const letter = ({ organisasjonsnummer, certificate }: DevelopmentIdentity, changes: Partial<JavaLetter>): JavaLetter => ({
  avsender: '310000019',
  leverandoer: organisasjonsnummer,
  sertifikat: certificate.toString('base64'),
  konversasjonsId: randomUUID(),
  prioritet: 'NORMAL',
  dokumenter: [javaDocument('brev.pdf')],
  ...changes,
});

export const digitalLetter = (
  til: DevelopmentIdentity,
  digital: Readonly<Record<string, unknown>> = {},
  changes: Partial<JavaLetter> = {},
): JavaLetter =>
  letter(til, {
    digital: {
      personidentifikator: '03823012011',
      postkasseadresse: 'ola.nordmann#1234',
      tittel: 'Svar på søknad',
      aapningskvittering: true,
      sikkerhetsnivaa: 3,
      ...digital,
    },
    ...changes,
  });

export const printLetter = (
  til: DevelopmentIdentity,
  fysisk: Readonly<Record<string, unknown>> = {},
  changes: Partial<JavaLetter> = {},
): JavaLetter =>
  letter(til, {
    fysisk: {
      utlandet: false,
      retur: 'DIREKTE_RETUR',
      posttype: 'B_OEKONOMI',
      farge: 'SORT_HVIT',
      ...fysisk,
    },
    ...changes,
  });
