import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CompiledQuery, sql } from 'kysely';
import type { Flavour } from '../../src/store/backend.js';
import { openStore } from '../../src/store/index.js';
import { migrations } from '../../src/store/migrations/index.js';
import { flavourWith } from '../../src/store/mysql.js';
import { flavour as sqlite } from '../../src/store/sqlite.js';
import { eachStore } from '../support/stores.js';
import { openBackend } from './support/backend.js';
import { child } from './support/process.js';
import { person } from './support/rows.js';

describe('opening a store', () => {
  eachStore((database) => {
    it('two processes at once on an empty database: both come up', async function () {
      this.timeout(60_000);
      const ends = await Promise.all([child('open', database.url()), child('open', database.url())]);
      for (const { code, stderr } of ends) expect(code, stderr).to.equal(0);
      const store = await database.open();
      expect(await store.reads.changesFrom(0, 1)).to.deep.equal({ personer: [], seneste: 0 });
    });

    it('ten stores at once on a database that is there, and its rows stay', async () => {
      const store = await database.open();
      await store.unitOfWork((tx) => tx.upsertPersons([person('stays')]));
      const stores = await Promise.all(Array.from({ length: 10 }, () => database.open()));
      for (const { reads } of stores) expect((await reads.persons(['stays'])).size).to.equal(1);
    });

    it('runs the rest of a migration that was cut short', async () => {
      const backend = await openBackend(database.url());
      await backend.write((db) => db.deleteFrom('migration').execute());
      await backend.write((db) => sql`drop table supplier`.execute(db));
      await backend.close();
      const store = await database.open();
      expect(await store.reads.suppliers()).to.deep.equal([]);
      expect((await store.reads.persons(['stays'])).size).to.equal(1);
    });
  });

  const digest = (flavour: Flavour) =>
    Object.fromEntries(
      Object.entries(migrations).map(([name, statements]) => {
        const text = statements(flavour)
          .map((step) => (typeof step === 'string' ? step : Object.entries(step).flat().join(' ')))
          .join(';\n');
        return [name, createHash('sha256').update(text).digest('hex').slice(0, 16)];
      }),
    );

  it('migrations are what they were: a changed one would not reach the databases that have run it', () => {
    expect({ sqlite: digest(sqlite), mysql: digest(flavourWith('utf8mb4_nopad_bin')) }).to.deep.equal({
      sqlite: {
        '0001-register': '9bc9ea6763069a61',
        '0002-senders': '60e13ec5dbade7b7',
        '0003-shipments': '55442dc1d2dca6f2',
        '0004-letter-policy': 'a134a636b4ad0a12',
        '0005-calendar-and-payloads': '9ba66105bbf9be80',
        '0006-formidling': '7b43ef06fd9218bd',
        '0007-turn': '0cfef16f68292b79',
        '0009-mailbox-answer': '3495113d4dde3dac',
        '0010-priority-and-ages': '70f4c6ac7c588133',
        '0011-svarut': '2cca6c29c1ae4c23',
        '0012-svarut-upstream': '7eb62fe889d21a3c',
        '0013-ledger': 'beef6ca260d4ffa1',
        '0014-altinn': '1ba859cf26b1dde8',
        '0015-lanes': '3c70c86274440872',
        '0016-sender-register': '33fff59e98b6ada3',
        '0018-svarut-accounts': 'b8f456680138674a',
        '0019-event-language': '761e51cdf5204a42',
        '0020-notices': 'd595c7ab6190dd3b',
        '0021-units': 'd1e2d23cee062aa5',
        '0022-document-types': '3189c6cd906673a4',
        '0024-lost-turns': '9a44f3c605bae501',
        '0025-payload-chunks': '0da478ae986a5ace',
        '0026-data-key': 'e0b7556243215301',
        '0027-calendar-moves': '8f08ae6298e2ac9d',
        '0028-notice-handover': '59734105e2be04c1',
      },
      mysql: {
        '0001-register': '249c2cac1fef3b93',
        '0002-senders': 'a90a898a21acc2f1',
        '0003-shipments': '487bf9340f21ffb4',
        '0004-letter-policy': 'f607f2d94c43c970',
        '0005-calendar-and-payloads': '36a83215ccf40491',
        '0006-formidling': '8d03924445ca7a37',
        '0007-turn': '8f308242dbccd3ec',
        '0009-mailbox-answer': '6956527ac745a8f5',
        '0010-priority-and-ages': '6b4e1551ef3721e8',
        '0011-svarut': 'bbd161e4a3a28475',
        '0012-svarut-upstream': 'b137b29e670ae79e',
        '0013-ledger': 'cdf2aa91636b517d',
        '0014-altinn': '5c5916d8de57ce70',
        '0015-lanes': 'a124c5436a213d13',
        '0016-sender-register': 'fa21c29fc3ab8f08',
        '0018-svarut-accounts': 'a01003b29a846f22',
        '0019-event-language': '346c50b2e34f958f',
        '0020-notices': '9ab0c36a09daee57',
        '0021-units': '6e7a2691f584c906',
        '0022-document-types': '33c2aa94d6f5cd33',
        '0024-lost-turns': '12229d68f65faaa5',
        '0025-payload-chunks': '1ee35ffd4f533154',
        '0026-data-key': 'f1393bd00c85f8a5',
        '0027-calendar-moves': '36dfffcad5d8c804',
        '0028-notice-handover': 'd10075559e21a80e',
      },
    });
  });

  it('refuses a URL of another kind, with the forms that it takes', async () => {
    for (const url of ['postgres://localhost/x', 'posthorn.db', '']) {
      const error: unknown = await openStore({ url }).catch((e: unknown) => e);
      expect(String(error)).to.contain('sqlite:PATH').and.to.contain('mysql://');
    }
  });

  it('a MySQL server that does not answer is UNAVAILABLE', async () => {
    const error: unknown = await openStore({ url: 'mysql://root@127.0.0.1:1/posthorn' }).catch((e: unknown) => e);
    expect(error).to.have.property('code', 'UNAVAILABLE');
    expect(error).to.have.property('detail').that.contains('127.0.0.1:1/posthorn');
  });

  describe('a SQLite file', () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'posthorn-open-'));
    });
    after(() => rm(folder, { recursive: true }));

    it('is made with its folders, and is for its owner only', async () => {
      const path = join(folder, 'a', 'b', 'posthorn.db');
      const store = await openStore({ url: `sqlite:${path}` });
      for (const end of ['', '-wal', '-shm']) expect((await stat(path + end)).mode & 0o077).to.equal(0);
      await store.close();
    });

    it('that is a folder or something else is UNAVAILABLE, and named', async () => {
      const text = join(folder, 'text');
      await writeFile(text, 'This is not a database, and it is longer than a header. '.repeat(100));
      for (const path of [folder, text]) {
        const error: unknown = await openStore({ url: `sqlite:${path}` }).catch((e: unknown) => e);
        expect(error).to.have.property('code', 'UNAVAILABLE');
        expect(error).to.have.property('detail').that.contains(path);
      }
    });

    it('is durable at every commit: WAL, synchronous FULL, foreign keys, on both connections', async () => {
      const backend = await openBackend(`sqlite:${join(folder, 'pragmas.db')}`);
      for (const via of [backend.read, backend.write]) {
        const pragma = async (name: string) => {
          const query = CompiledQuery.raw(`pragma ${name}`);
          const { rows } = await via((db) => db.executeQuery<Record<string, unknown>>(query));
          return rows.flatMap((row) => Object.values(row));
        };
        expect(await pragma('journal_mode')).to.deep.equal(['wal']);
        expect(await pragma('synchronous')).to.deep.equal([2]);
        expect(await pragma('foreign_keys')).to.deep.equal([1]);
      }
      await backend.close();
    });

    it('refuses to store what has no value, instead of NULL', async () => {
      const store = await openStore({ url: `sqlite:${join(folder, 'values.db')}` });
      const undated = person('x', {
        epostadresse: { verdi: 'a@b.no', sistOppdatert: new Date(NaN), sistVerifisert: null },
      });
      const error: unknown = await store.unitOfWork((tx) => tx.upsertPersons([undated])).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(TypeError);
      await store.close();
    });
  });
});
