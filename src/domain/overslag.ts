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

/** Whole øre. `hoyst` counts what may happen. Lines without a price count as nothing. */
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

/** The SMS again where § 8 applies and the letter is unread. */
function gjentatt({ varsler }: Sendt, rader: readonly Postering[]): readonly Prislinje[] {
  const antall = (varsler.find(({ varslingskanal }) => varslingskanal === 'SMS')?.dagerEtter.length ?? 0) - 1;
  const sms = rader.find(({ post }) => post === 'SMS');
  if (sms === undefined || antall < 1) return [];
  const en = sms.oere(1);
  const tekst = { nb: 'Nytt varsel på SMS hvis ulest', en: 'SMS again if unread' };
  return [{ tekst, antall, oere: en === null ? null : antall * en, sikker: false }];
}

/** What a letter will cost if it is the sender's next, line by line as the ledger will have it; nothing for a refused one and Altinn (R-57…R-62). */
export function cost(b: Beslutning, grunnlag: Prisgrunnlag, { liste, sendt, formidlet }: Prisbilde): Prisoverslag {
  if (b.utfall !== 'SEND') return { linjer: [], minst: 0, hoyst: 0 };
  const nummer = { AVSENDER: sendt + 1, NASJONAL: formidlet + 1 };
  const linje =
    (sikker: boolean) =>
    ({ post, teller, oere }: Postering) => ({
      tekst: tekst(post, grunnlag.sider),
      antall: 1,
      oere: oere(teller === null ? 1 : nummer[teller]),
      sikker,
    });
  const sms = b.varslesHerfra === true && b.varsler.some(({ varslingskanal }) => varslingskanal === 'SMS');
  const rader = [...levert(b, grunnlag, liste), ...(sms ? [varslet(b, false, liste)] : [])];
  // A broker that costs nothing is no line of an estimate.
  const sikre = rader.map((rad) => ({ rad, linje: linje(true)(rad) }));
  const linjer: readonly Prislinje[] = [
    ...sikre.filter(({ rad, linje: l }) => rad.post !== 'MELDINGSFORMIDLER' || l.oere !== 0).map(({ linje: l }) => l),
    ...gjentatt(b, rader),
    ...aapnet(b, grunnlag, liste).map(linje(false)),
  ];
  const sum = (noen: readonly Prislinje[]): number => noen.reduce((total, { oere }) => total + (oere ?? 0), 0);
  return { linjer, minst: sum(linjer.filter(({ sikker }) => sikker)), hoyst: sum(linjer) };
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
