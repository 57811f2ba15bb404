import { aapnet, levert, varslet, type Post, type Postering, type Prisgrunnlag } from './ledger.js';
import type { Prisbilde } from './ledgerPorts.js';
import type { Beslutning } from './routing/decision.js';

/** One line of an estimate. */
export interface Prislinje {
  readonly tekst: Readonly<Record<'nb' | 'en', string>>;
  readonly antall: number;
  /** Whole øre for all of them together; null where the price list says nothing. */
  readonly oere: number | null;
  /** False: charged only if it happens. */
  readonly sikker: boolean;
}

/** Whole øre. `hoyst`: the most that may happen to one letter, of whose lines some exclude each other. Lines without a price count as nothing. */
export interface Prisoverslag {
  readonly linjer: readonly Prislinje[];
  readonly minst: number;
  readonly hoyst: number;
}

type Sendt = Extract<Beslutning, { utfall: 'SEND' }>;

const navn: Readonly<Record<Post, Prislinje['tekst']>> = {
  POSTKASSE: { nb: 'Brev i digital postkasse', en: 'Letter in a digital mailbox' },
  SMS: { nb: 'Varsel på SMS', en: 'Notice by SMS' },
  SMS_GJENTATT: { nb: 'Nytt varsel på SMS', en: 'SMS again' },
  AAPNINGSKVITTERING: { nb: 'Åpningskvittering når den kommer', en: 'Opening receipt when it arrives' },
  UTSKRIFT: { nb: 'Utskrift, anslått til én side', en: 'Print, estimated as one page' },
  UTSKRIFT_RETTELSE: { nb: 'Rettet pris for utskrift', en: 'Corrected price of print' },
  MELDINGSFORMIDLER: { nb: 'Meldingsformidler', en: 'Broker' },
};

const tekst = (post: Post, sider: number | null): Prislinje['tekst'] =>
  post === 'UTSKRIFT' && sider !== null
    ? { nb: `Utskrift, antall sider: ${sider}`, en: `Print, pages: ${sider}` }
    : navn[post];

/** What may have to be paid besides, where the notices are sent from here. */
export interface Unntaksvis {
  /**
   * Who prints a letter of which nobody could be notified (organisation number), and the last number that it may get of the broker, should the letters that
   * are thought of with it go before it; undefined: it does not go on paper then.
   */
  readonly utskriftUtenVarsel?: { readonly leverandoer: string | null; readonly senest: number };
}

/** The SMS again where § 8 applies and the letter is unread: only where it is sent from here, for no mailbox charges it. */
function gjentatt(b: Sendt, liste: Prisbilde['liste']): readonly Prislinje[] {
  const sms = b.varsler.find(({ varslingskanal }) => varslingskanal === 'SMS');
  if (b.varslesHerfra !== true || sms === undefined || sms.dagerEtter.length < 2) return [];
  const oere = varslet(b, true, liste).oere(1);
  return [
    { tekst: { nb: 'Nytt varsel på SMS hvis ulest', en: 'SMS again if unread' }, antall: 1, oere, sikker: false },
  ];
}

/** Paper for a letter in a portal of which nobody could be notified. */
function paaPapirIStedet(
  b: Sendt,
  grunnlag: Prisgrunnlag,
  bilde: Prisbilde,
  { leverandoer, senest }: NonNullable<Unntaksvis['utskriftUtenVarsel']>,
): readonly Prislinje[] {
  const brev = levert({ ...b, kanal: 'UTSKRIFT', leverandoer }, grunnlag, bilde.liste);
  const priser = brev.map(({ teller, oere }) =>
    teller === 'NASJONAL' ? dyreste([oere(bilde.formidlet + 1), oere(senest)]) : oere(1),
  );
  const kjent = priser.filter((oere) => oere !== null);
  const oere = kjent.length < priser.length ? null : total(kjent);
  return [{ tekst: utenVarsel(grunnlag.sider), antall: 1, oere, sikker: false }];
}

