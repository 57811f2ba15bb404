import { papiradresse, type Enhet } from '../enhet.js';
import {
  dokumenttypenavn,
  type Avsenderpolicy,
  type Dokumenttyperegel,
  type Forsendelse,
  type Postadresse,
} from '../forsendelse.js';
import { mottakertype, parsePersonnummer, type Personnummer } from '../identifier.js';
import type { Kontaktpunkt, Person } from '../person.js';
import { ferskhet, ferskTil } from '../varsling.js';
import type { Mottakersystem } from '../svarut/bestilling.js';
import type { Kanal, Registertilstand, Varselbestilling } from './decision.js';

/** The order, without its documents. */
export type Bestilling = Pick<
  Forsendelse,
  | 'mottaker'
  | 'spraak'
  | 'klasse'
  | 'virkningstidspunkt'
  | 'sikkerhetsnivaa'
  | 'varseltekst'
  | 'kunDigitalt'
  | 'dokumenttype'
  | 'taushetsbelagt'
  | 'oppgittAdresse'
  | 'forhaandsvarsel'
  | 'utskrift'
  | 'svarut'
>;

export interface Leverandoerfakta {
  readonly rolle: 'POSTKASSE' | 'UTSKRIFT';
  /** May packages be encrypted to its certificate now? */
  readonly sertifikatGyldig: boolean;
}

/** Which persons may be sent to: `synthetic` where tests are run, `real` in production. */
export type TillatteIdentifikatorer = 'any' | 'synthetic' | 'real';

/** What SvarUt's rules look at besides. */
export interface SvarUtFakta {
  /** Ways that this letter has gone without reaching anybody. */
  readonly proevd: readonly Kanal[];
  /** Receiving systems of the recipient. */
  readonly mottakersystemer: readonly Mottakersystem[];
  /** Whether the sender has its letters sent to mailboxes, and to Altinn. */
  readonly sdp: boolean;
  readonly altinn: boolean;
}

/** Everything that the rules may look at. */
export interface Fakta {
  readonly forsendelse: Bestilling;
  readonly policy: Avsenderpolicy;
  /** How the sender's letters of a type go, by `dokumenttypenavn`. */
  readonly dokumenttyper?: ReadonlyMap<string, Dokumenttyperegel>;
  /** What Enhetsregisteret knows of a business; absent: nothing, or nobody has imported it here. */
  readonly enhet?: Enhet;
  /** The register's answer, `person` undefined when it does not know the recipient; null when it was not asked. */
  readonly register: { readonly spurt: Date; readonly person: Person | undefined } | null;
  /** By organisation number. */
  readonly leverandoerer: ReadonlyMap<string, Leverandoerfakta>;
  /** Organisation number of the print supplier; null where there is none. */
  readonly utskriftsleverandoer: string | null;
  /** Channels that this installation has. */
  readonly kanaler: ReadonlySet<Kanal>;
  /** Ways by which this installation notifies by itself; absent: none. */
  readonly varslingskanaler?: ReadonlySet<Varselbestilling['varslingskanal']>;
  /** Notices of this letter have been tried, and reached nobody. */
  readonly uvarslet?: true;
  /** It has a resource in Altinn for confidential letters too. */
  readonly taushetsbelagtIAltinn?: boolean;
  /** Of the calendar. */
  readonly now: Date;
  readonly identifikatorer: TillatteIdentifikatorer;
  /** For letters that came by SvarUt: their own table decides. */
  readonly svarut?: SvarUtFakta;
}

/** What the sender, or the rules of SvarUt, call the kind of letter; undefined: nothing. */
export const dokumenttype = ({ forsendelse: { dokumenttype: type, svarut } }: Fakta): string | undefined =>
  type ?? svarut?.forsendelseType ?? undefined;

/** What holds of a type for every sender that has said nothing else: tax returns stay in Altinn. */
const alles: ReadonlyMap<string, Dokumenttyperegel> = new Map([['skattemelding', { vei: 'ALTINN', vedtak: false }]]);

/** How letters of this letter's type go; undefined: nobody has said. */
export function typeregel(fakta: Fakta): Dokumenttyperegel | undefined {
  const type = dokumenttype(fakta);
  if (type === undefined) return undefined;
  const navn = dokumenttypenavn(type);
  return fakta.dokumenttyper?.get(navn) ?? alles.get(navn);
}

