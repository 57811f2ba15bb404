import { expect } from 'chai';
import { createDirectory } from '../../src/application/directory.js';
import type { SenderData } from '../../src/domain/sender.js';
import { senders } from './lookups.js';

const other: SenderData = { ...senders, rettigheter: [] };

describe('application/directory', () => {
  it('is empty until it is refreshed, so that nobody is let in', () => {
    const directory = createDirectory({ senders: () => Promise.resolve(senders) });
    expect(Object.values(directory.current()).flat()).to.deep.equal([]);
    expect(Object.keys(directory.current())).to.have.members(Object.keys(senders));
  });

  it('gives what was read last, and does not read by itself', async () => {
    let reads = 0;
    const directory = createDirectory({ senders: () => Promise.resolve(reads++ === 0 ? senders : other) });
    await directory.refresh();
    expect([directory.current(), directory.current(), reads]).to.deep.equal([senders, senders, 1]);
    await directory.refresh();
    expect([directory.current(), reads]).to.deep.equal([other, 2]);
  });

  it('keeps what it has when reading fails, says so, and recovers', async () => {
    const answers: (() => Promise<SenderData>)[] = [
      () => Promise.resolve(senders),
      () => Promise.reject(new Error('no database')),
      () => Promise.resolve(other),
    ];
    const directory = createDirectory({ senders: () => (answers.shift() as () => Promise<SenderData>)() });
    await directory.refresh();
    const outcome = await directory.refresh().catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(Error).with.property('message', 'no database');
    expect(directory.current()).to.equal(senders);
    await directory.refresh();
    expect(directory.current()).to.equal(other);
  });
});
