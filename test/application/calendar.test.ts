import { expect } from 'chai';
import { createCalendar, openCalendar } from '../../src/application/calendar.js';
import { testTime } from '../support/pki.js';

const day = 86_400_000;
const clock = { now: () => testTime };

describe('application/calendar', () => {
  it('is the clock until it has been read, and is read by nobody who asks for the time', async () => {
    let reads = 0;
    const calendar = createCalendar(clock, { ahead: async () => (reads++, 7 * day) });
    expect([calendar.now(), calendar.ahead()]).to.deep.equal([testTime, 0]);
    await calendar.refresh();
    for (let time = 0; time < 3; time++) {
      expect([calendar.now(), calendar.ahead()]).to.deep.equal([new Date(testTime.getTime() + 7 * day), 7 * day]);
    }
    expect(reads).to.equal(1);
  });

  it('says when it is found moved, and only then', async () => {
    const row = { value: 0 };
    const moved: number[] = [];
    const calendar = createCalendar(clock, { ahead: async () => row.value }, (ahead) => moved.push(ahead));
    for (const value of [0, day, day, 0]) {
      row.value = value;
      await calendar.refresh();
    }
    expect(moved).to.deep.equal([day, 0]);
  });

  it('stays where it was when the database does not answer', async () => {
    let answers = true;
    const calendar = createCalendar(clock, {
      ahead: () => (answers ? Promise.resolve(day) : Promise.reject(new Error('down'))),
    });
    await calendar.refresh();
    answers = false;
    expect(await calendar.refresh().catch((error: unknown) => String(error))).to.equal('Error: down');
    expect(calendar.ahead()).to.equal(day);
  });

  it('production starts with no calendar that has been moved, and moves with none afterwards', async () => {
    const row = { value: day };
    const open = (mode: 'development' | 'production') =>
      openCalendar(mode, clock, { ahead: async () => row.value }, () => undefined);
    expect((await open('development')).ahead()).to.equal(day);
    const refused: unknown = await open('production').catch((error: unknown) => error);
    expect(String(refused)).to.contain('has been moved ahead').and.to.contain('posthorn sandbox clock reset');
    row.value = 0;
    const [calendar, elsewhere] = [await open('production'), await open('development')];
    row.value = day;
    await Promise.all([calendar.refresh(), elsewhere.refresh()]);
    expect([calendar.now(), calendar.ahead(), elsewhere.ahead()]).to.deep.equal([testTime, 0, day]);
  });
});
