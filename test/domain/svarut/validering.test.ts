import { expect } from 'chai';
import type { SvarUtBestilling, SvarUtPostadresse } from '../../../src/domain/svarut/bestilling.js';
import { validerBestilling } from '../../../src/domain/svarut/validering.js';
import { Failure } from '../../../src/errors.js';
import { svarutDocument, svarutMetadata, svarutOrder } from '../../support/svarutOrder.js';

const grunnlag = { now: new Date('2026-11-10T08:00:00Z'), typer: ['Byggesøknad'] };
const doegn = (antall: number): Date => new Date(grunnlag.now.getTime() + antall * 86_400_000);

/** The code and reason of what is wrong; `ok` when nothing is. */
function dom(change: Partial<SvarUtBestilling>): string {
  try {
    validerBestilling(svarutOrder(change), grunnlag);
    return 'ok';
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return `${error.code} ${Object.values(error.values).join()}`;
  }
}

const mottaker = svarutOrder().mottaker as NonNullable<SvarUtBestilling['mottaker']>;
const post = mottaker.post as SvarUtPostadresse;
const til = (change: Partial<SvarUtPostadresse>) => ({ mottaker: { ...mottaker, post: { ...post, ...change } } });
const dokumenter = (...changes: Parameters<typeof svarutDocument>[0][]) => ({
  dokumenter: changes.map(svarutDocument),
});
const xml = { filnavn: 'b.xml', mimetype: 'text/xml' };
const signering = {
  signaturtype: 'AVANSERT_SIGNATUR',
  signeringUtloper: doegn(2),
  ...dokumenter({ skalSigneres: true }),
} as const;
const metadata = (...keys: string[]) => ({
  metadataFraAvleverendeSystem: { ...svarutMetadata, ekstraMetadata: keys.map((key) => ({ key, value: 'v' })) },
});
const lenke = (urlLenke: string | null, urlTekst: string | null = 'Les mer') => ({
  lenker: [{ urlLenke, urlTekst, ledetekst: null }],
});

const godt: readonly (readonly [string, Partial<SvarUtBestilling>])[] = [
  ['as it stands', {}],
  ['an empty avgivendeSystem', { avgivendeSystem: '' }],
  ['a known type', { forsendelseType: 'Byggesøknad' }],
  ['an address abroad without postnr', til({ land: 'Sverige', postnr: null })],
  ['no address at all, digital only', { kunDigitalLevering: true, mottaker: { ...mottaker, post: null } }],
  ['XML beside a PDF, kept off paper', dokumenter({}, { ...xml, ekskluderesFraPrint: true })],
  ['XML alone, digital only', { kunDigitalLevering: true, ...dokumenter(xml) }],
  ['a file name of 226 characters', dokumenter({ filnavn: 'å'.repeat(226) })],
  ['a cost code of 20 characters', { konteringskode: 'a-Z_0.øåÆ'.padEnd(20, '1') }],
  ['level 4, encrypted', { krevNiva4Innlogging: true, kryptert: true }],
  ['a signing order', signering],
  ['a signing order of a client that says no more than the document', dokumenter({ skalSigneres: true })],
  ['a signing order that expires in exactly a day', { ...signering, signeringUtloper: doegn(1) }],
  ['extra metadata', metadata('a', 'A')],
  ...['http://a.example', 'https://a.example/x?y', 'ftp://a.example'].map(
    (url) => [`a link to ${url}`, lenke(url)] as const,
  ),
  [
    'an answer to a receiver',
    { svarPaForsendelseLink: true, svarSendesTil: { digital: { orgnr: '310000027' }, post } },
  ],
];

