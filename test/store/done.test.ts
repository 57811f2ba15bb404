import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Store } from '../../src/store/index.js';
import { formidling, koekvittering, noekkel } from '../support/formidlinger.js';
import { testTime } from '../support/pki.js';
import { eachStore } from '../support/stores.js';
import { hendelse, withStores } from './support/shipments.js';

const at = (seconds: number): Date => new Date(testTime.getTime() + seconds * 1000);

describe('what the broker has done with', () => {
  eachStore((database) => {
    const stores = withStores(database, 1);
    const store = (): Store => stores()[0] as Store;

    it('R-37: messages that came to their end go when they are old, the oldest first, with their history; others stay', async () => {
      const [old, older, waiting, young] = [
        formidling({ mottatt: at(1), tilstand: 'SENDT' }),
        formidling({ mottatt: at(0), tilstand: 'FEILET' }),
        formidling({ mottatt: at(0) }),
        formidling({ mottatt: new Date(at(1).getTime() + 1), tilstand: 'SENDT' }),
      ];
      for (const one of [old, older, waiting, young])
        await store().unitOfWork(async (tx) => {
          await tx.insertFormidling(one);
          await tx.appendShipmentEvent(one.id, hendelse());
        });
      const forgetMessages = (until: Date, limit: number) => store().brokerRetention.forgetMessages(until, limit);
      expect(await forgetMessages(at(1), 1)).to.equal(1);
      expect(await store().formidlinger.byId(older.id)).to.equal(undefined);
      expect([await forgetMessages(at(1), 9), await forgetMessages(at(1), 9)]).to.deep.equal([1, 0]);
      expect(await store().formidlinger.byId(old.id)).to.equal(undefined);
      expect(await store().shipments.events(old.id)).to.deep.equal([]);
      for (const { id } of [waiting, young]) {
        expect(await store().formidlinger.byId(id)).to.have.property('id', id);
        expect(await store().shipments.events(id)).to.have.length(1);
      }
    });

    it('F16, R-38: a message that is repeated is known, though what it was is forgotten', async () => {
      const [one, key] = [formidling({ mottatt: at(0), tilstand: 'SENDT' }), noekkel()];
      await store().unitOfWork(async (tx) => {
        await tx.rememberMessage(key);
        await tx.insertFormidling(one);
      });
      expect(await store().brokerRetention.forgetMessages(at(0), 9)).to.equal(1);
      expect(await store().unitOfWork((tx) => tx.rememberMessage(key))).to.equal('same');
    });

    it('receipts go by their arrival, however often they were lent; younger ones stay', async () => {
      const koe = { eier: '310000019', mpc: { prioritet: 'NORMAL', id: randomUUID() } } as const;
      const waiting = [0, 1, 2].map((seconds) =>
        koekvittering({ ...koe, mottatt: at(seconds), sbd: `<a>${seconds}</a>` }),
      );
      for (const one of waiting) await store().unitOfWork((tx) => tx.putKoekvittering(one));
      const lease = () => store().unitOfWork((tx) => tx.leaseKoekvittering(koe, at(9), at(10), noekkel().key));
      expect(await lease()).to.have.property('sbd', '<a>0</a>');
      const forgetReceipts = (until: Date, limit: number) => store().brokerRetention.forgetReceipts(until, limit);
      expect(await forgetReceipts(new Date(at(0).getTime() - 1), 9)).to.equal(0);
      expect([await forgetReceipts(at(1), 1), await forgetReceipts(at(1), 9)]).to.deep.equal([1, 1]);
      expect(await lease()).to.have.property('sbd', '<a>2</a>');
    });

    it('replay keys and known messages go in batches, all of them', async () => {
      const count = 1_203;
      await store().unitOfWork(async (tx) => {
        for (let n = 0; n < count; n++) await tx.rememberMessage(noekkel({ expires: at(5) }));
      });
      expect(await store().pruneReplay(new Date(at(5).getTime() - 1))).to.equal(0);
      expect(await store().pruneReplay(at(5))).to.equal(count);
    });
  });
});
