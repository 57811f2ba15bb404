import type { MysqlPool, MysqlPoolConnection } from 'kysely';

/** What a pool lends out, and may be told to throw away. */
export interface Lent extends MysqlPoolConnection {
  destroy(): void;
}

interface Lending extends Omit<MysqlPool, 'getConnection'> {
  getConnection(done: (error: unknown, connection: Lent) => void): void;
}

type Done = Parameters<MysqlPoolConnection['query']>[2];

function watched(connection: Lent): MysqlPoolConnection {
  let open = false;
  const query = (statement: string, values: unknown[], done?: Done) => {
    if (done === undefined) return connection.query(statement, values);
    return connection.query(statement, values, (error, result) => {
      open ||= statement === 'rollback' && error !== null && error !== undefined;
      done(error, result);
    });
  };
  return {
    query: query as MysqlPoolConnection['query'],
    release: () => (open ? connection.destroy() : connection.release()),
  };
}

/**
 * A pool whose connections are thrown away when a rollback fails. A node that has left its cluster refuses it (1047), as everything else, and
 * keeps the transaction: when it is back, the next `begin` on that connection would make half of it, or what was told to have failed.
 */
export function rollingBack(pool: Lending): MysqlPool {
  const known = new WeakMap<Lent, MysqlPoolConnection>();
  const of = (connection: Lent): MysqlPoolConnection => {
    const there = known.get(connection) ?? watched(connection);
    known.set(connection, there);
    return there;
  };
  return {
    getConnection: (done) =>
      // What comes with an error is no connection.
      pool.getConnection((error, connection) => done(error, error ? connection : of(connection))),
    end: (done) => pool.end(done),
  };
}
