import { expect } from 'chai';
import { givingUpPoison } from '../../src/application/poison.js';
import { flestTapte } from '../../src/domain/retry.js';
import type { Job } from '../../src/domain/shipment.js';
import { ordrett } from '../../src/domain/hendelsestekst.js';
import { Failure } from '../../src/errors.js';
import { letter } from '../support/letters.js';
import { memoryStore } from '../support/memoryStore.js';
import { testTime } from '../support/pki.js';

const LEASE = 60_000;

describe('application/poison', () => {
  it('F13: a letter that cannot be read is given up after so many lost turns, said to the operator, and claimed no more', async () => {
    const store = memoryStore();
    const event = { type: 'MOTTATT', tid: testTime, kode: null, tekst: ordrett('Accepted') } as const;
    await store.unitOfWork((tx) => tx.insertShipment(letter(), event, testTime));
    const told: unknown[] = [];
    const damaged = new Error('damaged');
    const turn = givingUpPoison({ unitOfWork: store.unitOfWork, gaveUp: (error) => told.push(error) }, () =>
      Promise.reject(damaged),
    );
    const claim = async (turns: number): Promise<Job | undefined> =>
      (await store.queue.claim(new Date(testTime.getTime() + turns * 1.5 * LEASE), LEASE, 1, () => Infinity))[0];
    for (let lost = 0; lost < flestTapte; lost++) {
      const error: unknown = await turn((await claim(lost)) as Job).catch((e: unknown) => e);
      expect(error).to.equal(damaged);
    }
    expect(told).to.deep.equal([]);
    await turn((await claim(flestTapte)) as Job);
    expect(told).to.deep.equal([damaged]);
    expect((await store.shipments.queue(9))[0]).to.include({ givenUp: true });
    expect(await claim(2 * flestTapte)).to.equal(undefined);
  });

  it('a letter is not given up because the database cannot be used, however often', async () => {
    const gaveUp: unknown[] = [];
    const away = new Failure('UNAVAILABLE', 'the table is full');
    const turn = givingUpPoison({ unitOfWork: memoryStore().unitOfWork, gaveUp: (error) => gaveUp.push(error) }, () =>
      Promise.reject(away),
    );
    const job = {
      shipmentId: 'x',
      leverandoer: null,
      forsoek: 99,
      foersteForsoek: testTime,
      fence: 1,
      tapte: flestTapte,
    };
    expect(await turn(job).catch((e: unknown) => e)).to.equal(away);
    expect(gaveUp).to.deep.equal([]);
  });

  it('what does not throw is left alone', async () => {
    const store = memoryStore();
    let runs = 0;
    await givingUpPoison(
      { unitOfWork: store.unitOfWork, gaveUp: () => undefined },
      async () => void runs++,
    )({
      ...{ shipmentId: 'x', leverandoer: null, forsoek: 99, foersteForsoek: testTime, fence: 1 },
      tapte: flestTapte,
    });
    expect(runs).to.equal(1);
  });
});
