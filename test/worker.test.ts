import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { startWorker } from '../src/worker.js';

/** A worker over a list, with what it did. */
function over(work: number[], options: { concurrency?: number; pollMs?: number; ms?: number } = {}) {
  const seen = { done: [] as number[], errors: [] as unknown[], most: 0, now: 0, looks: 0 };
  const worker = startWorker<number>({
    claim: async (limit) => {
      seen.looks++;
      return work.splice(0, limit);
    },
    run: async (n) => {
      seen.most = Math.max(seen.most, ++seen.now);
      await sleep(options.ms ?? 1);
      seen.now--;
      if (n < 0) throw new Error(`no ${n}`);
      seen.done.push(n);
    },
    failed: (error) => seen.errors.push(error),
    concurrency: options.concurrency ?? 2,
    pollMs: options.pollMs ?? 60_000,
  });
  return { worker, seen };
}

const until = async (holds: () => boolean): Promise<void> => {
  for (let i = 0; i < 500 && !holds(); i++) await sleep(5);
  expect(holds()).to.equal(true);
};

describe('worker', () => {
  it('does all that there is, no more at once than allowed', async () => {
    const { worker, seen } = over([1, 2, 3, 4, 5, 6, 7], { concurrency: 3 });
    await until(() => seen.done.length === 7);
    await worker.stop();
    expect(seen.done.sort()).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
    expect(seen.most).to.equal(3);
  });

  it('goes on after work that fails, and tells', async () => {
    const { worker, seen } = over([1, -2, 3]);
    await until(() => seen.done.length === 2);
    await worker.stop();
    expect(seen.errors.map(String)).to.deep.equal(['Error: no -2']);
  });

  it('goes on when claiming fails', async () => {
    let looks = 0;
    const errors: unknown[] = [];
    const worker = startWorker<number>({
      claim: () => Promise.reject(new Error(`look ${++looks}`)),
      run: () => Promise.resolve(),
      failed: (error) => errors.push(error),
      concurrency: 1,
      pollMs: 1,
    });
    await until(() => looks >= 3);
    await worker.stop();
    expect(String(errors[2])).to.equal('Error: look 3');
  });

  it('looks at once when it is woken, though it would rest for a minute', async () => {
    const work: number[] = [];
    const { worker, seen } = over(work);
    await until(() => seen.looks === 1);
    await sleep(20);
    work.push(1);
    worker.wake();
    await until(() => seen.done.length === 1);
    await worker.stop();
  });

  it('looks once for many who wake it together, and not before a moment has passed', async () => {
    const { worker, seen } = over([]);
    await until(() => seen.looks === 1);
    await sleep(20);
    for (let n = 0; n < 1000; n++) worker.wake();
    await until(() => seen.looks === 2);
    const began = performance.now();
    for (; performance.now() - began < 100; await sleep(1)) worker.wake();
    expect(seen.looks).to.be.within(4, 13);
    await sleep(20);
    const looks = seen.looks;
    await sleep(50);
    expect(seen.looks).to.equal(looks);
    await worker.stop();
  });

  it('is not kept from resting by being woken with its hands full', async () => {
    const { worker, seen } = over([1, 2, 3, 4], { concurrency: 2, ms: 100 });
    await until(() => seen.now === 2);
    for (let n = 0; n < 20; n++) {
      worker.wake();
      await sleep(1);
    }
    expect(seen.looks).to.equal(1);
    await until(() => seen.done.length === 4);
    await worker.stop();
  });

  it('looks again by itself', async () => {
    const work: number[] = [];
    const { worker, seen } = over(work, { pollMs: 5 });
    await until(() => seen.looks > 1);
    work.push(1);
    await until(() => seen.done.length === 1);
    await worker.stop();
  });

  it('stops when what it has begun is done, and takes no more', async () => {
    const work = [1, 2, 3, 4];
    const { worker, seen } = over(work, { concurrency: 2, ms: 50 });
    await until(() => seen.now === 2);
    await worker.stop();
    expect(seen.done.sort()).to.deep.equal([1, 2]);
    expect(work).to.deep.equal([3, 4]);
  });
});
