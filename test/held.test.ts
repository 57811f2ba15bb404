import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { holding } from '../src/held.js';

interface Seen {
  renewals: number;
  readonly errors: string[];
}

/** Does work that is leased for 6 ms. */
async function held(work: (seen: Seen) => Promise<void>, renew: (time: number) => Promise<boolean>): Promise<Seen> {
  const seen: Seen = { renewals: 0, errors: [] };
  const failed = (error: unknown): void => void seen.errors.push(String(error));
  await holding({ leaseMs: 6, renew: () => renew(++seen.renewals), failed }, work)(seen);
  return seen;
}

/** Lasts for so many renewals, and as long again as three of them take. */
const lasting =
  (renewals: number) =>
  async (seen: Seen): Promise<void> => {
    while (seen.renewals < renewals) await sleep(1);
    await sleep(20);
  };

const ours = async (): Promise<boolean> => true;

describe('work that is leased', () => {
  it('R35: is leased again while it lasts, and no more when it is done', async () => {
    const seen = await held(lasting(4), ours);
    const { renewals } = seen;
    await sleep(20);
    expect(seen.renewals).to.equal(renewals);
  });

  it('is let go when another has it', async () => {
    expect(await held(lasting(2), async (time) => time < 2)).to.have.property('renewals', 2);
  });

  it('is still held on to after a renewal that failed', async () => {
    const seen = await held(lasting(2), (time) => (time === 1 ? Promise.reject(new Error('no')) : ours()));
    expect(seen.errors).to.deep.equal(['Error: no']);
  });

  it('is let go after sixty renewals', async () => {
    expect(await held(lasting(60), ours)).to.have.property('renewals', 60);
  });

  it('throws what was thrown', async () => {
    const work = (): Promise<void> => Promise.reject(new Error('no'));
    expect(await held(work, ours).catch(String)).to.equal('Error: no');
  });
});
