import { expect } from 'chai';
import { decodeMottaksfeil } from '../../../src/contract/svarinn/feil.js';
import { encodeForsendelse, type Ventende } from '../../../src/contract/svarinn/forsendelse.js';
import type { SvarUtBestilling } from '../../../src/domain/svarut/bestilling.js';
import { failureOf } from '../../support/pki.js';
import { svarutDocument, svarutMetadata, svarutOrder } from '../../support/svarutOrder.js';

const url = 'https://posthorn.example/tjenester/svarinn/forsendelse/id-1';
const entry = (change: Partial<SvarUtBestilling> = {}) => {
  const ventende: Ventende = {
    id: 'id-1',
    dato: new Date(1487069340334),
    bestilling: svarutOrder(change),
    avsender: { organisasjonsnummer: '310000019', navn: 'Testkommunen' },
  };
  return JSON.parse(JSON.stringify(encodeForsendelse(ventende, url))) as ReturnType<typeof encodeForsendelse>;
};
const ingenPost = {
  adresse1: '',
  adresse2: '',
  adresse3: '',
  postnr: null,
  poststed: null,
  navn: null,
  land: null,
};

describe('contract/svarinn', () => {
  it('CONTRACT 8: an entry has every field, and dates as numbers', () => {
    const { saksbehandler, ...metadata } = svarutMetadata;
    expect(entry({ mottaker: { digital: { orgnr: '310000027' }, post: null } })).to.deep.equal({
      avsender: {
        adresselinje1: '',
        adresselinje2: '',
        adresselinje3: '',
        navn: 'Testkommunen',
        poststed: null,
        postnr: null,
      },
      mottaker: { ...ingenPost, orgnr: '310000027', fnr: null },
      id: 'id-1',
      tittel: 'Vedtak om barnehageplass',
      date: 1487069340334,
      metadataFraAvleverendeSystem: { ...metadata, saksBehandler: saksbehandler },
      metadataForImport: {
        sakssekvensnummer: 0,
        saksaar: 0,
        journalposttype: null,
        journalstatus: null,
        dokumentetsDato: null,
        tittel: null,
      },
      status: 'Klar for mottak',
      niva: '3',
      filmetadata: [
        { filnavn: 'vedtak.pdf', mimetype: 'application/pdf', sha256hash: '00', dokumentType: null, size: 1000 },
      ],
      svarSendesTil: { ...ingenPost, navn: 'Testkommunen', orgnr: '310000019', fnr: null },
      svarPaForsendelse: null,
      forsendelseType: null,
      eksternRef: 'sak-1',
      lenker: [],
      downloadUrl: url,
      avgivendeSystem: 'arkiv',
      taushetsbelagtPost: false,
    });
  });

  it('FEATURES 27: metadata go through', () => {
    const at = new Date(1495490400000);
    const metadata = {
      sakssekvensnummer: 1,
      saksaar: 2026,
      journalaar: 2025,
      journalsekvensnummer: 2,
      journalpostnummer: 3,
      journalposttype: 'U',
      journalstatus: 'J',
      journaldato: at,
      dokumentetsDato: at,
      tittel: 'Nye lysrør',
      saksbehandler: 'Kari',
      ekstraMetadata: [{ key: 'bygning', value: '2005001' }],
    };
    const { saksbehandler, ...rest } = { ...metadata, journaldato: at.getTime(), dokumentetsDato: at.getTime() };
    const written = entry({ metadataFraAvleverendeSystem: metadata, metadataForImport: metadata });
    expect(written.metadataFraAvleverendeSystem).to.deep.equal({ ...rest, saksBehandler: saksbehandler });
    expect(written.metadataForImport).to.deep.equal({
      sakssekvensnummer: 1,
      saksaar: 2026,
      journalposttype: 'U',
      journalstatus: 'J',
      dokumentetsDato: at.getTime(),
      tittel: 'Nye lysrør',
    });
  });

  it('FEATURES 28, 44: an answer goes to whom the order names, and to its sender when it names nobody', () => {
    const post = svarutOrder().mottaker?.post ?? null;
    const svar = (svarSendesTil: SvarUtBestilling['svarSendesTil']) => entry({ svarSendesTil }).svarSendesTil;
    expect(svar({ digital: { orgnr: '310000027' }, post })).to.include({ orgnr: '310000027', navn: 'Kari Nordmann' });
    expect(svar({ digital: { fnr: '15819010029' }, post: null })).to.include({ orgnr: null, fnr: '15819010029' });
    expect(svar({ digital: null, post })).to.include({ orgnr: '310000019', navn: 'Kari Nordmann', postnr: '0155' });
  });

  it('FEATURES 43: files stand in the order in which they were sent, with what they were named and typed', () => {
    const dokumenter = ['b.pdf', 'a.pdf'].map((filnavn) => svarutDocument({ filnavn, dokumentType: 'Vedtak' }));
    const { filmetadata } = entry({ dokumenter });
    expect(filmetadata.map(({ filnavn, dokumentType }) => [filnavn, dokumentType])).to.deep.equal([
      ['b.pdf', 'Vedtak'],
      ['a.pdf', 'Vedtak'],
    ]);
  });

  it('FEATURES 24: level 4 is said as a text', () => expect(entry({ krevNiva4Innlogging: true }).niva).to.equal('4'));

  it('reads why a letter could not be taken in', () => {
    const body = { feilmelding: 'Arkivet er fullt', permanent: false, mer: 1 };
    expect(decodeMottaksfeil(JSON.stringify(body))).to.deep.equal({
      feilmelding: 'Arkivet er fullt',
      permanent: false,
    });
    const long = decodeMottaksfeil(JSON.stringify({ ...body, feilmelding: '𝒜'.repeat(1001) }));
    expect(long.feilmelding).to.equal('𝒜'.repeat(1000));
  });
  for (const body of [
    '',
    '{',
    'null',
    '[]',
    '{"feilmelding":1,"permanent":true}',
    '{"feilmelding":"x"}',
    '{"feilmelding":"x","permanent":"true"}',
  ])
    it(`does not read ${JSON.stringify(body)}`, () =>
      expect(failureOf(() => decodeMottaksfeil(body)).code).to.equal('BAD_HTTP'));
});
