import { expect } from 'chai';
import { createCircuits } from '../../src/application/circuits.js';

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

  it('judges each provider by itself', () => {
    const circuits = createCircuits();
    for (let i = 0; i < 3; i++) circuits.report(provider, false, at(0));
    expect(circuits.most('996460320', at(1))).to.equal(Infinity);
  });
});
