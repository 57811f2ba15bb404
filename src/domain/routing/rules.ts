import { parsePersonnummer, validOrganisasjonsnummer } from '../identifier.js';
import { avvis, papir, rundskriv, til, type Valg } from './choice.js';
import { altinntype, papirtype } from './documentTypes.js';
import { dokumenttype, feilSerie, kanMotta, valgtPostkasse, type Fakta } from './facts.js';
import { registeretTier, varslene } from './noticeRules.js';
import { aldre, ingenFersk, mottakerart, punkter, reservert, setning, utenPostkasse, vedtak } from './reasons.js';
import type { Regel, Sisteregel } from './table.js';
import { dato, si, stor } from './words.js';

const reservasjon = 'eForvaltningsforskriften § 9';
const varsling = 'eForvaltningsforskriften § 8';
const alder = 'eForvaltningsforskriften § 32 andre ledd';

const erPerson = (f: Fakta): boolean => mottakerart(f) === 'PERSON';
const erVirksomhet = (f: Fakta): boolean => mottakerart(f) === 'VIRKSOMHET';
const ikkePerson = {
  nb: 'Mottakeren er ikke oppgitt med fødselsnummer eller D-nummer.',
  en: 'The recipient is not given with a fødselsnummer or D-number.',
};

/** What is asked of the recipient's number first. */
export const identifikatorer: readonly Regel<Fakta, Valg>[] = [
  {
    regel: 'R-56',
    lovhjemmel: null,
    gjelder: (f) => f.forsendelse.mottaker.id !== null && mottakerart(f) === undefined,
    utfall: avvis('INVALID_RECIPIENT'),
    traff: si(
      'Mottakerens nummer har verken 11 sifre (person) eller 9 sifre (virksomhet).',
      "The recipient's number has neither 11 digits (a person) nor 9 digits (a business).",
    ),
    ellers: {
      nb: (f) =>
        mottakerart(f)
          ? `Mottakeren er en ${erPerson(f) ? 'person' : 'virksomhet'}.`
          : 'Mottakeren er oppgitt uten nummer.',
      en: (f) =>
        mottakerart(f)
          ? `The recipient is a ${erPerson(f) ? 'person' : 'business'}.`
          : 'The recipient is given without a number.',
    },
  },
  {
    regel: 'R-54',
    lovhjemmel: null,
    gjelder: (f) => erPerson(f) && parsePersonnummer(f.forsendelse.mottaker.id ?? '') === undefined,
    utfall: avvis('INVALID_RECIPIENT'),
    traff: si(
      'Mottakerens nummer er ikke et gyldig fødselsnummer eller D-nummer.',
      "The recipient's number is not a valid fødselsnummer or D-number.",
    ),
    ellers: {
      nb: (f) => (erPerson(f) ? 'Nummeret kan være et fødselsnummer eller D-nummer.' : ikkePerson.nb),
      en: (f) => (erPerson(f) ? 'The number may be a fødselsnummer or D-number.' : ikkePerson.en),
    },
  },
  {
    regel: 'R-54',
    lovhjemmel: null,
    gjelder: feilSerie,
    utfall: avvis('INVALID_RECIPIENT'),
    traff: {
      nb: (f) =>
        f.identifikatorer === 'real'
          ? 'Mottakerens nummer er syntetisk, og her sendes det bare til virkelige personer.'
          : 'Mottakerens nummer kan tilhøre en virkelig person, og her sendes det bare til syntetiske.',
      en: (f) =>
        f.identifikatorer === 'real'
          ? "The recipient's number is synthetic, and letters are sent to real persons only here."
          : "The recipient's number may belong to a real person, and letters are sent to synthetic ones only here.",
    },
    ellers: {
      nb: (f) => (erPerson(f) ? 'Det kan sendes til numre i denne serien her.' : ikkePerson.nb),
      en: (f) => (erPerson(f) ? 'Letters may be sent to numbers of this series here.' : ikkePerson.en),
    },
  },
  {
    regel: 'R-55',
    lovhjemmel: null,
    gjelder: (f) => erVirksomhet(f) && !validOrganisasjonsnummer(f.forsendelse.mottaker.id ?? ''),
    utfall: avvis('INVALID_RECIPIENT'),
    traff: si(
      'Mottakerens nummer er ikke et gyldig organisasjonsnummer.',
      "The recipient's number is not a valid organisation number.",
    ),
    ellers: {
      nb: (f) =>
        erVirksomhet(f) ? 'Organisasjonsnummeret er gyldig.' : 'Mottakeren er ikke oppgitt med organisasjonsnummer.',
      en: (f) =>
        erVirksomhet(f)
          ? 'The organisation number is valid.'
          : 'The recipient is not given with an organisation number.',
    },
  },
];