/** Each breaks one member: [what, change, what the reason says]. */
const galt: readonly (readonly [string, Partial<SvarUtBestilling>, string])[] = [
  ['no title', { tittel: ' ' }, 'tittel mangler'],
  ['no recipient', { mottaker: null }, 'mottaker mangler'],
  [
    'digital only, without a number',
    { kunDigitalLevering: true, mottaker: { ...mottaker, digital: null } },
    'kunDigitalLevering krever',
  ],
  ['no name', til({ navn: ' ' }), 'postAdresse.navn mangler'],
  ['no address', { mottaker: { ...mottaker, post: null } }, 'postAdresse.navn mangler'],
  ['a postnr of three digits', til({ postnr: '155' }), 'postnr med fire sifre'],
  ['no postnr', til({ postnr: null }), 'postnr med fire sifre'],
  ['no poststed', til({ poststed: '' }), 'postnr med fire sifre'],
  [
    'an address abroad without a line',
    til({ land: 'Sverige', adresse1: null, postnr: null, poststed: null }),
    'minst én adresselinje',
  ],
  ['an unknown type', { forsendelseType: 'ukjent' }, 'forsendelseType ukjent finnes ikke'],
  ['a cost code of 21 characters', { konteringskode: '1'.repeat(21) }, 'konteringskode'],
  ['a cost code with a blank', { konteringskode: 'a b' }, 'konteringskode'],
  ['level 4 in clear', { krevNiva4Innlogging: true }, 'krevNiva4Innlogging krever'],
  ['no document', { dokumenter: [] }, 'ingen dokumenter'],
  ['a document without a name', dokumenter({ filnavn: '' }), 'mangler filnavn'],
  ['a file name of 227 characters', dokumenter({ filnavn: 'å'.repeat(227) }), '226 tegn'],
  ...[...'"<>?*|:/\\`\u0007'].map(
    (tegn) =>
      [`${JSON.stringify(tegn)} in a file name`, dokumenter({ filnavn: `a${tegn}b.pdf` }), 'ikke er tillatt'] as const,
  ),
  ['the same file name in other letters', dokumenter({}, { filnavn: 'VEDTAK.pdf' }), 'flere dokumenter'],
  ['no mimetype', dokumenter({ mimetype: '' }), 'mangler mimetype'],
  ['XML that would be printed', dokumenter({}, xml), 'b.xml kan ikke skrives ut'],
  ['nothing to print', dokumenter({ ekskluderesFraPrint: true }), 'minst ett dokument'],
  ['a giro page 0', dokumenter({ giroarkSider: [1, 0] }), 'giroarkSider'],
  [
    'a signing order to a business',
    { ...signering, mottaker: { ...mottaker, digital: { orgnr: '310000027' } } },
    'person med fnr',
  ],
  ['a signing order to nobody', { ...signering, mottaker: { ...mottaker, digital: null } }, 'person med fnr'],
  [
    'a signing order that expires too soon',
    { ...signering, signeringUtloper: new Date(doegn(1).getTime() - 1) },
    'ett døgn',
  ],
  ['a signing order without a document to sign', { ...signering, ...dokumenter({}) }, 'nøyaktig ett dokument'],
  [
    'a signing order with two',
    { ...signering, ...dokumenter({ skalSigneres: true }, { filnavn: 'b.pdf', skalSigneres: true }) },
    'nøyaktig ett dokument',
  ],
  [
    'a signing order of XML',
    { ...signering, kunDigitalLevering: true, ...dokumenter({ ...xml, skalSigneres: true }) },
    'må være application/pdf',
  ],
  ['a signed copy to a person', { ...signering, svarSendesTil: mottaker }, 'svarSendesTil er en organisasjon'],
  ['an answer to nobody', { svarPaForsendelseLink: true }, 'svarPaForsendelseLink krever'],
  ['an answer to a person', { svarPaForsendelseLink: true, svarSendesTil: mottaker }, 'svarPaForsendelseLink krever'],
  ['a key of metadata twice', metadata('a', 'b', 'a'), 'nøkkelen a flere ganger'],
  ...[null, 'a.example', 'javascript:alert(1)', 'http://'].map(
    (url) => [`a link to ${url}`, lenke(url), 'en lenke trenger'] as const,
  ),
  ['a link without text', lenke('https://a.example', ' '), 'en lenke trenger'],
];

describe('domain/svarut/validering', () => {
  for (const [hva, change] of godt) it(`accepts ${hva}`, () => expect(dom(change)).to.equal('ok'));
  for (const [hva, change, grunn] of galt)
    it(`refuses ${hva}`, () => {
      expect(dom(change)).to.match(/^SVARUT_CONTENT /);
      expect(dom(change)).to.include(grunn);
    });
  it('refuses an empty document by its own code', () =>
    expect(dom(dokumenter({}, { filnavn: 'tom.pdf', innhold: { ref: 'r', size: 0, sha256: '' } }))).to.equal(
      'SVARUT_EMPTY tom.pdf',
    ));
});
