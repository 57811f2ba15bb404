import type { Sikkerhetsnivaa } from './forsendelse.js';
import type { Person } from './person.js';
import type { Leverandoer } from './sender.js';

/*
 * Mailboxes of the register, as their providers keep them. The codes are those of the catalogue, but for LEVEL_TOO_LOW, which is the word
 * of R-26.
 */

export const avslag = [
  'RESERVERT',
  'ALLEREDE_AKTIV',
  'INGEN_POSTBOKS_FUNNET',
  'BRUKER_IKKE_FUNNET',
  'POSTKASSE_EKSISTERER_ALLEREDE',
  'UGYLDIG_SERTIFIKAT',
  'UGYLDIG_PERSONNUMMER',
  'UGYLDIG_ORGNR',
  'LEVEL_TOO_LOW',
] as const;
/** Why a provider is refused what it asks. */
export type Avslag = (typeof avslag)[number];

/** The highest level that each eID gives. */
const hoeyeste = { BankID: 4, Buypass: 4, Commfides: 4, MinID: 3 } as const satisfies Readonly<
  Record<string, Sikkerhetsnivaa>
>;
export type Eid = keyof typeof hoeyeste;
export const eider = Object.keys(hoeyeste) as readonly Eid[];

/** How the person has shown who it is, as the provider says. Its age is for whoever issues the eID to judge. */
export interface Legitimering {
  readonly eid: Eid;
  readonly sikkerhetsnivaa: Sikkerhetsnivaa;
}

interface Om {
  readonly personidentifikator: string;
}

export interface KanVelge extends Om, Legitimering {
  readonly operasjon: 'KanVelgeSikkerDigitalPostkasse';
}

interface EgenPostkasse extends Om {
  /** Organisation number of the provider that asks. */
  readonly virksomhetsidentifikator: string;
}

interface MedAdresse extends EgenPostkasse {
  readonly postkasseadresse: string;
  /** DER; null: none was named. */
  readonly sertifikat: Buffer | null;
}

/** What providers change in the register. */
export type Endring =
  | (MedAdresse & Legitimering & { readonly operasjon: 'OpprettOgVelgSikkerDigitalPostkasse' })
  | (MedAdresse & { readonly operasjon: 'OppdaterPostkasse' })
  | (EgenPostkasse & { readonly operasjon: 'SlettPostkasse' });

const utilstrekkelig = ({ eid, sikkerhetsnivaa }: Legitimering): boolean =>
  Math.min(sikkerhetsnivaa, hoeyeste[eid]) < 4;

/** A national id or a D-number; the register judges no check digits. */
const erPersonnummer = (text: string): boolean => /^\d{11}$/.test(text);

/** The person, where it has an entry and none of it is deleted. */
const aktiv = (person: Person | undefined): Person | undefined => (person?.status === 'AKTIV' ? person : undefined);

const harHos = ({ postkasse }: Person, { organisasjonsnummer }: Leverandoer): boolean =>
  postkasse?.postkasseleverandoerAdresse === organisasjonsnummer;

type Utfall = { readonly avslag: Avslag } | { readonly person: Person };

/** The person who may choose a mailbox of `leverandoer`, or why it may not. */
function velger(person: Person | undefined, om: Om & Legitimering, leverandoer: Leverandoer): Utfall {
  if (!erPersonnummer(om.personidentifikator)) return { avslag: 'UGYLDIG_PERSONNUMMER' };
  if (utilstrekkelig(om)) return { avslag: 'LEVEL_TOO_LOW' };
  const kjent = aktiv(person);
  if (kjent === undefined) return { avslag: 'BRUKER_IKKE_FUNNET' };
  if (kjent.reservasjon) return { avslag: 'RESERVERT' };
  return harHos(kjent, leverandoer) ? { avslag: 'ALLEREDE_AKTIV' } : { person: kjent };
}

/**
 * May the person choose a mailbox of `leverandoer`? One who has a mailbox elsewhere may: the provider is switched at any time.
 * A reserved one gets paper only. @returns the reason why not; undefined: yes
 */
export function hvorforIkke(person: Person | undefined, om: KanVelge, leverandoer: Leverandoer): Avslag | undefined {
  const valg = velger(person, om, leverandoer);
  return 'avslag' in valg ? valg.avslag : undefined;
}

/** What is wrong with a request, whoever it is about. */
function feilI(endring: Endring, { organisasjonsnummer, sertifikat }: Leverandoer): Avslag | undefined {
  if (endring.virksomhetsidentifikator !== organisasjonsnummer) return 'UGYLDIG_ORGNR';
  if (!erPersonnummer(endring.personidentifikator)) return 'UGYLDIG_PERSONNUMMER';
  const gitt = 'sertifikat' in endring ? endring.sertifikat : null;
  // Letters are encrypted to the certificate that the provider is registered with, so no other can be promised.
  return gitt === null || gitt.equals(sertifikat) ? undefined : 'UGYLDIG_SERTIFIKAT';
}

const medPostkasse = (person: Person, { postkasseadresse, virksomhetsidentifikator }: MedAdresse): Person => ({
  ...person,
  postkasse: { postkasseadresse, postkasseleverandoerAdresse: virksomhetsidentifikator },
});

/** A change of a mailbox that the provider has: of its own only. One elsewhere is as none, for it is nobody else's business. */
function egen(person: Person | undefined, leverandoer: Leverandoer, endret: (egen: Person) => Person): Utfall {
  const kjent = aktiv(person);
  if (kjent === undefined) return { avslag: 'BRUKER_IKKE_FUNNET' };
  return harHos(kjent, leverandoer) ? { person: endret(kjent) } : { avslag: 'INGEN_POSTBOKS_FUNNET' };
}

/**
 * The person as it is after a change that `leverandoer` asks for, or why it stays as it is. A person has one mailbox for public mail: the
 * one chosen last takes the place of the other.
 */
export function endret(person: Person | undefined, endring: Endring, leverandoer: Leverandoer): Utfall {
  const feil = feilI(endring, leverandoer);
  if (feil !== undefined) return { avslag: feil };
  if (endring.operasjon === 'SlettPostkasse') return egen(person, leverandoer, (p) => ({ ...p, postkasse: null }));
  if (endring.operasjon === 'OppdaterPostkasse') return egen(person, leverandoer, (p) => medPostkasse(p, endring));
  const valg = velger(person, endring, leverandoer);
  if ('person' in valg) return { person: medPostkasse(valg.person, endring) };
  return valg.avslag === 'ALLEREDE_AKTIV' ? { avslag: 'POSTKASSE_EKSISTERER_ALLEREDE' } : valg;
}
