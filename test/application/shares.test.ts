import { expect } from 'chai';
import { createShares, type Shares } from '../../src/application/shares.js';
import type { Job } from '../../src/domain/shipment.js';

const PLACES = 32;
const many = () => Infinity;
const job = (leverandoer: string | null): Job => ({
  shipmentId: 'x',
  leverandoer,
  forsoek: 1,
  foersteForsoek: new Date(0),
  tapte: 0,
  fence: 1,
});

/** Begins so many jobs of a provider. @returns what ends them, one at each call */
function begin(shares: Shares, leverandoer: string | null, count: number): () => Promise<void> {
  const ends: (() => void)[] = [];
  const runs = Array.from({ length: count }, () =>
    shares.counting(() => new Promise<void>((resolve) => ends.push(resolve)))(job(leverandoer)),
  );
  return async () => {
    ends.shift()?.();
    await runs.shift();
  };
}

describe('application/shares', () => {
  it('gives one provider half of the places, and of what it leaves half to the next', () => {
    const shares = createShares(() => undefined);
    const got = ['A', 'B', 'C', 'D', null].map((provider, n, all) => {
      const free = PLACES - all.slice(0, n).reduce((sum, _, i) => sum + PLACES / 2 ** (i + 1), 0);
      const room = shares.room(free, many)(provider);
      begin(shares, provider, room);
      return room;
    });
    expect(got).to.deep.equal([16, 8, 4, 2, 1]);
  });

  it('F32: gives a provider that takes its places one by one no more than half', () => {
    const shares = createShares(() => undefined);
    let own = 0;
    while (shares.room(PLACES - own, many)('A') > 0) (begin(shares, 'A', 1), own++);
    expect(own).to.equal(PLACES / 2);
    expect(shares.room(PLACES - own, many)('B')).to.be.above(0);
  });

  it('gives the last place to whoever has none, and to nobody else', () => {
    const shares = createShares(() => undefined);
    begin(shares, 'A', 1);
    const room = shares.room(1, many);
    expect([room('A'), room('B'), room(null)]).to.deep.equal([0, 1, 1]);
  });

  it('gives no more than a provider may have at once, what it has among them', () => {
    const shares = createShares(() => undefined);
    expect(shares.room(PLACES, () => 0)('A')).to.equal(0);
    expect(shares.room(PLACES, () => 1)('A')).to.equal(1);
    begin(shares, 'A', 1);
    expect(shares.room(PLACES, () => 1)('A')).to.equal(0);
  });

  it('wakes when a place is left that was refused, once, and not when none was', async () => {
    let woken = 0;
    const shares = createShares(() => woken++);
    const end = begin(shares, 'A', 3);
    await end();
    expect(woken).to.equal(0);
    expect(shares.room(1, many)('A')).to.equal(0);
    await end();
    expect(woken).to.equal(1);
    expect(shares.room(PLACES, () => 0)('B')).to.equal(0);
    await end();
    expect(woken).to.equal(1);
  });

  it('gives a place back whose job fails', async () => {
    const shares = createShares(() => undefined);
    const failing = shares.counting(() => Promise.reject(new Error('no')))(job('A'));
    await failing.catch(() => undefined);
    expect(shares.room(PLACES, () => 1)('A')).to.equal(1);
  });
});
