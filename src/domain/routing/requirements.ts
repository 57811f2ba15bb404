import type { Avvisningskode } from './choice.js';
import type { Kanal, Regelspor } from './decision.js';
import { kanMotta, papirTil, ventTil, type Fakta } from './facts.js';
import { gjentas, varslesHerfra } from './notices.js';
import type { Regel, Sisteregel } from './table.js';
import { kanalvei, si, tidspunkt, type Spraakvalg } from './words.js';

/** A channel that has been chosen, to be tried against what it needs. */
export interface Kanalfakta {
  readonly fakta: Fakta;
  readonly kanal: Kanal;
}

/** A refusal, or the earliest time at which the letter is handed on (null: at once). */
export type Klarering = { readonly kode: Avvisningskode } | { readonly tidligst: Date | null };

/** A requirement that only some channels have. */
export type Krav = Regel<Kanalfakta, Klarering> & { readonly kanaler: readonly Kanal[] };

/** What each channel needs, in order. The first that is not met refuses the letter: it never goes silently elsewhere. */
export const krav: readonly Krav[] = [
  {
    kanaler: ['UTSKRIFT'],
    regel: 'R-47',
    lovhjemmel: null,
    gjelder: ({ fakta }) => fakta.forsendelse.kunDigitalt,
    utfall: () => ({ kode: 'ONLY_DIGITAL' }),
    traff: si(
      'Avsenderen vil bare sende digitalt, så brevet er avvist.',
      'The sender wants digital delivery only, so the letter is refused.',
    ),
    ellers: si('Avsenderen godtar papir.', 'The sender accepts paper.'),
  },
  {
    kanaler: ['POSTKASSE', 'UTSKRIFT', 'ALTINN', 'PORTAL', 'SVARINN'],
    regel: 'R-41',
    lovhjemmel: null,
    gjelder: ({ fakta, kanal }) => !fakta.kanaler.has(kanal),
    utfall: () => ({ kode: 'CHANNEL_NOT_AVAILABLE' }),
    traff: {
      nb: ({ kanal }) =>
        `Denne installasjonen kan ikke sende brev ${kanalvei[kanal].nb}, og brevet går ingen annen vei, så det er avvist.`,
      en: ({ kanal }) =>
        `This installation cannot send letters ${kanalvei[kanal].en}, and the letter does not go another way, so it is refused.`,
    },
    ellers: {
      nb: ({ kanal }) => `Denne installasjonen kan sende brev ${kanalvei[kanal].nb}.`,
      en: ({ kanal }) => `This installation can send letters ${kanalvei[kanal].en}.`,
    },
  },
  {
    kanaler: ['ALTINN'],
    regel: 'R-50',
    lovhjemmel: null,
    gjelder: ({ fakta }) => fakta.forsendelse.taushetsbelagt === true && fakta.taushetsbelagtIAltinn !== true,
    utfall: () => ({ kode: 'CHANNEL_NOT_AVAILABLE' }),
    traff: si(
      'Brevet er taushetsbelagt, og denne installasjonen har ingen egen ressurs i Altinn for slike brev, så det er avvist.',
      'The letter is confidential, and this installation has no resource of its own in Altinn for such letters, so it is refused.',
    ),
    ellers: {
      nb: ({ fakta }) =>
        fakta.forsendelse.taushetsbelagt === true
          ? 'Brevet er taushetsbelagt og legges i ressursen for slike brev.'
          : 'Brevet er ikke taushetsbelagt.',
      en: ({ fakta }) =>
        fakta.forsendelse.taushetsbelagt === true
          ? 'The letter is confidential and is put into the resource for such letters.'
          : 'The letter is not confidential.',
    },
  },
  {
    kanaler: ['UTSKRIFT'],
    regel: 'R-08',
    lovhjemmel: null,
    gjelder: ({ fakta }) => !kanMotta(fakta, fakta.utskriftsleverandoer, 'UTSKRIFT'),
    utfall: () => ({ kode: 'CHANNEL_NOT_AVAILABLE' }),
    traff: si(
      'Det finnes ingen utskriftsleverandør med gyldig sertifikat, så brevet er avvist.',
      'There is no print supplier with a valid certificate, so the letter is refused.',
    ),
    ellers: si('Utskriftsleverandøren har gyldig sertifikat.', 'The print supplier has a valid certificate.'),
  },
  {
    kanaler: ['UTSKRIFT'],
    regel: 'R-44',
    lovhjemmel: null,
    gjelder: ({ fakta }) => papirTil(fakta) === null,
    utfall: () => ({ kode: 'POSTAL_ADDRESS_REQUIRED' }),
    traff: si(
      'Papir trenger en postadresse, og avsenderen har ikke oppgitt noen, så brevet er avvist.',
      'Paper needs a postal address, and the sender has given none, so the letter is refused.',
    ),
    ellers: {
      nb: ({ fakta }) =>
        fakta.forsendelse.mottaker.postadresse === null
          ? 'Avsenderen har ikke oppgitt noen postadresse, så adressen i Enhetsregisteret brukes.'
          : 'Avsenderen har oppgitt en postadresse.',
      en: ({ fakta }) =>
        fakta.forsendelse.mottaker.postadresse === null
          ? 'The sender has given no postal address, so the one in Enhetsregisteret is used.'
          : 'The sender has given a postal address.',
    },
  },
  {
    kanaler: ['UTSKRIFT'],
    regel: 'R-45',
    lovhjemmel: null,
    gjelder: ({ fakta }) => fakta.forsendelse.utskrift.returadresse === null,
    utfall: () => ({ kode: 'POSTAL_ADDRESS_REQUIRED' }),
    traff: si(
      'Papir trenger en returadresse, og avsenderen har ikke oppgitt noen, så brevet er avvist.',
      'Paper needs a return address, and the sender has given none, so the letter is refused.',
    ),
    ellers: si('Avsenderen har oppgitt en returadresse.', 'The sender has given a return address.'),
  },
];

