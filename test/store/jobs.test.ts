import { expect } from 'chai';
import type { Job } from '../../src/domain/shipment.js';
import { eachQueue, idsOf, only, sentences, type QueueStore } from './support/queue.js';
import { at, beslutning, due, hendelse, t0 } from './support/shipments.js';

describe('jobs that are not done', () => {
  eachQueue((subject) => {
    const { claim, tx, queued, ...two } = sentences(subject);
    let store: QueueStore;
    let other: QueueStore;
    beforeEach(() => {
      [store, other] = [two.store(), two.other()];
    });

    it('a job put off comes again then, with its first attempt and its count', async () => {
      const [id] = await queued(due('A'));
      const job = only(await claim(1));
      await tx((t) => t.deferJob(job, at(60)));
      expect(await claim(59)).to.deep.equal([]);
      const again = only(await claim(60));
      expect(again).to.deep.equal({
        shipmentId: id,
        leverandoer: 'A',
        forsoek: 2,
        foersteForsoek: at(1),
        tapte: 0,
        fence: again.fence,
      });
      expect(again.fence).to.be.above(job.fence);
    });

    it('a job given up is claimed by nobody, and stays to be seen, with the reason', async () => {
      const [id = '', waits] = await queued(due('A'), due(null, 500));
      const job = only(await claim(0));
      const oppgitt = hendelse({ type: 'OPPGITT', tekst: { nb: 'Tok ikke imot', en: 'Would not have it' } });
      await tx(async (t) => {
        await t.giveUpJob(job);
        await t.appendShipmentEvent(id, oppgitt);
      });
      expect(await claim(400_000, 9, [''])).to.have.length(1);
      const common = { avsender: '310000019' };
      const [first, second] = await store.shipments.queue(9);
      const sisteHendelse = 'OPPGITT: Would not have it';
      expect(first).to.deep.equal({
        ...common,
        shipmentId: id,
        leverandoer: 'A',
        forsoek: 1,
        neste: t0,
        givenUp: true,
        sisteHendelse,
      });
      expect(second).to.include({ shipmentId: waits, leverandoer: 'ALTINN', givenUp: false });
      expect(await store.shipments.queue(1)).to.deep.equal([first]);
    });

    it('a job given up is taken away once, and no other one is', async () => {
      const [id = '', waits = ''] = await queued(due('A'), due(null, 500));
      const job = only(await claim(0));
      const end = (one: string) => tx((t) => t.endGivenUp(one));
      expect([await end(id), await end(waits), await end('x')]).to.deep.equal([false, false, false]);
      await tx((t) => t.giveUpJob(job));
      expect([await end(id), await end(id)]).to.deep.equal([true, false]);
      expect((await store.shipments.queue(9)).map((row) => row.shipmentId)).to.deep.equal([waits]);
    });

    describe('a retry', () => {
      it('makes a job that was given up due, with its attempts forgotten', async () => {
        const [id = ''] = await queued(due('A'));
        const job = only(await claim(0));
        await tx((t) => t.giveUpJob(job));
        await tx((t) => t.retryJob(id, at(50)));
        expect(await claim(49)).to.deep.equal([]);
        const again = only(await claim(51));
        expect(again).to.deep.equal({
          shipmentId: id,
          leverandoer: 'A',
          forsoek: 1,
          foersteForsoek: at(51),
          tapte: 0,
          fence: again.fence,
        });
        expect(again.fence).to.be.above(job.fence);
      });

      it('makes a job that waits due', async () => {
        const [id = ''] = await queued(due('A', 5000));
        await tx((t) => t.retryJob(id, at(1)));
        expect(idsOf(await claim(1))).to.deep.equal([id]);
      });

      it('leaves a job alone that somebody is at', async () => {
        const [id = ''] = await queued(due('A'));
        const job = only(await claim(0));
        await tx((t) => t.retryJob(id, at(299)));
        expect(await claim(299)).to.deep.equal([]);
        expect(await tx((t) => t.endJob(job))).to.equal(true);
      });

      it('makes a job where there is none, at the provider of the decision in force', async () => {
        const [id = ''] = await queued(due('A'));
        const job = only(await claim(0));
        await tx((t) => t.endJob(job));
        await tx((t) => t.updateShipment(id, { beslutning: beslutning('B') }));
        await tx((t) => t.retryJob(id, at(9)));
        expect(await claim(9, 9, ['B'])).to.deep.equal([]);
        const again = only(await claim(9));
        expect(again).to.include({ shipmentId: id, leverandoer: 'B', forsoek: 1 });
      });

      it('of a shipment that is not there is refused', async () => {
        const error: unknown = await tx((t) => t.retryJob('x', t0)).catch((e: unknown) => e);
        expect(error).to.have.property('code', 'INTERNAL');
      });
    });

    describe('a withdrawal', () => {
      const withdraw = (id: string, seconds = 0, by = store) => tx((t) => t.withdrawJob(id, at(seconds)), by);

      it('takes a waiting job away, once', async () => {
        const [id = ''] = await queued(due('A', 60));
        expect(await withdraw(id)).to.equal(true);
        expect(await withdraw(id)).to.equal(false);
        expect(await claim(60)).to.deep.equal([]);
      });

      it('leaves a job alone that somebody is at, one that was given up, and one that is not there', async () => {
        const [id = ''] = await queued(due('A'));
        const job = only(await claim(0));
        expect(await withdraw(id, 299)).to.equal(false);
        await tx((t) => t.giveUpJob(job));
        expect(await withdraw(id, 1000)).to.equal(false);
        expect(await withdraw('x')).to.equal(false);
      });

      it('takes a job away that was put off, and one whose lease has run out', async () => {
        const [a = '', b = ''] = await queued(due('A'), due('A'));
        const [first] = await claim(0);
        await tx((t) => t.deferJob(first as Job, at(5000)));
        expect(await withdraw(a, 1)).to.equal(true);
        expect(await withdraw(b, 300)).to.equal(true);
      });

      it('and a claim at once: exactly one of them wins, each time', async function () {
        this.timeout(60_000);
        for (let round = 0; round < 30; round++) {
          const [id = ''] = await queued(due('A'));
          const attempts = [() => withdraw(id), async () => (await claim(0, 1, [], other)).length === 1];
          if (round % 2 === 0) attempts.reverse();
          const won = await Promise.all(attempts.map((attempt) => attempt()));
          expect(won.filter(Boolean), `round ${round}`).to.have.length(1);
          for (const job of await claim(1000)) await tx((t) => t.endJob(job));
        }
      });
    });
  });
});
