import { createSecretKey, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { sweepOrphans } from '../../src/application/retention.js';
import type { Payloads } from '../../src/domain/shipmentPorts.js';
import type { Backend } from '../../src/store/backend.js';
import type { Store } from '../../src/store/index.js';
import { payloadChunks } from '../../src/store/payloadChunks.js';
import { administer } from '../support/mariadb.js';
import { eachStore } from '../support/stores.js';
import { openBackend } from './support/backend.js';
import { collected, describeFeatures, inChunks, outcome, RECORD } from './support/payloads.js';

const key = createSecretKey(randomBytes(32));
/** Records of one row, and octets of one as it lies there; and of what comes before the first. */
const TOGETHER = 7;
const SEALED = RECORD + 16;
const HEADER = 28;

type Row = Readonly<{ nr: number; siste: number; octets: Buffer }>;

describe('payloads as rows', () => {
  eachStore((database) => {
    let store: Store;
    let backend: Backend;
    let payloads: Payloads;
    before(async () => {
      store = await database.open();
      backend = await openBackend(database.url());
      payloads = store.payloads(key);
    });
    after(() => backend.close());
    const put = (octets: Buffer) => payloads.put(inChunks(octets));
    const rowsOf = (ref: string): Promise<Row[]> =>
      backend.read((db) =>
        db.selectFrom('payload_chunk').select(['nr', 'siste', 'octets']).where('ref', '=', ref).orderBy('nr').execute(),
      );

    describeFeatures({
      open: async (dataKey = key) => (await database.open()).payloads(dataKey),
      together: TOGETHER,
      atMost: 84,
    });

    it('are pieces of less than 1 MB, and show nothing of the content', async () => {
      const octets = Buffer.from('Fødselsnummer 01018012345. '.repeat(40_000));
      const { ref } = await put(octets);
      const rows = await rowsOf(ref);
      const full = rows.slice(0, -1).map((row) => row.octets.length);
      expect(full).to.deep.equal([HEADER + TOGETHER * SEALED, TOGETHER * SEALED]);
      expect(rows.map(({ siste }) => siste)).to.deep.equal([0, 0, 1]);
      expect(Buffer.concat(rows.map((row) => row.octets)).includes('01018012345')).to.equal(false);
    });

    if (database.kind === 'mysql')
      it('go through a max_allowed_packet of 1 MiB', async () => {
        await administer('set global max_allowed_packet = 1048576');
        try {
          const octets = randomBytes(3 * TOGETHER * RECORD);
          const narrow = (await database.open()).payloads(key);
          const { ref } = await narrow.put(inChunks(octets, RECORD));
          expect((await collected(narrow.get(ref))).equals(octets)).to.equal(true);
        } finally {
          await administer('set global max_allowed_packet = default');
        }
      });

    it('that a crash has cut off cannot be read, are no part of a letter, and are swept after a day', async () => {
      const kept = await put(Buffer.from('named by a letter'));
      await store.unitOfWork((tx) => tx.keepPayload(kept.ref));
      const { ref } = await put(randomBytes(20 * TOGETHER * RECORD));
      await backend.write((db) => db.deleteFrom('payload_chunk').where('ref', '=', ref).where('nr', '>', 17).execute());
      const { error } = await outcome(payloads.get(ref));
      expect(error).to.have.property('detail').that.contains('ends before its piece 18');
      const sweep = (hours: number) =>
        sweepOrphans({
          retention: store.retention,
          payloads,
          clock: { now: () => new Date(Date.now() + hours * 3_600_000) },
        })();
      await sweep(23);
      expect(await rowsOf(ref)).to.have.length(18);
      await sweep(25);
      expect(await rowsOf(ref)).to.deep.equal([]);
      expect((await collected(payloads.get(kept.ref))).toString()).to.equal('named by a letter');
    });

    it('whose removal is broken off are still found, to be removed again', async () => {
      const { ref } = await put(randomBytes(20 * TOGETHER * RECORD));
      let writes = 0;
      const dying: Backend = {
        ...backend,
        write: (work) => (++writes > 1 ? Promise.reject(new Error('the process ends')) : backend.write(work)),
      };
      const error: unknown = await payloadChunks(dying, key)
        .remove(ref)
        .catch((e: unknown) => e);
      expect(String(error)).to.contain('the process ends');
      expect((await rowsOf(ref)).length).to.be.within(1, 19);
      const found: string[] = [];
      for await (const one of payloads.list()) found.push(one.ref);
      expect(found).to.include(ref);
      await payloads.remove(ref);
      expect(await rowsOf(ref)).to.deep.equal([]);
    });

    it('are listed all, more than go into one look, each once', async () => {
      const refs = Array.from({ length: 1001 }, (_, n) => `list-${String(n).padStart(4, '0')}`);
      const rows = refs.map((ref) => ({ ref, nr: 0, skrevet: 0, siste: 1, octets: Buffer.of(1) }));
      await backend.write((db) => db.insertInto('payload_chunk').values(rows).execute());
      const found: string[] = [];
      for await (const { ref } of payloads.list()) if (ref.startsWith('list-')) found.push(ref);
      expect(found).to.deep.equal(refs);
      await backend.write((db) => db.deleteFrom('payload_chunk').where('ref', 'like', 'list-%').execute());
    });

    it('that are not as they were written are found before anything wrong comes out', async () => {
      const clear = randomBytes(2 * TOGETHER * RECORD + 100);
      const { ref } = await put(clear);
      const rows = await rowsOf(ref);
      const [first, second, last] = rows as [Row, Row, Row];
      const other = await rowsOf((await put(clear)).ref);
      const flipped = (row: Row, at: number): Row => {
        const octets = Buffer.from(row.octets);
        octets[at] = (octets[at] ?? 0) ^ 1;
        return { ...row, octets };
      };
      const whole = (n: number): number => n * TOGETHER * RECORD;
      const cases: Readonly<Record<string, readonly [rows: readonly Row[], clear: number]>> = {
        'an octet of the header': [[flipped(first, 5), second, last], 0],
        'an octet of a record': [[first, flipped(second, 100), last], whole(1)],
        'an octet of the last tag': [[first, second, flipped(last, 115)], whole(2)],
        'two rows changed places': [[first, { ...last, nr: 1 }, { ...second, nr: 2 }], whole(1)],
        'a row of another payload': [[first, { ...second, octets: other[1]?.octets ?? Buffer.of() }, last], whole(1)],
        'a row that says it is the last': [[first, { ...second, siste: 1 }, last], whole(2) - RECORD],
        'a last row that says it is not': [[first, second, { ...last, siste: 0 }], whole(2)],
        'a row that is empty': [[first, { ...second, octets: Buffer.of() }, last], whole(1)],
        'a row that is missing': [[first, last], whole(1)],
      };
      for (const [name, [changed, comes]] of Object.entries(cases)) {
        await backend.write(async (db) => {
          await db.deleteFrom('payload_chunk').where('ref', '=', ref).execute();
          await db
            .insertInto('payload_chunk')
            .values(changed.map((row) => ({ ...row, ref, skrevet: 0 })))
            .execute();
        });
        const { read, error } = await outcome(payloads.get(ref));
        expect(error, name).to.have.property('code', 'INTERNAL');
        expect(read.equals(clear.subarray(0, comes)), `${name}: ${read.length} octets`).to.equal(true);
      }
    });
  });
});
