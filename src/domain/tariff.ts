import type { Utskriftsvalg } from './forsendelse.js';

/** What has a price. */
export type Vare =
  | 'POSTKASSE_LITEN'
  | 'POSTKASSE_MIDDELS'
  | 'POSTKASSE_PER_MB'
  | 'SMS'
  | 'AAPNINGSKVITTERING'
  | 'UTSKRIFT_GRUNN'
  | 'UTSKRIFT_SORT_HVIT'
  | 'UTSKRIFT_FARGE'
  | 'UTSKRIFT_A_POST';

/** One price, from a date until a later row for the same thing. */
export interface Prisrad {
  readonly fra: Date;
  readonly vare: Vare;
  /** Organisation number of the supplier whose price it is; null: the same with all. */
  readonly leverandoer: string | null;
  /** Whole øre. */
  readonly oere: number;
}

const digipost = '984661185';
const eboks = '996460320';
const start = new Date('2014-11-18T23:00:00Z');
const rad = (vare: Vare, oere: number, leverandoer: string | null = null): Prisrad => ({
  fra: start,
  vare,
  leverandoer,
  oere,
});

/** The test plan's price list, from 2014-11-19 in Oslo (PROFILES). Rows are added, never changed. */
export const prisliste: readonly Prisrad[] = [
  rad('POSTKASSE_LITEN', 69),
  rad('POSTKASSE_MIDDELS', 89),
  rad('POSTKASSE_PER_MB', 20),
  rad('SMS', 44, eboks),
  rad('SMS', 50, digipost),
  rad('AAPNINGSKVITTERING', 16, eboks),
  rad('AAPNINGSKVITTERING', 186, digipost),
  rad('UTSKRIFT_GRUNN', 450),
  rad('UTSKRIFT_SORT_HVIT', 60),
  rad('UTSKRIFT_FARGE', 150),
  rad('UTSKRIFT_A_POST', 300),
];

/** Octets of the documents before packing up to which a letter is small, and up to which it is middling. */
export const litenPost = 100_000;
export const megabyte = 1_000_000;

/** The price of one, in whole øre, on a day; undefined where the list has none. */
export function pris(
  vare: Vare,
  leverandoer: string | null,
  at: Date,
  liste: readonly Prisrad[] = prisliste,
): number | undefined {
  const gjeldende = liste
    .filter((r) => r.vare === vare && (r.leverandoer === null || r.leverandoer === leverandoer) && r.fra <= at)
    .sort((a, b) => a.fra.getTime() - b.fra.getTime());
  return gjeldende.at(-1)?.oere;
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
export function postkassepris(octets: number, at: Date, liste = prisliste): number | undefined {
  if (octets <= litenPost) return pris('POSTKASSE_LITEN', null, at, liste);
  const flere = Math.max(0, Math.ceil(octets / megabyte) - 1);
  const perMb = pris('POSTKASSE_PER_MB', null, at, liste);
  return sum([pris('POSTKASSE_MIDDELS', null, at, liste), flere === 0 ? 0 : perMb && flere * perMb]);
}

/** A printed letter of `sider` pages. Øre. */
export function utskriftspris(
  valg: Pick<Utskriftsvalg, 'farge' | 'posttype'>,
  sider: number,
  at: Date,
  liste = prisliste,
): number | undefined {
  const side = pris(valg.farge === 'FARGE' ? 'UTSKRIFT_FARGE' : 'UTSKRIFT_SORT_HVIT', null, at, liste);
  return sum([
    pris('UTSKRIFT_GRUNN', null, at, liste),
    side && side * sider,
    valg.posttype === 'A_PRIORITERT' ? pris('UTSKRIFT_A_POST', null, at, liste) : 0,
  ]);
}
