import { expect } from 'chai';
import { linje, mottattlinjer, utfylt, veivalg, visesIHistorikk } from '../../../src/domain/svarut/historikk.js';
import type { Hendelsestype } from '../../../src/domain/shipment.js';
import { refused, toMailbox } from '../../support/letters.js';
import { testTime } from '../../support/pki.js';

const event = (type: Hendelsestype, nb = 'ord') => ({ type, tid: testTime, kode: null, tekst: { nb, en: 'words' } });
const brev = { ettersendes: true, lesetimer: 40 };

describe('domain/svarut/historikk', () => {
  it('counts documents in Norwegian', () => {
    expect(mottattlinjer(1)[2]?.nb).to.equal('Orginaldokumenter er lagret (1 dokument)');
    expect(mottattlinjer(2)[2]?.nb).to.equal('Orginaldokumenter er lagret (2 dokumenter)');
  });

  it('has words of its own for what providers say, with theirs where they fail', () => {
    expect(linje(event('SENDT'), 'UTSKRIFT', brev)).to.deep.equal(event('SENDT', 'Sendt til print'));
    expect(linje(event('FEIL', 'no such box'), 'POSTKASSE', brev).tekst.nb).to.equal(
      'Digital postkasse melder feil: no such box',
    );
    expect(linje(event('VARSLET'), 'ALTINN', brev).tekst.nb)
      .to.contain('vil ettersendes som brevpost')
      .and.contain('40 timer');
    expect(linje(event('VARSLET'), 'ALTINN', { ettersendes: false, lesetimer: 2 }).tekst.nb).to.contain(
      'ettersendes ikke',
    );
  });

  it('leaves alone what has its words already, and what is on no way', () => {
    expect(linje(event('LEST_EKSTERNT'), 'POSTKASSE', brev)).to.deep.equal(event('LEST_EKSTERNT'));
    expect(linje(event('AAPNING'), 'SVARINN', brev)).to.deep.equal(event('AAPNING'));
    expect(linje(event('SENDT'), null, brev)).to.deep.equal(event('SENDT'));
  });

  it('hides attempts, and nothing else', () => {
    expect(visesIHistorikk(event('FORSOEK_UTSATT'))).to.equal(false);
    for (const type of ['MOTTATT', 'FEIL', 'NYTT_OPPSLAG', 'STANSET'] as const)
      expect(visesIHistorikk(event(type))).to.equal(true);
  });

  it('fills marks in once: what is filled in is not looked at again', () => {
    expect(utfylt('{mottaker} og {lestAv}', '{lestAv}', '2')).to.equal('{lestAv} og 2');
    expect(utfylt('{mottaker}.', null, null)).to.equal('.');
  });

  it('says why the letter goes where it goes, in the observed words for who has no mailbox', () => {
    expect(veivalg(toMailbox)).to.deep.equal({ nb: 'Har digital postkasse.', en: 'Has a mailbox.' });
    const utenPostkasse = { ...toMailbox, register: { ...toMailbox.register, postkasseleverandoer: null } };
    expect(veivalg(utenPostkasse).nb).to.equal(
      'Mottaker {mottaker} er registert i kontaktregister, men har ikke registrert postkasse.',
    );
    expect(veivalg({ ...utenPostkasse, register: { ...utenPostkasse.register, reservasjon: true } }).nb).to.equal(
      'Har digital postkasse.',
    );
    expect(veivalg({ ...refused, spor: [] }).nb).to.equal('');
  });
});
