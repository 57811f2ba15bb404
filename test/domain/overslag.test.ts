import { expect } from 'chai';
import type { Prisgrunnlag } from '../../src/domain/ledger.js';
import { cost, etter } from '../../src/domain/overslag.js';
import { decide } from '../../src/domain/routing/decide.js';
import type { Fakta } from '../../src/domain/routing/facts.js';
import { prisliste } from '../../src/domain/tariff.js';
import * as f from './routing/fakta.js';

const without = f.about({ postkasse: null });
const order: Prisgrunnlag = {
  octets: 50_000,
  aapningskvittering: false,
  utskrift: { farge: 'SORT_HVIT', posttype: 'B_OEKONOMI' },
  sider: null,
  formidles: true,
};
const bilde = { liste: prisliste, sendt: 0, formidlet: 0 };
const prices = (fakta: Fakta, change: Partial<Prisgrunnlag> = {}, with_: Partial<typeof bilde> = {}) => {
  const { linjer, minst, hoyst } = cost(decide(fakta), { ...order, ...change }, { ...bilde, ...with_ });
  return { oere: linjer.map((l) => l.oere), sikker: linjer.map((l) => l.sikker), minst, hoyst };
};
const eboks = f.about({ postkasse: { postkasseadresse: 'x', postkasseleverandoerAdresse: f.eboks } });

describe('domain/overslag: what a letter will cost', () => {
  it('R-57, R-58, R-59: a decision: letter, SMS, and the receipt only if it comes; the second SMS no mailbox charges', () => {
    const sikker = [true, true, false];
    const opened = { aapningskvittering: true };
    expect(prices(f.fakta, opened)).to.deep.equal({ oere: [69, 50, 186], sikker, minst: 119, hoyst: 305 });
    expect(prices(eboks, opened)).to.deep.equal({ oere: [69, 44, 16], sikker, minst: 113, hoyst: 129 });
  });
  it('R-58: e-mail costs nothing, nor does what the sender notifies', () => {
    expect(prices(f.about({ mobiltelefonnummer: null }))).to.include({ minst: 69, hoyst: 69 });
    expect(prices(f.policy({ egenVarsling: true }))).to.include({ minst: 69, hoyst: 69 });
  });
  it('R-45: paper as one page, said to be an estimate, until the pages are known', () => {
    expect(prices(without)).to.include({ minst: 510, hoyst: 510 });
    expect(prices(without, { sider: 3 })).to.include({ minst: 630 });
    expect(prices(without, { utskrift: { farge: 'FARGE', posttype: 'A_PRIORITERT' } })).to.include({ minst: 900 });
    expect(cost(decide(without), order, bilde).linjer[0]?.tekst).to.deep.equal({
      nb: 'Utskrift, anslått til én side',
      en: 'Print, estimated as one page',
    });
  });
  it('R-57, R-60: as the next letter of the month and the next message of the nation', () => {
    const smsless = f.about({ mobiltelefonnummer: null });
    expect(prices(smsless, {}, { sendt: 9_999 }).minst).to.equal(69);
    expect(prices(smsless, {}, { sendt: 10_000 }).minst).to.equal(62);
    expect(prices(smsless, {}, { formidlet: 24_999_999 }).oere).to.deep.equal([69]);
    expect(prices(smsless, {}, { formidlet: 25_000_000 }).oere).to.deep.equal([69, 10]);
    expect(prices(smsless, { formidles: false }, { formidlet: 25_000_000 }).oere).to.deep.equal([69]);
  });
  it('R-57, R-60: the next letter counts this one, where it goes that way', () => {
    const next = (fakta: Fakta, formidles = true) => etter(bilde, decide(fakta), { ...order, formidles });
    expect(next(f.fakta)).to.deep.equal({ ...bilde, sendt: 1, formidlet: 1 });
    expect(next(without)).to.deep.equal({ ...bilde, sendt: 0, formidlet: 1 });
    expect(next(without, false)).to.deep.equal(bilde);
    expect(next(f.to('1234'))).to.deep.equal(bilde);
  });
  it('nothing for what is refused, Altinn and portal', () => {
    const nothing = { linjer: [], minst: 0, hoyst: 0 };
    expect(cost(decide(f.to('1234')), order, bilde)).to.deep.equal(nothing);
    expect(cost(decide(f.withAltinn(f.to(f.virksomhet))), order, bilde)).to.deep.equal(nothing);
    expect(cost(decide(f.policy({ utenPostkasse: 'PORTAL' }, without)), order, bilde)).to.deep.equal(nothing);
  });
  it('R-58: what the notices of a portal cost that are sent from here, and the repeat where it may come', () => {
    const own = { plan: '', vare: 'SMS', leverandoer: null, fra: f.fersk, fraNummer: 1, oere: 39 } as const;
    const portal = { ...f.policy({ utenPostkasse: 'PORTAL' }, without), varslingskanaler: new Set(['SMS'] as const) };
    const of = (fakta: Fakta) => cost(decide(fakta), order, { ...bilde, liste: [...bilde.liste, own] });
    expect(of(portal)).to.deep.include({ minst: 0, hoyst: 78 });
    expect(of(f.order({ oppgittAdresse: { bevis: 'skjema' } }, portal))).to.deep.include({ minst: 0, hoyst: 39 });
    const { linjer } = of(portal);
    expect(linjer.map(({ oere, sikker }) => [oere, sikker])).to.deep.equal([[39, false], [39, false]]); // prettier-ignore
    expect(of(f.policy({ egenVarsling: true }, portal))).to.deep.include({ minst: 0, hoyst: 0 });
  });
  it('R-22, R-45, R-60: paper after failed notices: at the dearer of the numbers that it may get, and as one page until the pages are known', () => {
    const portal = { ...f.policy({ utenPostkasse: 'PORTAL' }, without), varslingskanaler: new Set(['SMS'] as const) };
    const paper = (formidlet: number, sider: number | null) =>
      cost(
        decide(portal),
        { ...order, sider },
        { ...bilde, formidlet },
        { utskriftUtenVarsel: { leverandoer: null, senest: formidlet + 2 } },
      ).linjer.find(({ tekst }) => tekst.en.startsWith('Print if no notice arrives'));
    expect(paper(24_999_997, 1)).to.deep.include({
      oere: 510,
      tekst: { nb: 'Utskrift hvis ingen varsler når fram', en: 'Print if no notice arrives' },
    });
    expect(paper(24_999_998, 1)?.oere).to.equal(510);
    expect(paper(24_999_999, 1)?.oere).to.equal(520);
    expect(paper(0, null)?.tekst).to.deep.equal({
      nb: 'Utskrift hvis ingen varsler når fram, anslått til én side',
      en: 'Print if no notice arrives, estimated as one page',
    });
  });
  it('says that it does not know a price rather than that there is none', () => {
    const before = new Date('2014-11-01T12:00:00Z');
    const contact = { mobiltelefonnummer: f.mobil(before), epostadresse: null };
    const b = decide({ ...f.about(contact), now: before });
    const { linjer } = cost(b, { ...order, formidles: false }, bilde);
    expect(linjer.map((l) => l.oere)).to.deep.equal([null, null]);
  });
});
