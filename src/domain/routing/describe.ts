import { rundeklar } from '../varselrunde.js';
import type { Beslutning, Regelspor, Varselbestilling } from './decision.js';
import { dagerEtter, dato, kanalvei, liste, type Spraakvalg } from './words.js';

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

/** When the recipient is notified: whom the gateway itself notifies, in the daytime of working days. */
function varselsdager(b: Beslutning, { dagerEtter: antall }: Varselbestilling, fra: Date): readonly Date[] {
  if (b.utfall !== 'SEND' || b.varslesHerfra !== true) return antall.map((dager) => dagerEtter(fra, dager));
  const foerste = rundeklar(0, fra);
  return antall.length > 1 ? [foerste, rundeklar(1, foerste)] : [foerste];
}

/** Which notices are ordered, by what means and on which days; no addresses. */
function varselsetninger(b: Beslutning, fra: Date, i: Spraakvalg): readonly string[] {
  const { varsler } = b;
  const [foerste] = varsler;
  if (foerste === undefined) return [];
  const maater = liste(
    varsler.map((varsel) => varslingsnavn[varsel.varslingskanal][i]),
    i,
  );
  const [dag, ...gjentatt] = varselsdager(b, foerste, fra).map((dag) => dato(dag, i));
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
