import { expect } from 'chai';
import { stagePackage } from '../../../src/http/broker/stage.js';
import { ebmsErrorFor } from '../../../src/contract/ebms/errors.js';
import { asFailure } from '../../../src/soap/fault.js';
import { memoryPayloads } from '../../support/memoryPayloads.js';

async function* octets(size: number): AsyncGenerator<Buffer> {
  for (let left = size; left > 0; left -= 3) yield Buffer.alloc(Math.min(3, left));
}

const codeOf = (promised: Promise<unknown>): Promise<string> =>
  promised.then(
    () => 'no error',
    (error: unknown) => ebmsErrorFor(asFailure(error)).code,
  );

describe('http/broker/stage', () => {
  const staging = () => {
    const payloads = memoryPayloads();
    const stage = stagePackage(payloads, 10);
    return { payloads, stage, store: (size: number) => Promise.resolve(stage.claim('x')?.store(octets(size))) };
  };

  it('stores a package of so many octets, and no more', async () => {
    for (const size of [9, 10]) {
      const { stage, store } = staging();
      await store(size);
      expect(stage.take().size).to.equal(size);
    }
    expect(await codeOf(staging().store(11))).to.equal('EBMS:0011');
  });

  it('SECURITY 89: a second package is EBMS:0007', async () => {
    const { stage, payloads, store } = staging();
    await store(1);
    expect(await codeOf(store(2))).to.equal('EBMS:0007');
    await stage.discard();
    expect(payloads.stored.size).to.equal(0);
  });

  it('a package that has not come is EBMS:0007', async () => {
    const { stage } = staging();
    expect(await codeOf((async () => stage.take())())).to.equal('EBMS:0007');
  });

  it('lets go what nobody has taken, and keeps what somebody has', async () => {
    for (const [taken, left] of [
      [false, 0],
      [true, 1],
    ] as const) {
      const { stage, payloads, store } = staging();
      await store(1);
      if (taken) stage.take();
      await stage.discard();
      expect(payloads.stored.size).to.equal(left);
    }
  });
});
