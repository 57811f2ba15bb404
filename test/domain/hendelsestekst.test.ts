import { expect } from 'chai';
import { ordrett, tekst } from '../../src/domain/hendelsestekst.js';
import { gjengitt } from '../../src/domain/retry.js';

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

  it('R-39: gives a reason again: ours in its language, the words of others quoted in Norwegian, codes as they are', () => {
    expect(gjengitt({ nb: 'svaret er tomt', en: 'the answer is empty' }).nb).to.equal('svaret er tomt');
    expect(gjengitt('No such mailbox')).to.deep.equal({ nb: '«No such mailbox»', en: 'No such mailbox' });
    expect(gjengitt('HTTP 503').nb).to.equal('HTTP 503');
    expect(gjengitt({ nb: 'id 01029400470', en: 'id 01029400470' })).to.deep.equal({ nb: 'id …', en: 'id …' });
  });

  it('keeps words of others as they are', () => {
    expect(ordrett('No such mailbox')).to.deep.equal({ nb: 'No such mailbox', en: 'No such mailbox' });
  });
});
