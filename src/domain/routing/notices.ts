import type { Forsendelse, Klasse } from '../forsendelse.js';
import type { Kontaktpunkt, Spraak } from '../person.js';
import { ferskhet } from '../varsling.js';
import type { Kanal, Regelspor, Varselbestilling } from './decision.js';
import { aktiv, kontaktpunkter, type Fakta } from './facts.js';

export type Varslingskanal = Varselbestilling['varslingskanal'];

/** Characters that a notice may have (sdp-melding.xsd, R-16). */
export const varseltekstTegn: Readonly<Record<Varslingskanal, number>> = { SMS: 160, EPOST: 500 };

/** Days after virkningstidspunkt: what § 8 applies to is notified again after a week when it is unread. */
export const varslingsdager: Readonly<Record<Klasse, readonly number[]>> = { VEDTAK: [0, 7], INFO: [0] };

/** Whether a letter is notified of again when it is unread: not one that was sent to an address which its recipient has given. */
export const gjentas = ({ klasse, oppgittAdresse }: Pick<Forsendelse, 'klasse' | 'oppgittAdresse'>): boolean =>
  varslingsdager[klasse].length > 1 && oppgittAdresse === undefined;

/** Whether a notice of it may go by e-mail: of an advance notice only where its party has asked for that. */
export const epostTillatt = ({ forhaandsvarsel }: Pick<Forsendelse, 'forhaandsvarsel'>): boolean =>
  forhaandsvarsel === undefined || forhaandsvarsel.epostBevis !== null;

/** Characters that take no room and could hide a number. */
const usynlig = /[\u00AD\u200B-\u200D\u2060\uFEFF]/g;

/** Eleven digits, together or as a birth date and five: what a national id looks like. */
const elleveSifre = /(?<!\d)\d{6}[\s.-]?\d{5}(?!\d)/;

/**
 * Why a sender's text may not be used as a notice; undefined when it may. Length is counted in characters, as the schema
 * does.
 */
export function checkVarseltekst(text: string, kanal: Varslingskanal): string | undefined {
  const tegn = [...text].length;
  const tillatt = varseltekstTegn[kanal];
  if (text.trim() === '') return 'the text of a notice is empty; leave it out to get a text that the gateway has';
  if (tegn > tillatt) return `the text of a notice by ${kanal} has ${tegn} characters; ${tillatt} are allowed`;
  if (elleveSifre.test(text.normalize('NFKC').replace(usynlig, ''))) {
    return 'the text of a notice holds a number of 11 digits, which may be a national id';
  }
  return undefined;
}

type Varselsted = Extract<Kanal, 'POSTKASSE' | 'PORTAL'>;

/** Says that there is a letter and where it is read, and nothing about it. Each fits an SMS. */
const standardtekst: Readonly<Record<Varselsted, Readonly<Record<Klasse, Readonly<Record<Spraak, string>>>>>> = {
  POSTKASSE: {
    VEDTAK: {
      nb: 'Du har fått et vedtak eller et annet viktig brev fra det offentlige. Logg inn i den digitale postkassen din for å lese det.',
      nn: 'Du har fått eit vedtak eller eit anna viktig brev frå det offentlege. Logg inn i den digitale postkassa di for å lese det.',
      en: 'You have received a decision or another important letter from a public body. Log in to your digital mailbox to read it.',
      se: 'Dutnje lea boahtán mearrádus dahje eará dehálaš reive. Logge sisa iežat digitála poastaboksii ja loga dan.',
    },
    INFO: {
      nb: 'Du har fått et brev fra det offentlige. Logg inn i den digitale postkassen din for å lese det.',
      nn: 'Du har fått eit brev frå det offentlege. Logg inn i den digitale postkassa di for å lese det.',
      en: 'You have received a letter from a public body. Log in to your digital mailbox to read it.',
      se: 'Dutnje lea boahtán reive. Logge sisa iežat digitála poastaboksii ja loga dan.',
    },
  },
  PORTAL: {
    VEDTAK: {
      nb: 'Du har fått et vedtak eller et annet viktig brev fra det offentlige. Logg inn på nettstedet til avsenderen for å lese det.',
      nn: 'Du har fått eit vedtak eller eit anna viktig brev frå det offentlege. Logg inn på nettstaden til avsendaren for å lese det.',
      en: "You have received a decision or another important letter from a public body. Log in to the sender's website to read it.",
      se: 'Dutnje lea boahtán mearrádus dahje eará dehálaš reive. Logge sisa sáddejeaddji neahttasiidui ja loga dan.',
    },
    INFO: {
      nb: 'Du har fått et brev fra det offentlige. Logg inn på nettstedet til avsenderen for å lese det.',
      nn: 'Du har fått eit brev frå det offentlege. Logg inn på nettstaden til avsendaren for å lese det.',
      en: "You have received a letter from a public body. Log in to the sender's website to read it.",
      se: 'Dutnje lea boahtán reive. Logge sisa sáddejeaddji neahttasiidui ja loga dan.',
    },
  },
};

