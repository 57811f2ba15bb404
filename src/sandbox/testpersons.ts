import { addMonths, startOfDay } from '../domain/oslo.js';
import type { Kontaktpunkt, Person } from '../domain/person.js';

/** One rule case. `person` undefined: the register has no such row. */
export interface Testperson {
  readonly navn: string;
  readonly beskrivelse: string;
  /** Synthetic (Tenor series); never changes. */
  readonly personidentifikator: string;
  readonly person: Person | undefined;
}

/** Last verified this many months ago, and updated half a year before that. */
type Alder = 'fresh' | 'stale';
const monthsAgo: Readonly<Record<Alder, number>> = { fresh: 2, stale: 19 };

interface Case {
  readonly navn: string;
  readonly beskrivelse: string;
  readonly id: string;
  readonly mobile?: Alder;
  readonly mail?: Alder;
  readonly mailbox?: Person['postkasse'];
  readonly reservasjon?: true;
  readonly status?: 'SLETTET' | 'IKKE_REGISTRERT';
}

const digipost = (postkasseadresse: string) => ({ postkasseadresse, postkasseleverandoerAdresse: '984661185' });
const eboks = (postkasseadresse: string) => ({ postkasseadresse, postkasseleverandoerAdresse: '996460320' });

const cases: readonly Case[] = [
  {
    navn: 'fresh',
    beskrivelse: 'mobile and e-mail verified two months ago, no mailbox: KAN_VARSLES',
    id: '03823012011',
    mobile: 'fresh',
    mail: 'fresh',
  },
  {
    navn: 'stale-mail',
    beskrivelse: 'e-mail verified 19 months ago, mobile fresh: KAN_VARSLES by SMS',
    id: '17853112534',
    mobile: 'fresh',
    mail: 'stale',
  },
  {
    navn: 'stale-mobile',
    beskrivelse: 'mobile verified 19 months ago, e-mail fresh: KAN_VARSLES by e-mail',
    id: '29823213075',
    mobile: 'stale',
    mail: 'fresh',
  },
  {
    navn: 'both-stale',
    beskrivelse: 'mobile and e-mail both stale: KAN_IKKE_VARSLES, though there is a mailbox',
    id: '08913313306',
    mobile: 'stale',
    mail: 'stale',
    mailbox: digipost('stine.foreldet#2KWD'),
  },
  {
    navn: 'reserved',
    beskrivelse: 'reserved against digital post: KAN_IKKE_VARSLES, though everything is fresh',
    id: '21873413589',
    mobile: 'fresh',
    mail: 'fresh',
    mailbox: digipost('rolf.reservert#7QHN'),
    reservasjon: true,
  },
  {
    navn: 'no-contact',
    beskrivelse: 'neither mobile nor e-mail: KAN_IKKE_VARSLES, treated as reserved',
    id: '12893513971',
  },
  {
    navn: 'deleted',
    beskrivelse: 'removed from the register: SLETTET, no other information',
    id: '30813614215',
    status: 'SLETTET',
  },
  {
    navn: 'unknown',
    beskrivelse: 'never in the register: IKKE_REGISTRERT',
    id: '04843714906',
    status: 'IKKE_REGISTRERT',
  },
  {
    navn: 'digipost',
    beskrivelse: 'mailbox at Digipost, everything fresh',
    id: '23863814839',
    mobile: 'fresh',
    mail: 'fresh',
    mailbox: digipost('dina.digital#4TMR'),
  },
  {
    navn: 'e-boks',
    beskrivelse: 'mailbox at e-Boks, everything fresh',
    id: '15903915215',
    mobile: 'fresh',
    mail: 'fresh',
    mailbox: eboks('0000731946'),
  },
  {
    navn: 'd-number',
    beskrivelse: 'a D-number (day + 40), mobile only, mailbox at Digipost',
    id: '59833414741',
    mobile: 'fresh',
    mailbox: digipost('danuta.dnummer#9FVX'),
  },
  {
    navn: '2032-number',
    beskrivelse:
      'a number by the rule of 2032, which checks by the rule of 1964 refuse; e-mail only, mailbox at e-Boks',
    id: '24923608032',
    mail: 'fresh',
    mailbox: eboks('0000820324'),
  },
];

function contactPoint(verdi: string, age: Alder | undefined, today: Date): Kontaktpunkt | null {
  if (!age) return null;
  const sistVerifisert = addMonths(today, -monthsAgo[age]);
  return { verdi, sistOppdatert: addMonths(sistVerifisert, -6), sistVerifisert };
}

function toPerson(row: Case, index: number, today: Date): Person | undefined {
  if (row.status === 'IKKE_REGISTRERT') return undefined;
  return {
    personidentifikator: row.id,
    status: row.status ?? 'AKTIV',
    reservasjon: row.reservasjon ?? false,
    mobiltelefonnummer: contactPoint(`+47999900${String(index).padStart(2, '0')}`, row.mobile, today),
    epostadresse: contactPoint(`${row.navn}@example.com`, row.mail, today),
    postkasse: row.mailbox ?? null,
    spraak: row.status ? null : 'nb',
  };
}

/** The test persons, one per rule case; their dates are counted back from the day of `now`. */
export function testpersons(now: Date): readonly Testperson[] {
  const today = startOfDay(now);
  return cases.map((row, index) => ({
    navn: row.navn,
    beskrivelse: row.beskrivelse,
    personidentifikator: row.id,
    person: toPerson(row, index, today),
  }));
}
