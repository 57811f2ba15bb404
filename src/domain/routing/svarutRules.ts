import { limits } from '../../limits.js';
import type { Mottakersystem, SvarUtBestilling } from '../svarut/bestilling.js';
import type { Kanal } from './decision.js';
import { kanMotta, valgtPostkasse, type Fakta, type SvarUtFakta } from './facts.js';
import { mottakerart, utenPostkasse } from './reasons.js';
import { etterRegisteret, identifikatorer, utenomRegisteret } from './rules.js';
import type { Regel, Sisteregel } from './table.js';
import { papir, type Valg } from './valg.js';
import { kanalvei, si, type Tekst } from './words.js';

/*
 * Where SvarUt sends a letter (CONTRACT.md section 7): the rows after the number of the recipient has been judged. A way that has been tried
 * is not gone again. Rows that are law keep their rule's number; the others have the row of SvarUt's table.
 */

/** Facts about a letter that came by SvarUt. */
export type SvarUtSak = Fakta & { readonly svarut: SvarUtFakta };

/** Octets that a letter in a mailbox may have in all. */
export const postkasseOctets = 10 * 1024 * 1024;

const bestilling = ({
  forsendelse,
}: Fakta): Pick<SvarUtBestilling, 'dokumenter' | 'forsendelseType' | 'krevNiva4Innlogging'> =>
  forsendelse.svarut ?? { dokumenter: [], forsendelseType: null, krevNiva4Innlogging: false };

/** A system that names the type goes before one that takes all, and one that names the level likewise. */
const noeyaktighet = (s: Mottakersystem): number => (s.forsendelseType === null ? 0 : 2) + (s.nivaa === null ? 0 : 1);

/** The receiving system that a letter is for (FEATURES.md 41); undefined when the recipient has none for it. */
export function valgtMottakersystem(f: SvarUtSak): Mottakersystem | undefined {
  const { forsendelseType, krevNiva4Innlogging } = bestilling(f);
  const nivaa = krevNiva4Innlogging ? 4 : 3;
  const passer = f.svarut.mottakersystemer.filter(
    (s) =>
      s.orgnr === f.forsendelse.mottaker.id &&
      (s.forsendelseType ?? forsendelseType) === forsendelseType &&
      (s.nivaa ?? nivaa) === nivaa,
  );
  return passer.toSorted((a, b) => noeyaktighet(b) - noeyaktighet(a)).at(0);
}

const proevd = ({ svarut }: SvarUtSak, kanal: Kanal): boolean => svarut.proevd.includes(kanal);
const forgjeves = (kanal: Kanal) =>
  ({
    nb: `Brevet har vært sendt ${kanalvei[kanal].nb}, uten å nå fram.`,
    en: `The letter has been sent ${kanalvei[kanal].en}, without reaching anybody.`,
  }) as const;

/** Says that the way has been tried, or else what `tekst` says. */
const ellerForgjeves = (kanal: Kanal, tekst: Tekst<SvarUtSak>): Tekst<SvarUtSak> => ({
  nb: (f) => (proevd(f, kanal) ? forgjeves(kanal).nb : tekst.nb(f)),
  en: (f) => (proevd(f, kanal) ? forgjeves(kanal).en : tekst.en(f)),
});

const mottakersystem: readonly Regel<SvarUtSak, Valg>[] = [
  {
    regel: 'SvarUt 2',
    lovhjemmel: null,
    gjelder: (f) => !proevd(f, 'SVARINN') && valgtMottakersystem(f) !== undefined,
    utfall: (f) => ({ kanal: 'SVARINN', leverandoer: valgtMottakersystem(f)?.brukernavn ?? null }),
    traff: {
      nb: (f) => `Mottakeren henter slike brev med systemet ${valgtMottakersystem(f)?.navn}.`,
      en: (f) => `The recipient fetches such letters with the system ${valgtMottakersystem(f)?.navn}.`,
    },
    ellers: ellerForgjeves(
      'SVARINN',
      si(
        'Mottakeren har ikke noe system som henter slike brev.',
        'The recipient has no system that fetches such letters.',
      ),
    ),
  },
];

const octets = (f: Fakta): number => bestilling(f).dokumenter.reduce((sum, { innhold }) => sum + innhold.size, 0);
const forStorForAltinn = (f: Fakta): boolean => octets(f) > limits.altinnBytes;

const altinn = (regel: string, hvem: (f: SvarUtSak) => boolean): Regel<SvarUtSak, Valg> => ({
  regel,
  lovhjemmel: 'Digitaliseringsrundskrivet',
  gjelder: (f) => hvem(f) && f.svarut.altinn && f.kanaler.has('ALTINN') && !forStorForAltinn(f) && !proevd(f, 'ALTINN'),
  utfall: () => ({ kanal: 'ALTINN', leverandoer: null }),
  traff: si(
    'Brevet legges i Altinn. Er det ulest når lesefristen er ute, går det på papir.',
    'The letter is put into Altinn. If it is unread when the time is up, it goes on paper.',
  ),
  ellers: ellerForgjeves('ALTINN', {
    nb: (f) => altinnNei(f, hvem).nb,
    en: (f) => altinnNei(f, hvem).en,
  }),
});

