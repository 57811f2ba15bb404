import { expect } from 'chai';
import { forgetOld, ORPHAN_AGE_MS, removeFree, sweepOrphans } from '../../src/application/retention.js';
import type { Retention } from '../../src/domain/shipmentPorts.js';
import { testTime } from '../support/pki.js';

const day = 86_400_000;
const before = (ms: number): Date => new Date(testTime.getTime() - ms);

/** Rows and files, and what was done to them in order. `free` maps references to the moment since when nobody needs them. */
function keeping(free: ReadonlyMap<string, Date>, files: ReadonlyMap<string, Date>, needed: readonly string[] = []) {
  const rows = new Map<string, Date | null>([...free, ...needed.map((ref) => [ref, null] as const)]);
  const there = new Map(files);
  const done: string[] = [];
  const batches: number[] = [];
  const retention: Retention = {
    forget: async (until, limit) => {
      const refs = [...rows].flatMap(([ref, since]) => (since !== null && since <= until ? [ref] : [])).slice(0, limit);
      for (const ref of refs) {
        rows.delete(ref);
        done.push(`row ${ref}`);
      }
      batches.push(refs.length);
      return refs;
    },
    unknown: async (refs) => refs.filter((ref) => !rows.has(ref)),
    since: async () => before(100 * day),
  };
  const payloads = {
    remove: async (ref: string) => {
      if (ref === 'stuck') throw new Error('the disk');
      there.delete(ref);
      done.push(`file ${ref}`);
    },
    list: async function* () {
      for (const [ref, written] of [...there]) yield { ref, written };
    },
  };
  const now = { now: () => testTime };
  return {
    done,
    batches,
    rows: () => [...rows.keys()],
    files: () => [...there.keys()],
    remove: (days: number, signal?: AbortSignal) => removeFree({ retention, payloads, calendar: now, days })(signal),
    sweep: (signal?: AbortSignal) => sweepOrphans({ retention, payloads, clock: now })(signal),
  };
}

const many = (count: number, at: Date) => new Map(Array.from({ length: count }, (_, n) => [`p${n}`, at]));

describe('application/retention', () => {
  describe('removing what is free', () => {
    it('removes after so many days by the calendar, not a millisecond before', async () => {
      const free = new Map([
        ['old', before(30 * day)],
        ['young', before(30 * day - 1)],
      ]);
      const k = keeping(free, free, ['needed']);
      expect(await k.remove(30)).to.equal(1);
      expect(k.files()).to.deep.equal(['young']);
      expect(k.rows()).to.deep.equal(['young', 'needed']);
    });

    it('0 days removes at once', async () => {
      const free = new Map([['just now', testTime]]);
      const k = keeping(free, free);
      expect(await k.remove(0)).to.equal(1);
      expect(k.files()).to.deep.equal([]);
    });

    it('takes the row first: a file that cannot be removed then is an orphan, which the sweep takes later', async () => {
      const free = new Map([
        ['a', before(40 * day)],
        ['stuck', before(40 * day)],
      ]);
      const k = keeping(free, free);
      expect(String(await k.remove(30).catch((error: unknown) => error))).to.contain('the disk');
      expect(k.done).to.deep.equal(['row a', 'row stuck', 'file a']);
      expect(k.rows()).to.deep.equal([]);
    });

    it('goes on by batches until there is nothing left, and no longer than a round may be', async () => {
      for (const [count, removed, batches] of [
        [250, 250, [100, 100, 50]],
        [2_500, 2_000, Array.from({ length: 20 }, () => 100)],
      ] as const) {
        const free = many(count, before(40 * day));
        const k = keeping(free, free);
        expect(await k.remove(30)).to.equal(removed);
        expect(k.batches).to.deep.equal(batches);
      }
    });

    it('begins no batch when it is to stop', async () => {
      const free = many(5, before(40 * day));
      const k = keeping(free, free);
      expect(await k.remove(30, AbortSignal.abort())).to.equal(0);
      expect(k.done).to.deep.equal([]);
    });
  });

  describe('sweeping orphans', () => {
    it('removes what no row names a day after it was written, not a millisecond before', async () => {
      const files = new Map([
        ['old', before(ORPHAN_AGE_MS + 1)],
        ['a day', before(ORPHAN_AGE_MS)],
        ['young', before(ORPHAN_AGE_MS - 1)],
        ['needed', before(50 * day)],
        ['free', before(50 * day)],
      ]);
      const k = keeping(new Map([['free', before(1)]]), files, ['needed']);
      expect(await k.sweep()).to.equal(2);
      expect(k.files()).to.deep.equal(['young', 'needed', 'free']);
    });

    it('leaves alone what was stored before there were rows', async () => {
      const files = new Map([
        ['before', before(100 * day + 1)],
        ['since', before(100 * day)],
      ]);
      const k = keeping(new Map(), files);
      expect(await k.sweep()).to.equal(1);
      expect(k.files()).to.deep.equal(['before']);
    });

    it('goes through all of many files, also when their number is that of whole batches', async () => {
      for (const count of [1, 99, 100, 101, 300]) {
        const k = keeping(new Map(), many(count, before(2 * day)));
        expect(await k.sweep()).to.equal(count);
        expect(k.files()).to.deep.equal([]);
      }
    });

    it('stops between two batches when it is told to', async () => {
      const k = keeping(new Map(), many(3, before(2 * day)));
      expect(await k.sweep(AbortSignal.abort())).to.equal(0);
      expect(k.files()).to.have.length(3);
    });
  });
});

describe('what the broker has done with is forgotten', () => {
  const day = 86_400_000;
  /** Old messages and receipts by count, and what was asked. */
  const keeping = (messages: number, receipts: number) => {
    const asked: Date[] = [];
    const left = { messages, receipts };
    const take = (what: keyof typeof left) => async (until: Date, limit: number) => {
      asked.push(until);
      const taken = Math.min(limit, left[what]);
      left[what] -= taken;
      return taken;
    };
    return { asked, left, brokerRetention: { forgetMessages: take('messages'), forgetReceipts: take('receipts') } };
  };
  const deps = { calendar: { now: () => testTime }, brokerDays: 35 };

  it('by the calendar, in batches, until none is left', async () => {
    const { asked, left, brokerRetention } = keeping(250, 100);
    expect(await forgetOld({ ...deps, brokerRetention })()).to.deep.equal({ messages: 250, receipts: 100 });
    expect(left).to.deep.equal({ messages: 0, receipts: 0 });
    expect(asked.map((until) => testTime.getTime() - until.getTime())).to.deep.equal(Array(5).fill(35 * day));
  });

  it('no more than 2,000 of each in a round, and nothing when it is stopped', async () => {
    const { brokerRetention } = keeping(3_000, 3_000);
    const stopped = await forgetOld({ ...deps, brokerRetention })(AbortSignal.abort());
    expect(stopped).to.deep.equal({ messages: 0, receipts: 0 });
    expect(await forgetOld({ ...deps, brokerRetention })()).to.deep.equal({ messages: 2_000, receipts: 2_000 });
  });
});
