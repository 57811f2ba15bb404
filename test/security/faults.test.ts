import { expect } from 'chai';
import { range, titles } from '../support/titles.js';
import { demanded, others } from './faults.js';

/** `F12`, `F33, F34`, and `F1-F10`, but not a part of a longer word. */
const mention = /\bF(\d{1,2})(?:-F(\d{1,2}))?\b/g;

const numbersIn = (title: string): number[] =>
  [...title.matchAll(mention)].flatMap(([, first, last = first]) => range(Number(first), Number(last)));

/** A title that says why a test does not run here proves nothing. */
const isRun = (title: string): boolean => !title.includes('not run');

describe('the faults of SECURITY', function () {
  this.timeout(300_000);
  const all = demanded.flatMap(([first, last]) => range(first, last));
  let tested: ReadonlySet<number>;
  before(async () => {
    tested = new Set((await titles()).filter(isRun).flatMap(numbersIn));
  });

  it('are read from titles in every form', () => {
    expect(numbersIn('F3: x F12, F13, R-4: y F20-F22')).to.deep.equal([3, 12, 13, 20, 21, 22]);
    expect(numbersIn('FEATURES 49, PDF3, F100, R-12')).to.deep.equal([]);
  });

  it('each have a test with their number where one is demanded', () => {
    expect(all.filter((n) => !tested.has(n)).map((n) => `F${n}`)).to.deep.equal([]);
  });

  it('are accounted for, each once', () => {
    const excused = Object.keys(others).map(Number);
    expect([...all, ...excused].sort((a, b) => a - b)).to.deep.equal(range(1, 52));
    expect(Object.values(others)).to.not.include('');
  });
});
