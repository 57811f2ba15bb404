import { papir, rundskriv, til, type Valg } from './choice.js';
import { dokumenttype, typeregel, type Fakta } from './facts.js';
import type { Regel } from './table.js';

/** How letters of a type go when the row does not decide. */
const andreTyper: Regel<Fakta, Valg>['ellers'] = {
  nb: (f) =>
    typeregel(f) === undefined
      ? `Avsenderen har ikke sagt hvordan brev av typen «${dokumenttype(f)}» skal gå.`
      : `Brev av typen «${dokumenttype(f)}» skal ${veier[typeregel(f)?.vei ?? 'DIGITAL'].nb}.`,
  en: (f) =>
    typeregel(f) === undefined
      ? `The sender has not said how letters of the type "${dokumenttype(f)}" go.`
      : `Letters of the type "${dokumenttype(f)}" go ${veier[typeregel(f)?.vei ?? 'DIGITAL'].en}.`,
};

const veier = {
  DIGITAL: { nb: 'sendes digitalt', en: 'digitally' },
  PAPIR: { nb: 'på papir', en: 'on paper' },
  ALTINN: { nb: 'i Altinn', en: 'to Altinn' },
} as const;

/** A type that its sender does not send digitally yet: asked first, for paper covers everybody. */
export const papirtype: readonly Regel<Fakta, Valg>[] = [
  {
    regel: 'R-43',
    lovhjemmel: null,
    gjelder: (f) => typeregel(f)?.vei === 'PAPIR',
    utfall: papir,
    traff: {
      nb: (f) => `Avsenderen sender foreløpig brev av typen «${dokumenttype(f)}» på papir.`,
      en: (f) => `For the time being the sender sends letters of the type "${dokumenttype(f)}" on paper.`,
    },
    ellers: andreTyper,
  },
];

/** A type that goes to Altinn, whatever mailbox there is: asked after the register, for a reservation goes before it. */
export const altinntype: readonly Regel<Fakta, Valg>[] = [
  {
    regel: 'R-53',
    lovhjemmel: rundskriv,
    gjelder: (f) => typeregel(f)?.vei === 'ALTINN',
    utfall: til('ALTINN'),
    traff: {
      nb: (f) => `Brev av typen «${dokumenttype(f)}» skal i Altinn.`,
      en: (f) => `Letters of the type "${dokumenttype(f)}" go to Altinn.`,
    },
    ellers: andreTyper,
  },
];
