import { expect } from 'chai';
import type { MysqlPool, MysqlPoolConnection } from 'kysely';
import { addressesOf, nodesOf } from '../../src/store/nodes.js';

/** A node that gives connections with its name, while it is up. */
function node(name: string) {
  const state = { up: true, asked: 0, ended: false };
  const connection = { name } as unknown as MysqlPoolConnection;
  const pool: MysqlPool = {
    getConnection: (done) => {
      state.asked++;
      done(state.up ? null : new Error(`${name} is down`), connection);
    },
    end: (done) => {
      state.ended = true;
      done(undefined);
    },
  };
  return { state, pool };
}

const connect = (pool: MysqlPool): Promise<string> =>
  new Promise((resolve, reject) =>
    pool.getConnection((error, connection) =>
      error instanceof Error ? reject(error) : resolve((connection as unknown as { name: string }).name),
    ),
  );

describe('nodes of a cluster', () => {
  it('have each a URL of its own, with the same user, database and options', () => {
    expect(addressesOf('mysql://u:p%2C@a:1,b,[::1]:3/posthorn?ssl={"x":1,"y":2}')).to.deep.equal(
      ['a:1', 'b', '[::1]:3'].map((host) => `mysql://u:p%2C@${host}/posthorn?ssl={"x":1,"y":2}`),
    );
    expect(addressesOf('mysql://one/posthorn')).to.deep.equal(['mysql://one/posthorn']);
  });

  it('are used one at a time: the first, until it takes no connection, and then the next that does', async () => {
    const [a, b, c] = [node('a'), node('b'), node('c')];
    const nodes = nodesOf([a.pool, b.pool, c.pool]);
    expect([await connect(nodes), await connect(nodes)]).to.deep.equal(['a', 'a']);
    [a.state.up, b.state.up] = [false, false];
    expect(await connect(nodes)).to.equal('c');
    [a.state.up, a.state.asked] = [true, 0];
    expect(await connect(nodes)).to.equal('c');
    expect(a.state.asked).to.equal(0);
    c.state.up = false;
    expect(await connect(nodes)).to.equal('a');
  });

  it('fail for the reason of the first that was asked when none takes a connection', async () => {
    const all = [node('a'), node('b')];
    const nodes = nodesOf(all.map(({ pool }) => pool));
    for (const { state } of all) state.up = false;
    const error: unknown = await connect(nodes).catch((e: unknown) => e);
    expect(String(error)).to.contain('a is down');
    expect(all.map(({ state }) => state.asked)).to.deep.equal([1, 1]);
  });

  it('are left once, however many say so', async () => {
    const nodes = nodesOf([node('a'), node('b'), node('c')].map(({ pool }) => pool));
    const seen = nodes.current();
    nodes.leave(seen);
    nodes.leave(seen);
    expect(await connect(nodes)).to.equal('b');
  });

  it('end all', async () => {
    const all = [node('a'), node('b')];
    await new Promise((done) => nodesOf(all.map(({ pool }) => pool)).end(done));
    expect(all.map(({ state }) => state.ended)).to.deep.equal([true, true]);
  });
});