function altinnNei(f: SvarUtSak, hvem: (f: SvarUtSak) => boolean): Readonly<Record<'nb' | 'en', string>> {
  if (!hvem(f)) return { nb: 'Mottakeren er ikke en virksomhet.', en: 'The recipient is not a business.' };
  if (forStorForAltinn(f)) {
    return { nb: 'Dokumentene er for store for Altinn.', en: 'The documents are too large for Altinn.' };
  }
  return f.svarut.altinn
    ? {
        nb: 'Denne installasjonen kan ikke sende brev til Altinn.',
        en: 'This installation cannot send letters to Altinn.',
      }
    : { nb: 'Avsenderen bruker ikke Altinn.', en: 'The sender does not use Altinn.' };
}

const erVirksomhet = (f: Fakta): boolean => mottakerart(f) === 'VIRKSOMHET';

/** A business that Altinn does not reach gets paper; the register of persons is not asked about it. */
const virksomhet: readonly Regel<SvarUtSak, Valg>[] = [
  altinn('R-48, SvarUt 5', erVirksomhet),
  {
    regel: 'SvarUt 7',
    lovhjemmel: null,
    gjelder: erVirksomhet,
    utfall: papir,
    traff: si('Brevet til virksomheten skal på papir.', 'The letter to the business goes on paper.'),
    ellers: si('Mottakeren er ikke en virksomhet.', 'The recipient is not a business.'),
  },
];

const erPdf = ({ mimetype }: { readonly mimetype: string }): boolean => mimetype === 'application/pdf';

/** Why the documents cannot lie in a mailbox; undefined when they can. */
function passerIkke(f: Fakta): Readonly<Record<'nb' | 'en', string>> | undefined {
  const { dokumenter } = bestilling(f);
  if (dokumenter.length === 0 || !dokumenter.every(erPdf)) {
    return { nb: 'Ikke alle dokumentene er PDF', en: 'Not all documents are PDF' };
  }
  return octets(f) > postkasseOctets
    ? { nb: 'Dokumentene er større enn 10 MB', en: 'The documents have more than 10 MB' }
    : undefined;
}

const postkasseleverandoer = (f: Fakta): string | null => valgtPostkasse(f)?.postkasseleverandoerAdresse ?? null;

const postkasse: readonly Regel<SvarUtSak, Valg>[] = [
  {
    regel: 'R-52, SvarUt 4',
    lovhjemmel: null,
    gjelder: (f) =>
      f.svarut.sdp &&
      !proevd(f, 'POSTKASSE') &&
      passerIkke(f) === undefined &&
      kanMotta(f, postkasseleverandoer(f), 'POSTKASSE'),
    utfall: (f) => ({ kanal: 'POSTKASSE', leverandoer: postkasseleverandoer(f) }),
    traff: {
      nb: (f) => `Mottakeren har valgt digital postkasse hos ${postkasseleverandoer(f)}.`,
      en: (f) => `The recipient has chosen a digital mailbox with ${postkasseleverandoer(f)}.`,
    },
    ellers: ellerForgjeves('POSTKASSE', {
      nb: (f) => postkasseNei(f, 'nb'),
      en: (f) => postkasseNei(f, 'en'),
    }),
  },
];

function postkasseNei(f: SvarUtSak, i: 'nb' | 'en'): string {
  if (!f.svarut.sdp) {
    return i === 'nb'
      ? 'Avsenderen sender ikke til digitale postkasser.'
      : 'The sender does not use digital mailboxes.';
  }
  const hinder = kanMotta(f, postkasseleverandoer(f), 'POSTKASSE') ? passerIkke(f)?.[i] : utenPostkasse(f, i);
  return `${hinder}.`;
}

/** The table, in order: the first row that applies decides. */
export const svarutRegler: readonly Regel<SvarUtSak, Valg>[] = [
  ...identifikatorer,
  ...mottakersystem,
  ...virksomhet,
  ...utenomRegisteret.filter(({ regel }) => regel !== 'R-48'),
  ...etterRegisteret,
  ...postkasse,
  altinn('R-53, SvarUt 5', () => true),
];

/** What applies when no row does. */
export const svarutPapir: Sisteregel<SvarUtSak, Valg> = {
  regel: 'SvarUt 7',
  lovhjemmel: null,
  utfall: papir,
  traff: si(
    'Ingen digital vei når mottakeren, så brevet skal på papir.',
    'No digital way reaches the recipient, so the letter goes on paper.',
  ),
};
