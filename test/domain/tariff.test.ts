import { expect } from 'chai';
import { postkassepris, pris, prisliste, utskriftspris, type Prisrad } from '../../src/domain/tariff.js';

const digipost = '984661185';
const eboks = '996460320';
const at = new Date('2026-01-15T11:00:00Z');
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
    for (const [octets, oere] of prices) expect(postkassepris(octets, at), `${octets}`).to.equal(oere);
  });

  it('R-58, R-59: SMS and opening receipt by provider', () => {
    expect([pris('SMS', eboks, at), pris('SMS', digipost, at)]).to.deep.equal([44, 50]);
    expect([pris('AAPNINGSKVITTERING', eboks, at), pris('AAPNINGSKVITTERING', digipost, at)]).to.deep.equal([16, 186]);
    expect([pris('SMS', '310000051', at), pris('SMS', null, at)]).to.deep.equal([undefined, undefined]);
  });

  it('R-45: print by pages, colour and class of post', () => {
    expect(utskriftspris(blackB, 1, at)).to.equal(510);
    expect(utskriftspris(blackB, 4, at)).to.equal(690);
    expect(utskriftspris({ ...blackB, farge: 'FARGE' }, 1, at)).to.equal(600);
    expect(utskriftspris({ ...blackB, posttype: 'A_PRIORITERT' }, 1, at)).to.equal(810);
  });

  it('R-62: two small letters, both SMS, one opening receipt and one page on paper are 928 øre', () => {
    const lines = [
      postkassepris(50_000, at),
      postkassepris(50_000, at),
      pris('SMS', eboks, at),
      pris('SMS', digipost, at),
      pris('AAPNINGSKVITTERING', digipost, at),
      utskriftspris(blackB, 1, at),
    ];
    expect(lines.reduce<number>((sum, oere) => sum + (oere ?? NaN), 0)).to.equal(928);
  });

  it('is in whole øre', () => {
    expect(prisliste.every((row) => Number.isSafeInteger(row.oere) && row.oere > 0)).to.equal(true);
  });

  it('begins at midnight in Oslo on 2014-11-19', () => {
    const start = Date.parse('2014-11-18T23:00:00Z');
    expect(pris('SMS', eboks, new Date(start - 1))).to.equal(undefined);
    expect(pris('SMS', eboks, new Date(start))).to.equal(44);
    expect(postkassepris(1_500_000, new Date(start - 1))).to.equal(undefined);
    expect(utskriftspris(blackB, 1, new Date(start - 1))).to.equal(undefined);
  });

  it('takes the last row that has begun, wherever it stands', () => {
    const fra = new Date('2026-01-01T00:00:00Z');
    const row: Prisrad = { fra, vare: 'POSTKASSE_LITEN', leverandoer: null, oere: 75 };
    const list = [row, ...prisliste];
    const small = (time: number) => postkassepris(1, new Date(time), list);
    expect([small(fra.getTime() - 1), small(fra.getTime())]).to.deep.equal([69, 75]);
  });
});
