import { expect } from 'chai';
import type { Prioritet } from '../../src/domain/forsendelse.js';
import type { Job } from '../../src/domain/shipment.js';
import type { ShipmentTx } from '../../src/domain/shipmentPorts.js';
import type { Store } from '../../src/store/index.js';
import { eachStore } from '../support/stores.js';
import { openBackend } from './support/backend.js';
import { eachQueue, idsOf, LEASE, only, sentences, without, type QueueStore } from './support/queue.js';
import { accept, at, beslutning, due, hendelse, shipment, withStores } from './support/shipments.js';

describe('the queue', () => {
  eachQueue((subject) => {
    const { claim, tx, queued, ...two } = sentences(subject);
    let store: QueueStore;
    let other: QueueStore;
    beforeEach(() => {
      [store, other] = [two.store(), two.other()];
    });

    it('is empty at first', async () => {
      expect(await claim()).to.deep.equal([]);
      expect(await store.shipments.queue(10)).to.deep.equal([]);
    });

    it('gives a job to one, with its attempt counted before the work', async () => {
      const [id] = await queued(due('A'));
      const job = only(await claim(1));
      expect(job).to.deep.equal({
        ...{ shipmentId: id, leverandoer: 'A', forsoek: 1 },
        ...{ foersteForsoek: at(1), tapte: 0, fence: 1 },
      });
      expect(await claim(1, 100, [], other)).to.deep.equal([]);
      expect((await store.shipments.queue(10))[0]).to.have.property('forsoek', 1);
    });

    it('gives a job when it is due, not a millisecond before', async () => {
      const late = shipment();
      await tx((t) => t.insertShipment(late, hendelse(), at(60)));
      expect(await store.queue.claim(new Date(at(60).getTime() - 1), LEASE, 1, without())).to.deep.equal([]);
      expect(idsOf(await claim(60))).to.deep.equal([late.id]);
    });

    it('gives a job at once when the shipment is not to wait', async () => {
      const one = shipment();
      await tx((t) => t.insertShipment(one, hendelse(), null));
      expect(idsOf(await claim(0))).to.deep.equal([one.id]);
    });

    it('goes by due time, then by arrival', async () => {
      const [third, first, second] = await queued(due('A', 2), due('A', 1), due('A', 1));
      expect(idsOf(await claim(5))).to.deep.equal([first, second, third]);
    });

    it('claims no more than it is asked for', async () => {
      const ids = await queued(...Array.from({ length: 5 }, () => due('A')));
      expect(idsOf(await claim(0, 2))).to.deep.equal(ids.slice(0, 2));
      expect(idsOf(await claim(0, 0))).to.deep.equal([]);
      expect(idsOf(await claim(0, 9))).to.deep.equal(ids.slice(2));
    });

    it('lets providers take turns: ten thousand jobs of one do not keep another waiting', async function () {
      this.timeout(60_000);
      const [a1, a2] = await subject.flood(10_000);
      const [b1, b2, c1] = await queued(due('B', 3), due('B', 4), due(null, 2));
      const claimed = idsOf(await claim(9, 10));
      expect(claimed.slice(0, 3)).to.have.members([a1, b1, c1]);
      expect(claimed.slice(3, 5)).to.have.members([a2, b2]);
      expect(claimed).to.have.length(10);
      expect(new Set(claimed).size).to.equal(10);
    });

    describe('priority (R-37)', () => {
      const ofPriority = (prioritet: Prioritet, seconds: number, leverandoer = 'A') =>
        shipment({ prioritet }, { mottatt: at(seconds), beslutning: beslutning(leverandoer) });
      const many = (count: number, prioritet: Prioritet, seconds: number) =>
        queued(...Array.from({ length: count }, (_, n) => ofPriority(prioritet, seconds + n)));

      it('goes before normal letters that have waited longer, to whichever provider', async () => {
        await many(6, 'NORMAL', 0);
        const [urgent = ''] = await queued(ofPriority('PRIORITERT', 50, 'B'));
        expect(idsOf(await claim(50, 2))).to.include(urgent);
      });

      it('leaves every fourth turn to normal letters that wait, each in its order, in one batch as in many', async () => {
        const [normal, urgent] = [await many(12, 'NORMAL', 50), await many(30, 'PRIORITERT', 0)];
        const ones: string[] = [];
        for (let n = 0; n < 16; n++) ones.push(...idsOf(await claim(100, 1)));
        const claimed = [...ones, ...idsOf(await claim(100, 16))];
        const [ofNormal, ofUrgent] = [normal, urgent].map((ids) => claimed.filter((id) => ids.includes(id)));
        expect([ofNormal, ofUrgent]).to.deep.equal([normal.slice(0, 8), urgent.slice(0, 24)]);
        expect(ones.filter((id) => normal.includes(id))).to.have.length(4);
      });

      it('gives all turns to those who wait, where only one of the two does', async () => {
        const normal = await many(5, 'NORMAL', 0);
        expect(idsOf(await claim(100, 9))).to.deep.equal(normal);
        const urgent = await many(5, 'PRIORITERT', 0);
        expect(idsOf(await claim(100, 9))).to.deep.equal(urgent);
      });

      it('is kept by a letter that goes out again', async () => {
        const [id = ''] = await queued(ofPriority('PRIORITERT', 0));
        only(await claim(0));
        await tx((t) => t.retryJob(id, at(400)));
        await many(6, 'NORMAL', 0);
        expect(idsOf(await claim(400, 2))).to.include(id);
      });
    });

    it('passes over the providers that it is told to, and no other', async () => {
      const [a, b, none] = await queued(due('A'), due('B'), due(null));
      expect(idsOf(await claim(0, 9, ['A', 'X']))).to.have.members([b, none]);
      expect(idsOf(await claim(0, 9, ['B']))).to.deep.equal([a]);
    });

    it('asks a new decision for the provider, not the old one', async () => {
      const [id = ''] = await queued(due('A'));
      await tx((t) => t.updateShipment(id, { beslutning: beslutning('B') }));
      expect(await claim(0, 9, ['B'])).to.deep.equal([]);
      expect(idsOf(await claim(0, 9, ['A']))).to.deep.equal([id]);
    });

    describe('two clocks', () => {
      const claimAhead = (seconds: number, ahead: number) =>
        store.queue.claim(at(seconds), LEASE, 9, without(), ahead * 1000);

      it('R-15: a job that no attempt was made of is due by the calendar, not a millisecond before', async () => {
        const late = shipment();
        await tx((t) => t.insertShipment(late, hendelse(), at(60)));
        expect(await claimAhead(0, 59.999)).to.deep.equal([]);
        const job = only(await claimAhead(0, 60));
        expect(job).to.deep.equal({
          ...{ shipmentId: late.id, leverandoer: '984661185', forsoek: 1 },
          ...{ foersteForsoek: at(0), tapte: 0, fence: 1 },
        });
      });

      it('F39: a lease and a pause end by the clock, however far the calendar is ahead', async () => {
        await queued(due('A'));
        const job = only(await claimAhead(0, 0));
        expect(await claimAhead(299.999, 9_999)).to.deep.equal([]);
        expect(await tx((t) => t.deferJob(job, at(400)))).to.equal(true);
        expect(await claimAhead(399.999, 9_999)).to.deep.equal([]);
        expect(only(await claimAhead(400, 9_999))).to.include({ forsoek: 2 });
      });

      it('a job that is put off to a date is as if nobody had tried it, and waits by the calendar again', async () => {
        await queued(due('A'));
        const job = only(await claim(0));
        expect(await tx((t) => t.waitJob(job, at(1_000)))).to.equal(true);
        expect((await store.shipments.queue(9))[0]).to.deep.include({ forsoek: 0, neste: at(1_000), givenUp: false });
        expect(await claimAhead(10, 989.999)).to.deep.equal([]);
        expect(only(await claimAhead(10, 990))).to.deep.include({ forsoek: 1, foersteForsoek: at(10) });
      });

      it('takes those due by either clock in one batch, with their own places and providers', async () => {
        const [tried = ''] = await queued(due('A'));
        const job = only(await claim(0));
        await tx((t) => t.deferJob(job, at(500)));
        const waiting = shipment({}, { beslutning: beslutning('A') });
        await tx((t) => t.insertShipment(waiting, hendelse(), at(800)));
        expect(await claimAhead(400, 399)).to.deep.equal([]);
        expect(idsOf(await claimAhead(500, 299))).to.deep.equal([tried]);
        expect(idsOf(await claimAhead(500, 300))).to.deep.equal([waiting.id]);
      });
    });

    describe('a lease', () => {
      it('that ran out is claimed again, with a higher fence, behind what became due meanwhile', async () => {
        const [lost = '', ...rest] = await queued(due('A', 0), due('A', 100), due('A', 299));
        const first = only(await claim(0, 1));
        expect(idsOf(await claim(299, 9, [], other))).to.deep.equal(rest);
        expect(await claim(299.9)).to.deep.equal([]);
        const second = only(await claim(300, 1, [], other));
        expect(second).to.deep.equal({ ...first, forsoek: 2, tapte: 1, fence: second.fence });
        expect(second.fence).to.be.above(first.fence);
        expect(second.shipmentId).to.equal(lost);
      });

      it('R35: is as long as who does the job says, and the end of it is still his to write', async () => {
        await queued(due('A'));
        const job = only(await claim(0));
        expect(await store.queue.hold(job, at(500))).to.equal(true);
        expect(await claim(499, 1, [], other)).to.deep.equal([]);
        expect(await tx((t) => t.endJob(job))).to.equal(true);
      });

      it('R35: of another turn is not prolonged, nor of a job that was ended', async () => {
        await queued(due('A'));
        const old = only(await claim(0));
        const current = only(await claim(300, 1, [], other));
        expect(await store.queue.hold(old, at(9_000))).to.equal(false);
        expect(only(await claim(600)).tapte).to.equal(2);
        expect(await store.queue.hold(current, at(9_000))).to.equal(false);
        const last = only(await claim(1_200));
        await tx((t) => t.deferJob(last, at(1_300)));
        expect(await store.queue.hold(last, at(9_000))).to.equal(false);
        expect(await claim(1_300)).to.have.length(1);
      });

      it('a shipment that ends whoever claims it does not keep the others waiting', async () => {
        const [poison = ''] = await queued(due('A', 0));
        await claim(0, 1);
        const rest = await queued(due('A', 1), due('A', 2));
        expect(idsOf(await claim(1000, 2))).to.deep.equal(rest);
        expect(idsOf(await claim(1000, 1))).to.deep.equal([poison]);
      });

      it('F31: turns in a row that nobody ended are counted, and no more once one was ended', async () => {
        await queued(due('A', 0));
        const turns = [0, 300, 600].map((seconds) => async () => only(await claim(seconds)));
        const lost: number[] = [];
        for (const turn of turns) lost.push((await turn()).tapte);
        expect(lost).to.deep.equal([0, 1, 2]);
        const last = only(await claim(1050));
        await tx((t) => t.deferJob(last, at(1051)));
        expect(only(await claim(1051)).tapte).to.equal(0);
      });

      it('F13, F31: those whose turns were lost together twice come back apart, within half a lease', async () => {
        const ids = await queued(...Array.from({ length: 20 }, () => due('A', 0)));
        for (const seconds of [0, 300, 600]) expect(await claim(seconds, 20)).to.have.length(20);
        const first = await claim(900, 20);
        expect(first.length).to.be.below(10);
        expect([...first, ...(await claim(1050, 20))].map(({ shipmentId }) => shipmentId)).to.have.members(ids);
      });

      const endings: Readonly<Record<string, (t: ShipmentTx, job: Job) => Promise<boolean>>> = {
        endJob: (t, job) => t.endJob(job),
        deferJob: (t, job) => t.deferJob(job, at(10_000)),
        waitJob: (t, job) => t.waitJob(job, at(10_000)),
        giveUpJob: (t, job) => t.giveUpJob(job),
      };
      for (const [name, end] of Object.entries(endings)) {
        it(`F35: ${name} under an old fence writes nothing and says so`, async () => {
          await queued(due('A'));
          const old = only(await claim(0));
          const current = only(await claim(300, 1, [], other));
          const before = await store.shipments.queue(9);
          expect(await tx((t) => end(t, old))).to.equal(false);
          expect(await store.shipments.queue(9)).to.deep.equal(before);
          expect(await tx((t) => end(t, current), other)).to.equal(true);
        });

        it(`${name} after the lease ran out counts, when nobody has claimed the job since`, async () => {
          await queued(due('A'));
          const job = only(await claim(0));
          expect(await tx((t) => end(t, job))).to.equal(true);
        });

        for (const [again, endAgain] of Object.entries(endings))
          it(`${again} after ${name} is too late`, async () => {
            await queued(due('A'));
            const job = only(await claim(0));
            expect(await tx((t) => end(t, job))).to.equal(true);
            const before = await store.shipments.queue(9);
            expect(await tx((t) => endAgain(t, job))).to.equal(false);
            expect(await store.shipments.queue(9)).to.deep.equal(before);
          });
      }

      it('is taken back with the transaction that ended it', async () => {
        const [id] = await queued(due('A'));
        const job = only(await claim(0));
        const undone = tx(async (t) => {
          await t.endJob(job);
          throw new Error('no');
        });
        await undone.catch(() => undefined);
        expect((await store.shipments.queue(9)).map(({ shipmentId }) => shipmentId)).to.deep.equal([id]);
        expect(await tx((t) => t.endJob(job))).to.equal(true);
        expect(await store.shipments.queue(9)).to.deep.equal([]);
      });
    });

    it('F35: two processes that claim at once share the jobs: each is given once', async function () {
      this.timeout(60_000);
      const ids = await queued(...Array.from({ length: 200 }, (_, n) => due(['A', 'B', 'C'][n % 3] ?? null)));
      const work = async (by: QueueStore): Promise<string[]> => {
        const claimed: string[] = [];
        for (let idle = 0; idle < 5;) {
          const jobs = await claim(0, 7, [], by);
          idle = jobs.length === 0 ? idle + 1 : 0;
          claimed.push(...idsOf(jobs));
          for (const job of jobs) expect(await tx((t) => t.endJob(job), by)).to.equal(true);
        }
        return claimed;
      };
      const shares = await Promise.all([work(store), work(other), work(store), work(other)]);
      expect(shares.flat()).to.have.members(ids).and.to.have.length(200);
      expect(await store.shipments.queue(9)).to.deep.equal([]);
    });

    it('of twenty claims of one job at once, one gets it', async () => {
      for (let round = 0; round < 5; round++) {
        await queued(due('A'));
        const claims = Array.from({ length: 20 }, (_, n) => claim(0, 1, [], n % 2 === 0 ? store : other));
        expect((await Promise.all(claims)).flat()).to.have.length(1);
      }
    });
  });

  eachStore((database) => {
    const stores = withStores(database, 1);

    it('a job made anew is not the turn of whoever held the one that was taken away', async () => {
      const [store] = stores() as [Store];
      const one = due('A');
      await accept(store, one);
      const claim = (seconds: number) => store.queue.claim(at(seconds), LEASE, 1, without());
      const stale = only(await claim(0));
      await store.unitOfWork(async (tx) => {
        expect(await tx.withdrawJob(one.id, at(300))).to.equal(true);
        await tx.retryJob(one.id, at(300));
      });
      expect(await store.unitOfWork((tx) => tx.endJob(stale))).to.equal(false);
      const current = only(await claim(300));
      expect(await store.unitOfWork((tx) => tx.endJob(stale))).to.equal(false);
      expect(await store.unitOfWork((tx) => tx.endJob(current))).to.equal(true);
    });

    it('jobs from before they knew their priority get it', async () => {
      const [store] = stores() as [Store];
      const urgent = shipment({ prioritet: 'PRIORITERT' });
      await accept(store, urgent);
      const backend = await openBackend(database.url());
      await backend.write(async (db) => {
        await db.updateTable('job').set({ prioritet: 'NORMAL' }).execute();
        await db.deleteFrom('migration').where('name', '=', '0010-priority-and-ages').execute();
      });
      await database.open();
      const rows = await backend.read((db) => db.selectFrom('job').select(['shipment_id', 'prioritet']).execute());
      await backend.close();
      expect(rows).to.deep.include({ shipment_id: urgent.id, prioritet: 'PRIORITERT' });
    });
  });
});