const synligFra = (fakta: Fakta, i: Spraakvalg): string => {
  const fra = ventTil(fakta);
  if (fra === null) return '';
  return i === 'nb' ? ` og blir synlig ${tidspunkt(fra, i)}` : ` and becomes visible on ${tidspunkt(fra, i)}`;
};

const venter = (fakta: Fakta, i: Spraakvalg): string => {
  const fra = ventTil(fakta);
  if (fra === null) return i === 'nb' ? 'Brevet sendes med en gang.' : 'The letter goes out at once.';
  return i === 'nb'
    ? `Brevet venter til ${tidspunkt(fra, i)}, og da avgjøres det på nytt hvor det skal.`
    : `The letter waits until ${tidspunkt(fra, i)}, and then it is decided again where it goes.`;
};

const digitale: ReadonlySet<Kanal> = new Set<Kanal>(['POSTKASSE', 'ALTINN', 'PORTAL']);

/** What the sender has to remember who notifies by itself: the repeat is its task then. */
export const paaminnelse = ({ policy, forsendelse }: Fakta, kanal: Kanal): readonly Regelspor[] =>
  policy.egenVarsling && digitale.has(kanal) && gjentas(forsendelse)
    ? [
        {
          regel: 'R-23',
          lovhjemmel: 'eForvaltningsforskriften § 8',
          traff: true,
          tekst: {
            nb: 'Avsenderen varsler selv, og skal varsle en gang til hvis mottakeren ikke har åpnet brevet innen én uke (R-17).',
            en: 'The sender notifies by itself, and has to notify once more if the recipient has not opened the letter within a week (R-17).',
          },
        },
      ]
    : [];

/** When a letter is handed on that meets everything: the mailbox keeps it until virkningstidspunkt, print and Altinn cannot. */
export const avsendelse: Readonly<Record<Kanal, Sisteregel<Kanalfakta, Klarering>>> = {
  POSTKASSE: {
    regel: 'R-35',
    lovhjemmel: null,
    utfall: () => ({ tidligst: null }),
    traff: {
      nb: ({ fakta }) => `Brevet leveres med en gang${synligFra(fakta, 'nb')}.`,
      en: ({ fakta }) => `The letter is delivered at once${synligFra(fakta, 'en')}.`,
    },
  },
  UTSKRIFT: {
    regel: 'R-15, R-35',
    lovhjemmel: null,
    utfall: ({ fakta }) => ({ tidligst: ventTil(fakta) }),
    traff: { nb: ({ fakta }) => venter(fakta, 'nb'), en: ({ fakta }) => venter(fakta, 'en') },
  },
  ALTINN: {
    regel: 'R-15, R-35',
    lovhjemmel: null,
    utfall: ({ fakta }) => ({ tidligst: ventTil(fakta) }),
    traff: { nb: ({ fakta }) => venter(fakta, 'nb'), en: ({ fakta }) => venter(fakta, 'en') },
  },
  PORTAL: {
    regel: 'R-14',
    lovhjemmel: null,
    utfall: () => ({ tidligst: null }),
    traff: {
      nb: ({ fakta }) =>
        varslesHerfra(fakta, 'PORTAL')
          ? 'Brevet gis tilbake til avsenderen, som viser det i portalen; mottakeren varsles herfra.'
          : 'Brevet gis tilbake til avsenderen, som viser det i portalen og selv varsler mottakeren.',
      en: ({ fakta }) =>
        varslesHerfra(fakta, 'PORTAL')
          ? 'The letter is handed back to the sender, who shows it in the portal; the recipient is notified from here.'
          : 'The letter is handed back to the sender, who shows it in the portal and notifies the recipient.',
    },
  },
  SVARINN: {
    regel: 'SvarUt 2',
    lovhjemmel: null,
    utfall: () => ({ tidligst: null }),
    traff: si(
      'Brevet ligger klart til mottakerens system henter det.',
      "The letter lies ready until the recipient's system fetches it.",
    ),
  },
};
