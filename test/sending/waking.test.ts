import { expect } from 'chai';
import { waking } from '../../src/sending/waking.js';
import { formidling } from '../support/formidlinger.js';
import { memoryStore } from '../support/memoryStore.js';
import { at, due, hendelse } from '../store/support/shipments.js';

describe('waking the worker of the same process', () => {
  const store = memoryStore();
  let woken = 0;
  const unitOfWork = waking(store.unitOfWork, () => void woken++);
  beforeEach(() => (woken = 0));
  const one = due('A');

  it('after a letter has been accepted, once it is committed', async () => {
    await unitOfWork(async (tx) => {
      await tx.insertShipment(one, hendelse(), null);
      expect(woken).to.equal(0);
    });
    expect(woken).to.equal(1);
    expect(await store.shipments.byId(one.id)).to.have.property('id', one.id);
  });

  it('after a message has been taken over', async () => {
    await unitOfWork((tx) => tx.insertFormidling(formidling()));
    expect(woken).to.equal(1);
  });

  it('after a letter is to go out again', async () => {
    await unitOfWork((tx) => tx.retryJob(one.id, at(0)));
    expect(woken).to.equal(1);
  });

  it('not for other writes, and not for what is taken back', async () => {
    await unitOfWork((tx) => tx.appendShipmentEvent(one.id, hendelse()));
    const failed = unitOfWork(async (tx) => {
      await tx.insertShipment(due('A'), hendelse(), null);
      throw new Error('no');
    });
    expect(await failed.catch((error: unknown) => (error as Error).message)).to.equal('no');
    expect(woken).to.equal(0);
  });
});
