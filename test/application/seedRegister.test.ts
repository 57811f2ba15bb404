import { expect } from 'chai';
import { isReserved, seedRegister } from '../../src/application/seedRegister.js';
import type { Person } from '../../src/domain/person.js';
import { resident } from '../../src/sandbox/residents.js';
import { memoryStore } from '../support/memoryStore.js';

const now = new Date('2026-03-31T08:00:00Z');
const calendar = { now: () => now };

describe('application/seedRegister', () => {
  it('reserves exactly 1801 of 3,800,000, evenly spread', () => {
    let reserved = 0;
    let inFirstHalf = 0;
    for (let index = 0; index < 3_800_000; index++) {
      if (!isReserved(index, 3_800_000, 1801)) continue;
      reserved += 1;
      if (index < 1_900_000) inFirstHalf += 1;
    }
    expect([reserved, inFirstHalf]).to.deep.equal([1801, 900]);
  });

  it('reserves none and all', () => {
    const reserved = (count: number) => [0, 1, 2].filter((index) => isReserved(index, 3, count)).length;
    expect([0, 1, 2, 3].map(reserved)).to.deep.equal([0, 1, 2, 3]);
  });

  it('writes in transactions of 1000, tells its progress, and changes nothing the second time', async () => {
    const store = memoryStore();
    const sizes: number[] = [];
    const unitOfWork: typeof store.unitOfWork = (work) =>
      store.unitOfWork((tx) =>
        work({
          ...tx,
          upsertPersons: (persons) => {
            sizes.push(persons.length);
            return tx.upsertPersons(persons);
          },
        }),
      );
    const progress: number[] = [];
    const seed = seedRegister({ unitOfWork, calendar, resident });
    const input = { persons: 2500, reserved: 7, onProgress: (written: number) => progress.push(written) };
    expect(await seed(input)).to.equal(2500);
    expect(sizes).to.deep.equal([1000, 1000, 500]);
    expect(progress).to.deep.equal([1000, 2000, 2500]);
    const { personer, seneste } = await store.reads.changesFrom(0, 5000);
    expect(personer.filter((person) => person.reservasjon)).to.have.length(7);
    expect(await seed(input)).to.equal(0);
    expect((await store.reads.changesFrom(0, 1)).seneste).to.equal(seneste);
  });

  it('takes the persons from its source, with the calendar of the rules', async () => {
    const asked: unknown[] = [];
    const source = (index: number, at: Date, reservasjon: boolean): Person => {
      asked.push([index, at, reservasjon]);
      return resident(index, at, reservasjon);
    };
    await seedRegister({ ...memoryStore(), calendar, resident: source })({ persons: 2, reserved: 1 });
    expect(asked).to.deep.equal([
      [0, now, false],
      [1, now, true],
    ]);
  });

  it('refuses more reserved than persons', async () => {
    const seed = seedRegister({ ...memoryStore(), calendar, resident });
    const message = await seed({ persons: 1, reserved: 2 }).catch((error: Error) => error.message);
    expect(message).to.equal('2 reserved of 1 persons is not possible');
  });
});
