import type { Postadresse } from '../../domain/forsendelse.js';
import type { XmlElement } from '../../xml/model.js';
import { element } from '../../xml/write.js';
import { sdp } from './names.js';
import { inside, matching, text, type Children } from './read.js';

/** A postal address of `fysiskPostInfo` (sdp-melding.xsd, FysiskPostadresse). */

const LINJE = 100;
const STED = 80;
const NAVN = 130;

/** The lines that are there; `most` may be. */
const lines = (children: Children, most: number): string[] =>
  Array.from({ length: most }, (_, i) => children.optional(`adresselinje${i + 1}`))
    .filter((line) => line !== undefined)
    .map((line) => text(line, LINJE));

const norsk =
  (navn: string) =>
  (children: Children): Postadresse => ({
    navn,
    adresselinjer: lines(children, 3).filter((line) => line !== ''),
    postnummer: matching(children.one('postnummer'), /^\d{4}$/, 'four digits'),
    poststed: text(children.one('poststed'), STED),
  });

const utenlandsk =
  (navn: string) =>
  (children: Children): Postadresse => {
    const first = text(children.one('adresselinje1'), LINJE);
    const more = [2, 3, 4].map((i) => children.optional(`adresselinje${i}`)).filter((line) => line !== undefined);
    const [kind, land] = children.oneOf(['land', 'landkode']);
    return {
      navn,
      adresselinjer: [first, ...more.map((line) => text(line, LINJE)).filter((line) => line !== '')],
      land:
        kind === 'land'
          ? { navn: text(land, STED) }
          : { kode: matching(land, /^[A-Za-z]{2}$/, 'a code of two letters') },
    };
  };

/** @throws Failure INVALID_REQUEST */
export const decodeAdresse = (mottaker: XmlElement): Postadresse =>
  inside(mottaker, (children) => {
    const navn = text(children.one('navn'), NAVN);
    const [kind, adresse] = children.oneOf(['norskAdresse', 'utenlandskAdresse']);
    return inside(adresse, (kind === 'norskAdresse' ? norsk : utenlandsk)(navn));
  });

const leaf = (local: string, value: string): XmlElement => element(sdp, local, {}, [value]);
const linjer = (list: readonly string[]): XmlElement[] => list.map((line, i) => leaf(`adresselinje${i + 1}`, line));

export const encodeAdresse = (adresse: Postadresse): XmlElement =>
  element(sdp, 'mottaker', {}, [
    leaf('navn', adresse.navn),
    'land' in adresse
      ? element(sdp, 'utenlandskAdresse', {}, [
          ...linjer(adresse.adresselinjer),
          'kode' in adresse.land ? leaf('landkode', adresse.land.kode) : leaf('land', adresse.land.navn),
        ])
      : element(sdp, 'norskAdresse', {}, [
          ...linjer(adresse.adresselinjer),
          leaf('postnummer', adresse.postnummer),
          leaf('poststed', adresse.poststed),
        ]),
  ]);
