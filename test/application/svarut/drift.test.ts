import { expect } from 'chai';
import { settMottatt, slettDokumenter, varsleOmLiggende } from '../../../src/application/svarut/drift.js';
import { stans } from '../../../src/application/svarut/stans.js';
import type { Tilstand } from '../../../src/domain/shipment.js';
import type { Liggende } from '../../../src/domain/svarut/ports.js';
import { limits } from '../../../src/limits.js';
import { memoryStore } from '../../support/memoryStore.js';
import { testTime } from '../../support/pki.js';
import { eachStore } from '../../support/stores.js';
import { withStores } from '../../store/support/shipments.js';
import { konto, regler, svarutWorld } from './world.js';

describe('application/svarut/drift', () => {
  const store = memoryStore();
  const world = svarutWorld(store);
  const { deps, tjeneste, order } = world;
  const send = async (...changes: Parameters<typeof order>) => tjeneste.send(konto, await order(...changes), null);
  const put = (id: string, tilstand: Tilstand) => store.unitOfWork((tx) => tx.updateShipment(id, { tilstand }));
  before(() => world.begin());

  it('an operator says that a letter was received which waits for a system: LEST, once; no other letter is', async () => {
    await store.unitOfWork((tx) =>
      tx.putMottakersystem({
        brukernavn: 'mottak',
        navn: 'Arkivet',
        orgnr: '310000027',
        forsendelseType: null,
        nivaa: null,
        sertifikat: Buffer.alloc(1),
      }),
    );
    const post = (await order()).mottaker?.post ?? null;
    const id = await send({ mottaker: { digital: { orgnr: '310000027' }, post } });
    const received = settMottatt(deps);
    expect(await received(id), 'not handed on yet').to.equal(false);
    await put(id, 'SENDT');
    expect([await received(id), await received(id)]).to.deep.equal([true, false]);
    expect((await tjeneste.statuser(konto, [id]))[0]?.status).to.equal('LEST');
    expect((await tjeneste.historikk(konto, id)).at(-1)?.hendelse).to.equal('Satt som mottatt av operatør');
    const elsewhere = await send();
    await put(elsewhere, 'SENDT');
    expect([await received(elsewhere), await received('nobody')]).to.deep.equal([false, false]);
  });

  eachStore((database) => {
    const stores = withStores(database, 1);

    it('documents are removed early once a letter is through, and not before', async () => {
      const [stored] = stores();
      if (stored === undefined) throw new Error('no store');
      const there = svarutWorld(stored);
      await there.begin();
      const remove = slettDokumenter(stored);
      const id = await there.tjeneste.send(konto, await there.order(), null);
      const at = (tilstand: Tilstand) => stored.unitOfWork((tx) => tx.updateShipment(id, { tilstand }));
      for (const tilstand of ['MOTTATT', 'SENDT', 'I_PRODUKSJON', 'VARSLET', 'FEILET'] as const) {
        await at(tilstand);
        expect(await remove(id), tilstand).to.equal('needed');
      }
      expect(await stored.retention.forget(new Date(0), 10)).to.deep.equal([]);
      await at('LEVERT');
      await stored.unitOfWork((tx) => tx.freePayloads(id, testTime));
      expect([await remove(id), await remove('nobody')]).to.deep.equal(['removed', 'unknown']);
      const ref = (await stored.shipments.byId(id))?.forsendelse.hoveddokument.innhold.ref;
      expect(await stored.retention.forget(new Date(0), 10)).to.deep.equal([ref]);
    });

    it('a letter that was given up is handled by hand, and is not taken up again', async () => {
      const [stored] = stores();
      if (stored === undefined) throw new Error('no store');
      const there = svarutWorld(stored);
      const id = await there.tjeneste.send(konto, await there.order(), null);
      const jobs = await stored.queue.claim(testTime, 1_000, 100, () => Infinity);
      await stored.unitOfWork(async (tx) => {
        for (const job of jobs) if (job.shipmentId === id) expect(await tx.giveUpJob(job)).to.equal(true);
        await tx.updateShipment(id, { tilstand: 'FEILET' });
      });
      const deadLetters = async () =>
        (await stored.shipments.queue(100)).filter((row) => row.shipmentId === id).map(({ givenUp }) => givenUp);
      expect(await deadLetters()).to.deep.equal([true]);
      expect(await stans(there.deps)(id)).to.deep.equal({ type: 'stopped' });
      expect((await stored.shipments.byId(id))?.tilstand).to.equal('TRUKKET');
      expect((await there.tjeneste.statuser(konto, [id]))[0]?.status).to.equal('MANUELT_HANDTERT');
      expect(await deadLetters()).to.deep.equal([]);
    });
  });

  it('A-post has reading hours of its own where the account says so, and notices have its words', async () => {
    const varsel = { epost: 'Du har post fra kommunen', sms: 'Post fra kommunen' };
    const hoursOf = async (brevtype: 'APOST' | 'BPOST') => {
      const id = await send({ printkonfigurasjon: { brevtype, fargePrint: false, tosidig: false } });
      expect((await store.shipments.byId(id))?.forsendelse.varseltekst).to.deep.equal(varsel);
      return (await store.svarut.brev(id))?.lesetimer;
    };
    await store.unitOfWork((tx) => tx.putSvarUtKonto({ ...regler, lesetimerApost: 24, varsel }));
    expect([await hoursOf('APOST'), await hoursOf('BPOST')]).to.deep.equal([24, 40]);
    await store.unitOfWork((tx) => tx.putSvarUtKonto({ ...regler, varsel }));
    expect(await hoursOf('APOST')).to.equal(40);
    await world.begin();
  });

  describe('letters that lie with their receivers', () => {
    const eldste = testTime;
    const told: string[] = [];
    const measured: number[] = [];
    let now = testTime;
    let lying: readonly Liggende[] = [];
    const look = varsleOmLiggende({
      svarut: { liggende: async (foer) => lying.filter((l) => l.eldste < foer) },
      clock: { now: () => now },
      measured: (all) => measured.push(all.length),
      warned: ({ mottakersystem }) => told.push(mottakersystem),
    });
    const after = async (ms: number): Promise<string[]> => {
      now = new Date(testTime.getTime() + ms);
      await look();
      return told.splice(0);
    };
    const { svarinnLying, svarinnReminder } = limits;

    it('are told of after two hours, and three times a day from then on', async () => {
      lying = [{ mottakersystem: 'a', antall: 1, eldste }];
      expect([await after(svarinnLying - 1), await after(svarinnLying), await after(svarinnLying + 1)]).to.deep.equal([
        [],
        [],
        ['a'],
      ]);
      const again = svarinnLying + 1 + svarinnReminder;
      expect([await after(again - 1), await after(again), await after(again + 1)]).to.deep.equal([[], ['a'], []]);
      expect(measured.splice(0)).to.deep.equal([0, 0, 1, 1, 1, 1]);
      expect(86_400_000 / svarinnReminder).to.equal(3);
    });

    it('are told of at once when they lie again, each system by itself', async () => {
      const later = svarinnLying + 2 * svarinnReminder;
      lying = [];
      expect(await after(later)).to.deep.equal([]);
      lying = ['a', 'b'].map((mottakersystem) => ({ mottakersystem, antall: 1, eldste }));
      expect(await after(later + 1)).to.deep.equal(['a', 'b']);
    });
  });
});
