import { versjoner, type Versjon } from '../../contract/svarut/names.js';
import type {
  MetadataForImport,
  MetadataFraAvleverendeSystem,
  SvarUtAdresse,
  SvarUtBestilling,
  SvarUtDokument,
} from '../../domain/svarut/bestilling.js';
import { env } from '../../soap/names.js';
import type { XmlElement } from '../../xml/model.js';
import { element, qualified, serialise, type Ns } from '../../xml/write.js';

/* sendForsendelseMedId of ForsendelsesServiceV9, in the order of its schema (CONTRACT.md section 2). */

/** The version that is spoken. */
export const version9 = versjoner.find(({ navn }) => navn === 'ForsendelsesServiceV9') as Versjon;

const svarut: Ns = { prefix: 'svarut', uri: version9.ns.uri };
const xsi: Ns = { prefix: 'xsi', uri: 'http://www.w3.org/2001/XMLSchema-instance' };
const xop: Ns = { prefix: 'xop', uri: 'http://www.w3.org/2004/08/xop/include' };
/** Children of a message stand in no namespace. */
const none: Ns = { prefix: '', uri: '' };

type Value = string | number | boolean | Date | null;

const group = (name: string, children: readonly XmlElement[]): XmlElement => element(none, name, {}, children);

/** An element with a text; none where there is nothing to say. */
const leaf = (name: string, value: Value): XmlElement[] =>
  value === null ? [] : [element(none, name, {}, [value instanceof Date ? value.toISOString() : String(value)])];

/** An element that must be there, and says that it is empty. */
const nillable = (name: string, value: Value): XmlElement[] =>
  value === null ? [element(none, name, [qualified(xsi, 'nil', 'true')])] : leaf(name, value);

const leaves = (values: Readonly<Record<string, Value>>): XmlElement[] =>
  Object.entries(values).flatMap(([name, value]) => leaf(name, value));

function adresse(name: string, value: SvarUtAdresse | null): XmlElement[] {
  if (value === null) return [];
  const { digital, post } = value;
  const digitalAdresse = (type: string, number: XmlElement[]): XmlElement =>
    element(none, 'digitalAdresse', [qualified(xsi, 'type', `${svarut.prefix}:${type}`)], number);
  const children = [
    ...(digital === null
      ? []
      : 'fnr' in digital
        ? [digitalAdresse('personDigitalAdresse', leaf('fnr', digital.fnr))]
        : [digitalAdresse('organisasjonDigitalAdresse', leaf('orgnr', digital.orgnr))]),
    ...(post === null
      ? []
      : [
          group('postAdresse', [
            ...leaf('adresse1', post.adresse1),
            ...leaf('adresse2', post.adresse2),
            ...leaf('adresse3', post.adresse3),
            ...leaf('land', post.land),
            ...leaf('navn', post.navn),
            ...leaf('postnr', post.postnr),
            ...leaf('poststed', post.poststed),
          ]),
        ]),
  ];
  return [group(name, children)];
}

const dokument = (d: SvarUtDokument, contentId: string): XmlElement =>
  group('dokumenter', [
    group('data', [element(xop, 'Include', { href: `cid:${contentId}` })]),
    ...leaves({ dokumentType: d.dokumentType, ekskluderesFraPrint: d.ekskluderesFraPrint, filnavn: d.filnavn }),
    ...d.giroarkSider.flatMap((side) => leaf('giroarkSider', side)),
    ...leaves({ mimetype: d.mimetype, skalSigneres: d.skalSigneres }),
  ]);

const forImport = (m: MetadataForImport): XmlElement[] =>
  leaves({
    dokumentetsDato: m.dokumentetsDato,
    journalposttype: m.journalposttype,
    journalstatus: m.journalstatus,
    saksaar: m.saksaar,
    sakssekvensnummer: m.sakssekvensnummer,
    tittel: m.tittel,
  });

const fraAvleverende = (m: MetadataFraAvleverendeSystem): XmlElement[] => [
  ...leaf('dokumentetsDato', m.dokumentetsDato),
  ...m.ekstraMetadata.map(({ key, value }) => group('ekstraMetadata', leaves({ key, value }))),
  ...leaves({
    journalaar: m.journalaar,
    journaldato: m.journaldato,
    journalpostnummer: m.journalpostnummer,
    journalposttype: m.journalposttype,
    journalsekvensnummer: m.journalsekvensnummer,
    journalstatus: m.journalstatus,
    saksaar: m.saksaar,
    saksbehandler: m.saksbehandler,
    sakssekvensnummer: m.sakssekvensnummer,
    tittel: m.tittel,
  }),
];

const printkonfigurasjon = ({ brevtype, fargePrint, tosidig }: NonNullable<SvarUtBestilling['printkonfigurasjon']>) =>
  group('printkonfigurasjon', leaves({ brevtype, fargePrint, tosidig }));

/** A member that is left out where there is nothing. */
const maybe = <T>(value: T | null, write: (value: T) => XmlElement): XmlElement[] =>
  value === null ? [] : [write(value)];

const forsendelse = (b: SvarUtBestilling, contentIds: readonly string[]): XmlElement =>
  group('forsendelse', [
    ...leaf('avgivendeSystem', b.avgivendeSystem),
    ...b.dokumenter.map((d, i) => dokument(d, contentIds[i] ?? '')),
    ...leaves({ eksternref: b.eksternref, forsendelseType: b.forsendelseType, konteringskode: b.konteringskode }),
    ...leaves({ krevNiva4Innlogging: b.krevNiva4Innlogging, kryptert: b.kryptert }),
    ...leaf('kunDigitalLevering', b.kunDigitalLevering),
    ...b.lenker.map(({ ledetekst, urlLenke, urlTekst }) => group('lenker', leaves({ ledetekst, urlLenke, urlTekst }))),
    ...maybe(b.metadataForImport, (m) => group('metadataForImport', forImport(m))),
    ...maybe(b.metadataFraAvleverendeSystem, (m) => group('metadataFraAvleverendeSystem', fraAvleverende(m))),
    ...adresse('mottaker', b.mottaker),
    ...maybe(b.printkonfigurasjon, printkonfigurasjon),
    ...nillable('signaturtype', b.signaturtype),
    ...nillable('signeringUtloper', b.signeringUtloper),
    ...leaves({ svarPaForsendelse: b.svarPaForsendelse, svarPaForsendelseLink: b.svarPaForsendelseLink }),
    ...adresse('svarSendesTil', b.svarSendesTil),
    ...leaf('tittel', b.tittel ?? ''),
  ]);

/** The envelope, SOAP 1.2, whose documents are the parts with these ids. */
export const sendEnvelope = (b: SvarUtBestilling, id: string, contentIds: readonly string[]): string =>
  serialise(
    element(env, 'Envelope', {}, [
      element(env, 'Body', {}, [
        element(svarut, 'sendForsendelseMedId', {}, [forsendelse(b, contentIds), ...leaf('forsendelsesid', id)]),
      ]),
    ]),
  );
