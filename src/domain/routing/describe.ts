import type { Utskriftsvalg } from '../forsendelse.js';
import { postkassepris, pris, utskriftspris } from '../tariff.js';
import type { Beslutning, Kanal, Regelspor } from './decision.js';
import { dagerEtter, dato, kanalvei, liste, type Spraakvalg } from './words.js';

type Sendt = Extract<Beslutning, { utfall: 'SEND' }>;

/** The rules that made the outcome: the one that chose the channel or refused, then the one that says when, or refused after all. */
export const begrunnelse = ({ spor }: Beslutning): readonly Regelspor[] => spor.filter((rad) => rad.traff);

function utfallssetning(b: Beslutning, i: Spraakvalg): string {
  if (b.utfall === 'AVVIS') return i === 'nb' ? `Brevet er avvist (${b.kode}).` : `The letter is refused (${b.kode}).`;
  return i === 'nb' ? `Brevet sendes ${kanalvei[b.kanal].nb}.` : `The letter is sent ${kanalvei[b.kanal].en}.`;
}

const varslingsnavn = {
  EPOST: { nb: 'e-post', en: 'e-mail' },
  SMS: { nb: 'SMS', en: 'SMS' },
} as const;

/** Which notices are ordered, by what means and on which days; no addresses. */
function varselsetninger({ varsler }: Beslutning, fra: Date, i: Spraakvalg): readonly string[] {
  const [foerste] = varsler;
  if (foerste === undefined) return [];
  const maater = liste(
    varsler.map((varsel) => varslingsnavn[varsel.varslingskanal][i]),
    i,
  );
  const [dag, ...gjentatt] = foerste.dagerEtter.map((dager) => dato(dagerEtter(fra, dager), i));
  const bestilt =
    i === 'nb'
      ? `Mottakeren skal varsles på ${maater} ${dag}`
      : `The recipient is to be notified by ${maater} on ${dag}`;
  if (gjentatt.length === 0) return [`${bestilt}.`];
  return i === 'nb'
    ? [`${bestilt}, og på nytt ${liste(gjentatt, i)} hvis brevet er ulest.`]
    : [`${bestilt}, and again on ${liste(gjentatt, i)} if the letter is unread.`];
}

/**
 * A decision as a short paragraph: the outcome, why, when the letter goes, and the notices with their dates, which count from
 * virkningstidspunkt (null: from when the decision was made).
 */
export function describe(b: Beslutning, i: Spraakvalg, virkningstidspunkt: Date | null = null): string {
  const fra = virkningstidspunkt !== null && virkningstidspunkt > b.fattet ? virkningstidspunkt : b.fattet;
  const hvorfor = begrunnelse(b).map((rad) => rad.tekst[i]);
  return [utfallssetning(b, i), ...hvorfor, ...varselsetninger(b, fra, i)].join(' ');
}

/** One line of an estimate. */
export interface Prislinje {
  readonly tekst: Readonly<Record<Spraakvalg, string>>;
  readonly antall: number;
  /** Whole øre for all of them together; null where the price list says nothing. */
  readonly oere: number | null;
  /** False: charged only if it happens. */
  readonly sikker: boolean;
}

/** Whole øre. Before volume discount and the broker's price; `hoyst` counts what may happen. Lines without a price count as nothing. */
export interface Prisoverslag {
  readonly linjer: readonly Prislinje[];
  readonly minst: number;
  readonly hoyst: number;
}

/** What the price depends on that the decision does not hold. */
export interface Prisgrunnlag {
  /** Octets of all documents before packing. */
  readonly octets: number;
  readonly aapningskvittering: boolean;
  readonly utskrift: Pick<Utskriftsvalg, 'farge' | 'posttype'>;
  /** Pages; null: not known yet, and one is reckoned with. */
  readonly sider: number | null;
}

const linje = (nb: string, en: string, antall: number, oere: number | undefined, sikker = true): Prislinje => ({
  tekst: { nb, en },
  antall,
  oere: oere ?? null,
  sikker,
});

function postkasselinjer(b: Sendt, grunnlag: Prisgrunnlag): readonly Prislinje[] {
  const sms = b.varsler.find((varsel) => varsel.varslingskanal === 'SMS');
  const smspris = pris('SMS', b.leverandoer, b.fattet);
  const gjentatt = (sms?.dagerEtter.length ?? 0) - 1;
  const aapning = pris('AAPNINGSKVITTERING', b.leverandoer, b.fattet);
  return [
    linje('Brev i digital postkasse', 'Letter in a digital mailbox', 1, postkassepris(grunnlag.octets, b.fattet)),
    ...(sms ? [linje('Varsel på SMS', 'Notice by SMS', 1, smspris)] : []),
    ...(gjentatt > 0
      ? [linje('Nytt varsel på SMS hvis ulest', 'SMS again if unread', gjentatt, smspris && gjentatt * smspris, false)]
      : []),
    ...(grunnlag.aapningskvittering
      ? [linje('Åpningskvittering når den kommer', 'Opening receipt when it arrives', 1, aapning, false)]
      : []),
  ];
}

function utskriftslinjer(b: Sendt, { utskrift, sider }: Prisgrunnlag): readonly Prislinje[] {
  const oere = utskriftspris(utskrift, sider ?? 1, b.fattet);
  return sider === null
    ? [linje('Utskrift, anslått til én side', 'Print, estimated as one page', 1, oere)]
    : [linje(`Utskrift, antall sider: ${sider}`, `Print, pages: ${sider}`, 1, oere)];
}

const prislinjer: Readonly<Record<Kanal, (b: Sendt, grunnlag: Prisgrunnlag) => readonly Prislinje[]>> = {
  POSTKASSE: postkasselinjer,
  UTSKRIFT: utskriftslinjer,
  ALTINN: () => [],
  PORTAL: () => [],
  SVARINN: () => [],
};

/** What a letter will cost by the price list of the day it was decided; nothing for a refused one, Altinn and portal (R-57…R-61). */
export function cost(b: Beslutning, grunnlag: Prisgrunnlag): Prisoverslag {
  const linjer = b.utfall === 'SEND' ? prislinjer[b.kanal](b, grunnlag) : [];
  const sum = (rader: readonly Prislinje[]): number => rader.reduce((total, rad) => total + (rad.oere ?? 0), 0);
  return { linjer, minst: sum(linjer.filter((rad) => rad.sikker)), hoyst: sum(linjer) };
}
