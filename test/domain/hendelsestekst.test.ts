import { expect } from 'chai';
import { ordrett, tekst } from '../../src/domain/hendelsestekst.js';

describe('domain/hendelsestekst', () => {
  it('R-39: says what happened in both languages, with its values filled in, each in its language', () => {
    const grunn = { nb: 'nede', en: 'down' };
    expect(tekst('UTSATT', { forsoek: 2, grunn, neste: '09:05' })).to.deep.equal({
      nb: 'Forsøk 2: nede. Neste forsøk 09:05.',
      en: 'Attempt 2: down. Next attempt at 09:05.',
    });
  });

  it('fills values in once, so that nobody writes marks of ours', () => {
    expect(tekst('AVVIST', { grunn: '{grunn} {ord}', ord: 'x' }).nb).to.equal('Avvist: {grunn} {ord}');
  });

  it('keeps words of others as they are', () => {
    expect(ordrett('No such mailbox')).to.deep.equal({ nb: 'No such mailbox', en: 'No such mailbox' });
  });
});
