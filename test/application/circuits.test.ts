import { expect } from 'chai';
import { createCircuits } from '../../src/application/circuits.js';
import { next } from '../../src/domain/retry.js';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, seconds));

describe('application/circuits', () => {
  it('leaves a provider alone after three failures in a row, and not before', () => {
    const circuits = createCircuits();
    const resting: (readonly string[])[] = [];
    for (let i = 0; i < 3; i++) {
      circuits.report('984661185', false, at(i));
      resting.push(circuits.resting(at(i)));
    }
    expect(resting).to.deep.equal([[], [], ['984661185']]);
  });

  it('tries again after five seconds, then rests twice as long each time, five minutes at most', () => {
    const circuits = createCircuits();
    for (let i = 0; i < 3; i++) circuits.report('984661185', false, at(0));
    let now = 0;
    for (const rest of [5, 10, 20, 40, 80, 160, 300, 300]) {
      expect(circuits.resting(at(now + rest - 1)), `${rest} s`).to.deep.equal(['984661185']);
      expect(circuits.resting(at(now + rest)), `${rest} s`).to.deep.equal([]);
      now += rest;
      circuits.report('984661185', false, at(now));
    }
  });

  it('learns no more of attempts that were under way when the rest began', () => {
    const circuits = createCircuits();
    for (let i = 0; i < 16; i++) circuits.report('984661185', false, at(i < 3 ? 0 : 1));
    expect(circuits.resting(at(4))).to.deep.equal(['984661185']);
    expect(circuits.resting(at(5))).to.deep.equal([]);
  });

  it('believes one good answer', () => {
    const circuits = createCircuits();
    for (let i = 0; i < 9; i++) circuits.report('984661185', false, at(0));
    circuits.report('984661185', true, at(1));
    circuits.report('984661185', false, at(2));
    expect(circuits.resting(at(2))).to.deep.equal([]);
  });

  it('leaves alone at once, and for as long, who asks for it, five minutes at most', () => {
    for (const [vent, until] of [
      [7_000, 7],
      [3_600_000, 300],
    ] as const) {
      const circuits = createCircuits();
      circuits.report('ALTINN', false, at(0), vent);
      expect([circuits.resting(at(until - 1)), circuits.resting(at(until))]).to.deep.equal([['ALTINN'], []]);
    }
  });

  it('two weeks of outage: Altinn is asked sixteen times in five minutes at most, and within the hour after it has every letter', () => {
    const circuits = createCircuits();
    const [hour, outage, letters, atOnce] = [3_600_000, 14 * 86_400_000, 1000, 16];
    const down = { type: 'deferred', kode: 'TRANSPORT', grunn: 'down' } as const;
    const due = new Map<number, { readonly klar: number; readonly forsoek: number }>();
    for (let i = 0; i < letters; i++) due.set(i, { klar: 0, forsoek: 0 });
    const perHour = new Map<number, number>();
    const begun = at(0).getTime();
    let ms = 0;
    while (due.size > 0 && ms < outage + hour) {
      const now = new Date(begun + ms);
      const rests = circuits.resting(now).length > 0;
      const ready = rests ? [] : [...due].filter(([, { klar }]) => klar <= ms);
      for (const [id, job] of ready.slice(0, atOnce)) {
        perHour.set(Math.floor(ms / hour), (perHour.get(Math.floor(ms / hour)) ?? 0) + 1);
        circuits.report('ALTINN', ms >= outage, now);
        if (ms >= outage) due.delete(id);
        else {
          const after = next(down, job.forsoek + 1, at(0), 'NORMAL', now, 0.5);
          due.set(id, { klar: 'neste' in after ? after.neste.getTime() - begun : Infinity, forsoek: job.forsoek + 1 });
        }
      }
      ms += rests ? 5_000 : 500;
    }
    const outageHours = [...perHour].filter(([h]) => h > 0 && h < outage / hour).map(([, count]) => count);
    expect(Math.max(...outageHours)).to.be.at.most((hour / 300_000) * atOnce);
    expect(due.size).to.equal(0);
    // The longest pause of a letter, by these dice, and the rest that was begun last.
    expect(ms - outage).to.be.at.most(hour / 2 + 300_000);
  });

  it('judges each provider by itself', () => {
    const circuits = createCircuits();
    for (let i = 0; i < 3; i++) circuits.report('984661185', false, at(0));
    circuits.report('996460320', true, at(0));
    expect(circuits.resting(at(1))).to.deep.equal(['984661185']);
  });
});
