import { expect } from 'chai';
import { maanedAv } from '../../src/domain/ledger.js';

describe('domain/ledger', () => {
  const ends: readonly (readonly [what: string, end: string, before: string, after: string])[] = [
    ['a month', '2026-11-30T23:00:00Z', '2026-11', '2026-12'],
    ['a year', '2026-12-31T23:00:00Z', '2026-12', '2027-01'],
    ['February', '2026-02-28T23:00:00Z', '2026-02', '2026-03'],
    ['February with a leap day', '2028-02-29T23:00:00Z', '2028-02', '2028-03'],
    ['the month in which summer time begins', '2026-03-31T22:00:00Z', '2026-03', '2026-04'],
    ['the month in which it ends', '2026-10-31T23:00:00Z', '2026-10', '2026-11'],
  ];
  for (const [what, end, before, after] of ends)
    it(`R-57, R-61: a second before the end of ${what} in Norway is its last, and then the next begins`, () => {
      const at = (seconds: number): string => maanedAv(new Date(Date.parse(end) + seconds * 1_000));
      expect([at(-1), at(0), at(1)]).to.deep.equal([before, after, after]);
    });
});
