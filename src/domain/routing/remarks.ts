import { utenVarslingsadresse } from '../enhet.js';
import { osloDate } from '../oslo.js';
import type { Kanal, Regelspor } from './decision.js';
import { dokumenttype, typeregel, type Fakta } from './facts.js';
import { mottakerart } from './reasons.js';
import { dato, type Tekst } from './words.js';

/** What the sender is told besides, which changes nothing about where the letter goes. */
interface Merknad {
  readonly regel: string;
  readonly lovhjemmel: string | null;
  readonly gjelder: (f: Fakta, kanal: Kanal) => boolean;
  readonly tekst: Tekst<Fakta>;
}

const slettet = ({ enhet, now }: Fakta): Date => new Date(`${enhet?.slettet ?? osloDate(now)}T12:00:00Z`);

const merknader: readonly Merknad[] = [
  {
    regel: 'R-13',
    lovhjemmel: 'eForvaltningsforskriften § 9',
    gjelder: (f) => f.forsendelse.klasse === 'INFO' && typeregel(f)?.vedtak === true,
    tekst: {
      nb: (f) =>
        `Advarsel: brevet er sendt som informasjon, men brev av typen «${dokumenttype(f)}» er vedtak eller andre viktige brev, som reservasjonen omfatter.`,
      en: (f) =>
        `Warning: the letter is sent as information, but letters of the type "${dokumenttype(f)}" are decisions or other important letters, which a reservation covers.`,
    },
  },
  {
    regel: 'R-49',
    lovhjemmel: null,
    gjelder: (f) => mottakerart(f) === 'VIRKSOMHET' && f.enhet !== undefined && f.enhet.slettet !== null,
    tekst: {
      nb: (f) => `Virksomheten ble slettet i Enhetsregisteret ${dato(slettet(f), 'nb')}.`,
      en: (f) => `The business was deleted in Enhetsregisteret on ${dato(slettet(f), 'en')}.`,
    },
  },
  {
    regel: 'R-49',
    lovhjemmel: null,
    gjelder: (f, kanal) =>
      kanal === 'ALTINN' &&
      mottakerart(f) === 'VIRKSOMHET' &&
      !f.policy.egenVarsling &&
      f.enhet !== undefined &&
      utenVarslingsadresse(f.enhet),
    tekst: {
      nb: () =>
        'Enhetsregisteret har verken e-postadresse eller mobilnummer for virksomheten, så det kan hende at ingen blir varslet.',
      en: () =>
        'Enhetsregisteret has neither e-mail address nor mobile number of the business, so that nobody may be notified.',
    },
  },
];

/** The remarks that apply to a letter that goes this way. */
export const merknaderTil = (f: Fakta, kanal: Kanal): readonly Regelspor[] =>
  merknader
    .filter(({ gjelder }) => gjelder(f, kanal))
    .map(({ regel, lovhjemmel, tekst }) => ({
      regel,
      lovhjemmel,
      traff: true,
      tekst: { nb: tekst.nb(f), en: tekst.en(f) },
    }));
