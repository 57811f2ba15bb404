import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import type { Ledgerlinje, Post, Teller } from '../../src/domain/ledger.js';
import { prisliste, type Prisrad } from '../../src/domain/tariff.js';
import type { Store } from '../../src/store/index.js';
import { eachStore } from '../support/stores.js';
import { openBackend } from './support/backend.js';
import { withStores } from './support/shipments.js';

const [sender, other] = ['310000019', '310000027'];
const bokfoert = new Date('2026-11-10T12:00:00Z');

const line = (post: Post, changes: Partial<Ledgerlinje> = {}): Omit<Ledgerlinje, 'nummer' | 'oere'> => ({
  shipmentId: randomUUID(),
  avsender: sender,
  post,
  leverandoer: '996460320',
  kostnadskode: null,
  bokfoert,
  maaned: '2026-11',
  prisdato: bokfoert,
  ...changes,
});

const charge = (store: Store, one: Omit<Ledgerlinje, 'nummer' | 'oere'>, teller: Teller | null, price = 69) =>
  store.unitOfWork((tx) => tx.charge(one, teller, (nummer) => (nummer > 10_000 ? 62 : price)));

describe('the ledger', () => {
  eachStore((database) => {
    const stores = withStores(database, 2);
    let store: Store;
    let another: Store;
    before(() => {
      [store, another] = stores() as [Store, Store];
    });

    it('R-57…R-62: begins with the price list of the test plan', async () => {
      const order = (rows: readonly Prisrad[]) => rows.map((row) => JSON.stringify(row)).sort();
      expect(order(await store.ledger.prices())).to.deep.equal(order(prisliste));
    });

    it('gives a line back as it was written, with the next number of its sender and month', async () => {
      const one = line('POSTKASSE', { kostnadskode: 'Kåfjord–Gáivuotna', maaned: '2026-01' });
      expect(await charge(store, one, 'AVSENDER')).to.equal(true);
      expect(await another.ledger.lines(one.shipmentId)).to.deep.equal([{ ...one, nummer: 1, oere: 69 }]);
      expect(await store.unitOfWork((tx) => tx.charged(one.shipmentId))).to.deep.equal(new Map([['POSTKASSE', 69]]));
      const next = line('POSTKASSE', { maaned: '2026-01' });
      await charge(store, next, 'AVSENDER');
      expect((await store.ledger.lines(next.shipmentId))[0]?.nummer).to.equal(2);
      const unpriced = line('SMS');
      await store.unitOfWork((tx) => tx.charge({ ...unpriced, leverandoer: null }, null, () => null));
      expect(await store.ledger.lines(unpriced.shipmentId)).to.deep.equal([
        { ...unpriced, leverandoer: null, nummer: null, oere: null },
      ]);
    });

    it('R-62: charges a letter once for each thing, whoever says so again, and counts it once', async () => {
      const one = line('POSTKASSE', { maaned: '2026-02' });
      const all = await Promise.all(
        Array.from({ length: 10 }, (_, i) => charge(i % 2 === 0 ? store : another, one, 'AVSENDER', 69 + i)),
      );
      expect(all.filter((isNew) => isNew)).to.have.length(1);
      expect(await store.ledger.lines(one.shipmentId)).to.have.length(1);
      expect((await store.ledger.prisbilde(one.avsender, '2026-02')).sendt).to.equal(1);
      expect(await charge(store, { ...one, post: 'SMS' }, null)).to.equal(true);
    });

    it('R-60: counts without gaps and races while two processes write, and nothing of what is given up', async function () {
      this.timeout(60_000);
      const ids = Array.from({ length: 60 }, (_, i) => `formidling-${i}`);
      const before = (await store.ledger.prisbilde(sender, '2026-03')).formidlet;
      const passed = (shipmentId: string) => line('MELDINGSFORMIDLER', { shipmentId, maaned: '2026-03' });
      const outcomes = await Promise.allSettled(
        ids.map((id, i) =>
          (i % 2 === 0 ? store : another).unitOfWork(async (tx) => {
            await tx.charge(passed(id), 'NASJONAL', () => 0);
            if (i % 5 === 4) throw new Error('given up');
          }),
        ),
      );
      expect(outcomes.filter(({ status }) => status === 'rejected')).to.have.length(12);
      const numbers = (await Promise.all(ids.map((id) => store.ledger.lines(id)))).flat().map(({ nummer }) => nummer);
      const sorted = numbers.map(Number).sort((a, b) => a - b);
      expect(sorted).to.deep.equal(Array.from({ length: 48 }, (_, i) => before + 1 + i));
      expect((await another.ledger.prisbilde(other, '2026-03')).formidlet).to.equal(before + 48);
    });

    it('R-57: message 10,000 of a month and 10,001; another sender and another month have their own', async () => {
      const backend = await openBackend(database.url());
      const name = `${sender} 2026-04`;
      await backend.write((db) => db.insertInto('counter').values({ name, value: 9_999 }).execute());
      await backend.close();
      const written = async (changes: Partial<Ledgerlinje>) => {
        const one = line('POSTKASSE', changes);
        await charge(store, one, 'AVSENDER');
        return (await store.ledger.lines(one.shipmentId)).map(({ nummer, oere }) => [nummer, oere]);
      };
      expect(await written({ maaned: '2026-04' })).to.deep.equal([[10_000, 69]]);
      expect(await written({ maaned: '2026-04' })).to.deep.equal([[10_001, 62]]);
      expect(await written({ maaned: '2026-05' })).to.deep.equal([[1, 69]]);
      expect(await written({ maaned: '2026-04', avsender: other })).to.deep.equal([[1, 69]]);
    });

    it('R-61: sums lines that are alike, by sender, thing, supplier, cost code and price', async () => {
      const month = { maaned: '2026-06' };
      for (const kostnadskode of ['A', 'A', null])
        await charge(store, line('SMS', { ...month, kostnadskode }), null, 44);
      await charge(store, line('SMS', { ...month, leverandoer: '984661185', kostnadskode: 'A' }), null, 50);
      await charge(store, line('UTSKRIFT', { ...month, avsender: other, leverandoer: null }), null, 510);
      await store.unitOfWork((tx) => tx.charge(line('SMS', { ...month, kostnadskode: 'A' }), null, () => null));
      const rows = (await store.ledger.sums(month)).map((s) => [
        ...[s.avsender, s.post, s.leverandoer, s.kostnadskode, s.stykkpris, s.antall, s.sum],
      ]);
      expect(rows).to.deep.equal([
        [sender, 'SMS', '984661185', 'A', 50, 1, 50],
        [sender, 'SMS', '996460320', null, 44, 1, 44],
        [sender, 'SMS', '996460320', 'A', 44, 2, 88],
        [sender, 'SMS', '996460320', 'A', null, 1, 0],
        [other, 'UTSKRIFT', null, null, 510, 1, 510],
      ]);
      expect(await store.ledger.sums({ ...month, avsender: other })).to.have.length(1);
    });

    it('R-57: a price is added once, never changed, and holds for the senders of its plan', async () => {
      const row: Prisrad = {
        plan: 'stor',
        vare: 'SMS',
        leverandoer: '996460320',
        fra: bokfoert,
        fraNummer: 1,
        oere: 30,
      };
      const put = (changes: Partial<Prisrad> = {}) => store.unitOfWork((tx) => tx.putPrice({ ...row, ...changes }));
      expect([await put(), await put(), await put({ oere: 31 })]).to.deep.equal(['new', 'same', 'other']);
      expect((await store.ledger.prices()).filter(({ plan }) => plan === 'stor')).to.deep.equal([row]);
      const ofPlan = async (who: string) =>
        (await another.ledger.prisbilde(who, '2026-07')).liste.filter(({ plan }) => plan === 'stor');
      expect(await ofPlan(sender)).to.deep.equal([]);
      for (const plan of ['liten', 'stor']) await store.unitOfWork((tx) => tx.putPricePlan(sender, plan));
      expect(await ofPlan(sender)).to.deep.equal([row]);
      expect(await ofPlan(other)).to.deep.equal([]);
      expect(await store.unitOfWork((tx) => tx.priceList(sender))).to.deep.include(row);
    });
  });

  it('R-62: nothing in the program changes or removes a line', () => {
    const src = resolve(import.meta.dirname, '../../src');
    const touching = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .filter((name) => touches.test(readFileSync(join(src, name), 'utf8')));
    expect(touching).to.deep.equal([]);
    for (const statement of [
      "updateTable('ledger')",
      "deleteFrom('ledger')",
      'delete from ledger',
      'update ledger set',
    ])
      expect(statement).to.match(touches);
  });
});

/** A statement that changes or removes rows of the ledger. */
const touches =
  /(updateTable|deleteFrom|replaceInto)\('ledger'|\b(update|delete from|replace into|truncate|drop table) ledger\b/i;
