import type { Utskriftsvalg } from './forsendelse.js';

/** What has a price. INNLOGGING is a log-in to a mailbox by ID-porten, which no letter is charged for. */
export const varer = [
  'POSTKASSE_LITEN',
  'POSTKASSE_MIDDELS',
  'POSTKASSE_PER_MB',
  'SMS',
  'AAPNINGSKVITTERING',
  'UTSKRIFT_GRUNN',
  'UTSKRIFT_SORT_HVIT',
  'UTSKRIFT_FARGE',
  'UTSKRIFT_A_POST',
  'MELDINGSFORMIDLER',
  'INNLOGGING',
] as const;
export type Vare = (typeof varer)[number];

/** One price. Those of one thing that begin together are one list, and a later list takes the place of an earlier one. */
export interface Prisrad {
  /** Price plan of the senders whose price it is; '': everybody's. */
  readonly plan: string;
  readonly vare: Vare;
  /** Organisation number of the supplier whose price it is; null: the same with all. */
  readonly leverandoer: string | null;
  readonly fra: Date;
  /** From which message on: of a sender's calendar month, and for the broker of the nation. */
  readonly fraNummer: number;
  /** Whole øre. */
  readonly oere: number;
}

const digipost = '984661185';
const eboks = '996460320';
const start = new Date('2014-11-18T23:00:00Z');
const rad = (vare: Vare, oere: number, more: Partial<Prisrad> = {}): Prisrad => ({
  plan: '',
  vare,
  leverandoer: null,
  fra: start,
  fraNummer: 1,
  oere,
  ...more,
});

/** A tenth less from message 10,001 of a month, each row in whole øre. */
const rabatt = { fraNummer: 10_001 };

/** The test plan's price list, from 2014-11-19 in Oslo (PROFILES), and the log-in of the settlement year before. */
export const prisliste: readonly Prisrad[] = [
  rad('POSTKASSE_LITEN', 69),
  rad('POSTKASSE_LITEN', 62, rabatt),
  rad('POSTKASSE_MIDDELS', 89),
  rad('POSTKASSE_MIDDELS', 80, rabatt),
  rad('POSTKASSE_PER_MB', 20),
  rad('POSTKASSE_PER_MB', 18, rabatt),
  rad('SMS', 44, { leverandoer: eboks }),
  rad('SMS', 50, { leverandoer: digipost }),
  rad('AAPNINGSKVITTERING', 16, { leverandoer: eboks }),
  rad('AAPNINGSKVITTERING', 186, { leverandoer: digipost }),
  rad('UTSKRIFT_GRUNN', 450),
  rad('UTSKRIFT_SORT_HVIT', 60),
  rad('UTSKRIFT_FARGE', 150),
  rad('UTSKRIFT_A_POST', 300),
  rad('MELDINGSFORMIDLER', 0),
  rad('MELDINGSFORMIDLER', 10, { fraNummer: 25_000_001 }),
  rad('INNLOGGING', 20, { fra: new Date('2012-09-30T22:00:00Z') }),
];

/** Octets of the documents before packing up to which a letter is small, and up to which it is middling. */
export const litenPost = 100_000;
export const megabyte = 1_000_000;

/** By which list, of which day, and for which message. */
export interface Prisforhold {
  readonly liste: readonly Prisrad[];
  readonly at: Date;
  readonly nummer: number;
}

/** A row of a sender's own plan goes before everybody's, and a supplier's own before that of all. */
const naerhet = ({ plan, leverandoer }: Prisrad): number => (plan === '' ? 0 : 2) + (leverandoer === null ? 0 : 1);

const stoerst = (tall: readonly number[]): number => tall.reduce((a, b) => Math.max(a, b), -Infinity);

/** The price of one, in whole øre; undefined where the list has none. */
export function pris(vare: Vare, leverandoer: string | null, { liste, at, nummer }: Prisforhold): number | undefined {
  const begynt = liste.filter(
    (r) => r.vare === vare && (r.leverandoer === null || r.leverandoer === leverandoer) && r.fra <= at,
  );
  const naermest = stoerst(begynt.map(naerhet));
  const egne = begynt.filter((r) => naerhet(r) === naermest);
  const sist = stoerst(egne.map(({ fra }) => fra.getTime()));
  const gjeldende = egne.filter((r) => r.fra.getTime() === sist && r.fraNummer <= nummer);
  const trinn = stoerst(gjeldende.map(({ fraNummer }) => fraNummer));
  return gjeldende.find(({ fraNummer }) => fraNummer === trinn)?.oere;
}

/** The sum of prices, or undefined when one of them is not known. */
function sum(priser: readonly (number | undefined)[]): number | undefined {
  let total = 0;
  for (const oere of priser) {
    if (oere === undefined) return undefined;
    total += oere;
  }
  return total;
}

/** A mailbox letter by the octets of its documents before packing: each further megabyte counts when it is begun. Øre. */
export function postkassepris(octets: number, leverandoer: string | null, forhold: Prisforhold): number | undefined {
  if (octets <= litenPost) return pris('POSTKASSE_LITEN', leverandoer, forhold);
  const flere = Math.max(0, Math.ceil(octets / megabyte) - 1);
  const perMb = pris('POSTKASSE_PER_MB', leverandoer, forhold);
  return sum([pris('POSTKASSE_MIDDELS', leverandoer, forhold), flere === 0 ? 0 : perMb && flere * perMb]);
}

/** A printed letter of `sider` pages. Øre. */
export function utskriftspris(
  valg: Pick<Utskriftsvalg, 'farge' | 'posttype'>,
  sider: number,
  leverandoer: string | null,
  forhold: Prisforhold,
): number | undefined {
  const side = pris(valg.farge === 'FARGE' ? 'UTSKRIFT_FARGE' : 'UTSKRIFT_SORT_HVIT', leverandoer, forhold);
  return sum([
    pris('UTSKRIFT_GRUNN', leverandoer, forhold),
    side && side * sider,
    valg.posttype === 'A_PRIORITERT' ? pris('UTSKRIFT_A_POST', leverandoer, forhold) : 0,
  ]);
}
