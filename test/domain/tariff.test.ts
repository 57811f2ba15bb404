import { expect } from 'chai';
import {
  postkassepris,
  pris,
  prisliste,
  utskriftspris,
  type Prisforhold,
  type Prisrad,
} from '../../src/domain/tariff.js';

const digipost = '984661185';
const eboks = '996460320';
const printer = '310000051';
const by: Prisforhold = { liste: prisliste, at: new Date('2026-01-15T11:00:00Z'), nummer: 1 };
const blackB = { farge: 'SORT_HVIT', posttype: 'B_OEKONOMI' } as const;

describe('domain/tariff', () => {
  it('R-57: a mailbox letter grows with its size, each megabyte when it is begun', () => {
    const prices: readonly (readonly [number, number])[] = [
      [0, 69],
      [99_999, 69],
      [100_000, 69],
      [100_001, 89],
      [999_999, 89],
      [1_000_000, 89],
      [1_000_001, 109],
      [2_000_000, 109],
      [2_000_001, 129],
      [50_000_000, 1069],
    ];
    for (const [octets, oere] of prices) expect(postkassepris(octets, digipost, by), `${octets}`).to.equal(oere);
  });

  it('R-57: a tenth less from message 10,001 of the month, and not from 10,000', () => {
    const small = (nummer: number) => postkassepris(1, eboks, { ...by, nummer });
    expect([1, 9_999, 10_000, 10_001, 10_002].map(small)).to.deep.equal([69, 69, 69, 62, 62]);
    const large = (octets: number) => postkassepris(octets, eboks, { ...by, nummer: 10_001 });
    expect([100_001, 1_000_001, 2_000_001].map(large)).to.deep.equal([80, 98, 116]);
  });

  it('R-60: the broker costs nothing up to message 25,000,000 of the nation, and something from the next', () => {
    const broker = (nummer: number) => pris('MELDINGSFORMIDLER', null, { ...by, nummer });
    expect([1, 24_999_999, 25_000_000, 25_000_001, 25_000_002].map(broker)).to.deep.equal([0, 0, 0, 10, 10]);
  });

  it('R-58, R-59: SMS and opening receipt by provider', () => {
    expect([pris('SMS', eboks, by), pris('SMS', digipost, by)]).to.deep.equal([44, 50]);
    expect([pris('AAPNINGSKVITTERING', eboks, by), pris('AAPNINGSKVITTERING', digipost, by)]).to.deep.equal([16, 186]);
    expect([pris('SMS', printer, by), pris('SMS', null, by)]).to.deep.equal([undefined, undefined]);
  });

  it('R-45: print by pages, colour and class of post', () => {
    expect(utskriftspris(blackB, 1, printer, by)).to.equal(510);
    expect(utskriftspris(blackB, 4, printer, by)).to.equal(690);
    expect(utskriftspris({ ...blackB, farge: 'FARGE' }, 1, printer, by)).to.equal(600);
    expect(utskriftspris({ ...blackB, posttype: 'A_PRIORITERT' }, 1, printer, by)).to.equal(810);
  });

  it('R-62: a log-in by ID-porten was 20 øre from the settlement year 2012-10-01 in Oslo', () => {
    const login = (at: string) => pris('INNLOGGING', null, { ...by, at: new Date(at) });
    expect(['2012-09-30T21:59:59.999Z', '2012-09-30T22:00:00Z'].map(login)).to.deep.equal([undefined, 20]);
  });

  it('is in whole øre', () => {
    expect(prisliste.every(({ oere }) => Number.isSafeInteger(oere) && oere >= 0)).to.equal(true);
  });

  it('begins at midnight in Oslo on 2014-11-19', () => {
    const start = Date.parse('2014-11-18T23:00:00Z');
    const [before, then] = [start - 1, start].map((time) => ({ ...by, at: new Date(time) }));
    expect([pris('SMS', eboks, before as Prisforhold), pris('SMS', eboks, then as Prisforhold)]).to.deep.equal([
      undefined,
      44,
    ]);
    expect(postkassepris(1_500_000, eboks, before as Prisforhold)).to.equal(undefined);
    expect(utskriftspris(blackB, 1, printer, before as Prisforhold)).to.equal(undefined);
  });

  describe('R-57: rows with a date', () => {
    const fra = new Date('2026-01-01T00:00:00Z');
    const row = (changes: Partial<Prisrad>): Prisrad => ({
      plan: '',
      vare: 'POSTKASSE_LITEN',
      leverandoer: null,
      fra,
      fraNummer: 1,
      oere: 75,
      ...changes,
    });
    const small = (list: readonly Prisrad[], at = fra, nummer = 1, provider = eboks) =>
      postkassepris(1, provider, { liste: list, at, nummer });

    it('take the place of earlier ones from their first instant, wherever they stand', () => {
      const list = [row({}), ...prisliste];
      expect([small(list, new Date(fra.getTime() - 1)), small(list)]).to.deep.equal([69, 75]);
    });

    it('take their discount along: that of an earlier list ends with it', () => {
      expect(small([...prisliste, row({})], fra, 10_001)).to.equal(75);
      expect(small([...prisliste, row({}), row({ fraNummer: 5_001, oere: 70 })], fra, 5_001)).to.equal(70);
    });

    it("a supplier's own price goes before everybody's, and a sender's plan before both", () => {
      const own = row({ leverandoer: eboks, fra: new Date('2025-01-01T00:00:00Z'), oere: 60 });
      const plan = row({ plan: 'stor', fra: new Date('2024-01-01T00:00:00Z'), oere: 50 });
      const list = [row({}), own, ...prisliste];
      expect([small(list), small(list, fra, 1, digipost)]).to.deep.equal([60, 75]);
      expect(small([...list, plan])).to.equal(50);
      expect(small([...list, plan], new Date('2023-12-31T00:00:00Z'))).to.equal(69);
    });

    it('a list that begins with a later message has no price for the first', () => {
      expect(small([row({ fraNummer: 2 })])).to.equal(undefined);
      expect(small([row({ fraNummer: 2 })], fra, 2)).to.equal(75);
    });
  });
});