/** Where paper goes: what the sender says, or else what Enhetsregisteret knows; null: nobody knows. */
export const papirTil = ({ forsendelse: { mottaker }, enhet }: Fakta): Postadresse | null =>
  mottaker.postadresse ?? (enhet === undefined ? null : papiradresse(enhet));

/** The recipient's number read as a person's; undefined when it is none, or none that exists. */
const personnummer = (id: string | null): Personnummer | undefined => (id === null ? undefined : parsePersonnummer(id));

/** Is this series of numbers allowed here? */
export function serieTillatt({ serie }: Personnummer, tillatt: TillatteIdentifikatorer): boolean {
  return tillatt === 'any' || (serie === 'EKTE') === (tillatt === 'real');
}

/** An 11-digit number of a series that is not allowed here. */
export function feilSerie({ forsendelse, identifikatorer }: Fakta): boolean {
  const nummer = personnummer(forsendelse.mottaker.id);
  return nummer !== undefined && !serieTillatt(nummer, identifikatorer);
}

/** Is the register to be asked before `decide`? Only about persons whose number may be sent to: never about a business. */
export function skalSpoerreRegisteret(
  mottaker: Bestilling['mottaker'],
  tillatt: TillatteIdentifikatorer,
): mottaker is Bestilling['mottaker'] & { readonly id: string } {
  const nummer = personnummer(mottaker.id);
  return nummer !== undefined && serieTillatt(nummer, tillatt);
}

/** The register's row of an active person; what is said of deleted and unknown ones counts for nothing. */
export function aktiv({ forsendelse, register }: Fakta): Person | undefined {
  const { id } = forsendelse.mottaker;
  const person = id !== null && mottakertype(id) === 'PERSON' ? register?.person : undefined;
  return person?.status === 'AKTIV' ? person : undefined;
}

/** May a package go to this supplier in this role? */
export function kanMotta(
  { leverandoerer }: Fakta,
  leverandoer: string | null,
  rolle: Leverandoerfakta['rolle'],
): boolean {
  const fakta = leverandoer === null ? undefined : leverandoerer.get(leverandoer);
  return fakta?.rolle === rolle && fakta.sertifikatGyldig;
}

/** The mailbox that the recipient has chosen; undefined when there is none. */
export const valgtPostkasse = (fakta: Fakta): NonNullable<Person['postkasse']> | undefined =>
  aktiv(fakta)?.postkasse ?? undefined;

/** The two ways of notifying, with the contact point of each; null where there is none. */
export function kontaktpunkter(fakta: Fakta): {
  readonly mobil: Kontaktpunkt | null;
  readonly epost: Kontaktpunkt | null;
} {
  const person = aktiv(fakta);
  return { mobil: person?.mobiltelefonnummer ?? null, epost: person?.epostadresse ?? null };
}

/** The virkningstidspunkt, when it is still to come; null: at once. */
export function ventTil({ forsendelse: { virkningstidspunkt }, now }: Fakta): Date | null {
  return virkningstidspunkt !== null && virkningstidspunkt > now ? virkningstidspunkt : null;
}

/** What is kept with the decision of what the register said. */
export function registertilstand(fakta: Fakta): Registertilstand {
  const { forsendelse, register, now } = fakta;
  const erPerson = forsendelse.mottaker.id !== null && mottakertype(forsendelse.mottaker.id) === 'PERSON';
  const person = aktiv(fakta);
  const alder = (punkt: Kontaktpunkt | null) =>
    punkt && { ferskTil: ferskTil(punkt), fersk: ferskhet(punkt, now) === 'FERSK' };
  return {
    spurt: register?.spurt ?? now,
    status: !erPerson || register === null ? 'IKKE_SPURT' : (register.person?.status ?? 'IKKE_REGISTRERT'),
    reservasjon: person?.reservasjon ?? false,
    mobil: alder(person?.mobiltelefonnummer ?? null),
    epost: alder(person?.epostadresse ?? null),
    postkasseleverandoer: person?.postkasse?.postkasseleverandoerAdresse ?? null,
    postkasseadresse: person?.postkasse?.postkasseadresse ?? null,
  };
}
