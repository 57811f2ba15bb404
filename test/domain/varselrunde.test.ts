import { expect } from 'chai';
import { varselfrist } from '../../src/domain/varselrunde.js';

describe('domain/varselrunde', () => {
  const ends = [
    ['an ordinary day', '2026-03-02T12:00:00Z', '2026-03-03T23:00:00Z'],
    ['the last millisecond of a day', '2026-03-02T22:59:59.999Z', '2026-03-03T23:00:00Z'],
    ['the first of the next', '2026-03-02T23:00:00Z', '2026-03-04T23:00:00Z'],
    ['two days before summer time', '2026-03-27T12:00:00Z', '2026-03-28T23:00:00Z'],
    ['the day before it', '2026-03-28T12:00:00Z', '2026-03-29T22:00:00Z'],
    ['the day before it, at its last millisecond', '2026-03-28T22:59:59.999Z', '2026-03-29T22:00:00Z'],
    ['the day of 23 hours, before the clock goes on', '2026-03-29T00:59:59Z', '2026-03-30T22:00:00Z'],
    ['the day of 23 hours, after that', '2026-03-29T21:59:59.999Z', '2026-03-30T22:00:00Z'],
    ['two days before it ends', '2026-10-23T12:00:00Z', '2026-10-24T22:00:00Z'],
    ['the day before it ends', '2026-10-24T12:00:00Z', '2026-10-25T23:00:00Z'],
    ['the day before it ends, at its first moment', '2026-10-23T22:00:00Z', '2026-10-25T23:00:00Z'],
    ['the day of 25 hours, at its last millisecond', '2026-10-25T22:59:59.999Z', '2026-10-26T23:00:00Z'],
    ['the day before a month end', '2026-01-30T12:00:00Z', '2026-01-31T23:00:00Z'],
    ['a month end', '2026-01-31T12:00:00Z', '2026-02-01T23:00:00Z'],
    ['the day before a leap day', '2028-02-28T12:00:00Z', '2028-02-29T23:00:00Z'],
    ['a year end', '2026-12-31T12:00:00Z', '2027-01-01T23:00:00Z'],
  ] as const;
  for (const [what, begun, end] of ends)
    it(`R-22: what is first tried on ${what} has failed when the Norwegian day after has passed`, () => {
      expect(varselfrist(new Date(begun)).toISOString()).to.equal(new Date(end).toISOString());
    });
});
