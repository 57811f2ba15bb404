import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { groupCommit, LONGEST } from '../../src/store/group-commit.js';
import type { Store } from '../../src/store/index.js';
import { eachStore } from '../support/stores.js';
import { event, ids, person, replayKey } from './support/rows.js';

/** A connection that notes what it is asked, and whose next commit waits for `release`. */
function recorded(failing: (sql: string) => boolean = () => false) {
  const log: string[] = [];
  const held: (() => void)[] = [];
  const run = async (sql: string) => {
    log.push(sql);
    if (failing(sql)) throw new Error(`no ${sql}`);
  };
  const commit = async () => {
    await new Promise<void>((go) => held.push(go));
    await run('commit');
  };
  const release = async () => {
    while (held.length === 0) await new Promise(setImmediate);
    held.shift()?.();
  };
  return { log, release, submit: groupCommit({ begin: () => run('begin'), run, commit, rest: () => run('rest') }) };
}

const settled = async (promise: Promise<unknown>) => {
  const pending = Symbol('pending');
  await new Promise(setImmediate);
  return (await Promise.race([promise.catch(() => undefined), Promise.resolve(pending)])) !== pending;
};
const outcome = (promise: Promise<unknown>) => promise.catch((error: unknown) => (error as Error).message);

describe('group commit', () => {
  it('answers after the commit, not before', async () => {
    const { release, submit } = recorded();
    const answer = submit(async () => 'done');
    expect(await settled(answer)).to.equal(false);
    await release();
    expect(await answer).to.equal('done');
  });

  it('puts what arrives during a commit into one transaction, in order', async () => {
    const { log, release, submit } = recorded();
    const done: string[] = [];
    const unit = (name: string) => submit(async () => void done.push(name));
    const first = unit('a');
    await settled(first);
    const rest = ['b', 'c', 'd'].map(unit);
    await release();
    await first;
    expect(done).to.deep.equal(['a']);
    await release();
    await Promise.all(rest);
    expect(done).to.deep.equal(['a', 'b', 'c', 'd']);
    expect(log.filter((sql) => sql === 'begin')).to.have.length(2);
    expect(log.filter((sql) => sql === 'commit')).to.have.length(2);
  });

  it('takes up no unit after its time, and leaves the database to others before it goes on, in order', async () => {
    const { log, release, submit } = recorded();
    const done: string[] = [];
    const unit = (name: string, ms: number) => submit(async () => void (await sleep(ms), done.push(name)));
    const units = [unit('a', 0), unit('b', LONGEST), unit('c', 0), unit('d', 0)];
    await release();
    await Promise.all(units.slice(0, 1));
    await release();
    await Promise.all(units);
    expect(done).to.deep.equal(['a', 'b', 'c', 'd']);
    expect(log.filter((sql) => !sql.endsWith('unit'))).to.deep.equal(['begin', 'commit', 'rest', 'begin', 'commit']);
  });

  it('does one unit at least, however long it takes, and rests for nobody when nothing waits', async () => {
    const { log, release, submit } = recorded();
    const unit = submit(() => sleep(LONGEST + 20));
    await release();
    await unit;
    expect(log.filter((sql) => !sql.endsWith('unit'))).to.deep.equal(['begin', 'commit']);
  });

  it('takes back the writes of a unit that fails, and runs those before it again, each in a savepoint', async () => {
    const { log, release, submit } = recorded();
    const ran: number[] = [];
    const units = [
      submit(async () => ran.push(1)),
      submit(() => Promise.reject(new Error('mine'))),
      submit(() => {
        throw new Error('thrown at once');
      }),
      submit(async () => ran.push(4)),
    ].map(outcome);
    for (let commits = 0; commits < 2; commits++) await release();
    expect(await Promise.all(units)).to.deep.equal([2, 'mine', 'thrown at once', 3]);
    expect(ran).to.deep.equal([1, 1, 4]);
    const unit = ['savepoint unit', 'release unit'];
    const taken = ['savepoint unit', 'rollback to unit', 'release unit'];
    const nothing = ['begin', 'rollback'];
    const apart = ['begin', ...unit, ...taken, 'commit'];
    expect(log).to.deep.equal([...nothing, ...apart, ...nothing, 'begin', 'commit']);
  });

  it('runs nothing again, and takes no savepoint, when a unit fails that came alone', async () => {
    const { log, submit } = recorded();
    let ran = 0;
    const failing = async () => {
      ran++;
      throw new Error('mine');
    };
    expect(await outcome(submit(failing))).to.equal('mine');
    expect(ran).to.equal(1);
    expect(log).to.deep.equal(['begin', 'rollback']);
  });

  it('tells every caller when the commit fails, and goes on with the next', async () => {
    let broken = true;
    const { log, release, submit } = recorded((sql) => sql === 'commit' && broken);
    const units = [submit(async () => 1), submit(async () => 2)].map(outcome);
    await release();
    expect(await Promise.all(units)).to.deep.equal(['no commit', 'no commit']);
    expect(log.at(-1)).to.equal('rollback');
    broken = false;
    const next = submit(async () => 3);
    await release();
    expect(await next).to.equal(3);
  });

  it('tells every caller when no transaction can be started, and goes on with the next', async () => {
    let broken = true;
    const { release, submit } = recorded((sql) => sql === 'begin' && broken);
    const ran: number[] = [];
    const units = [1, 2].map((n) => outcome(submit(async () => ran.push(n))));
    expect(await Promise.all(units)).to.deep.equal(['no begin', 'no begin']);
    expect(ran).to.deep.equal([]);
    broken = false;
    const next = submit(async () => 3);
    await release();
    expect(await next).to.equal(3);
  });

  it('fails the whole batch for the reason of the unit that made SQLite roll back by itself', async () => {
    const { release, submit } = recorded((sql) => sql === 'rollback to unit');
    const units = [submit(async () => 1), submit(() => Promise.reject(new Error('disk full')))].map(outcome);
    expect(await Promise.all(units)).to.deep.equal(['disk full', 'disk full']);
    const next = submit(async () => 3);
    await release();
    expect(await next).to.equal(3);
  });

  eachStore((database) => {
    let store: Store;
    let other: Store;
    before(async () => {
      [store, other] = [await database.open(), await database.open()];
    });

    it('one failing unit among 100 does no harm to the others, and leaves nothing behind', async () => {
      const people = ids(100);
      const units = people.map((id, i) =>
        store.unitOfWork(async (tx) => {
          await tx.remember(replayKey());
          await tx.upsertPersons([person(id)]);
          await tx.appendEvent(event());
          if (i === 37) throw new RangeError('on purpose');
          return i;
        }),
      );
      const results = await Promise.allSettled(units);
      expect(results.filter((r) => r.status === 'rejected')).to.have.length(1);
      expect(results[37]).to.have.property('reason').that.is.instanceOf(RangeError);
      const found = await other.reads.persons(people);
      expect(people.filter((id) => !found.has(id))).to.deep.equal([people[37]]);
      expect((await other.reads.changesFrom(0, 1)).seneste).to.equal(99);
    });

    it('a statement that fails takes back its own unit only', async () => {
      const long = person('x'.repeat(65));
      const people = ids(20, 500);
      const units = people.map((id, i) =>
        store.unitOfWork((tx) => tx.upsertPersons(i === 7 ? [person(id), long] : [person(id)])),
      );
      const results = await Promise.allSettled(units);
      expect(results[7]).to.have.nested.property('reason.code', 'INTERNAL');
      const found = await other.reads.persons(people);
      expect(people.filter((id) => !found.has(id))).to.deep.equal([people[7]]);
    });

    it('an answered unit is there for every other process', async () => {
      for (const id of ids(50, 1000)) {
        await store.unitOfWork((tx) => tx.upsertPersons([person(id)]));
        expect((await other.reads.persons([id])).has(id)).to.equal(true);
      }
    });
  });
});
