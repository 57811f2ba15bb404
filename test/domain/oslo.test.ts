import { expect } from 'chai';
import {
  addMonths,
  isoWeek,
  nextWeek,
  osloDate,
  osloInstant,
  osloOffset,
  startOfDay,
  weekStart,
} from '../../src/domain/oslo.js';

const iso = (text: string) => new Date(text);
const moved = (text: string, months: number) => addMonths(iso(text), months).toISOString();

describe('domain/oslo', () => {
  it('has the offset of the time zone database every six hours from 1996 to 2040', () => {
    const database = new Intl.DateTimeFormat('en-US', { timeZone: 'Europe/Oslo', timeZoneName: 'longOffset' });
    const end = Date.UTC(2040, 0);
    for (let time = Date.UTC(1996, 0); time < end; time += 6 * 3_600_000) {
      const offset = database.format(time).endsWith('GMT+02:00') ? 120 : 60;
      if (osloOffset(new Date(time)) !== offset) expect.fail(`${new Date(time).toISOString()} is not +${offset} min`);
    }
  });

  it('has the day of Oslo, which begins before that of UTC', () => {
    for (const [at, day] of [
      ['2026-03-01T22:59:59.999Z', '2026-03-01'],
      ['2026-03-01T23:00:00.000Z', '2026-03-02'],
      ['2026-07-01T22:00:00.000Z', '2026-07-02'],
    ] as const) {
      expect(osloDate(iso(at))).to.equal(day);
    }
  });

  it('changes the clock at 01:00 UTC to the millisecond', () => {
    expect(osloOffset(iso('2026-03-29T00:59:59.999Z'))).to.equal(60);
    expect(osloOffset(iso('2026-03-29T01:00:00.000Z'))).to.equal(120);
    expect(osloOffset(iso('2026-10-25T00:59:59.999Z'))).to.equal(120);
    expect(osloOffset(iso('2026-10-25T01:00:00.000Z'))).to.equal(60);
  });

  it('reads a local time, also one that is skipped and one that occurs twice', () => {
    expect(osloInstant(Date.UTC(2026, 0, 15, 12)).toISOString()).to.equal('2026-01-15T11:00:00.000Z');
    expect(osloInstant(Date.UTC(2026, 6, 15, 12)).toISOString()).to.equal('2026-07-15T10:00:00.000Z');
    expect(osloInstant(Date.UTC(2026, 2, 29, 2, 30)).toISOString()).to.equal('2026-03-29T01:30:00.000Z');
    expect(osloInstant(Date.UTC(2026, 2, 29, 3)).toISOString()).to.equal('2026-03-29T01:00:00.000Z');
    expect(osloInstant(Date.UTC(2026, 9, 25, 2, 30)).toISOString()).to.equal('2026-10-25T00:30:00.000Z');
    expect(osloInstant(Date.UTC(2026, 9, 25, 3)).toISOString()).to.equal('2026-10-25T02:00:00.000Z');
  });

  it('adds calendar months at the same local time, across the change of the clock', () => {
    expect(moved('2024-07-15T10:00:00.000Z', 18)).to.equal('2026-01-15T11:00:00.000Z');
    expect(moved('2025-01-15T11:00:00.000Z', 18)).to.equal('2026-07-15T10:00:00.000Z');
    expect(moved('2026-07-15T10:00:00.000Z', -18)).to.equal('2025-01-15T11:00:00.000Z');
  });

  it('makes a day that the month does not have its last day', () => {
    expect(moved('2024-08-31T10:00:00.000Z', 18)).to.equal('2026-02-28T11:00:00.000Z');
    expect(moved('2022-08-31T10:00:00.000Z', 18)).to.equal('2024-02-29T11:00:00.000Z');
    expect(moved('2024-02-29T11:00:00.000Z', 18)).to.equal('2025-08-29T10:00:00.000Z');
    expect(moved('2024-02-29T11:00:00.000Z', 12)).to.equal('2025-02-28T11:00:00.000Z');
  });

  it('counts the day in Oslo, not in UTC', () => {
    expect(moved('2024-08-30T22:30:00.000Z', 18)).to.equal('2026-02-27T23:30:00.000Z');
    expect(startOfDay(iso('2026-07-01T21:59:59.999Z')).toISOString()).to.equal('2026-06-30T22:00:00.000Z');
    expect(startOfDay(iso('2026-07-01T22:00:00.000Z')).toISOString()).to.equal('2026-07-01T22:00:00.000Z');
  });
});

describe('domain/oslo: ISO weeks', () => {
  /** [week, its Monday at midnight in Oslo, the Monday after] */
  const weeks = [
    ['2026-W47', '2026-11-15T23:00:00Z', '2026-11-22T23:00:00Z'],
    ['2026-W01', '2025-12-28T23:00:00Z', '2026-01-04T23:00:00Z'],
    ['2026-W53', '2026-12-27T23:00:00Z', '2027-01-03T23:00:00Z'],
    ['2027-W01', '2027-01-03T23:00:00Z', '2027-01-10T23:00:00Z'],
    ['2026-W13', '2026-03-22T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['2026-W43', '2026-10-18T22:00:00Z', '2026-10-25T23:00:00Z'],
  ] as const;
  for (const [week, from, to] of weeks) {
    it(`${week} begins at ${from}`, () => {
      expect([weekStart(week), nextWeek(week)]).to.deep.equal([new Date(from), new Date(to)]);
      const [first, end] = [Date.parse(from), Date.parse(to)];
      expect([first, end - 1].map((at) => isoWeek(new Date(at)))).to.deep.equal([week, week]);
      for (const at of [first - 1, end]) expect(isoWeek(new Date(at))).not.to.equal(week);
    });
  }

  it('a year has 52 weeks or 53', () => {
    for (const none of ['2025-W53', '2027-W53', '2026-W54', '2026-W00', '2026-1', ''])
      expect(weekStart(none)).to.equal(undefined);
  });
});
