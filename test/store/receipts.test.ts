import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { eachQueue, LEASE, sentences, type QueueStore } from './support/queue.js';
import { at, hendelse, kvittering, t0 } from './support/shipments.js';

describe('receipts that wait', () => {
  eachQueue((subject) => {
    const { tx, ...two } = sentences(subject);
    let store: QueueStore;
    let other: QueueStore;
    beforeEach(() => {
      [store, other] = [two.store(), two.other()];
    });

    const lease = (seconds = 0, limit = 10, avsender = '310000019', by = store) =>
      by.queue.leaseReceipts(avsender, 'NORMAL', at(seconds), LEASE, limit);
    const put = async (...receipts: ReturnType<typeof kvittering>[]) => {
      for (const one of receipts) await tx((t) => t.putReceipt(one));
      return receipts;
    };

    it('come in the order in which they were put, as they were put, to one at a time', async () => {
      const [one, two, three] = await put(
        kvittering({ hendelse: hendelse({ type: 'AAPNING', kode: 'x', tid: at(9) }) }),
        kvittering(),
        kvittering(),
      );
      expect(await lease(0, 2)).to.deep.equal([one, two]);
      expect(await lease(0, 2, '310000019', other)).to.deep.equal([three]);
      expect(await lease()).to.deep.equal([]);
    });

    it('are kept apart by sender and by priority', async () => {
      const [, urgent, foreign] = await put(
        kvittering(),
        kvittering({ prioritet: 'PRIORITERT' }),
        kvittering({ avsender: '310000027' }),
      );
      expect(await store.queue.leaseReceipts('310000019', 'PRIORITERT', t0, LEASE, 9)).to.deep.equal([urgent]);
      expect(await lease(0, 9, '310000027')).to.deep.equal([foreign]);
      expect(await lease(0, 9, '3100000')).to.deep.equal([]);
    });

    it('come again, in order, when they were not confirmed before the lease ran out', async () => {
      const [one, two] = await put(kvittering(), kvittering());
      await lease(0);
      expect(await lease(299.9)).to.deep.equal([]);
      expect(await lease(300, 10, '310000019', other)).to.deep.equal([one, two]);
    });

    it('do not come again when they were confirmed, also after the lease', async () => {
      const [one, two] = await put(kvittering(), kvittering());
      await lease(0);
      expect(await tx((t) => t.confirmReceipt('310000019', one?.id ?? ''))).to.equal(true);
      expect(await tx((t) => t.confirmReceipt('310000019', one?.id ?? ''))).to.equal(false);
      expect(await lease(300)).to.deep.equal([two]);
      await lease(1000);
      expect(await tx((t) => t.confirmReceipt('310000019', two?.id ?? ''))).to.equal(true);
      expect(await lease(100_000)).to.deep.equal([]);
    });

    it('SECURITY 108: are confirmed by nobody else; another gets the answer of an unknown id', async () => {
      const [one] = await put(kvittering());
      expect(await tx((t) => t.confirmReceipt('310000027', one?.id ?? ''))).to.equal(false);
      expect(await tx((t) => t.confirmReceipt('310000027', randomUUID()))).to.equal(false);
      expect(await lease()).to.deep.equal([one]);
    });

    it('two processes that fetch at once share them: each is given once', async function () {
      this.timeout(60_000);
      const all = await put(...Array.from({ length: 60 }, () => kvittering()));
      const fetches = Array.from({ length: 30 }, (_, n) => lease(0, 3, '310000019', n % 2 === 0 ? store : other));
      const fetched = (await Promise.all(fetches)).flat().map(({ id }) => id);
      expect(new Set(fetched).size).to.equal(fetched.length);
      for (let more = await lease(0, 9); more.length > 0; more = await lease(0, 9))
        fetched.push(...more.map(({ id }) => id));
      expect(fetched)
        .to.have.members(all.map(({ id }) => id))
        .and.to.have.length(60);
    });
  });
});