/** Whom the register knows nothing about. */
export const utenomRegisteret: readonly Regel<Fakta, Valg>[] = [
  {
    regel: 'R-48',
    lovhjemmel: rundskriv,
    gjelder: erVirksomhet,
    utfall: til('ALTINN'),
    traff: {
      nb: (f) =>
        `${f.enhet ? `Mottakeren er virksomheten ${f.enhet.navn}` : 'Mottakeren er en virksomhet'}, og virksomheter får digital post i Altinn.`,
      en: (f) =>
        `The recipient is ${f.enhet ? `the business ${f.enhet.navn}` : 'a business'}, and businesses get digital mail in Altinn.`,
    },
    ellers: si('Mottakeren er ikke en virksomhet.', 'The recipient is not a business.'),
  },
  {
    regel: 'R-44',
    lovhjemmel: null,
    gjelder: (f) => f.forsendelse.mottaker.id === null,
    utfall: papir,
    traff: si(
      'Mottakeren er oppgitt uten nummer, så brevet skal på papir.',
      'The recipient is given without a number, so the letter goes on paper.',
    ),
    ellers: si('Mottakeren er oppgitt med nummer.', 'The recipient is given with a number.'),
  },
  {
    regel: 'R-01',
    lovhjemmel: rundskriv,
    gjelder: (f) => f.register === null,
    utfall: avvis('CHANNEL_NOT_AVAILABLE'),
    traff: si(
      'Kontakt- og reservasjonsregisteret er ikke spurt, og uten svar derfra kan ingen kanal velges.',
      'The contact and reservation register has not been asked, and without its answer no channel can be chosen.',
    ),
    ellers: {
      nb: (f) => `Kontakt- og reservasjonsregisteret ble spurt ${dato(f.register?.spurt ?? f.now, 'nb')}.`,
      en: (f) => `The contact and reservation register was asked on ${dato(f.register?.spurt ?? f.now, 'en')}.`,
    },
  },
];

/** What the register says against digital mail. */
export const etterRegisteret: readonly Regel<Fakta, Valg>[] = [
  {
    regel: 'R-05',
    lovhjemmel: null,
    gjelder: (f) => f.register?.person?.status === 'SLETTET',
    utfall: papir,
    traff: si(
      'Mottakeren er slettet i registeret, så brevet skal på papir.',
      'The recipient is deleted in the register, so the letter goes on paper.',
    ),
    ellers: si('Mottakeren er ikke slettet i registeret.', 'The recipient is not deleted in the register.'),
  },
  {
    regel: 'R-05',
    lovhjemmel: null,
    gjelder: (f) => f.register?.person === undefined,
    utfall: papir,
    traff: si(
      'Mottakeren finnes ikke i registeret, så brevet skal på papir.',
      'The recipient is not in the register, so the letter goes on paper.',
    ),
    ellers: si('Mottakeren finnes i registeret.', 'The recipient is in the register.'),
  },
  {
    regel: 'R-12',
    lovhjemmel: reservasjon,
    gjelder: (f) => vedtak(f) && reservert(f),
    utfall: papir,
    traff: si(
      'Mottakeren har reservert seg mot digital post, så et vedtak eller annet viktig brev skal på papir.',
      'The recipient has opted out of digital mail, so a decision or other important letter goes on paper.',
    ),
    ellers: {
      nb: (f) =>
        reservert(f)
          ? 'Mottakeren har reservert seg, men reservasjonen omfatter ikke brev som bare er til informasjon (R-13).'
          : 'Mottakeren har ikke reservert seg mot digital post.',
      en: (f) =>
        reservert(f)
          ? 'The recipient has opted out, but that does not cover letters that are for information only (R-13).'
          : 'The recipient has not opted out of digital mail.',
    },
  },
  {
    regel: 'R-02',
    lovhjemmel: varsling,
    gjelder: (f) => vedtak(f) && punkter(f).length === 0,
    utfall: papir,
    traff: si(
      'Mottakeren har verken mobilnummer eller e-postadresse i registeret og kan ikke varsles, så brevet skal på papir.',
      'The recipient has neither mobile number nor e-mail address in the register and cannot be notified, so the letter goes on paper.',
    ),
    ellers: {
      nb: (f) =>
        punkter(f).length === 0
          ? 'Mottakeren har ingen kontaktinformasjon, men et brev som bare er til informasjon, krever ikke varsel (R-13).'
          : 'Mottakeren har kontaktinformasjon i registeret.',
      en: (f) =>
        punkter(f).length === 0
          ? 'The recipient has no contact information, but a letter that is for information only needs no notice (R-13).'
          : 'The recipient has contact information in the register.',
    },
  },
  {
    regel: 'R-03',
    lovhjemmel: alder,
    gjelder: (f) => vedtak(f) && ingenFersk(f),
    utfall: papir,
    traff: {
      nb: (f) => `Mottakeren kan ikke varsles, så brevet skal på papir: ${aldre(f, 'nb')}.`,
      en: (f) => `The recipient cannot be notified, so the letter goes on paper: ${aldre(f, 'en')}.`,
    },
    ellers: {
      nb: (f) => `${stor(aldre(f, 'nb'))}${ingenFersk(f) ? ', men brevet er bare til informasjon (R-13)' : ''}.`,
      en: (f) => `${stor(aldre(f, 'en'))}${ingenFersk(f) ? ', but the letter is for information only (R-13)' : ''}.`,
    },
  },
];

