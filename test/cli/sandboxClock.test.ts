import type { Command } from 'commander';
import { expect } from 'chai';
import { addClock } from '../../src/cli/sandboxClock.js';
import { memoryStore } from '../support/memoryStore.js';
import type { MemoryStore } from '../support/memoryStore.js';
import { runCommand } from '../support/runCommand.js';

const now = new Date('2026-03-02T12:00:00.123Z');
const hour = 3_600_000;

describe('posthorn sandbox clock', () => {
  let store: MemoryStore;
  let opened: number;
  let isProduction: boolean;
  beforeEach(() => {
    [store, opened, isProduction] = [memoryStore(), 0, false];
  });

  const run = (...args: readonly string[]) => {
    const open = async () => {
      opened++;
      return store;
    };
    const add = (program: Command): void =>
      addClock(program, { open, clock: { now: () => now }, isProduction: () => isProduction });
    return runCommand(add, 'clock', ...args);
  };

  it('shows what the calendar says, and moves nothing', async () => {
    expect(await run()).to.deep.include({
      code: 0,
      out: "The calendar says 2026-03-02T12:00:00Z: it is the clock's.\n",
    });
    expect(await store.calendar.ahead()).to.equal(0);
  });

  it('moves ahead by days and by hours, from where it is, and back by reset', async () => {
    const first = await run('+7d');
    expect(first.out).to.contain('The calendar says 2026-03-09T12:00:00Z: 7 days ahead of the clock.');
    expect(first.out).to.contain('within two seconds');
    expect((await run('+12h')).out).to.contain('2026-03-10T00:00:00Z: 7 days and 12 hours ahead of the clock.');
    expect((await run('+13h')).out).to.contain('2026-03-10T13:00:00Z: 8 days and 1 hour ahead of the clock.');
    expect(await store.calendar.ahead()).to.equal((7 * 24 + 25) * hour);
    expect((await run()).out).to.contain('8 days and 1 hour ahead');
    expect((await run('reset')).out).to.contain("it is the clock's");
    expect(await store.calendar.ahead()).to.equal(0);
  });

  for (const move of ['7d', '+7', '+0d', '+7w', '+1.5d', '+10000d', '+7dd', 'back', '']) {
    it(`refuses ${JSON.stringify(move)}, with what it takes, before the database is opened`, async () => {
      const { code, out, err } = await run(move);
      expect([code, out, opened]).to.deep.equal([2, '', 0]);
      expect(err).to.contain('such as +7d or +12h');
    });
  }

  it('goes back in no other way', async () => {
    expect((await run('-7d')).code).to.equal(2);
    expect(await store.calendar.ahead()).to.equal(0);
  });

  for (const move of ['+7d', 'reset']) {
    it(`production refuses ${move}, says why, and opens no database`, async () => {
      isProduction = true;
      const { code, out, err } = await run(move);
      expect([code, out, opened]).to.deep.equal([1, '', 0]);
      expect(err).to.contain('Production keeps the real time');
    });
  }
});
