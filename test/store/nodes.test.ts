import { expect } from 'chai';
import { Kysely, MysqlDialect, sql, type MysqlPool, type MysqlPoolConnection } from 'kysely';
import { backendOf, flavourWith } from '../../src/store/mysql.js';
import { addressesOf, nodesOf } from '../../src/store/nodes.js';
import type { Tables } from '../../src/store/schema.js';

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

/** A node that answers each statement with its name, and refuses those that begin with `refused` as one outside its cluster does. */
function answering(name: string, refused: string) {
  const seen: string[] = [];
  const connection = {
    query: (text: string, _values: unknown, done: (error: unknown, result: unknown) => void) => {
      seen.push(text);
      const error = Object.assign(new Error('WSREP has not yet prepared node for application use'), { errno: 1047 });
      if (refused !== '' && text.startsWith(refused)) done(error, undefined);
      else done(null, [{ name }]);
    },
    release: () => undefined,
  } as unknown as MysqlPoolConnection;
  const pool: MysqlPool = { getConnection: (done) => done(null, connection), end: (done) => done(undefined) };
  return { seen, pool };
}

describe('a node that has left its cluster (error 1047)', () => {
  const of = (...all: { pool: MysqlPool }[]) => {
    const nodes = nodesOf(all.map(({ pool }) => pool));
    const db = new Kysely<Tables>({ dialect: new MysqlDialect({ pool: nodes }) });
    return { nodes, backend: backendOf(db, nodes, flavourWith('utf8mb4_bin'), { kind: 'galera', warnings: [] }) };
  };
  const who = (db: Kysely<Tables>) =>
    sql<{ name: string }>`select name`.execute(db).then(({ rows }) => rows.map(({ name }) => name));

  it('is left for the next at once, and not asked again', async () => {
    const [a, b] = [answering('a', 'select'), answering('b', '')];
    const { backend } = of(a, b);
    expect(await backend.read(who)).to.deep.equal(['b']);
    expect(await backend.write(who)).to.deep.equal(['b']);
    expect(a.seen).to.deep.equal(['select name']);
  });

  it('is left when it says so of a commit, too, which is not tried again: it may have been made', async () => {
    const [a, b] = [answering('a', 'commit'), answering('b', '')];
    const { backend, nodes } = of(a, b);
    const error: unknown = await backend.write(who).catch((e: unknown) => e);
    expect(error).to.have.property('code', 'UNAVAILABLE');
    expect([nodes.current(), b.seen]).to.deep.equal([1, []]);
    expect(await backend.read(who)).to.deep.equal(['b']);
  });
});
