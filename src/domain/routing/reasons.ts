import { mottakertype } from '../identifier.js';
import type { Kontaktpunkt } from '../person.js';
import { ferskhet, ferskTil } from '../varsling.js';
import { aktiv, kontaktpunkter, valgtPostkasse, type Fakta } from './facts.js';
import { dato, type Spraakvalg, type Tekst } from './words.js';

export const mottakerart = ({ forsendelse: { mottaker } }: Fakta) =>
  mottaker.id === null ? undefined : mottakertype(mottaker.id);
export const vedtak = ({ forsendelse }: Fakta): boolean => forsendelse.klasse === 'VEDTAK';
export const reservert = (f: Fakta): boolean => aktiv(f)?.reservasjon === true;
export const punkter = (f: Fakta): readonly Kontaktpunkt[] =>
  Object.values(kontaktpunkter(f)).filter((punkt) => punkt !== null);
export const ingenFersk = (f: Fakta): boolean => !punkter(f).some((punkt) => ferskhet(punkt, f.now) === 'FERSK');

const navn = {
  mobil: { nb: 'mobilnummeret', en: 'the mobile number' },
  epost: { nb: 'e-postadressen', en: 'the e-mail address' },
} as const;

/** `e-postadressen er foreldet siden 3. mars 2026` */
function punktalder(f: Fakta, hva: 'mobil' | 'epost', i: Spraakvalg): string {
  const punkt = kontaktpunkter(f)[hva];
  const ord = navn[hva][i];
  if (punkt === null) return i === 'nb' ? `${ord} mangler` : `${ord} is missing`;
  const frist = ferskTil(punkt);
  if (frist === null) return i === 'nb' ? `${ord} har aldri vært bekreftet` : `${ord} has never been verified`;
  const dag = dato(frist, i);
  if (ferskhet(punkt, f.now) === 'FERSK') {
    return i === 'nb' ? `${ord} kan brukes til ${dag}` : `${ord} may be used until ${dag}`;
  }
  return i === 'nb' ? `${ord} er foreldet siden ${dag}` : `${ord} is stale since ${dag}`;
}

/** Both contact points in one clause. */
export const aldre = (f: Fakta, i: Spraakvalg): string =>
  [punktalder(f, 'mobil', i), punktalder(f, 'epost', i)].join(i === 'nb' ? ', og ' : ', and ');

/** Why there is no mailbox to use, as the beginning of a sentence. */
export function utenPostkasse(f: Fakta, i: Spraakvalg): string {
  const leverandoer = valgtPostkasse(f)?.postkasseleverandoerAdresse;
  if (leverandoer === undefined) {
    return i === 'nb'
      ? 'Mottakeren har ikke valgt noen digital postkasse'
      : 'The recipient has chosen no digital mailbox';
  }
  if (f.leverandoerer.get(leverandoer)?.rolle !== 'POSTKASSE') {
    return i === 'nb'
      ? `Postkassen er hos ${leverandoer}, som ikke er en kjent leverandør av postkasser`
      : `The mailbox is with ${leverandoer}, which is not a known mailbox supplier`;
  }
  return i === 'nb'
    ? `Sertifikatet til postkasseleverandøren ${leverandoer} er ikke gyldig, så postkassen kan ikke brukes`
    : `The certificate of the mailbox supplier ${leverandoer} is not valid, so the mailbox cannot be used`;
}

export const setning = (ord: (f: Fakta, i: Spraakvalg) => string): Tekst<Fakta> => ({
  nb: (f) => `${ord(f, 'nb')}.`,
  en: (f) => `${ord(f, 'en')}.`,
});
