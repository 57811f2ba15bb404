import { ferskhet } from '../varsling.js';
import { papir, type Valg } from './choice.js';
import { kontaktpunkter, type Fakta } from './facts.js';
import { epostTillatt } from './notices.js';
import { vedtak } from './reasons.js';
import type { Regel } from './table.js';
import { si } from './words.js';

const varsling = 'eForvaltningsforskriften § 8';

const papirUtenVarsel = 'og avsenderen vil da ha brevet på papir.';

/** What has come of notices about which the register did not answer: it is not asked again before the letter goes on paper. */
export const registeretTier: readonly Regel<Fakta, Valg>[] = [
  {
    regel: 'R-22',
    lovhjemmel: varsling,
    gjelder: vedtak,
    utfall: papir,
    traff: si(
      `Mottakeren er ikke varslet, for registeret har ikke svart, ${papirUtenVarsel}`,
      'The recipient has not been notified, for the register has not answered, and the sender wants the letter on paper then.',
    ),
    ellers: si(
      'Brevet er bare til informasjon, så det må ikke varsles om.',
      'The letter is for information only, so that it needs no notice.',
    ),
  },
];

/** What forbids the only way of notifying that is left, and what has come of the notices. */
export const varslene: readonly Regel<Fakta, Valg>[] = [
  {
    regel: 'R-20',
    lovhjemmel: varsling,
    gjelder: (f) => vedtak(f) && !epostTillatt(f.forsendelse) && ferskhet(kontaktpunkter(f).mobil, f.now) !== 'FERSK',
    utfall: papir,
    traff: si(
      'Mottakeren kan bare varsles på e-post, og har ikke bedt om forhåndsvarsel på den måten, så brevet skal på papir.',
      'The recipient can be notified by e-mail only, and has not asked for advance notices in that way, so the letter goes on paper.',
    ),
    ellers: {
      nb: (f) =>
        epostTillatt(f.forsendelse)
          ? 'Varsler om brevet kan gå på e-post.'
          : 'Et forhåndsvarsel varsles ikke på e-post når mottakeren ikke har bedt om det.',
      en: (f) =>
        epostTillatt(f.forsendelse)
          ? 'Notices of the letter may go by e-mail.'
          : 'An advance notice is not notified of by e-mail when the recipient has not asked for that.',
    },
  },
  {
    regel: 'R-22',
    lovhjemmel: varsling,
    gjelder: (f) => vedtak(f) && f.uvarslet === true,
    utfall: papir,
    traff: si(
      `Ingen varsler nådde mottakeren, ${papirUtenVarsel}`,
      'No notice has reached the recipient, and the sender wants the letter on paper then.',
    ),
    ellers: si(
      'Ingenting er kjent om at varsler ikke når mottakeren.',
      'Nothing is known of notices that do not reach the recipient.',
    ),
  },
];
