import type { Dokument, Postadresse, Prioritet } from '../../domain/forsendelse.js';
import type { XmlElement } from '../../xml/model.js';
import { element } from '../../xml/write.js';
import type { Bestilling, Brev, Mottaker, Utvalg } from './decode.js';
import { CONTENT, tns } from './names.js';

/* Requests, for callers of the service. Whoever makes one checks nothing: the service does. */

/** A document with its octets at hand. */
export type DokumentInn = Omit<Dokument, 'innhold'> & { readonly innhold: Uint8Array };
export type BrevInn = Omit<Brev, 'hoveddokument' | 'vedlegg'> & {
  readonly hoveddokument: DokumentInn;
  readonly vedlegg: readonly DokumentInn[];
};

const leaf = (name: string, value: string | number | boolean | Date | null | undefined): XmlElement[] =>
  value === null || value === undefined
    ? []
    : [element(tns, name, {}, [value instanceof Date ? value.toISOString() : String(value)])];

const group = (name: string, children: readonly XmlElement[]): XmlElement[] =>
  children.length === 0 ? [] : [element(tns, name, {}, children)];

/** The body acted for stands first in every request. */
const request = (name: string, avsender: string | undefined, children: readonly XmlElement[]): XmlElement =>
  element(tns, name, {}, [...leaf('avsender', avsender), ...children], [tns]);

function postadresse(name: string, address: Postadresse | null): XmlElement[] {
  if (address === null) return [];
  const place =
    'land' in address
      ? [
          ...leaf('land', 'navn' in address.land ? address.land.navn : null),
          ...leaf('landkode', 'kode' in address.land ? address.land.kode : null),
        ]
      : [...leaf('postnummer', address.postnummer), ...leaf('poststed', address.poststed)];
  const lines = address.adresselinjer.flatMap((line) => leaf('adresselinje', line));
  return group(name, [...leaf('navn', address.navn), ...lines, ...place]);
}

const mottaker = ({ id, postadresse: address }: Mottaker): XmlElement =>
  element(tns, 'mottaker', {}, [...leaf('id', id), ...postadresse('postadresse', address)]);

const bestilling = (b: Bestilling): XmlElement[] => [
  ...leaf('tittel', b.tittel),
  ...leaf('spraak', b.spraak),
  ...leaf('klasse', b.klasse),
  ...leaf('prioritet', b.prioritet),
  ...leaf('virkningstidspunkt', b.virkningstidspunkt),
  ...leaf('sikkerhetsnivaa', b.sikkerhetsnivaa),
  ...group('aapningskvittering', leaf('begrunnelse', b.aapningskvittering?.begrunnelse)),
  ...group('varseltekst', [...leaf('epost', b.varseltekst.epost), ...leaf('sms', b.varseltekst.sms)]),
  ...leaf('kunDigitalt', b.kunDigitalt),
  ...group('utskrift', [
    ...leaf('posttype', b.utskrift.posttype),
    ...leaf('farge', b.utskrift.farge),
    ...leaf('retur', b.utskrift.retur),
    ...postadresse('returadresse', b.utskrift.returadresse),
  ]),
  ...leaf('kostnadskode', b.kostnadskode),
  ...leaf('taushetsbelagt', b.taushetsbelagt),
  ...leaf('dokumenttype', b.dokumenttype),
  ...group('oppgittAdresse', leaf('bevis', b.oppgittAdresse?.bevis)),
  ...(b.forhaandsvarsel === undefined
    ? []
    : [element(tns, 'forhaandsvarsel', {}, leaf('epostBevis', b.forhaandsvarsel.epostBevis))]),
];

const dokument = (name: string, d: DokumentInn): XmlElement =>
  element(tns, name, {}, [
    ...leaf('filnavn', d.filnavn),
    ...leaf('tittel', d.tittel),
    ...leaf('mimetype', d.mimetype),
    ...leaf(CONTENT, Buffer.from(d.innhold).toString('base64')),
  ]);

const chosen = (utvalg: Utvalg): XmlElement[] =>
  'ider' in utvalg
    ? utvalg.ider.flatMap((id) => leaf('forsendelsesId', id))
    : utvalg.eksterneRefer.flatMap((ref) => leaf('eksternRef', ref));

export const encodeSendForsendelse = (brev: BrevInn, avsender?: string): XmlElement =>
  request('SendForsendelse', avsender, [
    ...leaf('eksternRef', brev.eksternRef),
    mottaker(brev.mottaker),
    ...bestilling(brev),
    dokument('hoveddokument', brev.hoveddokument),
    ...brev.vedlegg.map((d) => dokument('vedlegg', d)),
  ]);

export const encodeForklarForsendelse = (
  ordre: {
    readonly mottakere: readonly Mottaker[];
    readonly bestilling: Bestilling;
    readonly stoerrelse?: number;
    readonly sider?: number;
  },
  avsender?: string,
): XmlElement =>
  request('ForklarForsendelse', avsender, [
    ...ordre.mottakere.map(mottaker),
    ...bestilling(ordre.bestilling),
    ...leaf('stoerrelse', ordre.stoerrelse),
    ...leaf('sider', ordre.sider),
  ]);

export const encodeHentStatus = (utvalg: Utvalg, avsender?: string): XmlElement =>
  request('HentStatus', avsender, chosen(utvalg));

export const encodeHentKvitteringer = (prioritet: Prioritet, antall: number, avsender?: string): XmlElement =>
  request('HentKvitteringer', avsender, [...leaf('prioritet', prioritet), ...leaf('antall', antall)]);

export const encodeBekreftKvitteringer = (ider: readonly string[], avsender?: string): XmlElement =>
  request(
    'BekreftKvitteringer',
    avsender,
    ider.flatMap((id) => leaf('kvitteringsId', id)),
  );

export const encodeTrekkTilbakeForsendelse = (utvalg: Utvalg, avsender?: string): XmlElement =>
  request('TrekkTilbakeForsendelse', avsender, chosen(utvalg));

/** `lest`: when the recipient opened the letter; undefined: now. */
export const encodeMeldLest = (utvalg: Utvalg, lest?: Date, avsender?: string): XmlElement =>
  request('MeldLest', avsender, [...chosen(utvalg), ...leaf('lest', lest)]);
