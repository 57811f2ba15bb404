import { expect } from 'chai';
import { createCircuits } from '../../src/application/circuits.js';
import { ordrett } from '../../src/domain/hendelsestekst.js';
import { next } from '../../src/domain/retry.js';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, seconds));
const provider = '984661185';

describe('application/circuits', () => {
  it('tries a provider with as many letters as there are, until it fails', () => {
    const circuits = createCircuits();
    expect(circuits.most(provider, at(0))).to.equal(Infinity);
  });

  it('tries a provider with one letter at once from its first failure, and leaves it alone after three in a row', () => {
    const circuits = createCircuits();
    const most: number[] = [];
    for (let i = 0; i < 3; i++) {
      circuits.report(provider, false, at(i));
      most.push(circuits.most(provider, at(i)));
    }
    expect(most).to.deep.equal([1, 1, 0]);
  });

  it('tries one letter after five seconds, then rests twice as long each time, five minutes at most', () => {
    const circuits = createCircuits();
    for (let i = 0; i < 3; i++) circuits.report(provider, false, at(0));
    let now = 0;
    for (const rest of [5, 10, 20, 40, 80, 160, 300, 300]) {
      expect(circuits.most(provider, at(now + rest - 1)), `${rest} s`).to.equal(0);
      expect(circuits.most(provider, at(now + rest)), `${rest} s`).to.equal(1);
      now += rest;
      circuits.report(provider, false, at(now));
    }
  });

  it('learns no more of attempts that were under way when the rest began', () => {
    const circuits = createCircuits();
    for (let i = 0; i < 16; i++) circuits.report(provider, false, at(i < 3 ? 0 : 1));
    expect(circuits.most(provider, at(4))).to.equal(0);
    expect(circuits.most(provider, at(5))).to.equal(1);
  });

  it('believes one good answer', () => {
    const circuits = createCircuits();
    for (let i = 0; i < 9; i++) circuits.report(provider, false, at(0));
    circuits.report(provider, true, at(1));
    expect(circuits.most(provider, at(1))).to.equal(Infinity);
    circuits.report(provider, false, at(2));
    expect(circuits.most(provider, at(2))).to.equal(1);
  });

  it('leaves alone at once, and for as long, who asks for it, five minutes at most', () => {
    for (const [vent, until] of [
      [7_000, 7],
      [3_600_000, 300],
    ] as const) {
      const circuits = createCircuits();
      circuits.report('ALTINN', false, at(0), vent);
      expect([circuits.most('ALTINN', at(until - 1)), circuits.most('ALTINN', at(until))]).to.deep.equal([0, 1]);
    }
  });

  it('two weeks of outage: Altinn is asked once in five minutes, and within the hour after it has every letter', () => {
    const circuits = createCircuits();
    const [hour, outage, letters, atOnce] = [3_600_000, 14 * 86_400_000, 1000, 16];
    const down = { type: 'deferred', kode: 'TRANSPORT', grunn: ordrett('down') } as const;
    const due = new Map<number, { readonly klar: number; readonly forsoek: number }>();
    for (let i = 0; i < letters; i++) due.set(i, { klar: 0, forsoek: 0 });
    const perHour = new Map<number, number>();
    const begun = at(0).getTime();
    let ms = 0;
    while (due.size > 0 && ms < outage + hour) {
      const now = new Date(begun + ms);
      const most = Math.min(circuits.most('ALTINN', now), atOnce);
      const ready = most === 0 ? [] : [...due].filter(([, { klar }]) => klar <= ms);
      for (const [id, job] of ready.slice(0, most)) {
        perHour.set(Math.floor(ms / hour), (perHour.get(Math.floor(ms / hour)) ?? 0) + 1);
        circuits.report('ALTINN', ms >= outage, now);
        if (ms >= outage) due.delete(id);
        else {
          const after = next(down, job.forsoek + 1, at(0), 'NORMAL', now, 0.5);
          due.set(id, { klar: 'neste' in after ? after.neste.getTime() - begun : Infinity, forsoek: job.forsoek + 1 });
        }
      }
      ms += most === 0 ? 5_000 : 500;
    }
    const outageHours = [...perHour].filter(([h]) => h > 0 && h < outage / hour).map(([, count]) => count);
    expect(Math.max(...outageHours)).to.be.at.most(hour / 300_000);
    expect(due.size).to.equal(0);
    // The longest pause of a letter, by these dice, and the rest that was begun last.
    expect(ms - outage).to.be.at.most(hour / 2 + 300_000);
  });

  it('judges each provider by itself', () => {
    const circuits = createCircuits();
    for (let i = 0; i < 3; i++) circuits.report(provider, false, at(0));
    expect(circuits.most('996460320', at(1))).to.equal(Infinity);
  });
});
