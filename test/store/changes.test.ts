import { expect } from 'chai';
import type { EndretPerson } from '../../src/domain/person.js';
import type { Store } from '../../src/store/index.js';
import { eachStore } from '../support/stores.js';
import { epost, ids, person } from './support/rows.js';

/** Reads the feed as a client does, until `done` and nothing more is there. Calls `seen` with each answer. */
async function follow(
  store: Store,
  fra: number,
  done: () => boolean,
  seen: (rows: readonly EndretPerson[], fra: number, seneste: number) => void,
) {
  for (let next = fra; ;) {
    const last = done();
    const { personer, seneste } = await store.reads.changesFrom(next, 7);
    seen(personer, next, seneste);
    next = (personer.at(-1)?.endringsnummer ?? next - 1) + 1;
    if (last && personer.length === 0) return;
    if (personer.length === 0) await new Promise(setImmediate);
  }
}

describe('the change feed under concurrent updates', () => {
  eachStore((database) => {
    let stores: Store[];
    before(async () => {
      stores = [await database.open(), await database.open()];
    });
    const writer = (i: number) => stores[i % 2] as Store;

    it('R-07: 200 units that bring new persons: a follower sees 1, 2, 3 … without a gap, at every moment', async function () {
      this.timeout(60_000);
      const reader = await database.open();
      let done = false;
      const seen: number[] = [];
      const following = follow(
        reader,
        1,
        () => done,
        (rows, fra, seneste) => {
          const numbers = rows.map((row) => row.endringsnummer);
          expect(numbers).to.deep.equal(numbers.map((_, i) => fra + i));
          expect(seneste).to.be.at.least(numbers.at(-1) ?? fra - 1);
          if (rows.length < 7) expect(seneste).to.equal(fra + rows.length - 1);
          seen.push(...numbers);
        },
      );
      const units = Array.from({ length: 200 }, (_, i) =>
        writer(i).unitOfWork((tx) => tx.upsertPersons(ids(3, i * 3).map((id) => person(id)))),
      );
      expect(await Promise.all(units)).to.deep.equal(Array.from({ length: 200 }, () => 3));
      done = true;
      await following;
      expect(seen).to.deep.equal(Array.from({ length: 600 }, (_, i) => i + 1));
    });

    it('R-07: 200 units that change the same 40 persons: a follower ends with the register, and no number is lost', async function () {
      this.timeout(60_000);
      const people = ids(40);
      const { seneste: start } = await writer(0).reads.changesFrom(1, 1);
      const view = new Map<string, EndretPerson>();
      let done = false;
      let last = start;
      const following = follow(
        writer(1),
        start + 1,
        () => done,
        (rows) => {
          for (const row of rows) {
            expect(row.endringsnummer).to.be.above(last);
            last = row.endringsnummer;
            view.set(row.personidentifikator, row);
          }
        },
      );
      const counts = await Promise.all(
        Array.from({ length: 200 }, (_, i) => {
          const chosen = people.filter((_, n) => (n * 7 + i * 13) % 40 < 5);
          const changed = chosen.map((id) => person(id, epost(`nr${i}@example.com`)));
          return writer(i).unitOfWork((tx) => tx.upsertPersons(i % 2 ? changed : changed.reverse()));
        }),
      );
      done = true;
      await following;
      const { seneste } = await writer(0).reads.changesFrom(1, 1);
      expect(counts.reduce((sum, n) => sum + n, 0)).to.equal(seneste - start);
      const { personer } = await writer(0).reads.changesFrom(start + 1, 1000);
      expect(personer.map((p) => p.personidentifikator).sort()).to.deep.equal([...people].sort());
      expect([...view.values()].sort((a, b) => a.endringsnummer - b.endringsnummer)).to.deep.equal(personer);
      expect(last).to.equal(seneste);
    });
  });
});
