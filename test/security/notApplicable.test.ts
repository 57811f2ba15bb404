import { expect } from 'chai';
import { range, titles } from '../support/titles.js';
import { notApplicable } from './notApplicable.js';

/** Cases that look-up, letters, the broker and SvarUt must meet; the others belong to services that are not here yet, or to the console. */
const demanded = [...range(1, 69), ...range(72, 87), ...range(88, 109), 111, 114, ...range(116, 120)];

/** `SECURITY 31`, `SECURITY 31-37`, `SECURITY 4, 5, 16 and 17`. */
const mention = /SECURITY (\d+(?:(?:\s*[-–]\s*|,\s*|\s+and\s+)\d+)*)/g;

function numbersIn(title: string): number[] {
  return [...title.matchAll(mention)].flatMap(([, list]) =>
    list!.split(/,|and/).flatMap((item) => {
      const [first, last = first] = item.split(/[-–]/).map(Number);
      return range(first!, last!);
    }),
  );
}

describe('the cases of SECURITY', function () {
  this.timeout(300_000);
  let tested: ReadonlySet<number>;
  before(async () => {
    tested = new Set((await titles()).flatMap(numbersIn));
  });

  it('are read from titles in every form', () => {
    const title = 'SECURITY 4, 5 and 16: x SECURITY 31-33: SECURITY 7–8';
    expect(numbersIn(title)).to.deep.equal([4, 5, 16, 31, 32, 33, 7, 8]);
    expect(numbersIn('R-42, SECURITY.md 9')).to.deep.equal([]);
  });

  it('each have a test, or a reason why there is none', () => {
    const excused = new Set(notApplicable.filter(({ part }) => part === 'all').map(({ security }) => security));
    expect(demanded.filter((n) => !tested.has(n) && !excused.has(n))).to.deep.equal([]);
  });

  it('are excused as a whole only where there is no test', () => {
    const stale = notApplicable.filter(({ security, part }) => (part === 'all') === tested.has(security));
    expect(stale.map(({ security, part }) => `${security}: ${part}`)).to.deep.equal([]);
    expect(notApplicable.every(({ why }) => why !== '')).to.equal(true);
  });
});
