import type { Blob } from '../../domain/forsendelse.js';
import type {
  Lenke,
  MetadataForImport,
  MetadataFraAvleverendeSystem,
  SvarUtBestilling,
  SvarUtDokument,
} from '../../domain/svarut/bestilling.js';
import { Failure } from '../../errors.js';
import { limits } from '../../limits.js';
import type { XmlElement } from '../../xml/model.js';
import { adresse } from './adresse.js';
import { barn, flere, heltall, ja, metadatadato, ord, tall, tekst, tekstI, tidspunkt, valg } from './fields.js';
import type { Versjon } from './names.js';

/** Contents of a request by what stands for them in the tree. */
export type Innhold = ReadonlyMap<string, Blob>;

/** @throws Failure SVARUT_EMPTY for a document without octets, SVARUT_CONTENT */
function dokument(element: XmlElement, innhold: Innhold): SvarUtDokument {
  const filnavn = tekst(element, 'filnavn') ?? '';
  const blob = innhold.get(ord(element, 'data') ?? '');
  if (blob === undefined || blob.size === 0)
    throw new Failure('SVARUT_EMPTY', 'a document without octets', { filnavn });
  return {
    filnavn,
    mimetype: ord(element, 'mimetype') ?? '',
    dokumentType: tekst(element, 'dokumentType'),
    ekskluderesFraPrint: ja(element, 'ekskluderesFraPrint'),
    giroarkSider: flere(element, 'giroarkSider', limits.svarutGiroark).map((side) =>
      heltall('giroarkSider', tekstI(side).trim()),
    ),
    skalSigneres: ja(element, 'skalSigneres'),
    innhold: blob,
  };
}

const lenke = (element: XmlElement): Lenke => ({
  urlLenke: ord(element, 'urlLenke'),
  urlTekst: tekst(element, 'urlTekst'),
  ledetekst: tekst(element, 'ledetekst'),
});

const forImport = (element: XmlElement): MetadataForImport => ({
  sakssekvensnummer: tall(element, 'sakssekvensnummer'),
  saksaar: tall(element, 'saksaar'),
  journalposttype: tekst(element, 'journalposttype'),
  journalstatus: tekst(element, 'journalstatus'),
  dokumentetsDato: metadatadato(element, 'dokumentetsDato'),
  tittel: tekst(element, 'tittel'),
});

const fraAvleverende = (element: XmlElement): MetadataFraAvleverendeSystem => ({
  ...forImport(element),
  journalaar: tall(element, 'journalaar'),
  journalsekvensnummer: tall(element, 'journalsekvensnummer'),
  journalpostnummer: tall(element, 'journalpostnummer'),
  journaldato: metadatadato(element, 'journaldato'),
  saksbehandler: tekst(element, 'saksbehandler'),
  ekstraMetadata: flere(element, 'ekstraMetadata', limits.svarutEkstraMetadata).map((entry) => ({
    key: tekst(entry, 'key') ?? '',
    value: tekst(entry, 'value') ?? '',
  })),
});

const print = (element: XmlElement): SvarUtBestilling['printkonfigurasjon'] => ({
  brevtype: valg(element, 'brevtype', ['APOST', 'BPOST']),
  fargePrint: ja(element, 'fargePrint'),
  tosidig: ja(element, 'tosidig'),
});

const under = <T>(parent: XmlElement, name: string, read: (element: XmlElement) => T): T | null => {
  const element = barn(parent, name);
  return element === undefined ? null : read(element);
};

/**
 * A letter as ordered. What a version does not have, its messages lack; version 6 names the type otherwise.
 * @throws Failure SVARUT_CONTENT, SVARUT_EMPTY
 */
export const bestilling = (element: XmlElement, { adresse: form }: Versjon, innhold: Innhold): SvarUtBestilling => ({
  tittel: tekst(element, 'tittel'),
  mottaker: adresse(element, 'mottaker', form),
  dokumenter: flere(element, 'dokumenter', limits.svarutDokumenter).map((d) => dokument(d, innhold)),
  lenker: flere(element, 'lenker', limits.svarutLenker).map(lenke),
  avgivendeSystem: tekst(element, 'avgivendeSystem'),
  eksternref: tekst(element, 'eksternref'),
  forsendelseType: ord(element, ['forsendelseType', 'dokumentType']),
  konteringskode: ord(element, 'konteringskode'),
  krevNiva4Innlogging: ja(element, 'krevNiva4Innlogging'),
  kryptert: ja(element, 'kryptert'),
  kunDigitalLevering: ja(element, 'kunDigitalLevering'),
  printkonfigurasjon: under(element, 'printkonfigurasjon', print),
  signaturtype: valg(element, 'signaturtype', ['AUTENTISERT_SIGNATUR', 'AVANSERT_SIGNATUR']),
  signeringUtloper: tidspunkt(element, 'signeringUtloper'),
  svarPaForsendelse: ord(element, 'svarPaForsendelse'),
  svarPaForsendelseLink: ja(element, 'svarPaForsendelseLink'),
  svarSendesTil: adresse(element, 'svarSendesTil', form),
  metadataFraAvleverendeSystem: under(element, 'metadataFraAvleverendeSystem', fraAvleverende),
  metadataForImport: under(element, 'metadataForImport', forImport),
});
