import type { NameSpec } from './issue.js';

/** One who holds a key in the development PKI. */
export interface IdentitySpec {
  /** Nine digits. */
  readonly organisasjonsnummer: string;
  /** Organisation and common name in the certificate. */
  readonly organisasjon: string;
  /** Where the number stands: serialNumber as certificates have it until SEID 2, organizationIdentifier from then on. */
  readonly seid2?: boolean;
}

/** Who is who in development: file names, and what the certificates say. */
export const identities = {
  oppslagstjenesten: { organisasjonsnummer: '991825827', organisasjon: 'OPPSLAGSTJENESTEN UTVIKLING' },
  meldingsformidler: { organisasjonsnummer: '984661185', organisasjon: 'MELDINGSFORMIDLER UTVIKLING' },
  posthorn: { organisasjonsnummer: '310000000', organisasjon: 'POSTHORN UTVIKLING' },
  digipost: { organisasjonsnummer: '984661185', organisasjon: 'DIGIPOST UTVIKLING' },
  eboks: { organisasjonsnummer: '996460320', organisasjon: 'E-BOKS UTVIKLING' },
  utskrift: { organisasjonsnummer: '310000051', organisasjon: 'UTSKRIFT UTVIKLING' },
  sender: { organisasjonsnummer: '310000019', organisasjon: 'EKSEMPEL KOMMUNE' },
  sender2: { organisasjonsnummer: '310000027', organisasjon: 'EKSEMPEL FYLKESKOMMUNE' },
  supplier: { organisasjonsnummer: '310000035', organisasjon: 'EKSEMPEL DRIFT AS' },
  'sender-seid2': { organisasjonsnummer: '310000043', organisasjon: 'EKSEMPEL DIREKTORAT', seid2: true },
} as const satisfies Record<string, IdentitySpec>;

export type IdentityName = keyof typeof identities;
export const identityNames = Object.keys(identities) as readonly IdentityName[];

/** The subject of an enterprise certificate (virksomhetssertifikat), in the order that Norwegian issuers use. */
export function enterpriseSubject({ organisasjonsnummer, organisasjon, seid2 = false }: IdentitySpec): NameSpec {
  return [
    { type: 'C', value: 'NO' },
    { type: 'O', value: organisasjon },
    { type: 'CN', value: organisasjon },
    seid2
      ? { type: 'organizationIdentifier', value: `NTRNO-${organisasjonsnummer}`, encoding: 'utf8' }
      : { type: 'serialNumber', value: organisasjonsnummer },
  ];
}

/** The subject of a development authority. Production refuses every certificate under a name that begins so. */
export const authoritySubject = (role: 'Root' | 'Issuing'): NameSpec => [
  { type: 'C', value: 'NO' },
  { type: 'O', value: 'Posthorn Development' },
  { type: 'CN', value: `Posthorn Development ${role} CA` },
];
