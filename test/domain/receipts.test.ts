import { expect } from 'chai';
import { feilfoelge, hendelseAv } from '../../src/domain/receipts.js';
import type { Kanal } from '../../src/domain/routing/decision.js';
import { tilstander } from '../../src/domain/shipment.js';

const sak = { tilstand: 'SENDT', kanal: 'POSTKASSE', sendtPaaNytt: false, feiltype: 'KLIENT' } as const;

describe('domain/receipts', () => {
  it('knows each receipt of the schema by the name of its element, and what a SvarUt upstream and Altinn tell besides', () =>
    expect(hendelseAv).to.deep.equal({
      mottak: 'MOTTAK',
      levering: 'LEVERING',
      aapning: 'AAPNING',
      varslingfeilet: 'VARSLINGFEILET',
      returpost: 'RETURPOST',
      feil: 'FEIL',
      underveis: 'SENDT',
      tilgjengelig: 'LEVERING',
      vist: 'LEVERING',
    }));

  describe('R-28: feil', () => {
    it('given a first feil KLIENT from the mailbox, then one new look-up and one resend', () => {
      expect(feilfoelge(sak)).to.deep.equal({ type: 'resend' });
      expect(feilfoelge({ ...sak, tilstand: 'MOTTATT' })).to.deep.equal({ type: 'resend' });
    });
    it('given a second one, then it is final', () =>
      expect(feilfoelge({ ...sak, sendtPaaNytt: true })).to.deep.equal({ type: 'fail' }));
    it('given feil SERVER, then it is final', () =>
      expect(feilfoelge({ ...sak, feiltype: 'SERVER' })).to.deep.equal({ type: 'fail' }));
    it('R-53: given feil KLIENT from Altinn, whose reader has opted out, then one new look-up and one resend', () => {
      expect(feilfoelge({ ...sak, kanal: 'ALTINN' })).to.deep.equal({ type: 'resend' });
      expect(feilfoelge({ ...sak, kanal: 'ALTINN', sendtPaaNytt: true })).to.deep.equal({ type: 'fail' });
    });
    for (const kanal of ['UTSKRIFT', 'PORTAL', 'SVARINN'] as const satisfies readonly Kanal[])
      it(`given feil KLIENT from ${kanal}, where nobody moves, then it is final`, () =>
        expect(feilfoelge({ ...sak, kanal })).to.deep.equal({ type: 'fail' }));
    it('given a letter that is being produced, then it is final', () =>
      expect(feilfoelge({ ...sak, tilstand: 'I_PRODUKSJON' })).to.deep.equal({ type: 'fail' }));
    it('given a letter that has failed, then nobody takes it up again', () =>
      expect(feilfoelge({ ...sak, tilstand: 'FEILET' })).to.deep.equal({ type: 'close' }));
    it('given a letter that was delivered, withdrawn or handed back, then it is recorded only', () => {
      const open = new Set(['MOTTATT', 'SENDT', 'I_PRODUKSJON', 'FEILET']);
      const closed = tilstander.filter((tilstand) => !open.has(tilstand));
      expect(closed.length).to.equal(6);
      for (const tilstand of closed)
        for (const sendtPaaNytt of [true, false])
          for (const feiltype of ['KLIENT', 'SERVER'] as const)
            expect(feilfoelge({ ...sak, tilstand, sendtPaaNytt, feiltype })).to.deep.equal({ type: 'record' });
    });
  });
});
