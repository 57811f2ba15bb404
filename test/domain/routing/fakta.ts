import type { Fakta } from '../../../src/domain/routing/facts.js';
import type { Kontaktpunkt, Person } from '../../../src/domain/person.js';

export const now = new Date('2026-01-15T11:00:00Z');
export const fersk = new Date('2025-11-15T11:00:00Z');
export const foreldet = new Date('2024-06-15T10:00:00Z');
export const senere = new Date('2026-02-02T08:05:00Z');

export const digipost = '984661185';
export const eboks = '996460320';
export const utskrift = '310000051';
export const virksomhet = '310000027';
/** Synthetic (Tenor). */
export const testperson = '15819010029';

export const punkt = (verdi: string, sistOppdatert: Date | null): Kontaktpunkt => ({
  verdi,
  sistOppdatert,
  sistVerifisert: null,
});
export const epost = (dato: Date | null) => punkt('kari@example.com', dato);
export const mobil = (dato: Date | null) => punkt('+4799990000', dato);

export const person: Person = {
  personidentifikator: testperson,
  status: 'AKTIV',
  reservasjon: false,
  mobiltelefonnummer: mobil(fersk),
  epostadresse: epost(fersk),
  postkasse: { postkasseadresse: 'kari.nordmann#ABCD', postkasseleverandoerAdresse: digipost },
  spraak: null,
};

export const postadresse = {
  navn: 'Kari Nordmann',
  adresselinjer: ['Storgata 1'],
  postnummer: '0155',
  poststed: 'Oslo',
} as const;

/** A decision letter to a person who can be notified and has a mailbox, where everything is in order. */
export const fakta: Fakta = {
  forsendelse: {
    mottaker: { id: testperson, postadresse },
    spraak: 'nb',
    klasse: 'VEDTAK',
    virkningstidspunkt: null,
    sikkerhetsnivaa: 4,
    varseltekst: { epost: null, sms: null },
    kunDigitalt: false,
    utskrift: { posttype: 'B_OEKONOMI', farge: 'SORT_HVIT', retur: 'DIREKTE_RETUR', returadresse: postadresse },
  },
  policy: { utenPostkasse: 'UTSKRIFT', egenVarsling: false },
  register: { spurt: now, person },
  leverandoerer: new Map([
    [digipost, { rolle: 'POSTKASSE', sertifikatGyldig: true }],
    [eboks, { rolle: 'POSTKASSE', sertifikatGyldig: true }],
    [utskrift, { rolle: 'UTSKRIFT', sertifikatGyldig: true }],
  ]),
  utskriftsleverandoer: utskrift,
  kanaler: new Set(['POSTKASSE', 'UTSKRIFT', 'PORTAL']),
  now,
  identifikatorer: 'synthetic',
};

export const order = (change: Partial<Fakta['forsendelse']>, of = fakta): Fakta => ({
  ...of,
  forsendelse: { ...of.forsendelse, ...change },
});
export const to = (
  id: string | null,
  adresse: Fakta['forsendelse']['mottaker']['postadresse'] = postadresse,
  of = fakta,
) => order({ mottaker: { id, postadresse: adresse } }, of);
export const about = (change: Partial<Person>, of = fakta): Fakta => ({
  ...of,
  register: { spurt: now, person: { ...person, ...change } },
});
export const policy = (change: Partial<Fakta['policy']>, of = fakta): Fakta => ({
  ...of,
  policy: { ...of.policy, ...change },
});
export const withAltinn = (of: Fakta): Fakta => ({ ...of, kanaler: new Set([...of.kanaler, 'ALTINN'] as const) });
/** The supplier's certificate may not be used. */
export const withoutCertificate = (leverandoer: string, of = fakta): Fakta => ({
  ...of,
  leverandoerer: new Map(
    [...of.leverandoerer].map(([id, row]) => [id, id === leverandoer ? { ...row, sertifikatGyldig: false } : row]),
  ),
});
