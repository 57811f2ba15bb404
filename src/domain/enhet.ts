import type { Postadresse } from './forsendelse.js';
import type { RegisterImport } from './ports.js';

/** An address as Enhetsregisteret has it. */
export interface Enhetsadresse {
  /** Without empty lines. */
  readonly adresselinjer: readonly string[];
  readonly postnummer: string | null;
  readonly poststed: string | null;
  readonly kommunenummer: string | null;
  /** ISO 3166, two letters. */
  readonly landkode: string | null;
}

/** A unit of Enhetsregisteret, as far as its open download tells. */
export interface Enhet {
  /** Nine digits. */
  readonly organisasjonsnummer: string;
  readonly navn: string;
  /** `AS`, `ENK`, … */
  readonly organisasjonsform: string | null;
  readonly forretningsadresse: Enhetsadresse | null;
  readonly postadresse: Enhetsadresse | null;
  readonly epostadresse: string | null;
  readonly mobil: string | null;
  /** The day on which it was deleted, `2026-03-31`; null: it is there. */
  readonly slettet: string | null;
}

export interface Enhetsoppslag {
  /** The units found, by organisation number; unknown ones are absent, and all are where no register has been imported. At most 1000. */
  find(ids: readonly string[]): Promise<ReadonlyMap<string, Enhet>>;
}

/** The register of units: imported whole, and replaced whole by the next import. */
export interface Enhetsregister extends Enhetsoppslag {
  /** Has anything been imported? */
  isEmpty(): Promise<boolean>;
  readonly enhetsimport: RegisterImport<Enhet>;
}

/** Has the register neither e-mail address nor mobile number, so that nobody may be notified? */
export const utenVarslingsadresse = ({ epostadresse, mobil }: Enhet): boolean =>
  epostadresse === null && mobil === null;

/** Address lines that paper has room for (sdp-melding.xsd). */
const linjer = { norge: 3, utland: 4 } as const;

/** The first lines as they are, and what there is no room for on the last. */
const faerre = (alle: readonly string[], antall: number): readonly string[] =>
  alle.length <= antall ? alle : [...alle.slice(0, antall - 1), alle.slice(antall - 1).join(', ')];

function paaPapir(navn: string, adresse: Enhetsadresse): Postadresse | null {
  const { adresselinjer, postnummer, poststed, landkode } = adresse;
  if (landkode === null || landkode === 'NO') {
    if (postnummer === null || !/^\d{4}$/.test(postnummer) || poststed === null) return null;
    return { navn, adresselinjer: faerre(adresselinjer, linjer.norge), postnummer, poststed };
  }
  const sted = [postnummer, poststed].filter((del) => del !== null).join(' ');
  const alle = faerre(sted === '' ? adresselinjer : [...adresselinjer, sted], linjer.utland);
  return alle.length === 0 ? null : { navn, adresselinjer: alle, land: { kode: landkode } };
}

/** Where paper for a unit goes: its postal address, or else where it is; null where the register knows neither, or it is deleted. */
export const papiradresse = ({ navn, postadresse, forretningsadresse, slettet }: Enhet): Postadresse | null =>
  slettet === null
    ? ((postadresse && paaPapir(navn, postadresse)) ?? (forretningsadresse && paaPapir(navn, forretningsadresse)))
    : null;
