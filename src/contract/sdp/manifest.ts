import { is, type XmlElement } from '../../xml/model.js';
import { parse } from '../../xml/tree.js';
import { element, serialise } from '../../xml/write.js';
import { sdp } from './names.js';
import { decodeAvsender, decodeMottaker, encodeAvsender, encodeMottaker, encodeTekst, leaf, tekst } from './post.js';
import { dateTime, inside, invalid, matching, requiredAttribute } from './read.js';
import type { Avsender, Person, Tekst } from './types.js';

/** manifest.xml of a document package (CONTRACT.md of SDP, section 13; sdp-manifest.xsd). */

export const MANIFEST = 'manifest.xml';
const VEDLEGG = 200;

export interface Manifestdokument {
  /** Name of the file in the package, 4 to 100 characters. */
  readonly href: string;
  readonly mime: string;
  readonly tittel: Tekst | null;
  /** Metadata of the document, a file of its own. */
  readonly data: { readonly href: string; readonly mime: string } | null;
}

export interface Lenke {
  readonly url: string;
  readonly beskrivelse: Tekst | null;
  readonly knappTekst: Tekst | null;
  readonly frist: Date | null;
}

export interface Manifest {
  /** Null for print. */
  readonly mottaker: Person | null;
  readonly avsender: Avsender;
  readonly hoveddokument: Manifestdokument;
  /** 0 to 200. */
  readonly vedlegg: readonly Manifestdokument[];
  readonly lenke: Lenke | null;
}

const fileOf = (found: XmlElement): { href: string; mime: string } => ({
  href: requiredAttribute(found, 'href', 100, 4),
  mime: requiredAttribute(found, 'mime', 100),
});

const decodeDokument = (dokument: XmlElement): Manifestdokument =>
  inside(dokument, (children) => {
    const tittel = children.optional('tittel');
    const data = children.optional('data');
    return {
      ...fileOf(dokument),
      tittel: tittel === undefined ? null : tekst(tittel, 255),
      data: data === undefined ? null : inside(data, () => fileOf(data)),
    };
  });

const decodeLenke = (lenke: XmlElement): Lenke =>
  inside(lenke, (children) => {
    const url = matching(children.one('url'), /^https?:\/\/.+$/, 'a web address');
    const beskrivelse = children.optional('beskrivelse');
    const knappTekst = children.optional('knappTekst');
    const frist = children.optional('frist');
    return {
      url,
      beskrivelse: beskrivelse === undefined ? null : tekst(beskrivelse, 70),
      knappTekst: knappTekst === undefined ? null : tekst(knappTekst, 30),
      frist: frist === undefined ? null : dateTime(frist, true),
    };
  });

/** @throws Failure INVALID_REQUEST, MALFORMED_XML */
export function decodeManifest(octets: Buffer): Manifest {
  const root = parse(octets);
  if (!is(root, sdp.uri, 'manifest')) throw invalid('manifest.xml is not a manifest');
  return inside(root, (children) => {
    const mottaker = children.optional('mottaker');
    const avsender = decodeAvsender(children.one('avsender'));
    const hoveddokument = decodeDokument(children.one('hoveddokument'));
    const vedlegg = children.many('vedlegg').map(decodeDokument);
    if (vedlegg.length > VEDLEGG) throw invalid(`more than ${VEDLEGG} vedlegg`);
    const lenke = children.optional('lenke');
    return {
      mottaker: mottaker === undefined ? null : decodeMottaker(mottaker),
      avsender,
      hoveddokument,
      vedlegg,
      lenke: lenke === undefined ? null : decodeLenke(lenke),
    };
  });
}

const encodeDokument = (local: string, { href, mime, tittel, data }: Manifestdokument): XmlElement =>
  element(sdp, local, { href, mime }, [
    ...(tittel === null ? [] : [encodeTekst('tittel', tittel)]),
    ...(data === null ? [] : [element(sdp, 'data', { href: data.href, mime: data.mime })]),
  ]);

const encodeLenke = ({ url, beskrivelse, knappTekst, frist }: Lenke): XmlElement =>
  element(sdp, 'lenke', {}, [
    leaf('url', url),
    ...(beskrivelse === null ? [] : [encodeTekst('beskrivelse', beskrivelse)]),
    ...(knappTekst === null ? [] : [encodeTekst('knappTekst', knappTekst)]),
    ...(frist === null ? [] : [leaf('frist', frist.toISOString())]),
  ]);

/** The file as it goes into the package. */
export const encodeManifest = (manifest: Manifest): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${serialise(
    element(sdp, 'manifest', {}, [
      ...(manifest.mottaker === null ? [] : [encodeMottaker(manifest.mottaker)]),
      encodeAvsender(manifest.avsender),
      encodeDokument('hoveddokument', manifest.hoveddokument),
      ...manifest.vedlegg.map((v) => encodeDokument('vedlegg', v)),
      ...(manifest.lenke === null ? [] : [encodeLenke(manifest.lenke)]),
    ]),
  )}`;
