import type { Utskriftsvalg } from '../../domain/forsendelse.js';
import { attribute, type XmlElement } from '../../xml/model.js';
import { element } from '../../xml/write.js';
import { decodeAdresse, encodeAdresse } from './adresse.js';
import { ACTOR_ID, ds, ICD, sdp } from './names.js';
import {
  boolean,
  date,
  dateTime,
  inside,
  invalid,
  matching,
  member,
  organisation,
  requiredAttribute,
  text,
} from './read.js';
import type { Children } from './read.js';
import type {
  Avsender,
  DigitalPost,
  DigitalPostInfo,
  FlyttetDigitalPost,
  FysiskPost,
  FysiskPostInfo,
  Person,
  Tekst,
  Varsel,
} from './types.js';

/** `digitalPost` (CONTRACT.md of SDP, section 9), to a mailbox or to print. */

const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';

export const leaf = (local: string, value: string): XmlElement => element(sdp, local, {}, [value]);
const optionalLeaf = (local: string, value: string | null): XmlElement[] =>
  value === null ? [] : [leaf(local, value)];

export const tekst = (found: XmlElement, longest: number): Tekst => ({
  lang: requiredAttribute(found, 'lang', 2, 2),
  tekst: text(found, longest, 1),
});

export const encodeTekst = (local: string, { lang, tekst: value }: Tekst): XmlElement =>
  element(sdp, local, { lang }, [value]);

const optionalText = (found: XmlElement | undefined, longest: number): string | null =>
  found === undefined ? null : text(found, longest);

export const decodeAvsender = (avsender: XmlElement): Avsender =>
  inside(avsender, (children) => {
    const organisasjon = children.one('organisasjon');
    if ((attribute(organisasjon, 'authority') ?? ACTOR_ID) !== ACTOR_ID) throw invalid(`authority is not ${ACTOR_ID}`);
    return {
      organisasjonsnummer: organisation(organisasjon),
      avsenderidentifikator: optionalText(children.optional('avsenderidentifikator'), 100),
      fakturaReferanse: optionalText(children.optional('fakturaReferanse'), 40),
    };
  });

export const encodeAvsender = (avsender: Avsender): XmlElement =>
  element(sdp, 'avsender', {}, [
    element(sdp, 'organisasjon', { authority: ACTOR_ID }, [`${ICD}:${avsender.organisasjonsnummer}`]),
    ...optionalLeaf('avsenderidentifikator', avsender.avsenderidentifikator),
    ...optionalLeaf('fakturaReferanse', avsender.fakturaReferanse),
  ]);

export const decodeMottaker = (mottaker: XmlElement): Person =>
  inside(mottaker, (outer) =>
    inside(outer.one('person'), (children) => {
      const id = children.optional('personidentifikator');
      return {
        personidentifikator: id === undefined ? null : matching(id, /^[0-9]{11}$/, 'eleven digits'),
        postkasseadresse: text(children.one('postkasseadresse')),
      };
    }),
  );

export const encodeMottaker = ({ personidentifikator, postkasseadresse }: Person): XmlElement =>
  element(sdp, 'mottaker', {}, [
    element(sdp, 'person', {}, [
      ...optionalLeaf('personidentifikator', personidentifikator),
      leaf('postkasseadresse', postkasseadresse),
    ]),
  ]);

/** 1 to 10 different days, each 0 to 25. */
const decodeDager = (repetisjoner: XmlElement): number[] => {
  const days = inside(repetisjoner, (children) => children.many('dagerEtter')).map((found) =>
    Number(matching(found, /^\+?\d{1,9}$/, 'a number of days')),
  );
  if (days.length < 1 || days.length > 10 || new Set(days).size < days.length || days.some((d) => d > 25))
    throw invalid('repetisjoner has 1 to 10 different dagerEtter from 0 to 25');
  return days;
};

const varsler = {
  epostVarsel: { til: 'epostadresse', longest: 500 },
  smsVarsel: { til: 'mobiltelefonnummer', longest: 160 },
} as const;
type Varselstype = keyof typeof varsler;

