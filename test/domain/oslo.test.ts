import { expect } from 'chai';
import { addMonths, osloDate, osloInstant, osloOffset, startOfDay } from '../../src/domain/oslo.js';

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
