import { expect } from 'chai';
import { erArbeidsdag, lesefrist, lesefristTimer } from '../../../src/domain/svarut/lesefrist.js';

const frist = (fra: string, timer = lesefristTimer): string => lesefrist(new Date(fra), timer).toISOString();

/** Public holidays of years whose Easter is early, late and usual. */
const helligdager: Readonly<Record<number, string>> = {
  2008: '01-01 03-20 03-21 03-24 05-01 05-12 05-17 12-25 12-26',
  2024: '01-01 03-28 03-29 04-01 05-01 05-09 05-17 05-20 12-25 12-26',
  2026: '01-01 04-02 04-03 04-06 05-01 05-14 05-17 05-25 12-25 12-26',
  2038: '01-01 04-22 04-23 04-26 05-01 05-17 06-03 06-14 12-25 12-26',
};

describe('domain/svarut/lesefrist', () => {
  for (const [aar, dager] of Object.entries(helligdager))
    it(`knows the holidays of ${aar}, and no other weekday`, () => {
      const fri: string[] = [];
      for (let dag = Date.UTC(Number(aar), 0); dag < Date.UTC(Number(aar) + 1, 0); dag += 86_400_000) {
        const date = new Date(dag);
        const helg = [0, 6].includes(date.getUTCDay());
        if (helg) expect(erArbeidsdag(dag), date.toISOString()).to.equal(false);
        else if (!erArbeidsdag(dag)) fri.push(date.toISOString().slice(5, 10));
      }
      const ukedager = dager.split(' ').filter((d) => ![0, 6].includes(new Date(`${aar}-${d}`).getUTCDay()));
      expect(fri).to.deep.equal(ukedager);
    });

  const tilfeller: readonly (readonly [string, string, string])[] = [
    ['R-47: Friday 15:00 → Tuesday 07:00', '2026-11-13T14:00:00Z', '2026-11-17T06:00:00.000Z'],
    ['on a weekday, within the week', '2026-11-10T08:30:00Z', '2026-11-12T00:30:00.000Z'],
    ['from the night before a Saturday', '2026-11-13T22:59:59Z', '2026-11-17T14:59:59.000Z'],
    ['from a Saturday, as from Monday 00:00', '2026-11-14T10:00:00Z', '2026-11-17T15:00:00.000Z'],
    ['from a Sunday, as from Monday 00:00', '2026-11-15T22:59:00Z', '2026-11-17T15:00:00.000Z'],
    ['across Easter: Wednesday 15:00 → Tuesday after', '2026-04-01T13:00:00Z', '2026-04-08T05:00:00.000Z'],
    ['across 17 May, a Sunday, and Ascension Day', '2026-05-13T13:00:00Z', '2026-05-18T05:00:00.000Z'],
    ['across 17 May on a Monday', '2027-05-14T13:00:00Z', '2027-05-19T05:00:00.000Z'],
    ['from Maundy Thursday, as from Tuesday 00:00', '2026-04-02T10:00:00Z', '2026-04-08T14:00:00.000Z'],
    ['from a second before Easter', '2026-04-01T21:59:59Z', '2026-04-08T13:59:59.000Z'],
    ['across the end of a month', '2026-06-29T08:00:00Z', '2026-07-01T00:00:00.000Z'],
    ['across the end of February', '2027-02-25T11:00:00Z', '2027-03-01T03:00:00.000Z'],
    ['across leap day', '2028-02-28T11:00:00Z', '2028-03-01T03:00:00.000Z'],
    ['across the new year', '2026-12-31T11:00:00Z', '2027-01-05T03:00:00.000Z'],
    ['across Christmas', '2026-12-24T11:00:00Z', '2026-12-29T03:00:00.000Z'],
    ['across the night into summer time, by the wall clock', '2026-03-27T14:00:00Z', '2026-03-31T05:00:00.000Z'],
    ['across the night out of summer time, by the wall clock', '2026-10-23T13:00:00Z', '2026-10-27T06:00:00.000Z'],
  ];
  for (const [hva, fra, til] of tilfeller) it(`R-47: 40 hours ${hva}`, () => expect(frist(fra)).to.equal(til));

  it('R-47: ends at midnight when the hours fill the day', () => {
    expect(frist('2026-11-10T23:00:00Z', 24)).to.equal('2026-11-11T23:00:00.000Z');
    expect(frist('2026-11-12T23:00:00Z', 24)).to.equal('2026-11-13T23:00:00.000Z');
  });
  it('R-47: counts as many hours as it is told', () => {
    expect(frist('2026-11-10T08:00:00Z', 2)).to.equal('2026-11-10T10:00:00.000Z');
    expect(frist('2026-11-13T14:00:00Z', 48)).to.equal('2026-11-17T14:00:00.000Z');
  });
});
