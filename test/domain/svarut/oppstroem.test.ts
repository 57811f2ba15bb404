import { expect } from 'chai';
import { utgaaende } from '../../../src/domain/svarut/oppstroem.js';
import { forsendelseAv } from '../../../src/domain/svarut/forsendelse.js';
import type { Forsendelse } from '../../../src/domain/forsendelse.js';
import { letter } from '../../support/letters.js';
import { svarutDocument, svarutOrder } from '../../support/svarutOrder.js';

const konto = { organisasjonsnummer: '310000019', returadresse: null, varsel: { epost: null, sms: null } };
const blob = (ref: string) => ({ ref, size: 1, sha256: '00' });

describe('domain/svarut, a letter for an upstream', () => {
  const signed = svarutOrder({
    dokumenter: [
      svarutDocument({ skalSigneres: true }),
      svarutDocument({ filnavn: 'x.xml', ekskluderesFraPrint: true }),
    ],
    kryptert: true,
    krevNiva4Innlogging: true,
    signaturtype: 'AVANSERT_SIGNATUR',
    signeringUtloper: new Date(0),
  });
  const forsendelse = forsendelseAv(signed, konto, 'id');
  const klart: Forsendelse = {
    ...forsendelse,
    hoveddokument: { ...forsendelse.hoveddokument, innhold: blob('clear') },
  };

  it('a SvarUt order is kept, its documents as the channels carry them: in the clear', () => {
    const brev = utgaaende({ forsendelse: klart }, 'ALTINN');
    expect(brev).to.deep.equal({
      ...signed,
      kryptert: false,
      kunDigitalLevering: true,
      dokumenter: signed.dokumenter.map((d, i) => (i === 0 ? { ...d, innhold: blob('clear') } : d)),
    });
  });

  it('on paper nobody logs in or signs, and nobody is looked for digitally', () => {
    const brev = utgaaende({ forsendelse: klart }, 'UTSKRIFT');
    expect(brev).to.deep.include({
      mottaker: { digital: null, post: signed.mottaker?.post },
      krevNiva4Innlogging: false,
      kunDigitalLevering: false,
      signaturtype: null,
      signeringUtloper: null,
    });
    expect(brev.dokumenter.map(({ filnavn, skalSigneres }) => [filnavn, skalSigneres])).to.deep.equal([
      ['vedtak.pdf', false],
    ]);
  });

  it('a letter that came another way is an order as well', () => {
    const { forsendelse: plain } = letter();
    const norsk = { navn: 'Kari', adresselinjer: ['Gata 1'], postnummer: '0155', poststed: 'Oslo' };
    const ute = { navn: 'Joe', adresselinjer: ['1', '2', '3', 'York'], land: { kode: 'GB' } };
    const one: Forsendelse = {
      ...plain,
      mottaker: { id: '310000019', postadresse: norsk },
      utskrift: { posttype: 'A_PRIORITERT', farge: 'FARGE', retur: 'DIREKTE_RETUR', returadresse: ute },
      kostnadskode: 'k',
    };
    const brev = utgaaende({ forsendelse: one }, 'ALTINN');
    expect(brev.mottaker).to.deep.equal({
      digital: { orgnr: '310000019' },
      post: {
        navn: 'Kari',
        adresse1: 'Gata 1',
        adresse2: null,
        adresse3: null,
        postnr: '0155',
        poststed: 'Oslo',
        land: null,
      },
    });
    expect(brev.svarSendesTil?.post).to.deep.equal({
      navn: 'Joe',
      adresse1: '1',
      adresse2: '2',
      adresse3: '3',
      postnr: null,
      poststed: 'York',
      land: 'GB',
    });
    expect(brev).to.deep.include({
      tittel: plain.tittel,
      eksternref: plain.eksternRef,
      konteringskode: 'k',
      printkonfigurasjon: { brevtype: 'APOST', fargePrint: true, tosidig: true },
    });
    const person = utgaaende({ forsendelse: { ...one, mottaker: { id: '15819010029', postadresse: null } } }, 'ALTINN');
    expect(person.mottaker).to.deep.equal({ digital: { fnr: '15819010029' }, post: null });
  });
});
