import { expect } from 'chai';
import { queueCommands } from '../../src/cli/queue.js';
import type { Shipment } from '../../src/domain/shipment.js';
import type { Store } from '../../src/store/index.js';
import { accept, at, due, hendelse, withStores } from '../store/support/shipments.js';
import { runCommand } from '../support/runCommand.js';
import { eachStore } from '../support/stores.js';

eachStore((database) => {
  describe('posthorn queue and dead-letters', () => {
    const stores = withStores(database, 1);
    const store = (): Store => stores()[0] as Store;
    const now = at(1000);
    const [waiting, dead, refused] = [due('984661185'), due('996460320', 1), due(null, 2)] as const;
    const run = (...args: readonly string[]) =>
      runCommand(
        (program) => queueCommands(program, async () => ({ ...store(), close: async () => {} }), { now: () => now }),
        ...args,
      );

    /** Ends a letter's attempts, as dispatch does. */
    const end = (letter: Shipment, type: 'OPPGITT' | 'FEIL') =>
      store().unitOfWork(async (tx) => {
        await tx.appendShipmentEvent(
          letter.id,
          hendelse({ type, tid: at(10), tekst: { nb: 'Postkassen er nede', en: 'The mailbox is down' } }),
        );
        await tx.updateShipment(letter.id, { tilstand: 'FEILET' });
      });

    before(async () => {
      await accept(store(), waiting, dead, refused);
      for (const job of await store().queue.claim(at(5), 60_000, 10, (id) => (id === '984661185' ? 0 : Infinity))) {
        await store().unitOfWork((tx) => (job.shipmentId === dead.id ? tx.giveUpJob(job) : tx.endJob(job)));
      }
      await end(dead, 'OPPGITT');
      await end(refused, 'FEIL');
    });

    it('shows the letters that wait, and by themselves those that were given up, with the last reason', async () => {
      const queue = await run('queue');
      expect([queue.code, queue.err]).to.deep.equal([0, '']);
      expect(queue.out).to.contain(waiting.id).and.not.to.contain(dead.id);
      const list = await run('dead-letters');
      expect(list.out).to.match(
        new RegExp(`${dead.id} +310000019 +996460320 +1 +given up +OPPGITT: The mailbox is down`),
      );
      expect(list.out).not.to.contain(waiting.id);
      expect(JSON.parse((await run('dead-letters', 'list', '--json')).out)).to.have.nested.property(
        '0.shipmentId',
        dead.id,
      );
    });

    it('shows no more of the queue than it is asked for', async () => {
      const more = [due(null, 3), due(null, 4)] as const;
      await accept(store(), ...more);
      const { out } = await run('queue', '--first', '2', '--json');
      expect((JSON.parse(out) as { shipmentId: string }[]).map((r) => r.shipmentId)).to.deep.equal([
        waiting.id,
        more[0].id,
      ]);
      expect((await run('queue', '--first', '0')).code).to.equal(2);
    });

    it('takes no letter up again that waits, was refused, or is not there, and changes nothing', async () => {
      const before = JSON.stringify(await store().shipments.queue(10));
      const runs = [
        await run('dead-letters', 'retry', waiting.id),
        await run('dead-letters', 'retry', refused.id),
        await run('dead-letters', 'retry', '00000000-0000-4000-8000-000000000000'),
        await run('dead-letters', 'retry', 'formidling-00000000-0000-4000-8000-000000000000'),
        await run('dead-letters', 'retry', 'x'),
      ];
      expect(runs.map((r) => r.code)).to.deep.equal([1, 1, 1, 1, 2]);
      expect(runs.map((r) => r.err).join(''))
        .to.contain('is MOTTATT')
        .and.contain('was refused')
        .and.contain('There is no letter');
      expect(JSON.stringify(await store().shipments.queue(10))).to.equal(before);
      expect((await store().shipments.byId(refused.id))?.tilstand).to.equal('FEILET');
    });

    it('takes up a letter that was given up: due now, attempts forgotten, in the history, and on its way again', async () => {
      const { code, out } = await run('dead-letters', 'retry', dead.id);
      expect([code, out]).to.deep.equal([0, `${dead.id} is due now; see posthorn queue.\n`]);
      expect((await store().shipments.byId(dead.id))?.tilstand).to.equal('MOTTATT');
      const events = await store().shipments.events(dead.id);
      expect(events.at(-1)).to.deep.include({ type: 'FORSOEK_UTSATT', tid: now });
      const row = (await store().shipments.queue(10)).find((r) => r.shipmentId === dead.id);
      expect(row).to.deep.include({ givenUp: false, forsoek: 0, neste: now });
      const claimed = await store().queue.claim(now, 1000, 10, (id) => (id === '984661185' ? 0 : Infinity));
      expect(claimed.map((job) => job.shipmentId)).to.include(dead.id);
      expect((await run('dead-letters')).out).to.equal('No letter has been given up.\n');
    });
  });
});