function decodeVarsel(parent: Children, type: Varselstype): Varsel | null {
  const varsel = parent.optional(type);
  if (varsel === undefined) return null;
  const { til, longest } = varsler[type];
  return inside(varsel, (children) => ({
    til: text(children.one(til)),
    tekst: tekst(children.one('varslingsTekst'), longest),
    dagerEtter: decodeDager(children.one('repetisjoner')),
  }));
}

const encodeVarsel = (type: Varselstype, varsel: Varsel | null): XmlElement[] =>
  varsel === null
    ? []
    : [
        element(sdp, type, {}, [
          leaf(varsler[type].til, varsel.til),
          encodeTekst('varslingsTekst', varsel.tekst),
          element(
            sdp,
            'repetisjoner',
            {},
            varsel.dagerEtter.map((d) => leaf('dagerEtter', String(d))),
          ),
        ]),
      ];

function decodeVirkning(children: Children): Date | string | null {
  const dato = children.optional('virkningsdato');
  if (dato !== undefined) return date(dato);
  const tidspunkt = children.optional('virkningstidspunkt');
  return tidspunkt === undefined ? null : dateTime(tidspunkt);
}

const decodeDigital = (info: XmlElement): DigitalPostInfo =>
  inside(info, (children) => {
    const virkning = decodeVirkning(children);
    const aapning = children.optional('aapningskvittering');
    const level = member(children.one('sikkerhetsnivaa'), ['3', '4']);
    const ikkeSensitivTittel = tekst(children.one('ikkeSensitivTittel'), 255);
    const found = children.optional('varsler');
    const varsel =
      found === undefined
        ? { epostVarsel: null, smsVarsel: null }
        : inside(found, (list) => ({
            epostVarsel: decodeVarsel(list, 'epostVarsel'),
            smsVarsel: decodeVarsel(list, 'smsVarsel'),
          }));
    // Rights of the mailbox to fetch more elsewhere: nothing that we act on.
    children.optional('maskinportentoken');
    return {
      virkning,
      aapningskvittering: aapning !== undefined && boolean(aapning),
      sikkerhetsnivaa: level === '4' ? 4 : 3,
      ikkeSensitivTittel,
      ...varsel,
    };
  });

const encodeVirkning = (virkning: Date | string | null): XmlElement[] => {
  if (virkning === null) return [];
  return typeof virkning === 'string'
    ? [leaf('virkningsdato', virkning)]
    : [leaf('virkningstidspunkt', virkning.toISOString())];
};

const encodeDigital = (info: DigitalPostInfo): XmlElement =>
  element(sdp, 'digitalPostInfo', {}, [
    ...encodeVirkning(info.virkning),
    leaf('aapningskvittering', String(info.aapningskvittering)),
    leaf('sikkerhetsnivaa', String(info.sikkerhetsnivaa)),
    encodeTekst('ikkeSensitivTittel', info.ikkeSensitivTittel),
    element(sdp, 'varsler', {}, [
      ...encodeVarsel('epostVarsel', info.epostVarsel),
      ...encodeVarsel('smsVarsel', info.smsVarsel),
    ]),
  ]);

const posttyper = { A: 'A_PRIORITERT', B: 'B_OEKONOMI' } as const satisfies Record<string, Utskriftsvalg['posttype']>;

const decodeFysisk = (info: XmlElement): FysiskPostInfo =>
  inside(info, (children) => {
    const mottaker = decodeAdresse(children.one('mottaker'));
    const posttype = children.optional('posttype');
    const farge = member(children.one('utskriftsfarge'), ['SORT_HVIT', 'FARGE']);
    const retur = inside(children.one('retur'), (r) => ({
      retur: member(r.one('postHaandtering'), ['DIREKTE_RETUR', 'MAKULERING_MED_MELDING']),
      returadresse: decodeAdresse(r.one('mottaker')),
    }));
    const list = children.optional('printinstruksjoner');
    const instruksjoner = (list === undefined ? [] : inside(list, (c) => c.many('printinstruksjon'))).map((one) =>
      inside(one, (c) => ({ navn: text(c.one('navn')), verdi: text(c.one('verdi')) })),
    );
    if (list !== undefined && instruksjoner.length === 0) throw invalid('printinstruksjoner is empty');
    children.optional('maskinportentoken');
    const utskrift = {
      posttype: posttyper[posttype === undefined ? 'B' : member(posttype, ['A', 'B'])],
      farge,
      ...retur,
    };
    return { mottaker, utskrift, instruksjoner };
  });

