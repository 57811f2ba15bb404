import { expect } from 'chai';
import { accessFor, certificateAllowed, mayUse, unsignedOnBehalfAllowed } from '../../src/domain/access.js';
import type { SenderData } from '../../src/domain/sender.js';

const day = (n: number) => new Date(Date.UTC(2026, 0, n));
const always = { fra: day(1), til: null };
const now = day(15);
const organisasjon = (organisasjonsnummer: string, tillatUsignertPaaVegneAv = false) => ({
  organisasjonsnummer,
  navn: organisasjonsnummer,
  tillatUsignertPaaVegneAv,
  ...always,
});

const data: SenderData = {
  organisasjoner: [organisasjon('310000019'), organisasjon('310000027', true), organisasjon('310000035')],
  sertifikater: [
    { organisasjonsnummer: '310000019', fingeravtrykk: 'old', pem: '', fra: day(1), til: day(20) },
    { organisasjonsnummer: '310000019', fingeravtrykk: 'new', pem: '', fra: day(10), til: day(30) },
  ],
  delegeringer: [{ leverandoer: '310000035', oppdragsgiver: '310000019', ...always }],
  rettigheter: [{ organisasjon: '310000019', tjeneste: 'OPPSLAGSTJENESTEN', ...always }],
  legitimasjoner: [],
  dokumenttyper: [],
};

const ended = <T extends object>(rows: readonly T[]) => rows.map((row) => ({ ...row, til: now }));
const lookup = (d: SenderData, organisasjon: string, paaVegneAv: string, at = now) =>
  accessFor(d, organisasjon, paaVegneAv, 'OPPSLAGSTJENESTEN', at);

describe('domain/access', () => {
  describe('SECURITY 86: right organisation, no right', () => {
    it('grants the own right', () => expect(lookup(data, '310000019', '310000019')).to.equal('granted'));
    it('denies the service that was not granted', () =>
      expect(accessFor(data, '310000019', '310000019', 'ENDRINGSTJENESTEN', now)).to.equal('denied'));
    it('denies a known organisation without rights', () =>
      expect(lookup(data, '310000027', '310000027')).to.equal('denied'));
    it('denies an organisation that is not known, whatever rights it has', () =>
      expect(lookup({ ...data, organisasjoner: [] }, '310000019', '310000019')).to.equal('denied'));
    it('denies before the right begins and when it has ended', () => {
      expect(lookup(data, '310000019', '310000019', day(1))).to.equal('granted');
      expect(lookup(data, '310000019', '310000019', new Date(day(1).getTime() - 1))).to.equal('denied');
      const until = { ...data, rettigheter: ended(data.rettigheter) };
      expect(lookup(until, '310000019', '310000019', new Date(now.getTime() - 1))).to.equal('granted');
      expect(lookup(until, '310000019', '310000019', now)).to.equal('denied');
    });
    it('denies an organisation that has been ended', () =>
      expect(lookup({ ...data, organisasjoner: ended(data.organisasjoner) }, '310000019', '310000019')).to.equal(
        'denied',
      ));
  });

  describe('SECURITY 86, R-42: a supplier acting for another', () => {
    it('grants by a delegation and the right of the one acted for', () =>
      expect(lookup(data, '310000035', '310000019')).to.equal('granted'));
    it('denies without a delegation', () => expect(lookup(data, '310000027', '310000019')).to.equal('denied'));
    it('denies the way back', () => expect(lookup(data, '310000019', '310000035')).to.equal('denied'));
    it('denies when the delegation has ended', () =>
      expect(lookup({ ...data, delegeringer: ended(data.delegeringer) }, '310000035', '310000019')).to.equal('denied'));
    it('denies when the one acted for has no right, though the supplier has', () => {
      const moved = [{ organisasjon: '310000035', tjeneste: 'OPPSLAGSTJENESTEN', ...always } as const];
      expect(lookup({ ...data, rettigheter: moved }, '310000035', '310000019')).to.equal('denied');
    });
    it('gives the supplier nothing of its own', () =>
      expect(lookup(data, '310000035', '310000035')).to.equal('denied'));
    it('does not follow two delegations', () => {
      const chain = [...data.delegeringer, { leverandoer: '310000027', oppdragsgiver: '310000035', ...always }];
      expect(lookup({ ...data, delegeringer: chain }, '310000027', '310000019')).to.equal('denied');
    });
  });

  describe('R-42: the use of a service for anybody', () => {
    const may = (rows: SenderData, organisasjon: string) => mayUse(rows, organisasjon, 'OPPSLAGSTJENESTEN', now);
    it('is for who has the right, and for who acts for it', () => {
      expect([may(data, '310000019'), may(data, '310000035')]).to.deep.equal([true, true]);
      expect(may({ ...data, delegeringer: [] }, '310000035')).to.equal(false);
    });
    it('is for nobody else, and not for another service', () => {
      expect(may({ ...data, rettigheter: [] }, '310000019')).to.equal(false);
      expect(may(data, '999999999')).to.equal(false);
      expect(mayUse(data, '310000019', 'SDP', now)).to.equal(false);
    });
  });

  describe('SECURITY 87: certificate rollover', () => {
    const allowed = (fingerprint: string, at: Date) => certificateAllowed(data, '310000019', fingerprint, at);
    it('accepts old and new while both are valid', () => {
      expect(allowed('old', day(12))).to.equal(true);
      expect(allowed('new', day(12))).to.equal(true);
    });
    it('accepts only the old before and only the new after', () => {
      expect([allowed('old', day(9)), allowed('new', day(9))]).to.deep.equal([true, false]);
      expect([allowed('old', day(20)), allowed('new', day(20))]).to.deep.equal([false, true]);
    });
    it('refuses an old one that was removed', () => {
      const removed = { ...data, sertifikater: data.sertifikater.slice(1) };
      expect(certificateAllowed(removed, '310000019', 'old', day(12))).to.equal(false);
    });
    it('refuses one that is not registered, also when all registered ones have ended', () => {
      expect(allowed('other', day(12))).to.equal(false);
      expect(allowed('other', day(31))).to.equal(false);
    });
    it('refuses one that is registered for another organisation', () => {
      const other = { organisasjonsnummer: '310000027', fingeravtrykk: 'other', pem: '', ...always };
      const both = { ...data, sertifikater: [...data.sertifikater, other] };
      expect(certificateAllowed(both, '310000019', 'other', now)).to.equal(false);
      expect(certificateAllowed(both, '310000027', 'other', now)).to.equal(true);
    });
    it('accepts any for an organisation that has registered none', () =>
      expect(certificateAllowed(data, '310000027', 'other', now)).to.equal(true));
  });

  it('accepts an unsigned PaaVegneAv only from the sender whose row says so', () => {
    expect(unsignedOnBehalfAllowed(data, '310000027', now)).to.equal(true);
    expect(unsignedOnBehalfAllowed(data, '310000019', now)).to.equal(false);
    expect(unsignedOnBehalfAllowed(data, '310000043', now)).to.equal(false);
    expect(unsignedOnBehalfAllowed({ ...data, organisasjoner: ended(data.organisasjoner) }, '310000027', now)).to.equal(
      false,
    );
  });
});
