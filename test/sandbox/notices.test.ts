import { expect } from 'chai';
import { notifiedOn } from '../../src/sandbox/notices.js';

const ever = new Date('2100-01-01T00:00:00Z');
const on = (from: string, days: readonly number[] = [0], opened: string | null = null, now = ever): string[] =>
  notifiedOn(days, { from: new Date(from), opened: opened === null ? null : new Date(opened) }, now).map((at) =>
    at.toISOString(),
  );

describe('sandbox/notices', () => {
  const cases: readonly (readonly [what: string, from: string, at: string])[] = [
    ['at once in the daytime', '2026-01-15T12:00:00Z', '2026-01-15T12:00:00.000Z'],
    ['from 08:00 on', '2026-01-15T07:00:00Z', '2026-01-15T07:00:00.000Z'],
    ['at 08:00 when it comes a second before', '2026-01-15T06:59:59Z', '2026-01-15T07:00:00.000Z'],
    ['until 20:00', '2026-01-15T18:59:59Z', '2026-01-15T18:59:59.000Z'],
    ['at 08:00 of the next day from 20:00 on', '2026-01-15T19:00:00Z', '2026-01-16T07:00:00.000Z'],
    ['on the first of a month after its last night', '2026-02-28T22:30:00Z', '2026-03-01T07:00:00.000Z'],
    ['on leap day', '2028-02-28T21:00:00Z', '2028-02-29T07:00:00.000Z'],
    ['in summer time after the night into it', '2026-03-28T21:00:00Z', '2026-03-29T06:00:00.000Z'],
    ['in winter time after the night out of it', '2026-10-24T20:00:00Z', '2026-10-25T07:00:00.000Z'],
  ];
  for (const [what, from, at] of cases) it(`R-21: notifies ${what}`, () => expect(on(from)).to.deep.equal([at]));

  it('R-17: a repeat comes at the same time of the day in Norway, across the nights of the clock, month ends and leap day', () => {
    for (const [from, at] of [
      ['2026-03-25T12:00:00Z', '2026-04-01T11:00:00.000Z'],
      ['2026-10-20T11:00:00Z', '2026-10-27T12:00:00.000Z'],
      ['2028-02-25T12:00:00Z', '2028-03-03T12:00:00.000Z'],
      ['2026-12-28T12:00:00Z', '2027-01-04T12:00:00.000Z'],
    ] as const)
      expect(on(from, [7])).to.deep.equal([at]);
  });

  it('R-17: opened a second before the repeat: none; at its second or later: one, and no notice before its time', () => {
    const [from, due] = ['2026-01-15T12:00:00Z', '2026-01-22T12:00:00.000Z'];
    expect(on(from, [7], '2026-01-22T11:59:59Z')).to.deep.equal([]);
    expect(on(from, [7], '2026-01-22T12:00:01Z')).to.deep.equal([due]);
    expect(on(from, [7], null, new Date('2026-01-22T11:59:59Z'))).to.deep.equal([]);
    expect(on(from, [7, 0, 25]).length).to.equal(3);
  });
});
