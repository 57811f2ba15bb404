import { expect } from 'chai';
import { erNorsk, forsendelseAv, mottakerId, postadresseAv } from '../../../src/domain/svarut/forsendelse.js';
import { svarutDocument, svarutOrder } from '../../support/svarutOrder.js';

const id = '3b0a6d7e-6a44-4f6c-9f1d-0d2f1f4f8f11';
const returadresse = { navn: 'Kommunen', adresselinjer: [], postnummer: '0101', poststed: 'Oslo' };
const varsel = { epost: 'Du har fått post', sms: null };
const konto = { organisasjonsnummer: '310000019', returadresse, varsel };
const { post } = svarutOrder().mottaker ?? {};
const adresse = { ...(post as NonNullable<typeof post>) };

describe('domain/svarut/forsendelse', () => {
  it('makes a letter of an order', () => {
    const order = svarutOrder({ konteringskode: 'K-1' });
    const { svarut, ...brev } = forsendelseAv(order, konto, id);
    expect(svarut).to.equal(order);
    expect(brev).to.deep.equal({
      avsender: '310000019',
      databehandler: '310000019',
      eksternRef: `svarut:${id}`,
      mottaker: {
        id: '15819010029',
        postadresse: { navn: 'Kari Nordmann', adresselinjer: ['Storgata 1'], postnummer: '0155', poststed: 'Oslo' },
      },
      tittel: 'Vedtak om barnehageplass',
      spraak: 'nb',
      klasse: 'VEDTAK',
      prioritet: 'NORMAL',
      virkningstidspunkt: null,
      sikkerhetsnivaa: 3,
      aapningskvittering: null,
      varseltekst: varsel,
      kunDigitalt: false,
      utskrift: { posttype: 'B_OEKONOMI', farge: 'SORT_HVIT', retur: 'DIREKTE_RETUR', returadresse },
      kostnadskode: 'K-1',
      hoveddokument: {
        filnavn: 'vedtak.pdf',
        tittel: 'vedtak.pdf',
        mimetype: 'application/pdf',
        innhold: { ref: 'r', size: 1000, sha256: '00' },
      },
      vedlegg: [],
    });
  });

  it('R-27, R-45: takes level, class and colour over', () => {
    const brev = forsendelseAv(
      svarutOrder({
        krevNiva4Innlogging: true,
        kunDigitalLevering: true,
        printkonfigurasjon: { brevtype: 'APOST', fargePrint: true, tosidig: false },
      }),
      konto,
      id,
    );
    expect(brev.sikkerhetsnivaa).to.equal(4);
    expect(brev.kunDigitalt).to.equal(true);
    expect(brev.utskrift).to.include({ posttype: 'A_PRIORITERT', farge: 'FARGE' });
  });

  it('keeps documents in their order, and marks those that stay off paper', () => {
    const brev = forsendelseAv(
      svarutOrder({ dokumenter: [svarutDocument(), svarutDocument({ filnavn: 'b.xml', ekskluderesFraPrint: true })] }),
      konto,
      id,
    );
    expect(brev.hoveddokument.ikkePaaPapir).to.equal(undefined);
    expect(brev.vedlegg.map(({ filnavn, ikkePaaPapir }) => [filnavn, ikkePaaPapir])).to.deep.equal([['b.xml', true]]);
  });

  it('cuts a title at 100 characters, and no character in half', () => {
    expect(forsendelseAv(svarutOrder({ tittel: '𝒜'.repeat(101) }), konto, id).tittel).to.equal('𝒜'.repeat(100));
  });

  it('returns paper to svarSendesTil, and to the account when that says nothing', () => {
    const til = { digital: { orgnr: '310000027' }, post: { ...adresse, navn: 'Arkivet' } };
    expect(forsendelseAv(svarutOrder({ svarSendesTil: til }), konto, id).utskrift.returadresse?.navn).to.equal(
      'Arkivet',
    );
    expect(
      forsendelseAv(svarutOrder({ svarSendesTil: { ...til, post: null } }), konto, id).utskrift.returadresse?.navn,
    ).to.equal('Kommunen');
  });

  it('refuses to make a letter of nothing', () =>
    expect(() => forsendelseAv(svarutOrder({ dokumenter: [] }), konto, id)).to.throw(RangeError));

  it('knows whom a letter is for', () => {
    expect(mottakerId(null)).to.equal(null);
    expect(mottakerId({ digital: null, post: null })).to.equal(null);
    expect(mottakerId({ digital: { orgnr: '310000027' }, post: null })).to.equal('310000027');
  });

  for (const land of [null, '', 'Norge', ' NORGE ', 'noreg', 'Norway', 'NO'])
    it(`reads the country ${JSON.stringify(land)} as Norway`, () => expect(erNorsk({ land })).to.equal(true));
  it('reads any other country as abroad', () => expect(erNorsk({ land: 'Sverige' })).to.equal(false));

  it('has no address without name, or place', () => {
    expect(postadresseAv(null)).to.equal(null);
    expect(postadresseAv({ ...adresse, navn: null })).to.equal(null);
    expect(postadresseAv({ ...adresse, postnr: '155' })).to.equal(null);
    expect(postadresseAv({ ...adresse, postnr: null })).to.equal(null);
    expect(postadresseAv({ ...adresse, poststed: null })).to.equal(null);
  });

  it('puts the place of an address abroad after its lines', () => {
    const sverige = { ...adresse, adresse2: ' ', postnr: '111 22', poststed: 'Stockholm', land: 'Sverige' };
    expect(postadresseAv(sverige)).to.deep.equal({
      navn: 'Kari Nordmann',
      adresselinjer: ['Storgata 1', '111 22 Stockholm'],
      land: { navn: 'Sverige' },
    });
    expect(postadresseAv({ ...sverige, adresse1: null, postnr: null, poststed: null })).to.equal(null);
  });

  it('gives documents names that a package has room for, each another, and leaves those alone that fit', () => {
    const lang = (n: number, endelse = '.pdf') => 'x'.repeat(n - endelse.length) + endelse;
    const navn = ['a.b', 'ab.c', lang(100), lang(101), lang(226), `${'x'.repeat(120)}y`];
    const dokumenter = navn.map((filnavn) => svarutDocument({ filnavn }));
    const { hoveddokument, vedlegg } = forsendelseAv(svarutOrder({ dokumenter }), konto, id);
    const fikk = [hoveddokument, ...vedlegg].map(({ filnavn }) => filnavn);
    expect(fikk.slice(0, 3)).to.deep.equal(['a-dokument-1.b', 'ab.c', lang(100)]);
    expect(fikk.slice(3).map((n) => [n.length, /-dokument-\d(?:\.pdf)?$/.exec(n)?.[0]])).to.deep.equal([
      [100, '-dokument-4.pdf'],
      [100, '-dokument-5.pdf'],
      [100, '-dokument-6'],
    ]);
  });
});
