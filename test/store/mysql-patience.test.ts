import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { cutWhenFrozen, type Held, type Lending } from '../../src/store/mysql-patience.js';

const times = { patienceMs: 60, lookMs: 10 };

describe('patience with a database server', () => {
  const begin = (answers: () => Promise<void>) => {
    const pool = new EventEmitter();
    let asked = 0;
    let next: Held | undefined;
    const lending: Lending<Held> = Object.assign(pool, {
      getConnection: (done: (error: unknown, connection: Held) => void) => done(null, next as Held),
    });
    const getConnection = cutWhenFrozen(lending, () => (asked++, answers()), times);
    /** As the driver does it: it tells nothing of one that goes straight from hand to hand. */
    const hand = (held: Held): void => {
      next = held;
      getConnection((error, connection) => expect([error, connection]).to.deep.equal([null, held]));
    };
    const cut: string[] = [];
    const take = (name: string): Held => {
      const stream = {
        destroyed: false,
        destroy: (error: Error) => {
          stream.destroyed = true;
          cut.push(`${name}: ${error.message}`);
        },
      };
      const held: Held = { stream };
      hand(held);
      return held;
    };
    return { pool, cut, take, hand, asked: () => asked };
  };
  const silent = (): Promise<void> => Promise.reject(new Error('ETIMEDOUT'));

  it('F20: cuts what is in use too long when nobody new is answered, and nothing that was given back or is new', async () => {
    const { pool, cut, take } = begin(silent);
    const [returned] = [take('returned'), take('kept')];
    pool.emit('release', returned);
    await sleep(2 * times.patienceMs);
    expect(cut).to.deep.equal(['kept: the database server does not answer']);
    const before = cut.length;
    take('new');
    await sleep(times.lookMs);
    expect(cut.slice(before).filter((line) => line.startsWith('new'))).to.deep.equal([]);
    expect(cut.join()).to.not.contain('returned');
  });

  it('leaves a statement alone that takes long, while others are answered', async () => {
    const { cut, take, asked } = begin(() => Promise.resolve());
    take('slow');
    await sleep(3 * times.patienceMs);
    expect(asked()).to.be.above(0);
    expect(cut).to.deep.equal([]);
  });

  it('leaves it alone, too, while the server says that it takes nobody more (1040)', async () => {
    const full = Object.assign(new Error('Too many connections'), { errno: 1040, code: 'ER_CON_COUNT_ERROR' });
    const { cut, take, asked } = begin(() => Promise.reject(full));
    take('slow');
    await sleep(3 * times.patienceMs);
    expect(asked()).to.be.above(0);
    expect(cut).to.deep.equal([]);
  });

  it('F20: counts from the moment when a connection was handed over, and not from its first user on', async () => {
    const { cut, take, hand } = begin(silent);
    const busy = take('busy');
    for (let n = 0; n < 40; n++) {
      await sleep(times.lookMs / 2);
      hand(busy);
    }
    expect(cut).to.deep.equal([]);
    await sleep(2 * times.patienceMs);
    expect(cut).to.deep.equal(['busy: the database server does not answer']);
  });

  it('passes on that there is no connection, and watches none', async () => {
    const refused = Object.assign(new EventEmitter(), {
      getConnection: (done: (error: unknown, connection: Held) => void) => done('none', undefined as unknown as Held),
    });
    const told = await new Promise((done) => cutWhenFrozen(refused, silent, times)(done));
    expect(told).to.equal('none');
    await sleep(2 * times.lookMs);
  });

  it('asks nobody while nothing takes long', async () => {
    const { pool, take, asked } = begin(silent);
    for (let n = 0; n < 5; n++) {
      pool.emit('release', take('short'));
      await sleep(times.lookMs);
    }
    expect(asked()).to.equal(0);
  });
});
