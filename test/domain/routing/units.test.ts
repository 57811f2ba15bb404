import { expect } from 'chai';
import { papiradresse, type Enhet } from '../../../src/domain/enhet.js';
import { decide } from '../../../src/domain/routing/decide.js';
import { describe as explain } from '../../../src/domain/routing/describe.js';
import type { Fakta } from '../../../src/domain/routing/facts.js';
import { svarutOrder } from '../../support/svarutOrder.js';
import * as f from './fakta.js';

const hus = {
  adresselinjer: ['Storgata 1'],
  postnummer: '0155',
  poststed: 'OSLO',
  kommunenummer: '0301',
  landkode: 'NO',
};
const enhet: Enhet = {
  organisasjonsnummer: f.virksomhet,
  navn: 'ØYRA FISK AS',
  organisasjonsform: 'AS',
  forretningsadresse: hus,
  postadresse: null,
  epostadresse: 'post@example.com',
  mobil: null,
  slettet: null,
};
const known = (change: Partial<Enhet> = {}, of: Fakta = f.to(f.virksomhet, null)): Fakta => ({
  ...f.withAltinn(of),
  enhet: { ...enhet, ...change },
});
/** The same by SvarUt, whose sender does not use Altinn. */
const onPaper = (fakta: Fakta): Fakta => ({
  ...f.order({ svarut: svarutOrder() }, fakta),
  svarut: { proevd: [], mottakersystemer: [], sdp: true, altinn: false },
});

describe('domain/routing: what Enhetsregisteret knows', () => {
  it('R-48: names the business, and says nothing more of one that is as it should be', () => {
    const b = decide(known());
    expect(explain(b, 'nb')).to.equal(
      'Brevet sendes til Altinn. Mottakeren er virksomheten ØYRA FISK AS, og virksomheter får digital post i Altinn. Brevet sendes med en gang.',
    );
    expect(explain(b, 'en')).to.contain('The recipient is the business ØYRA FISK AS, and businesses get');
    expect(b).not.to.have.property('papiradresse');
  });

  it('R-49: says that nobody may be notified where there is no address for notices, and the sender does not notify', () => {
    const silent = known({ epostadresse: null });
    const [nb, en] = ['verken e-postadresse eller mobilnummer', 'neither e-mail address nor mobile number'];
    expect(explain(decide(silent), 'nb')).to.contain(nb);
    expect(explain(decide(silent), 'en')).to.contain(en);
    for (const other of [
      known({ epostadresse: null, mobil: '99990000' }),
      f.policy({ egenVarsling: true }, silent),
      onPaper(silent),
      f.withAltinn(f.to(f.virksomhet, null)),
    ])
      expect(explain(decide(other), 'nb')).not.to.contain(nb);
  });

  it('R-49: says that a business was deleted, and on which day', () => {
    const b = decide(known({ slettet: '2025-06-30' }));
    expect(explain(b, 'nb')).to.contain('Virksomheten ble slettet i Enhetsregisteret 30. juni 2025.');
    expect(explain(b, 'en')).to.contain('The business was deleted in Enhetsregisteret on 30 June 2025.');
  });

  it('R-44: paper without an address goes to the one of the register', () => {
    const b = decide(onPaper(known()));
    expect(b).to.deep.include({ utfall: 'SEND', kanal: 'UTSKRIFT' });
    expect(b).to.have.deep.property('papiradresse', {
      navn: 'ØYRA FISK AS',
      adresselinjer: ['Storgata 1'],
      postnummer: '0155',
      poststed: 'OSLO',
    });
    expect(b.spor.find(({ regel, traff }) => regel === 'R-44' && !traff)?.tekst).to.deep.equal({
      nb: 'Avsenderen har ikke oppgitt noen postadresse, så adressen i Enhetsregisteret brukes.',
      en: 'The sender has given no postal address, so the one in Enhetsregisteret is used.',
    });
  });

  it("R-44: the sender's own address goes before it, and without either the letter is refused", () => {
    expect(decide(onPaper(known({}, f.to(f.virksomhet))))).not.to.have.property('papiradresse');
    for (const change of [{ forretningsadresse: null }, { slettet: '2025-06-30' }])
      expect(decide(onPaper(known(change)))).to.have.property('kode', 'POSTAL_ADDRESS_REQUIRED');
  });

  it('R-43: an address for paper is the postal one, else where the business is, in as many lines as paper has', () => {
    const lines = ['a', 'b', 'c', 'd', 'e'];
    const at = (change: Partial<Enhet>) => papiradresse({ ...enhet, ...change });
    expect(at({ postadresse: { ...hus, adresselinjer: ['Postboks 1'] } })).to.deep.include({
      adresselinjer: ['Postboks 1'],
    });
    expect(at({ postadresse: { ...hus, postnummer: '155' } })).to.deep.include({ adresselinjer: ['Storgata 1'] });
    expect(at({ forretningsadresse: { ...hus, adresselinjer: lines } })).to.deep.include({
      adresselinjer: ['a', 'b', 'c, d, e'],
    });
    const abroad = {
      ...hus,
      adresselinjer: lines.slice(0, 2),
      postnummer: 'SE-1',
      poststed: 'STOCKHOLM',
      landkode: 'SE',
    };
    expect(at({ forretningsadresse: abroad })).to.deep.equal({
      navn: 'ØYRA FISK AS',
      adresselinjer: ['a', 'b', 'SE-1 STOCKHOLM'],
      land: { kode: 'SE' },
    });
    const nowhere = { ...abroad, adresselinjer: [], postnummer: null, poststed: null };
    expect(at({ forretningsadresse: nowhere })).to.equal(null);
  });
});