const kanalvalg: readonly Regel<Fakta, Valg>[] = [
  {
    regel: 'R-25, R-29',
    lovhjemmel: null,
    gjelder: (f) => kanMotta(f, valgtPostkasse(f)?.postkasseleverandoerAdresse ?? null, 'POSTKASSE'),
    utfall: (f) => ({ kanal: 'POSTKASSE', leverandoer: valgtPostkasse(f)?.postkasseleverandoerAdresse ?? null }),
    traff: {
      nb: (f) =>
        `Mottakeren har valgt digital postkasse hos ${valgtPostkasse(f)?.postkasseleverandoerAdresse}, og brevet åpnes med innlogging på nivå ${f.forsendelse.sikkerhetsnivaa}.`,
      en: (f) =>
        `The recipient has chosen a digital mailbox with ${valgtPostkasse(f)?.postkasseleverandoerAdresse}, and the letter opens by a log-in of level ${f.forsendelse.sikkerhetsnivaa}.`,
    },
    ellers: setning(utenPostkasse),
  },
  {
    regel: 'R-53',
    lovhjemmel: rundskriv,
    gjelder: (f) => valgtPostkasse(f) === undefined && f.policy.utenPostkasse === 'ALTINN',
    utfall: til('ALTINN'),
    traff: si(
      'Avsenderen sender i Altinn til personer som ikke har valgt digital postkasse.',
      'The sender uses Altinn for persons who have chosen no digital mailbox.',
    ),
    ellers: {
      nb: (f) =>
        f.policy.utenPostkasse === 'ALTINN'
          ? 'Altinn er bare for personer som ikke har valgt digital postkasse.'
          : 'Avsenderen bruker ikke Altinn for personer.',
      en: (f) =>
        f.policy.utenPostkasse === 'ALTINN'
          ? 'Altinn is for persons who have chosen no digital mailbox only.'
          : 'The sender does not use Altinn for persons.',
    },
  },
  {
    regel: 'R-14',
    lovhjemmel: null,
    gjelder: (f) => valgtPostkasse(f) === undefined && f.policy.utenPostkasse === 'PORTAL',
    utfall: til('PORTAL'),
    traff: si(
      'Avsenderen viser brev i sin egen portal til personer som ikke har valgt digital postkasse.',
      'The sender shows letters in its own portal to persons who have chosen no digital mailbox.',
    ),
    ellers: {
      nb: (f) =>
        f.policy.utenPostkasse === 'PORTAL'
          ? 'Avsenderens egen portal er bare for personer som ikke har valgt digital postkasse.'
          : 'Avsenderen viser ikke brev i en egen portal.',
      en: (f) =>
        f.policy.utenPostkasse === 'PORTAL'
          ? "The sender's own portal is for persons who have chosen no digital mailbox only."
          : 'The sender does not show letters in a portal of its own.',
    },
  },
];

/** Table K, in order: the first row that applies decides. What only concerns types is asked of letters that have one, and a silent register counts where notices have waited for it. */
export const reglerFor = (f: Fakta): readonly Regel<Fakta, Valg>[] => {
  const medType = dokumenttype(f) !== undefined;
  return [
    ...identifikatorer,
    ...(medType ? papirtype : []),
    ...(f.uvarslet === true && f.register === null ? registeretTier : []),
    ...utenomRegisteret,
    ...etterRegisteret,
    ...varslene,
    ...(medType ? altinntype : []),
    ...kanalvalg,
  ];
};

/** The last line of table K, which applies when nothing else does. */
export const ellersPapir: Sisteregel<Fakta, Valg> = {
  regel: 'R-43',
  lovhjemmel: null,
  utfall: papir,
  traff: {
    nb: (f) => `${utenPostkasse(f, 'nb')}. Brevet skal derfor på papir.`,
    en: (f) => `${utenPostkasse(f, 'en')}. The letter therefore goes on paper.`,
  },
};