const utenVarsel = (sider: number | null): Prislinje['tekst'] =>
  sider === null
    ? {
        nb: 'Utskrift hvis ingen varsler når fram, anslått til én side',
        en: 'Print if no notice arrives, estimated as one page',
      }
    : { nb: 'Utskrift hvis ingen varsler når fram', en: 'Print if no notice arrives' };

const dyreste = (priser: readonly (number | null)[]): number | null =>
  priser.reduce((a, b) => (a === null || b === null ? null : Math.max(a, b)));

const total = (priser: readonly number[]): number => priser.reduce((sum, oere) => sum + oere, 0);
const sum = (linjer: readonly Prislinje[]): number => total(linjer.map(({ oere }) => oere ?? 0));

/** The most that notices from here can come to: paper follows a round in which no SMS was sent, and ends them. */
function hoyestHerfra(
  sms: readonly Prislinje[],
  igjen: readonly Prislinje[],
  papir: readonly Prislinje[],
  gjentas: boolean,
): number {
  return gjentas ? sum(sms) + Math.max(sum(igjen), sum(papir)) : Math.max(sum(sms), sum(papir));
}

/** What a letter will cost if it is the sender's next, line by line as the ledger will have it; nothing for a refused one and Altinn (R-57…R-62). */
export function cost(b: Beslutning, grunnlag: Prisgrunnlag, bilde: Prisbilde, unntak: Unntaksvis = {}): Prisoverslag {
  if (b.utfall !== 'SEND') return { linjer: [], minst: 0, hoyst: 0 };
  const { liste, sendt, formidlet } = bilde;
  const nummer = { AVSENDER: sendt + 1, NASJONAL: formidlet + 1 };
  const linje =
    (sikker: boolean) =>
    ({ post, teller, oere }: Postering) => ({
      tekst: tekst(post, grunnlag.sider),
      antall: 1,
      oere: oere(teller === null ? 1 : nummer[teller]),
      sikker,
    });
  const herfra = b.varslesHerfra === true;
  const sms = herfra && b.varsler.some(({ varslingskanal }) => varslingskanal === 'SMS');
  // A broker that costs nothing is no line of an estimate.
  const sikre = levert(b, grunnlag, liste)
    .map((rad) => ({ rad, linje: linje(true)(rad) }))
    .filter(({ rad, linje: l }) => rad.post !== 'MELDINGSFORMIDLER' || l.oere !== 0)
    .map(({ linje: l }) => l);
  const { utskriftUtenVarsel: skriver } = unntak;
  // A notice that is refused costs nothing.
  const foerste = sms ? [linje(false)(varslet(b, false, liste))] : [];
  const igjen = gjentatt(b, liste);
  const papir = herfra && skriver !== undefined ? paaPapirIStedet(b, grunnlag, bilde, skriver) : [];
  const kvittering = aapnet(b, grunnlag, liste).map(linje(false));
  const gjentas = b.varsler.some(({ dagerEtter }) => dagerEtter.length > 1);
  return {
    linjer: [...sikre, ...foerste, ...igjen, ...papir, ...kvittering],
    minst: sum(sikre),
    hoyst: sum(sikre) + hoyestHerfra(foerste, igjen, papir, gjentas) + sum(kvittering),
  };
}

/** What the letter after this one is charged by, when this one goes as decided. */
export const etter = (bilde: Prisbilde, b: Beslutning, { formidles }: Prisgrunnlag): Prisbilde => {
  const kanal = b.utfall === 'SEND' ? b.kanal : null;
  const viaFormidler = formidles && (kanal === 'POSTKASSE' || kanal === 'UTSKRIFT');
  return {
    ...bilde,
    sendt: bilde.sendt + Number(kanal === 'POSTKASSE'),
    formidlet: bilde.formidlet + Number(viaFormidler),
  };
};
