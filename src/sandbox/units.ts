import type { Enhet, Enhetsadresse } from '../domain/enhet.js';
import { validOrganisasjonsnummer } from '../domain/identifier.js';
import { identities } from './pki/identities.js';

const places = ['Fjellheim', 'Solbakken', 'Nordvik', 'Strandli', 'Ådalen', 'Øyra', 'Bjørkelund', 'Gáisi'] as const;
const trades = ['Bakeri', 'Byggservice', 'Regnskap', 'Fiskeri', 'Rør og Varme', 'Planteskole', 'Frisør'] as const;
const forms = ['AS', 'ENK', 'ANS', 'SA'] as const;
const towns = [
  ['0155', 'OSLO', '0301'],
  ['5003', 'BERGEN', '4601'],
  ['9730', 'KARASJOK', '5610'],
  ['7011', 'TRONDHEIM', '5001'],
] as const;

const pick = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

/** Numbers that nobody has, in the series of the development names, from 310001000 on. */
export function* unitNumbers(): Generator<string, never> {
  for (let first = 31_000_100; ; first += 1) {
    const found = Array.from({ length: 10 }, (_, digit) => `${first}${digit}`).find(validOrganisasjonsnummer);
    if (found !== undefined) yield found;
  }
}

const address = (index: number): Enhetsadresse => {
  const [postnummer, poststed, kommunenummer] = pick(towns, index);
  return { adresselinjer: [`Storgata ${1 + (index % 90)}`], postnummer, poststed, kommunenummer, landkode: 'NO' };
};

/** The unit of an index, always the same. Every tenth has neither e-mail nor mobile, every nineteenth is deleted, and every seventh has a postal address of its own. */
export function syntheticUnit(index: number, organisasjonsnummer: string): Enhet {
  const form = pick(forms, index);
  const silent = index % 10 === 9;
  return {
    organisasjonsnummer,
    navn: `${pick(places, index)} ${pick(trades, index)} ${form}`,
    organisasjonsform: form,
    forretningsadresse: address(index),
    postadresse: index % 7 === 6 ? { ...address(index), adresselinjer: [`Postboks ${100 + index}`] } : null,
    epostadresse: silent ? null : `post@virksomhet-${index}.example.com`,
    mobil: silent || index % 2 === 0 ? null : `9999${String(index).padStart(4, '0')}`,
    slettet: index % 19 === 18 ? '2025-06-30' : null,
  };
}

/** The development names that letters may go to, of which the double of Altinn cannot notify the second. */
const known: readonly Enhet[] = (['supplier', 'sender-seid2'] as const).map((name, i) => ({
  ...syntheticUnit(i, identities[name].organisasjonsnummer),
  navn: identities[name].organisasjon,
  organisasjonsform: i === 0 ? 'AS' : 'ORGL',
  ...(i === 1 && { epostadresse: null, mobil: null }),
}));

/** Synthetic units, always the same: those with development names first, and `count` others. */
export function syntheticUnits(count: number): Enhet[] {
  const ids = unitNumbers();
  return [...known, ...Array.from({ length: count }, (_, index) => syntheticUnit(index, ids.next().value))];
}
