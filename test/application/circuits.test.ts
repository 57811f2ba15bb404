import { expect } from 'chai';
import { createCircuits } from '../../src/application/circuits.js';

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

  it('judges each provider by itself', () => {
    const circuits = createCircuits();
    for (let i = 0; i < 3; i++) circuits.report('984661185', false, at(0));
    circuits.report('996460320', true, at(0));
    expect(circuits.resting(at(1))).to.deep.equal(['984661185']);
  });
});
