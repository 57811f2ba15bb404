import { expect } from 'chai';
import { calendarAt, clockUntil, type CalendarMove } from '../../src/domain/calendarMoves.js';

const day = 86_400_000;
const at = (date: number, ms = 0): Date => new Date(Date.UTC(2026, 10, date) + ms);
const move = (date: number, ahead: number): CalendarMove => ({ at: at(date), ahead: ahead * day });

describe('domain/calendarMoves: dates of the clock and of a calendar that was moved', () => {
  const moves = [move(3, 7), move(5, 10)];

  it('what is dated by the clock has the date that the calendar said then', () => {
    expect([at(3, -1), at(3), at(5, -1), at(5)].map((clock) => calendarAt(moves, clock))).to.deep.equal([
      at(3, -1),
      at(10),
      at(12, -1),
      at(15),
    ]);
    expect(calendarAt([], at(3))).to.deep.equal(at(3));
  });

  it('until a date of the calendar is until then by the clock, and until the move that skipped it', () => {
    for (const [date, clock] of [
      [2, 2],
      [3, 3],
      [9, 3],
      [11, 4],
      [13, 5],
      [16, 6],
    ] as const)
      expect(clockUntil(moves, at(date)), `${date}`).to.deep.equal(at(clock));
    expect(clockUntil([], at(9))).to.deep.equal(at(9));
  });

  it('where it was taken back, the last time counts', () => {
    expect(clockUntil([...moves, move(6, 0)], at(12))).to.deep.equal(at(12));
    expect(clockUntil([...moves, move(6, 0)], at(6))).to.deep.equal(at(3));
  });
});
