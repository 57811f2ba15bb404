import { createHash, scryptSync, X509Certificate } from 'node:crypto';
import type { Gyldighet, Legitimasjon, Leverandoer, Rettighet, SenderData, Sertifikat } from '../domain/sender.js';
import { lesefristTimer } from '../domain/svarut/lesefrist.js';
import type { NyttMottakersystem, SvarUtKonto } from '../domain/svarut/ports.js';
import { identities, type IdentityName } from './pki/identities.js';

export interface DevelopmentCertificate {
  readonly der: Buffer;
  readonly pem: string;
  /** SHA-256 over the DER, lower-case hex. */
  readonly fingeravtrykk: string;
}

/** Accounts for HTTP Basic; printed at start-up, impossible in production. */
export const developmentAccounts = [
  { tjeneste: 'FORSENDELSE', brukernavn: 'sender-dev', passord: 'sender-dev-password', identity: 'sender' },
  { tjeneste: 'SVARUT', brukernavn: 'svarut-dev', passord: 'svarut-dev-password', identity: 'sender' },
  { tjeneste: 'SVARINN', brukernavn: 'svarinn-dev', passord: 'svarinn-dev-password', identity: 'sender2' },
] as const satisfies readonly (Pick<Legitimasjon, 'tjeneste' | 'brukernavn'> & {
  passord: string;
  identity: IdentityName;
})[];

/** Every way is open to it. */
const svarutKonto: SvarUtKonto = {
  brukernavn: 'svarut-dev',
  altinn: true,
  sdp: true,
  ettersending: true,
  lesetimer: lesefristTimer,
  lesetimerApost: null,
  varsel: { epost: null, sms: null },
  returadresse: { navn: 'Postmottak', adresselinjer: ['Storgata 1'], postnummer: '0155', poststed: 'OSLO' },
};

const mottakersystem = {
  brukernavn: 'svarinn-dev',
  navn: 'Arkiv for utvikling',
  identity: 'sender2',
  forsendelseType: null,
  nivaa: null,
} as const satisfies Omit<NyttMottakersystem, 'orgnr' | 'sertifikat'> & { identity: IdentityName };

const callers = ['sender', 'sender2', 'supplier', 'sender-seid2'] as const satisfies readonly IdentityName[];

/** The bodies that began in 2014, with numbers that nobody has. They have no keys: `sender` may act for them. */
const tenants = [
  { organisasjonsnummer: '310000078', navn: 'NAV', sektor: 'STAT' },
  { organisasjonsnummer: '310000086', navn: 'Statens innkrevingssentral', sektor: 'STAT' },
  { organisasjonsnummer: '310000094', navn: 'Kreftregisteret', sektor: 'STAT' },
  { organisasjonsnummer: '310000108', navn: 'KS KommIT', sektor: 'ANNEN_OFFENTLIG' },
] as const;

const suppliers = [
  { identity: 'digipost', navn: 'Digipost', rolle: 'POSTKASSE' },
  { identity: 'eboks', navn: 'e-Boks', rolle: 'POSTKASSE' },
  { identity: 'utskrift', navn: 'Utskrift', rolle: 'UTSKRIFT' },
] as const satisfies readonly (Pick<Leverandoer, 'navn' | 'rolle'> & { identity: IdentityName })[];

const rights = [
  ['sender', 'OPPSLAGSTJENESTEN'],
  ['sender', 'ENDRINGSTJENESTEN'],
  ['sender', 'FORSENDELSE'],
  ['sender', 'SDP'],
  ['sender-seid2', 'OPPSLAGSTJENESTEN'],
] as const satisfies readonly (readonly [IdentityName, Rettighet['tjeneste']])[];

/** A fixed beginning, so that a second start finds every row as it is. */
const always: Gyldighet = { fra: new Date('2014-11-19T00:00:00Z'), til: null };
const numberOf = (name: IdentityName): string => identities[name].organisasjonsnummer;

/** `scrypt$N$r$p$salt$hash`. The salt follows from the user name, so that the row never changes; for development only. */
function passwordHash(brukernavn: string, passord: string): string {
  const [N, r, p] = [16_384, 8, 1];
  const salt = createHash('sha256').update(`posthorn-development:${brukernavn}`).digest().subarray(0, 16);
  const hash = scryptSync(passord, salt, 32, { N, r, p });
  return ['scrypt', N, r, p, salt.toString('base64'), hash.toString('base64')].join('$');
}

function registered(name: IdentityName, { der, pem, fingeravtrykk }: DevelopmentCertificate): Sertifikat {
  const { validFrom, validTo } = new X509Certificate(der);
  return { organisasjonsnummer: numberOf(name), fingeravtrykk, pem, fra: new Date(validFrom), til: new Date(validTo) };
}

/**
 * The sender tables and suppliers of PROFILES.md, "Who is who". Callers whose certificate is given may use that one only. Throws when
 * the certificate of a supplier is missing, since packages are encrypted to it.
 */
export function developmentData(certificates: ReadonlyMap<string, DevelopmentCertificate>): SenderData & {
  readonly leverandoerer: readonly Leverandoer[];
  readonly svarutKontoer: readonly SvarUtKonto[];
  readonly mottakersystemer: readonly NyttMottakersystem[];
} {
  const sertifikatAv = (identity: IdentityName): Buffer => {
    const certificate = certificates.get(identity);
    if (!certificate)
      throw new Error(`The development certificate "${identity}" is missing; make the development keys first`);
    return certificate.der;
  };
  const { identity: mottaker, ...system } = mottakersystem;
  return {
    organisasjoner: [
      ...callers.map((name) => ({ organisasjonsnummer: numberOf(name), navn: identities[name].organisasjon })),
      ...tenants,
    ].map((organisasjon) => ({ ...organisasjon, tillatUsignertPaaVegneAv: false, ...always })),
    sertifikater: callers.flatMap((name) => {
      const certificate = certificates.get(name);
      return certificate ? [registered(name, certificate)] : [];
    }),
    delegeringer: [
      { leverandoer: numberOf('supplier'), oppdragsgiver: numberOf('sender'), ...always },
      ...tenants.map((t) => ({ leverandoer: numberOf('sender'), oppdragsgiver: t.organisasjonsnummer, ...always })),
    ],
    rettigheter: [
      ...rights.map(([name, tjeneste]) => ({ organisasjon: numberOf(name), tjeneste, ...always })),
      ...tenants.map((t) => ({ organisasjon: t.organisasjonsnummer, tjeneste: 'FORSENDELSE' as const, ...always })),
    ],
    legitimasjoner: developmentAccounts.map(({ tjeneste, brukernavn, passord, identity }) => ({
      tjeneste,
      brukernavn,
      organisasjonsnummer: numberOf(identity),
      passordhash: passwordHash(brukernavn, passord),
    })),
    dokumenttyper: [],
    leverandoerer: suppliers.map(({ identity, navn, rolle }) => ({
      organisasjonsnummer: numberOf(identity),
      navn,
      rolle,
      sertifikat: sertifikatAv(identity),
    })),
    svarutKontoer: [svarutKonto],
    mottakersystemer: [{ ...system, orgnr: numberOf(mottaker), sertifikat: sertifikatAv(mottaker) }],
  };
}
