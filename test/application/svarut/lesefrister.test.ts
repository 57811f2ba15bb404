import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { glem, loepUtLesefrister } from '../../../src/application/svarut/lesefrister.js';
import { limits } from '../../../src/limits.js';
import { Failure } from '../../../src/errors.js';
import { testTime } from '../../support/pki.js';
import { eachStore } from '../../support/stores.js';
import { withStores } from '../../store/support/shipments.js';
import { konto, svarutWorld } from './world.js';

const HOUR = 3_600_000;

describe('application/svarut/lesefrister', () => {
  eachStore((database) => {
    const stores = withStores(database, 2);

    it('R-47: two processes at once move an unread letter on once, and not before its time', async () => {
      const [one, other] = stores().map((store) => svarutWorld(store));
      if (one === undefined || other === undefined) throw new Error('two stores');
      await one.begin();
      const ids: string[] = [];
      for (let n = 0; n < 5; n++) {
        const id = await one.tjeneste.send(
          konto,
          await one.order({
            mottaker: { digital: { orgnr: '310000043' }, post: (await one.order()).mottaker?.post ?? null },
          }),
          null,
        );
        const frist = new Date(testTime.getTime() + HOUR);
        await one.store.unitOfWork(async (tx) => {
          await tx.updateShipment(id, { tilstand: 'VARSLET' });
          await tx.updateSvarUt(id, { status: 'VARSLET', frist });
        });
        ids.push(id);
      }
      const failures: string[] = [];
      const round = (world: typeof one) =>
        loepUtLesefrister({
          vetAtUlest: async () => true,
          ...world.deps,
          decideAgain: world.decideAgain,
          failed: (error) => failures.push(String(error)),
        })();
      for (const early of [1_000, 1]) {
        for (const world of [one, other]) world.at(new Date(testTime.getTime() + HOUR - early));
        expect(await Promise.all([round(one), round(other)]), `${early} ms before`).to.deep.equal([0, 0]);
      }
      for (const world of [one, other]) world.at(new Date(testTime.getTime() + HOUR));
      const moved = await Promise.all([round(one), round(other), round(one), round(other)]);
      expect([moved.reduce((sum, n) => sum + n), failures]).to.deep.equal([5, []]);
      for (const id of ids) {
        const events = await one.deps.shipments.events(id);
        expect(events.filter(({ tekst }) => tekst.nb === 'Lesefrist utløpt.')).to.have.length(1);
        const shipment = await one.deps.shipments.byId(id);
        expect(shipment?.beslutning).to.deep.include({ utfall: 'SEND', kanal: 'UTSKRIFT' });
        expect(shipment?.tilstand).to.equal('MOTTATT');
      }
      expect(await Promise.all([round(one), round(other)])).to.deep.equal([0, 0]);
    });
  });

  it('a letter that cannot be decided about keeps no other from its turn, and gets its own later', async () => {
    const world = svarutWorld();
    await world.begin();
    const send = async (): Promise<string> => {
      const id = await world.tjeneste.send(konto, await world.order(), null);
      await world.store.unitOfWork(async (tx) => {
        await tx.updateShipment(id, { tilstand: 'VARSLET' });
        await tx.updateSvarUt(id, { frist: testTime });
      });
      return id;
    };
    const [poison, good] = [await send(), await send()];
    let ill = true;
    const failed: string[] = [];
    const round = loepUtLesefrister({
      vetAtUlest: async () => true,
      ...world.deps,
      decideAgain: (shipment, uten) => {
        if (ill && shipment.id === poison) throw new Failure('UNAVAILABLE', 'the register does not answer');
        return world.decideAgain(shipment, uten);
      },
      failed: (_, id) => failed.push(id),
    });
    expect([await round(), failed]).to.deep.equal([1, [poison]]);
    expect((await world.deps.shipments.byId(good))?.tilstand).to.equal('MOTTATT');
    ill = false;
    expect(await round()).to.equal(1);
  });

  for (const [ms, moved] of [
    [1_000, 0],
    [1, 0],
    [0, 1],
  ] as const)
    it(`R-47: a letter found due whose time was set meanwhile to ${ms} ms from now is ${moved === 1 ? '' : 'not '}moved on`, async () => {
      const world = svarutWorld();
      await world.begin();
      const id = await world.tjeneste.send(konto, await world.order(), null);
      const due = (at: number) =>
        world.store.unitOfWork((tx) => tx.updateSvarUt(id, { frist: new Date(testTime.getTime() + at) }));
      await world.store.unitOfWork((tx) => tx.updateShipment(id, { tilstand: 'VARSLET' }));
      await due(0);
      const round = loepUtLesefrister({
        ...world.deps,
        decideAgain: world.decideAgain,
        vetAtUlest: () => due(ms).then(() => true),
        failed: (error) => expect.fail(String(error)),
      });
      expect(await round()).to.equal(moved);
      expect((await world.deps.shipments.byId(id))?.tilstand).to.equal(moved === 1 ? 'MOTTATT' : 'VARSLET');
    });

  it('forgets ids that were given out, after seven days', async () => {
    const world = svarutWorld();
    const id = await world.tjeneste.startNyForsendelse(konto);
    const known = async () => (await world.tjeneste.statuser(konto, [id, randomUUID()])).length;
    for (const [short, left] of [
      [1, 1],
      [0, 1],
      [-1, 0],
    ] as const) {
      world.at(new Date(testTime.getTime() + limits.svarutReservation - short));
      await glem(world.deps)();
      expect(await known()).to.equal(left);
    }
  });
});
