import { ordrett } from '../hendelsestekst.js';
import type { Beslutning, Kanal } from '../routing/decision.js';
import type { Tospraaklig } from '../routing/words.js';
import type { Hendelse, Hendelsestype } from '../shipment.js';
import type { SvarUtBrev } from './ports.js';

/*
 * A letter's history as its sender reads it (CONTRACT.md of SvarUt, section 6): in Norwegian, one line an event; the English text stays what it is
 * for letters that came another way. National ids stand as marks in what is stored and are filled in when it is read.
 */

export const MOTTAKER = '{mottaker}';
export const LEST_AV = '{lestAv}';

/** What is told apart from the event. */
type Om = Pick<SvarUtBrev, 'ettersendes' | 'lesetimer'> & { readonly tekst: string };
type Linje = (om: Om) => string;

const sendt: Readonly<Record<Kanal, Linje>> = {
  POSTKASSE: () => 'Sendt til digital postkasse',
  UTSKRIFT: () => 'Sendt til print',
  ALTINN: ({ ettersendes, lesetimer }) =>
    'Varsling sendt til Altinn. ' +
    (ettersendes
      ? 'Forsendelsen vil ettersendes som brevpost dersom den ikke blir lest innen utløp av lesefristen. '
      : 'Forsendelsen ettersendes ikke som brevpost. ') +
    `Lesefristen utløper etter ${lesetimer} timer.`,
  SVARINN: () => 'Klar for mottak i mottakerens system',
  PORTAL: () => 'Overlatt til avsenderen',
};

/** What a provider says and we have our own words for; an event that is not here has the words of whoever wrote it. */
const meldt: Partial<Readonly<Record<Hendelsestype, Partial<Readonly<Record<Kanal, Linje>>>>>> = {
  SENDT: sendt,
  VARSLET: sendt,
  MOTTAK: { UTSKRIFT: () => 'Mottatt av printleverandør' },
  LEVERING: { POSTKASSE: () => 'Levert i digital postkasse', UTSKRIFT: () => 'Printet og postlagt' },
  AAPNING: { POSTKASSE: () => 'Lest i digital postkasse', ALTINN: () => 'Lest i Altinn' },
  VARSLINGFEILET: { POSTKASSE: () => 'Varsling fra digital postkasse nådde ikke mottaker' },
  RETURPOST: { UTSKRIFT: () => 'Brevet kom i retur' },
  FEIL: {
    POSTKASSE: ({ tekst }) => `Digital postkasse melder feil: ${tekst}`,
    UTSKRIFT: ({ tekst }) => `Printleverandør melder feil: ${tekst}`,
  },
  OPPGITT: {
    POSTKASSE: ({ tekst }) => `Ekspedering oppgitt: ${tekst}`,
    UTSKRIFT: ({ tekst }) => `Ekspedering oppgitt: ${tekst}`,
  },
};

/** An event as it stands in the history of a SvarUt letter. `kanal`: of the decision in force; null where it refused. */
export function linje(
  event: Hendelse,
  kanal: Kanal | null,
  brev: Pick<SvarUtBrev, 'ettersendes' | 'lesetimer'>,
): Hendelse {
  const ord = kanal === null ? undefined : meldt[event.type]?.[kanal];
  if (ord === undefined) return event;
  const { nb, en } = event.tekst;
  return { ...event, tekst: { nb: ord({ ...brev, tekst: nb }), en } };
}

/** Attempts that came to nothing are for operators. */
export const visesIHistorikk = ({ type }: Hendelse): boolean => type !== 'FORSOEK_UTSATT';

/** The text with its marks filled in. */
export const utfylt = (tekst: string, mottaker: string | null, lestAv: string | null): string =>
  tekst.replace(/\{(mottaker|lestAv)\}/g, (_, navn) => (navn === 'mottaker' ? mottaker : lestAv) ?? '');

/** The Norwegian one as it was observed. */
const registrertUtenPostkasse: Tospraaklig = {
  nb: `Mottaker ${MOTTAKER} er registert i kontaktregister, men har ikke registrert postkasse.`,
  en: `The recipient ${MOTTAKER} is in the contact register, and has no mailbox there.`,
};

/** Why the letter goes where it goes: the rule that chose. */
export function veivalg({ register, spor, utfall }: Beslutning): Tospraaklig {
  const utenPostkasse = register.status === 'AKTIV' && !register.reservasjon && register.postkasseleverandoer === null;
  if (utenPostkasse && utfall === 'SEND') return registrertUtenPostkasse;
  return spor.find(({ traff }) => traff)?.tekst ?? ordrett('');
}

/** The lines of a letter that has been accepted. */
export const mottattlinjer = (antallDokumenter: number): readonly [Tospraaklig, ...Tospraaklig[]] => [
  { nb: 'Mottatt, og tildelt forsendelse-id', en: 'Received, and given an id' },
  { nb: 'Metadata er validert OK', en: 'Its metadata are valid' },
  {
    nb: `Orginaldokumenter er lagret (${antallDokumenter} dokument${antallDokumenter === 1 ? '' : 'er'})`,
    en: `Its documents are stored (${antallDokumenter})`,
  },
  { nb: 'Forsendelsesfil generert', en: 'The letter is made' },
  { nb: 'Akseptert for ekspedering', en: 'Accepted for dispatch' },
];
