import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Store } from '../../src/store/index.js';
import { eachStore } from '../support/stores.js';
import { flood } from './support/process.js';
import { replayKey } from './support/rows.js';

describe('two processes on one database', function () {
  this.timeout(120_000);
  eachStore((database) => {
    let store: Store;
    before(async () => (store = await database.open()));

    it('one that writes all it can beside other work lets the other write too', async () => {
      const other = await flood(database.url());
      try {
        const waits: number[] = [];
        for (let n = 0; n < 12; n++) {
          await sleep(200);
          const began = performance.now();
          expect(await store.unitOfWork((tx) => tx.remember(replayKey()))).to.equal(true);
          waits.push(performance.now() - began);
        }
        expect(Math.max(...waits), waits.join()).to.be.below(5_000);
      } finally {
        await other.stop();
      }
    });
  });
});
