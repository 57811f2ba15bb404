import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '../../src/store/index.js';
import { chooseServer, freshDatabase } from './mariadb.js';

/** A database of its own for one `describe`, empty at first. */
export interface TestDatabase {
  readonly kind: Store['kind'];
  /** For `openStore`; known once the tests run. */
  url(): string;
  /** Opens the database, as one more process would. Closed when the tests are done. */
  open(): Promise<Store>;
}

/** Declares the tests of `body` once for each database that there is, and says which there is not. */
export function eachStore(body: (database: TestDatabase) => void): void {
  const server = chooseServer();
  describe('on SQLite', () => body(declare('sqlite', sqliteDatabase)));
  if ('missing' in server) it(`on MySQL or MariaDB: not run, because ${server.missing}`);
  else describe(`on ${server.name}`, () => body(declare('mysql', freshDatabase)));
}

/** Declares tests that only MySQL and MariaDB can answer. */
export function onMysql(body: (database: TestDatabase) => void): void {
  const server = chooseServer();
  if ('missing' in server) it(`on MySQL or MariaDB: not run, because ${server.missing}`);
  else describe(`on ${server.name}`, () => body(declare('mysql', freshDatabase)));
}

type Fresh = () => Promise<{ url: string; drop: () => Promise<void> }>;

function declare(kind: Store['kind'], fresh: Fresh): TestDatabase {
  const opened: Store[] = [];
  let url = '';
  let drop = async () => undefined as void;
  before(async function () {
    this.timeout(120_000);
    ({ url, drop } = await fresh());
  });
  after(async function () {
    this.timeout(60_000);
    await Promise.all(opened.map((store) => store.close()));
    await drop();
  });
  const open = async () => {
    const store = await openStore({ url });
    opened.push(store);
    return store;
  };
  return { kind, url: () => url, open };
}

async function sqliteDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-store-'));
  return { url: `sqlite:${folder}/posthorn.db`, drop: () => rm(folder, { recursive: true }) };
}
