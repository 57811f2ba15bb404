import type { Forsendelse, Utskriftsvalg } from './forsendelse.js';
import { osloDate } from './oslo.js';
import type { Beslutning } from './routing/decision.js';
import type { Hendelsestype, Pakke } from './shipment.js';
import { postkassepris, pris, utskriftspris, type Prisforhold } from './tariff.js';

/** What a letter is charged for, each at most once. SMS_GJENTATT is the repeat where it is sent from here. UTSKRIFT_RETTELSE is what the printer's own account of a letter differs by. */
export const poster = [
  'POSTKASSE',
  'SMS',
  'SMS_GJENTATT',
  'AAPNINGSKVITTERING',
  'UTSKRIFT',
  'UTSKRIFT_RETTELSE',
  'MELDINGSFORMIDLER',
] as const;
export type Post = (typeof poster)[number];

/** What is counted, since prices depend on it: mailbox letters of a sender in a calendar month, and all that the broker passes on. */
export type Teller = 'AVSENDER' | 'NASJONAL';

/** A line that is to be written. */
export interface Postering {
  readonly post: Post;
  /** Organisation number of the supplier whose price it is; null where it is nobody's own. */
  readonly leverandoer: string | null;
  readonly teller: Teller | null;
  /** Whole øre; null where the price list has no price. `nummer` is the counter's, 1 where nothing is counted. */
  readonly oere: (nummer: number) => number | null;
}

/** One line of the ledger. */
export interface Ledgerlinje {
  /** Of a letter, or of a message that the broker has passed on. */
  readonly shipmentId: string;
  /** Organisation number of who is charged. */
  readonly avsender: string;
  readonly post: Post;
  readonly leverandoer: string | null;
  readonly kostnadskode: string | null;
  /** Of the calendar. */
  readonly bokfoert: Date;
  /** In which it was written, in Oslo: `2026-11`. */
  readonly maaned: string;
  /** Of the calendar: the price list of this day. */
  readonly prisdato: Date;
  /** Of the counter; null where nothing is counted. */
  readonly nummer: number | null;
  readonly oere: number | null;
}

/** A calendar month in Oslo. */
export const maanedAv = (at: Date): string => osloDate(at).slice(0, 7);

/** Lines that are alike, together. */
export interface Sumlinje extends Pick<Ledgerlinje, 'avsender' | 'post' | 'leverandoer' | 'kostnadskode'> {
  /** Of each of them, in øre; null where there is no price. */
  readonly stykkpris: number | null;
  readonly antall: number;
  /** Øre. */
  readonly sum: number;
}

/** What a price depends on that the decision does not hold. */
export interface Prisgrunnlag {
  /** Octets of all documents before packing. */
  readonly octets: number;
  /** Whether it is ordered. */
  readonly aapningskvittering: boolean;
  readonly utskrift: Pick<Utskriftsvalg, 'farge' | 'posttype'>;
  /** Pages; null: not known yet, and one is reckoned with. */
  readonly sider: number | null;
  /** Whether the letter goes by the broker. */
  readonly formidles: boolean;
}

type Sendt = Extract<Beslutning, { utfall: 'SEND' }>;
type Liste = Prisforhold['liste'];

const postering = (
  post: Post,
  leverandoer: string | null,
  teller: Teller | null,
  oere: (nummer: number) => number | undefined,
): Postering => ({ post, leverandoer, teller, oere: (nummer) => oere(nummer) ?? null });

const formidling = (at: Date, liste: Liste): Postering =>
  postering('MELDINGSFORMIDLER', null, 'NASJONAL', (nummer) => pris('MELDINGSFORMIDLER', null, { liste, at, nummer }));

/** A message of another that the broker passes on. */
export const formidlet = formidling;

function ipostkasse(b: Sendt, grunnlag: Prisgrunnlag, liste: Liste): readonly Postering[] {
  const { leverandoer, fattet: at } = b;
  const sms = b.varsler.some(({ varslingskanal }) => varslingskanal === 'SMS');
  return [
    postering('POSTKASSE', leverandoer, 'AVSENDER', (nummer) =>
      postkassepris(grunnlag.octets, leverandoer, { liste, at, nummer }),
    ),
    ...(sms ? [postering('SMS', leverandoer, null, (nummer) => pris('SMS', leverandoer, { liste, at, nummer }))] : []),
  ];
}

const paaPapir = ({ leverandoer, fattet: at }: Sendt, { utskrift, sider }: Prisgrunnlag, liste: Liste): Postering =>
  postering('UTSKRIFT', leverandoer, null, (nummer) =>
    utskriftspris(utskrift, sider ?? 1, leverandoer, { liste, at, nummer }),
  );

/** What is charged when a letter has been delivered, by the price list of the day on which it was decided. */
export function levert(b: Sendt, grunnlag: Prisgrunnlag, liste: Liste): readonly Postering[] {
  if (b.kanal !== 'POSTKASSE' && b.kanal !== 'UTSKRIFT') return [];
  const brev = b.kanal === 'POSTKASSE' ? ipostkasse(b, grunnlag, liste) : [paaPapir(b, grunnlag, liste)];
  return grunnlag.formidles ? [...brev, formidling(b.fattet, liste)] : brev;
}

/** What a notice by SMS costs that is sent from here: it is nobody's but the price list's. An e-mail costs nothing. */
export const varslet = ({ fattet: at }: Sendt, gjentatt: boolean, liste: Liste): Postering =>
  postering(gjentatt ? 'SMS_GJENTATT' : 'SMS', null, null, (nummer) => pris('SMS', null, { liste, at, nummer }));

/** What is charged when a letter is opened, where its sender has ordered to be told. */
export function aapnet(b: Sendt, { aapningskvittering }: Prisgrunnlag, liste: Liste): readonly Postering[] {
  if (b.kanal !== 'POSTKASSE' || !aapningskvittering) return [];
  const { leverandoer, fattet: at } = b;
  return [
    postering('AAPNINGSKVITTERING', leverandoer, null, (nummer) =>
      pris('AAPNINGSKVITTERING', leverandoer, { liste, at, nummer }),
    ),
  ];
}

/** What has been opened, or has come back, has been delivered, whichever of its receipts comes first. */
const betyrLevert: ReadonlySet<Hendelsestype> = new Set<Hendelsestype>(['LEVERING', 'AAPNING', 'RETURPOST']);

/** Whether an event may be charged for. */
export const kanKoste = (type: Hendelsestype): boolean => betyrLevert.has(type);

/** What is charged when something happens to a letter; nothing for what was not delivered. */
export function posteringer(
  type: Hendelsestype,
  b: Beslutning,
  grunnlag: Prisgrunnlag,
  liste: Liste,
): readonly Postering[] {
  if (b.utfall !== 'SEND' || !kanKoste(type)) return [];
  return [...levert(b, grunnlag, liste), ...(type === 'AAPNING' ? aapnet(b, grunnlag, liste) : [])];
}

/** What the price of a stored letter depends on. `pakke`: as it has been handed on; undefined: it has not, or without the broker. */
export const grunnlagAv = (
  { hoveddokument, vedlegg, aapningskvittering, utskrift }: Forsendelse,
  pakke: Pick<Pakke, 'sbd' | 'sider'> | undefined,
): Prisgrunnlag => ({
  octets: [hoveddokument, ...vedlegg].reduce((octets, { innhold }) => octets + innhold.size, 0),
  aapningskvittering: aapningskvittering !== null,
  utskrift,
  sider: pakke?.sider ?? null,
  formidles: pakke !== undefined && pakke.sbd !== null,
});
