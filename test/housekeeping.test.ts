import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { every } from '../src/housekeeping.js';

describe('housekeeping', () => {
  it('goes on after a round that failed, and tells what failed', async () => {
    const told: unknown[] = [];
    let rounds = 0;
    const work = every(
      1,
      async () => {
        if (++rounds === 1) throw new Error('the first');
      },
      (error) => told.push(error),
    );
    while (rounds < 3) await sleep(1);
    await work.stop();
    expect(told.map(String)).to.deep.equal(['Error: the first']);
  });

  it('begins no round while another is at it, and stops when that is done', async () => {
    let [begun, ended] = [0, 0];
    let finish = (): void => {};
    const work = every(
      1,
      async () => {
        begun++;
        await new Promise<void>((resolve) => (finish = resolve));
        ended++;
      },
      () => {},
    );
    await sleep(30);
    expect([begun, ended]).to.deep.equal([1, 0]);
    const stopped = work.stop();
    finish();
    await stopped;
    await sleep(10);
    expect([begun, ended]).to.deep.equal([1, 1]);
  });
});
