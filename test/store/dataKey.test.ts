import { createSecretKey, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import { openStore, type Store } from '../../src/store/index.js';
import { keyIdOf } from '../../src/store/sealed.js';
import { formidling, koekvittering } from '../support/formidlinger.js';
import { eachStore } from '../support/stores.js';
import { openBackend } from './support/backend.js';
import { accept, shipment } from './support/shipments.js';

const keyOf = (octet: number): KeyObject => createSecretKey(Buffer.alloc(32, octet));
const SAID =
  /^The data key is not the one .* its id is [0-9a-f]{16}, .* names [0-9a-f]{16}\..* POSTHORN_DATA_KEY .* data\.key/;

describe('the data key of a database', () => {
  eachStore((database) => {
    const under = (octet: number): Promise<Store> => openStore({ url: database.url(), dataKey: keyOf(octet) });
    /** Which of these keys open it. */
    const opening = async (...octets: readonly number[]): Promise<readonly number[]> => {
      const ends = await Promise.allSettled(octets.map(under));
      const opened: number[] = [];
      for (const [n, end] of ends.entries()) {
        if (end.status === 'fulfilled') {
          opened.push(octets[n] as number);
          await end.value.close();
        } else {
          expect(end.reason).to.have.property('name', 'Error');
          expect(end.reason).to.have.property('message').that.matches(SAID);
        }
      }
      return opened;
    };
    /** As a database is that an older version has made. */
    const withoutRow = async (): Promise<void> => {
      const backend = await openBackend(database.url());
      await backend.write((db) => db.deleteFrom('data_key').execute());
      await backend.close();
    };

    it('is that of the first who came, however many came at once; with another nobody is let in', async function () {
      this.timeout(60_000);
      await database.open();
      const opened = await opening(1, 2, 3, 1, 2, 3);
      expect([opened.length, new Set(opened).size]).to.deep.equal([2, 1]);
      expect(await opening(1, 2, 3)).to.deep.equal(opened.slice(0, 1));
      const [right] = opened as [number];
      const store = await under(right);
      await store.unitOfWork((tx) => tx.putKoekvittering(koekvittering()));
      await store.close();
      await withoutRow();
      expect(await opening(right === 1 ? 2 : 1, right), 'a receipt').to.deep.equal([right]);
    });

    const sealed: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
      'a letter': (store) => accept(store, shipment()),
      'a message': (store) => store.unitOfWork((tx) => tx.insertFormidling(formidling())),
    };
    for (const [what, put] of Object.entries(sealed))
      it(`is, where an older version has made the database, the one under which ${what} lies there`, async () => {
        const backend = await openBackend(database.url());
        for (const table of ['mpc_receipt', 'shipment_event', 'job', 'shipment', 'formidling', 'data_key'] as const)
          await backend.write((db) => db.deleteFrom(table).execute());
        await backend.close();
        const store = await under(5);
        await put(store);
        await store.close();
        await withoutRow();
        expect(await opening(4), 'the wrong one first').to.deep.equal([]);
        expect(await opening(5, 4)).to.deep.equal([5]);
      });

    it('is, where an older version has written letters under two, either of them, and stays what it is when another is refused', async () => {
      const backend = await openBackend(database.url());
      for (const octet of [6, 7]) {
        const id = keyIdOf(keyOf(octet));
        await backend.write((db) => db.deleteFrom('data_key').execute());
        await backend.write((db) => db.insertInto('data_key').values({ name: 'sealed under', id }).execute());
        const store = await under(octet);
        await accept(store, shipment());
        await store.close();
      }
      await backend.close();
      await withoutRow();
      expect(await opening(8)).to.deep.equal([]);
      expect(await opening(7)).to.deep.equal([7]);
      expect(await opening(6)).to.deep.equal([]);
    });

    it('is asked of nobody who does without it', async () => {
      expect(await (await database.open()).reads.suppliers()).to.deep.equal([]);
    });
  });
});
