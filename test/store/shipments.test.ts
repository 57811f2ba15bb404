import { createSecretKey, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { ordrett } from '../../src/domain/hendelsestekst.js';
import { openStore, type Store } from '../../src/store/index.js';
import { eachStore } from '../support/stores.js';
import { openBackend } from './support/backend.js';
import { person } from './support/rows.js';
import { accept, at, beslutning, due, hendelse, shipment, t0, withStores } from './support/shipments.js';

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('shipments', () => {
  eachStore((database) => {
    const stores = withStores(database, 2);
    let store: Store;
    let other: Store;
    before(() => {
      [store, other] = stores() as [Store, Store];
    });
    const insert = (one: ReturnType<typeof shipment>, by = store) =>
      by.unitOfWork((tx) => tx.insertShipment(one, hendelse(), null));

    it('come back as they were put in, dates to the millisecond, by id, reference and conversation', async () => {
      const one = shipment();
      expect(await insert(one)).to.equal(undefined);
      expect(await other.shipments.byId(one.id)).to.deep.equal(one);
      expect(await other.shipments.byRef('310000019', one.forsendelse.eksternRef)).to.deep.equal(one);
      expect(await other.shipments.byConversation(one.konversasjonsId)).to.deep.equal(one);
      expect(await other.shipments.events(one.id)).to.deep.equal([hendelse()]);
    });

    it('that are not there are undefined', async () => {
      expect(await store.shipments.byId('x')).to.equal(undefined);
      expect(await store.shipments.byRef('310000019', 'x')).to.equal(undefined);
      expect(await store.shipments.byConversation('x')).to.equal(undefined);
      expect(await store.shipments.events('x')).to.deep.equal([]);
      expect(await store.unitOfWork((tx) => tx.lockShipment('x'))).to.equal(undefined);
    });

    it('take 200 attachments with long names, a refused decision, and text that looks like a date', async () => {
      const vedlegg = Array.from({ length: 200 }, (_, i) => ({
        ...shipment().forsendelse.hoveddokument,
        filnavn: `${'å'.repeat(250)}${i}`,
        tittel: '{"$date":1}',
      }));
      const { fattet, register, spor, varsler } = beslutning();
      const refused = { fattet, register, spor, varsler, utfall: 'AVVIS', kode: 'ONLY_DIGITAL' } as const;
      const one = shipment({ vedlegg, tittel: '2026-03-01T12:00:00.123Z' }, { beslutning: refused });
      await insert(one);
      expect(await store.shipments.byId(one.id)).to.deep.equal(one);
    });

    it('refuse a date that is none', async () => {
      const broken = shipment({ virkningstidspunkt: new Date(NaN) });
      expect(await failure(insert(broken))).to.be.instanceOf(TypeError);
      expect(await store.shipments.byId(broken.id)).to.equal(undefined);
    });

    it('the same reference again gives the shipment that is there, and writes nothing', async () => {
      const one = shipment();
      const again = shipment({ eksternRef: one.forsendelse.eksternRef, tittel: 'another' });
      await insert(one);
      const before = (await store.shipments.queue(10_000)).length;
      expect(await insert(again, other)).to.deep.equal(one);
      expect(await store.shipments.byId(again.id)).to.equal(undefined);
      expect(await store.shipments.events(again.id)).to.deep.equal([]);
      expect(await store.shipments.queue(10_000)).to.have.length(before);
    });

    it('F14: of 50 inserts at once from two processes one is made, and 49 see it', async function () {
      this.timeout(60_000);
      for (let round = 0; round < 3; round++) {
        const eksternRef = randomUUID();
        const all = Array.from({ length: 50 }, () => shipment({ eksternRef }));
        const found = await Promise.all(all.map((one, i) => insert(one, i % 2 === 0 ? store : other)));
        const winner = all[found.indexOf(undefined)];
        expect(found.filter((one) => one === undefined)).to.have.length(1);
        for (const one of found) if (one !== undefined) expect(one).to.deep.equal(winner);
        expect(await store.shipments.events(winner?.id ?? '')).to.have.length(1);
      }
    });

    it('a loser that had read before sees the winner, not the snapshot of its transaction', async () => {
      const winner = shipment();
      let runs = 0;
      const found = await other.unitOfWork(async (tx) => {
        // The register is read here, which settles what this transaction sees of committed rows.
        await tx.upsertPersons([person('reads')]);
        // On SQLite a process that has begun to write lets no other in.
        if (runs++ === 0 && database.kind === 'mysql') await insert(winner);
        if (database.kind === 'sqlite') await tx.insertShipment(winner, hendelse(), null);
        return tx.insertShipment(shipment({ eksternRef: winner.forsendelse.eksternRef }), hendelse(), null);
      });
      expect(found).to.deep.equal(winner);
    });

    it('a reference that was rolled back is free', async () => {
      const one = shipment();
      const undone = store.unitOfWork(async (tx) => {
        await tx.insertShipment(one, hendelse(), null);
        throw new Error('no');
      });
      expect(await failure(undone)).to.have.property('message', 'no');
      expect(await store.shipments.byRef('310000019', one.forsendelse.eksternRef)).to.equal(undefined);
      expect(await insert(one)).to.equal(undefined);
    });

    it('an id in use is refused, and the shipment that has it is left as it was', async () => {
      const one = shipment();
      await insert(one);
      expect(await failure(insert(shipment({}, { id: one.id })))).to.have.property('code', 'INTERNAL');
      expect(await store.shipments.byId(one.id)).to.deep.equal(one);
    });

    const lookalikes: Readonly<Record<string, readonly [string, string]>> = {
      case: ['abc', 'ABC'],
      'a trailing space': ['abd', 'abd '],
      'an accent': ['e', 'é'],
      'composed and decomposed letters': ['\u00e5', 'a\u030a'],
      'a letter of four octets': ['\u{1f468}', '\u{1f469}'],
      'three hundred characters': ['x'.repeat(300), 'x'.repeat(301)],
    };
    for (const [difference, [one, two]] of Object.entries(lookalikes))
      it(`SECURITY 107: ${difference} keeps references apart`, async () => {
        const [a, b] = [shipment({ eksternRef: one }), shipment({ eksternRef: two })];
        expect(await insert(a)).to.equal(undefined);
        expect(await store.shipments.byRef('310000019', two)).to.equal(undefined);
        expect(await insert(b)).to.equal(undefined);
        expect(await store.shipments.byRef('310000019', one)).to.deep.equal(a);
        expect(await store.shipments.byRef('310000019', two)).to.deep.equal(b);
      });

    it('F17, SECURITY 108: the same reference of two senders is two shipments, each seen under its own sender', async () => {
      const eksternRef = 'shared';
      const [a, b] = [shipment({ eksternRef }), shipment({ eksternRef, avsender: '310000027' })];
      await insert(a);
      expect(await store.shipments.byRef('310000027', eksternRef)).to.equal(undefined);
      expect(await insert(b)).to.equal(undefined);
      expect((await store.shipments.byRef('310000019', eksternRef))?.id).to.equal(a.id);
      expect((await store.shipments.byRef('310000027', eksternRef))?.id).to.equal(b.id);
    });

    for (const text of ["' OR 1=1-- ", "\\'; drop table shipment; -- ", '\u02bc or 1=1', '%_', '\\', '\n\r\t'])
      it(`SECURITY 106: ${JSON.stringify(text)} is stored as data`, async () => {
        const one = shipment({ eksternRef: text, tittel: text }, { meldingsId: text });
        await insert(one);
        expect(await store.shipments.byRef('310000019', text)).to.deep.equal(one);
        const event = hendelse({ kode: text, tekst: { nb: text, en: `${text}.` } });
        await store.unitOfWork((tx) => tx.appendShipmentEvent(one.id, event));
        expect((await store.shipments.events(one.id)).at(-1)).to.deep.equal(event);
      });

    it('SECURITY 106: a reference of more than 512 characters is refused, not cut', async () => {
      const long = shipment({ eksternRef: 'y'.repeat(513) });
      expect(await failure(insert(long))).to.have.property('code', 'INTERNAL');
      expect(await store.shipments.byRef('310000019', 'y'.repeat(512))).to.equal(undefined);
      await insert(shipment({ eksternRef: 'y'.repeat(512) }));
    });

    it('change where they are told to, and nowhere else', async () => {
      const [one, neighbour] = [shipment(), shipment()];
      await accept(store, one, neighbour);
      const change = (what: Parameters<Parameters<Parameters<Store['unitOfWork']>[0]>[0]['updateShipment']>[1]) =>
        store.unitOfWork((tx) => tx.updateShipment(one.id, what));
      await change({});
      expect(await store.shipments.byId(one.id)).to.deep.equal(one);
      await change({ tilstand: 'SENDT' });
      expect(await store.shipments.byId(one.id)).to.deep.equal({ ...one, tilstand: 'SENDT' });
      const anew = { ...beslutning('996460320'), fattet: at(9) };
      await change({ beslutning: anew, meldingsId: 'new' });
      const expected = { ...one, tilstand: 'SENDT', beslutning: anew, meldingsId: 'new' };
      expect(await store.shipments.byId(one.id)).to.deep.equal(expected);
      expect(await store.shipments.byId(neighbour.id)).to.deep.equal(neighbour);
    });

    it('R-15: a decision made anew moves the job to its provider', async () => {
      const one = due('310000050');
      await accept(store, one);
      const row = async () => (await store.shipments.queue(10_000)).find(({ shipmentId }) => shipmentId === one.id);
      expect(await row()).to.have.property('leverandoer', '310000050');
      await store.unitOfWork((tx) => tx.updateShipment(one.id, { beslutning: beslutning(null) }));
      expect(await row()).to.have.property('leverandoer', 'ALTINN');
    });

    it('are locked from the read to the end of the transaction', async () => {
      const one = shipment({}, { meldingsId: '0' });
      await insert(one);
      const increment = (by: Store) =>
        by.unitOfWork(async (tx) => {
          const { meldingsId } = (await tx.lockShipment(one.id)) ?? { meldingsId: '' };
          await tx.updateShipment(one.id, { meldingsId: String(Number(meldingsId) + 1) });
        });
      await Promise.all(Array.from({ length: 20 }, (_, i) => increment(i % 2 === 0 ? store : other)));
      expect((await store.shipments.byId(one.id))?.meldingsId).to.equal('20');
    });

    it('keep their events in the order of writing, whatever their times say', async () => {
      const one = shipment();
      await insert(one);
      const later = [
        hendelse({ type: 'SENDT', tid: at(5), kode: 'EBMS:0004', tekst: { nb: 'Sendt', en: 'Sent' } }),
        hendelse({ type: 'LEVERING', tid: at(-5), tekst: ordrett('Levert') }),
      ];
      for (const event of later) await store.unitOfWork((tx) => tx.appendShipmentEvent(one.id, event));
      expect(await other.shipments.events(one.id)).to.deep.equal([hendelse(), ...later]);
    });

    it('cut the text and the code of an event, so that a long or odd one is recorded nevertheless', async () => {
      const one = shipment();
      await insert(one);
      const tekst = { nb: '👩'.repeat(3000), en: '👨'.repeat(2001) };
      const long = hendelse({ tekst, kode: `a\0${'b'.repeat(500)}` });
      await store.unitOfWork((tx) => tx.appendShipmentEvent(one.id, long));
      const found = (await store.shipments.events(one.id)).at(-1);
      expect(found).to.deep.equal({
        ...long,
        tekst: { nb: '👩'.repeat(2000), en: '👨'.repeat(2000) },
        kode: `a\ufffd${'b'.repeat(126)}`,
      });
    });

    describe('at rest', () => {
      const columns = async (id: string) => {
        const backend = await openBackend(database.url());
        const row = await backend.read((db) =>
          db.selectFrom('shipment').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
        );
        await backend.close();
        return row;
      };
      const overwrite = async (id: string, change: { forsendelse?: Buffer; beslutning?: Buffer }) => {
        const backend = await openBackend(database.url());
        await backend.write((db) => db.updateTable('shipment').set(change).where('id', '=', id).execute());
        await backend.close();
      };

      it('show neither recipient nor what the letter is about', async () => {
        const one = shipment();
        await insert(one);
        const row = await columns(one.id);
        const text = Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : value));
        for (const secret of ['01018012345', 'Nordmann', 'hemmelig', 'ola@example.com', 'ola.nordmann'])
          expect(text.join(' ')).not.to.contain(secret);
      });

      it('are refused when an octet was changed, cut, or taken from another shipment or column', async () => {
        const [one, two] = [shipment(), shipment()];
        await accept(store, one, two);
        const row = await columns(one.id);
        const flipped = (at: number) => {
          const octets = Buffer.from(row.forsendelse);
          octets[at] = (octets[at] ?? 0) ^ 1;
          return octets;
        };
        const size = row.forsendelse.length;
        const wrong = [
          ...[0, 1, 9, 25, size - 17, size - 1].map(flipped),
          row.forsendelse.subarray(0, -1),
          row.forsendelse.subarray(0, 20),
          row.beslutning,
          (await columns(two.id)).forsendelse,
        ];
        for (const forsendelse of wrong) {
          await overwrite(one.id, { forsendelse });
          expect(await failure(store.shipments.byId(one.id))).to.have.property('code', 'INTERNAL');
        }
        await overwrite(one.id, { forsendelse: row.forsendelse });
        expect(await store.shipments.byId(one.id)).to.deep.equal(one);
      });

      it('cannot be read or written under another data key, or without one', async () => {
        const one = shipment();
        await insert(one);
        const wrong = openStore({ url: database.url(), dataKey: createSecretKey(Buffer.alloc(32, 8)) });
        expect(await failure(wrong))
          .to.have.property('message')
          .that.contains('not the one');
        const without = await database.open();
        for (const work of [without.shipments.byId(one.id), insert(shipment(), without)])
          expect(await failure(work))
            .to.have.property('detail')
            .that.contains('without the data key');
        expect((await without.shipments.events(one.id)).map(({ type }) => type)).to.deep.equal(['MOTTATT']);
      });
    });

    it('are all there after the store was closed and opened', async () => {
      const one = shipment({}, { mottatt: t0 });
      const first = await openStore({ url: database.url(), dataKey: createSecretKey(Buffer.alloc(32, 7)) });
      await insert(one, first);
      await first.close();
      expect(await other.shipments.byId(one.id)).to.deep.equal(one);
    });
  });
});