const encodeFysisk = ({ mottaker, utskrift, instruksjoner }: FysiskPostInfo): XmlElement =>
  element(sdp, 'fysiskPostInfo', {}, [
    encodeAdresse(mottaker),
    leaf('posttype', utskrift.posttype === posttyper.A ? 'A' : 'B'),
    leaf('utskriftsfarge', utskrift.farge),
    element(sdp, 'retur', {}, [leaf('postHaandtering', utskrift.retur), encodeAdresse(utskrift.returadresse)]),
    ...(instruksjoner.length === 0
      ? []
      : [
          element(
            sdp,
            'printinstruksjoner',
            {},
            instruksjoner.map(({ navn, verdi }) =>
              element(sdp, 'printinstruksjon', {}, [leaf('navn', navn), leaf('verdi', verdi)]),
            ),
          ),
        ]),
  ]);

const decodeFingeravtrykk = (reference: XmlElement): string =>
  inside(
    reference,
    (children) => {
      if (attribute(children.one('DigestMethod'), 'Algorithm') !== SHA256)
        throw invalid(`DigestMethod is not ${SHA256}`);
      const value = text(children.one('DigestValue')).replace(/[ \t\r\n]+/g, '');
      const octets = Buffer.from(value, 'base64');
      if (octets.length !== 32 || octets.toString('base64') !== value)
        throw invalid('DigestValue is not a SHA-256 digest');
      return octets.toString('hex');
    },
    ds.uri,
  );

/** `root` without or with its Signature, which is not read here. @throws Failure INVALID_REQUEST */
export function decodePost(children: Children): DigitalPost | FysiskPost {
  const avsender = decodeAvsender(children.one('avsender'));
  const fysisk = children.optional('fysiskPostInfo');
  const to =
    fysisk === undefined
      ? {
          mottaker: decodeMottaker(children.one('mottaker')),
          digital: decodeDigital(children.one('digitalPostInfo')),
          fysisk: null,
        }
      : { digital: null, fysisk: decodeFysisk(fysisk) };
  const fingeravtrykk = decodeFingeravtrykk(children.one('dokumentpakkefingeravtrykk'));
  return { type: 'digitalPost', avsender, ...to, fingeravtrykk };
}

const encodeFingeravtrykk = (fingeravtrykk: string): XmlElement =>
  element(sdp, 'dokumentpakkefingeravtrykk', {}, [
    element(ds, 'DigestMethod', { Algorithm: SHA256 }),
    element(ds, 'DigestValue', {}, [Buffer.from(fingeravtrykk, 'hex').toString('base64')]),
  ]);

export const encodePost = (post: DigitalPost | FysiskPost): XmlElement =>
  element(sdp, 'digitalPost', {}, [
    encodeAvsender(post.avsender),
    ...(post.fysisk === null
      ? [encodeMottaker(post.mottaker), encodeDigital(post.digital)]
      : [encodeFysisk(post.fysisk)]),
    encodeFingeravtrykk(post.fingeravtrykk),
  ]);

/** As `decodePost`, for mail that moves. */
export const decodeFlyttet = (children: Children): FlyttetDigitalPost => ({
  type: 'flyttetDigitalPost',
  avsender: decodeAvsender(children.one('avsender')),
  mottaker: decodeMottaker(children.one('mottaker')),
  digital: decodeDigital(children.one('digitalPostInfo')),
  fingeravtrykk: decodeFingeravtrykk(children.one('dokumentpakkefingeravtrykk')),
  mottaksdato: date(children.one('mottaksdato')),
  aapnet: boolean(children.one('aapnet')),
});

export const encodeFlyttet = (post: FlyttetDigitalPost): XmlElement =>
  element(sdp, 'flyttetDigitalPost', {}, [
    encodeAvsender(post.avsender),
    encodeMottaker(post.mottaker),
    encodeDigital(post.digital),
    encodeFingeravtrykk(post.fingeravtrykk),
    leaf('mottaksdato', post.mottaksdato),
    leaf('aapnet', String(post.aapnet)),
  ]);
