import { addMonths } from './oslo.js';
import type { Informasjonsbehov, Kontaktpunkt, Person } from './person.js';

/** Calendar months in Europe/Oslo that a contact point may be used after it was last updated or verified. */
export const ferskeMaaneder = 18;

const dag = 86_400_000;
/** 18 calendar months are 546 to 550 days: outside them the answer needs no calendar. */
const [sikkertFersk, sikkertForeldet] = [545 * dag, 551 * dag];

export type Ferskhet = 'FERSK' | 'FORELDET' | 'MANGLER';
export type Varslingsstatus = 'KAN_VARSLES' | 'KAN_IKKE_VARSLES';

/**
 * One person as it is answered; an absent member is an absent element. The element order and the certificate itself are the
 * contract's matter.
 */
export interface PersonSvar {
  readonly personidentifikator: string;
  readonly reservasjon?: 'JA' | 'NEI';
  readonly status: 'AKTIV' | 'SLETTET' | 'IKKE_REGISTRERT';
  readonly varslingsstatus?: Varslingsstatus;
  readonly mobiltelefonnummer?: Kontaktpunkt;
  readonly epostadresse?: Kontaktpunkt;
  readonly postkasse?: NonNullable<Person['postkasse']>;
  /** Organisation number of the supplier whose certificate is answered as X509Sertifikat. */
  readonly visSertifikat?: string;
}

/** The last instant at which a contact point may be used for notices; null when it has no date at all. */
export function ferskTil(punkt: Kontaktpunkt): Date | null {
  const frister = [punkt.sistOppdatert, punkt.sistVerifisert]
    .filter((dato) => dato !== null)
    .map((dato) => addMonths(dato, ferskeMaaneder).getTime());
  return frister.length === 0 ? null : new Date(Math.max(...frister));
}

/** Freshness of one channel: either date is enough, and exactly 18 months is still fresh. */
export function ferskhet(punkt: Kontaktpunkt | null, now: Date): Ferskhet {
  if (punkt === null) return 'MANGLER';
  const siste = Math.max(punkt.sistOppdatert?.getTime() ?? -Infinity, punkt.sistVerifisert?.getTime() ?? -Infinity);
  const alder = now.getTime() - siste;
  if (alder < sikkertFersk) return 'FERSK';
  if (alder > sikkertForeldet) return 'FORELDET';
  const frist = ferskTil(punkt);
  return frist !== null && now <= frist ? 'FERSK' : 'FORELDET';
}

/**
 * May this person be notified? One fresh channel is enough; reserved, deleted and unknown persons may not, nor those
 * without a fresh channel.
 */
export function varslingsstatus(person: Person | undefined, now: Date): Varslingsstatus {
  const kanVarsles =
    person?.status === 'AKTIV' &&
    !person.reservasjon &&
    [person.mobiltelefonnummer, person.epostadresse].some((punkt) => ferskhet(punkt, now) === 'FERSK');
  return kanVarsles ? 'KAN_VARSLES' : 'KAN_IKKE_VARSLES';
}

/** The elements asked for of an active person, however old. */
function opplysninger(person: Person, behov: ReadonlySet<Informasjonsbehov>) {
  const { mobiltelefonnummer, epostadresse, postkasse } = person;
  const found: { -readonly [K in keyof PersonSvar]?: PersonSvar[K] } = {};
  if (behov.has('Kontaktinfo') && mobiltelefonnummer) found.mobiltelefonnummer = mobiltelefonnummer;
  if (behov.has('Kontaktinfo') && epostadresse) found.epostadresse = epostadresse;
  if (behov.has('SikkerDigitalPost') && postkasse) found.postkasse = postkasse;
  if (behov.has('Sertifikat') && postkasse) found.visSertifikat = postkasse.postkasseleverandoerAdresse;
  return found;
}

const reservasjon = (person: Person) => (person.reservasjon ? 'JA' : 'NEI');

/**
 * What HentPersoner answers about one identifier; `person` undefined means that the register does not know it. Contact,
 * mailbox and certificate are left out only when VarslingsStatus is asked for and is KAN_IKKE_VARSLES, and always for
 * deleted and unknown persons.
 */
export function personSvar(
  personidentifikator: string,
  person: Person | undefined,
  behov: ReadonlySet<Informasjonsbehov>,
  now: Date,
): PersonSvar {
  const varsling = behov.has('VarslingsStatus') ? { varslingsstatus: varslingsstatus(person, now) } : {};
  if (person?.status !== 'AKTIV') {
    return { personidentifikator, status: person?.status ?? 'IKKE_REGISTRERT', ...varsling };
  }
  return {
    personidentifikator,
    reservasjon: reservasjon(person),
    status: person.status,
    ...varsling,
    ...(varsling.varslingsstatus === 'KAN_IKKE_VARSLES' ? {} : opplysninger(person, behov)),
  };
}

/**
 * What HentEndringer answers about one changed person: contact information always, varslingsstatus never, nothing filtered
 * a deleted person is a status alone.
 */
export function endringSvar(person: Person, behov: ReadonlySet<Informasjonsbehov>): PersonSvar {
  const { personidentifikator, status } = person;
  if (status !== 'AKTIV') return { personidentifikator, status };
  return {
    personidentifikator,
    reservasjon: reservasjon(person),
    status,
    ...opplysninger(person, new Set([...behov, 'Kontaktinfo'])),
  };
}
