import { expect } from 'chai';
import type { MysqlPoolConnection } from 'kysely';
import { rollingBack, type Lent } from '../../src/store/mysql-rollback.js';

/** A pool of one connection, on which those statements fail; and what becomes of it. */
function lending(...failing: readonly string[]) {
  const seen: string[] = [];
  const query = (statement: string, _: unknown[], done: (error: unknown, result: never[]) => void): void =>
    done(failing.includes(statement) ? new Error(`no ${statement}`) : null, []);
  const connection: Lent = {
    query: query as Lent['query'],
    release: () => void seen.push('released'),
    destroy: () => void seen.push('destroyed'),
  };
  const pool = rollingBack({ getConnection: (done) => done(null, connection), end: (done) => done(undefined) });
  const take = (): Promise<MysqlPoolConnection> =>
    new Promise((resolve) => pool.getConnection((_, taken) => resolve(taken)));
  return { seen, take };
}

const ask = (connection: MysqlPoolConnection, statement: string): Promise<unknown> =>
  new Promise((resolve) => connection.query(statement, [], (error) => resolve(error)));

const rows: readonly (readonly [title: string, failing: readonly string[], becomes: string])[] = [
  ['lent again when all went well', [], 'released'],
  ['lent again when what failed was rolled back', ['update', 'commit'], 'released'],
  ['thrown away when the rollback failed', ['update', 'rollback'], 'destroyed'],
];

describe('a connection to MySQL', () => {
  for (const [title, failing, becomes] of rows)
    it(`is ${title}`, async () => {
      const { seen, take } = lending(...failing);
      const connection = await take();
      for (const statement of ['begin', 'update', 'commit', 'rollback'])
        expect(String(await ask(connection, statement))).to.equal(
          failing.includes(statement) ? `Error: no ${statement}` : 'null',
        );
      connection.release();
      expect(seen).to.deep.equal([becomes]);
    });

  it('is the same for the driver each time that it is lent', async () => {
    const { take } = lending();
    expect(await take()).to.equal(await take());
  });

  it('that cannot be had is an error', () => {
    const pool = rollingBack({
      getConnection: (done) => done(new Error('down'), undefined as unknown as Lent),
      end: (done) => done(undefined),
    });
    pool.getConnection((error) => expect(String(error)).to.equal('Error: down'));
  });
});