/** What an e-mail is about, which says no more than its text. */
const emner: Readonly<Record<Klasse, Readonly<Record<Spraak, string>>>> = {
  VEDTAK: {
    nb: 'Du har fått et vedtak eller et annet viktig brev',
    nn: 'Du har fått eit vedtak eller eit anna viktig brev',
    en: 'You have received a decision or another important letter',
    se: 'Dutnje lea boahtán mearrádus dahje eará dehálaš reive',
  },
  INFO: {
    nb: 'Du har fått et brev fra det offentlige',
    nn: 'Du har fått eit brev frå det offentlege',
    en: 'You have received a letter from a public body',
    se: 'Dutnje lea boahtán reive',
  },
};

/** Subject of the notice of a letter. */
export const varselemne = (klasse: Klasse, spraak: Spraak): string => emner[klasse][spraak];

const varselsted = (kanal: Kanal): kanal is Varselsted => kanal === 'POSTKASSE' || kanal === 'PORTAL';

/** A stale contact point may be used where no notice is required by law. */
const brukbar = (punkt: Kontaktpunkt | null, { forsendelse, now }: Fakta): punkt is Kontaktpunkt =>
  punkt !== null && (forsendelse.klasse === 'INFO' || ferskhet(punkt, now) === 'FERSK');

/**
 * The notices of a letter: one for each contact point that may be used. None for paper and Altinn, which notifies by itself, nor
 * where the sender does it. A text of the gateway's own is in the recipient's language, else the sender's; a text of the
 * sender's is in the language of the letter, and has passed `checkVarseltekst` when the letter was accepted.
 */
export function varselbestillinger(fakta: Fakta, kanal: Kanal): readonly Varselbestilling[] {
  if (!varselsted(kanal) || fakta.policy.egenVarsling) return [];
  const mulige = muligeVarsler(fakta, kanal);
  const herfra = mulige.filter((varsel) => sendesHerfra(fakta, kanal, varsel));
  return herfra.length > 0 ? herfra : mulige;
}

/** Whether the gateway sends a notice by itself: of what its sender shows in its own portal, by a way that the installation has. */
export const sendesHerfra = (
  { varslingskanaler }: Pick<Fakta, 'varslingskanaler'>,
  kanal: Kanal,
  { varslingskanal }: Pick<Varselbestilling, 'varslingskanal'>,
): boolean => kanal === 'PORTAL' && varslingskanaler?.has(varslingskanal) === true;

/** Whether the gateway notifies of a letter by itself. */
export const varslesHerfra = (fakta: Fakta, kanal: Kanal): boolean =>
  varselbestillinger(fakta, kanal).some((varsel) => sendesHerfra(fakta, kanal, varsel));

function muligeVarsler(fakta: Fakta, kanal: Varselsted): readonly Varselbestilling[] {
  const { klasse, varseltekst, spraak: brevetsSpraak } = fakta.forsendelse;
  const dagerEtter = gjentas(fakta.forsendelse) ? varslingsdager[klasse] : [0];
  const { mobil, epost } = kontaktpunkter(fakta);
  const bestill = (varslingskanal: Varslingskanal, punkt: Kontaktpunkt | null, egen: string | null) => {
    if (!brukbar(punkt, fakta)) return [];
    const spraak = egen === null ? (aktiv(fakta)?.spraak ?? brevetsSpraak) : brevetsSpraak;
    const tekst = egen ?? standardtekst[kanal][klasse][spraak];
    return [{ varslingskanal, adresse: punkt.verdi, tekst, dagerEtter, spraak }];
  };
  const paaEpost = epostTillatt(fakta.forsendelse) ? bestill('EPOST', epost, varseltekst.epost) : [];
  return [...paaEpost, ...bestill('SMS', mobil, varseltekst.sms)];
}

/** What a telephone makes a link of. */
const lenke = /https?:\/\/|\bwww\.|\b[a-z0-9-]*[a-z][a-z0-9-]*\.(?:no|com|org|net|eu)\b/i;

const lenkeadvarsel: Regelspor = {
  regel: 'R-16',
  lovhjemmel: null,
  traff: true,
  tekst: {
    nb: 'Avsenderens varseltekst har en lenke. Det frarådes, for svindel ser slik ut; varselet sendes likevel.',
    en: "The sender's text for notices holds a link. That is advised against, for fraud looks like it; the notice goes out all the same.",
  },
};

/** What the decision warns of: a link in a text of the sender's, where that text goes out. */
export function varseladvarsler({ forsendelse, policy }: Fakta, kanal: Kanal): readonly Regelspor[] {
  const { epost, sms } = forsendelse.varseltekst;
  const brukes = (varselsted(kanal) || kanal === 'ALTINN') && !policy.egenVarsling;
  return brukes && [epost, sms].some((tekst) => lenke.test(tekst ?? '')) ? [lenkeadvarsel] : [];
}
