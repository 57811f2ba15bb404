import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { expect } from 'chai';
import { brev, sendBrev } from '../support/forsendelser.js';
import { chooseServer, freshDatabase, startServer, type PrivateServer } from '../support/mariadb.js';
import { startSending, type SendingWorld } from '../support/sending.js';

const CLIENTS = 4;
/** Milliseconds. */
const RECOVERY_MS = 30_000;
const DOWN_MS = 60_000;
const FROZEN_MS = 45_000;
/** Longest that anybody may wait for an answer while the database is frozen. */
const ANSWER_MS = 30_000;
const CONNECTIONS_KILLED = 1_000;

interface Load {
  /** When each letter was acknowledged. */
  readonly acknowledged: ReadonlyMap<string, number>;
  /** How long the slowest answer took since it was asked last. */
  slowest(): number;
  stop(): Promise<void>;
}

/** Clients that send each letter until it is acknowledged. */
function startLoad(url: string): Load {
  const acknowledged = new Map<string, number>();
  let [stopped, slowest] = [false, 0];
  const client = async (): Promise<void> => {
    while (!stopped) {
      const letter = brev('digipost');
      for (;;) {
        const from = Date.now();
        const { status, text } = await sendBrev(url, letter);
        slowest = Math.max(slowest, Date.now() - from);
        if (status === 200) break;
        expect(text).to.match(/\[P-100[01]\]/);
        await sleep(100);
      }
      acknowledged.set(letter.eksternRef, Date.now());
      await sleep(50);
    }
  };
  const clients = Promise.all(Array.from({ length: CLIENTS }, client));
  return {
    acknowledged,
    slowest: () => {
      const worst = slowest;
      slowest = 0;
      return worst;
    },
    stop: async () => {
      stopped = true;
      await clients;
    },
  };
}

const choice = chooseServer();

describe('a gateway whose MariaDB is in trouble', function () {
  if ('missing' in choice || !choice.own) {
    it('F19, F20, F21: not run, because there is no MariaDB server of our own');
    return;
  }
  this.timeout(400_000);
  let server: PrivateServer;
  let url = '';
  let world: SendingWorld;
  let load: Load;
  before(async () => {
    server = await startServer();
    ({ url } = await freshDatabase(Promise.resolve(server.url)));
    world = await startSending(url);
  });
  after(async () => {
    await world.stop();
    await server.kill();
  });
  beforeEach(() => void (load = startLoad(world.url)));
  // The doubles give a report up after some seconds, as no provider does: a letter that they have taken over is delivered.
  const handedOver: ReadonlySet<string> = new Set(['SENDT', 'LEVERT']);
  /** Everything that was acknowledged is delivered, once. */
  afterEach(async () => {
    await load.stop();
    for (const ref of load.acknowledged.keys()) {
      await world.until(ref, ({ tilstand }) => handedOver.has(tilstand), 120_000);
      expect(await world.lettersOf(ref)).to.have.length(1);
    }
  });
  const expectServiceAfter = async (end: number): Promise<void> => {
    while (![...load.acknowledged.values()].some((at) => at > end) && Date.now() < end + RECOVERY_MS) await sleep(50);
    expect([...load.acknowledged.values()].filter((at) => at > end)).to.not.deep.equal([]);
  };

  it('F19: down for a minute: nothing is acknowledged meanwhile, and service is back within 30 s', async () => {
    await sleep(3_000);
    await server.kill();
    const from = Date.now() + 1_000;
    await sleep(DOWN_MS);
    const to = Date.now();
    expect([...load.acknowledged.values()].filter((at) => at > from && at < to)).to.deep.equal([]);
    await server.start();
    await expectServiceAfter(to);
  });

  it('F20: frozen for 45 s: everybody has an answer within 30 s, connections are bounded, and service is back within 30 s', async () => {
    await sleep(3_000);
    load.slowest();
    await server.freeze();
    const from = Date.now() + 1_000;
    await sleep(FROZEN_MS);
    const slowest = load.slowest();
    const to = Date.now();
    expect([...load.acknowledged.values()].filter((at) => at > from && at < to)).to.deep.equal([]);
    expect(slowest).to.be.within(1_000, ANSWER_MS);
    await server.thaw();
    await expectServiceAfter(to);
    const connection = await createConnection(server.url);
    const [rows] = await connection.query<RowDataPacket[]>('show processlist');
    await connection.end();
    expect(rows.length).to.be.below(30);
  });

  it('F21: a thousand connections killed at random', async () => {
    const connection = await createConnection(server.url);
    for (let killed = 0; killed < CONNECTIONS_KILLED; await sleep(10)) {
      const [rows] = await connection.query<RowDataPacket[]>(
        'select id from information_schema.processlist where db = ? order by rand() limit 1',
        [new URL(url).pathname.slice(1)],
      );
      if (rows[0] === undefined) continue;
      await connection.query(`kill connection ${String(rows[0]['id'])}`).then(
        () => killed++,
        () => undefined,
      );
    }
    await connection.end();
    await expectServiceAfter(Date.now());
  });
});
