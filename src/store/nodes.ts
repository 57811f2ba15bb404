import type { MysqlPool } from 'kysely';

/** The nodes of a cluster, of which one is used at a time, so that whoever has written something sees it: the first, until it fails. */
export interface Nodes extends MysqlPool {
  readonly count: number;
  /** Which is in use. */
  current(): number;
  /** Goes on to the next, unless somebody has gone on from this one already. */
  leave(node: number): void;
}

/** Each address of `mysql://user:password@host:port,host:port/database?options` as a URL of its own, in their order. */
export function addressesOf(url: string): readonly [string, ...string[]] {
  const [, before = '', hosts = '', after = ''] = /^(mysql:\/\/(?:[^@/]*@)?)([^/]*)(.*)$/.exec(url) ?? [];
  const [first = '', ...others] = hosts.split(',').map((host) => before + host + after);
  return [first, ...others];
}

/** @param pools one of each node; a connection that none of them gives fails for the reason of the first that was asked */
export function nodesOf(pools: readonly MysqlPool[]): Nodes {
  let current = 0;
  const leave = (node: number): void => {
    if (node === current) current = (node + 1) % pools.length;
  };
  const connect = (tries: number, reason: unknown, done: Parameters<MysqlPool['getConnection']>[0]): void => {
    const node = current;
    pools[node]?.getConnection((error, connection) => {
      if (error === null || error === undefined) return done(null, connection);
      leave(node);
      if (tries === 1) done(reason ?? error, connection);
      else connect(tries - 1, reason ?? error, done);
    });
  };
  return {
    count: pools.length,
    current: () => current,
    leave,
    getConnection: (done) => connect(pools.length, undefined, done),
    end: (done) => {
      let left = pools.length;
      for (const pool of pools) pool.end((error) => (--left === 0 ? done(error) : undefined));
    },
  };
}
