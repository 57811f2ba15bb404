import { createSecretKey, randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { Payloads } from '../../src/domain/shipmentPorts.js';
import { openPayloads } from '../../src/store/payloads.js';
import { collected, describeFeatures, inChunks, outcome, RECORD, sizes } from './support/payloads.js';

/** Octets of a record in the file, and of what comes before the first. */
const SEALED = RECORD + 16;
const HEADER = 28;
/** Records of one write. */
const GATHERED = 16;

const key = createSecretKey(randomBytes(32));

/** Files below `dir`. */
async function filesIn(dir: string): Promise<{ path: string; size: number }[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(paths.map(async (path) => ({ path, size: (await stat(path)).size })));
}

describe('the payload store, a file for each payload', () => {
  const open = (where: string, dataKey = key) => openPayloads({ dir: where, key: dataKey, shareFiles: false });
  let dir: string;
  let payloads: Payloads;
  before(async () => {
    dir = join(await mkdtemp(join(tmpdir(), 'posthorn-payloads-')), 'payloads');
    payloads = await open(dir);
  });
  after(() => rm(dirname(dir), { recursive: true }));

  const pathOf = (ref: string, where = dir) => join(where, ref.slice(0, 2), ref);
  const put = (octets: Buffer) => payloads.put(inChunks(octets));

  describeFeatures({ open: (dataKey = key) => open(dir, dataKey), together: GATHERED, atMost: 24 });

  for (const size of sizes)
    it(`takes 16 octets more for each 64 KiB: a payload of ${size}`, async () => {
      const { ref } = await put(randomBytes(size));
      expect((await stat(pathOf(ref))).size).to.equal(HEADER + size + 16 * Math.max(1, Math.ceil(size / RECORD)));
    });

  it('keeps no more in memory than what it gathers for one write', async () => {
    const files = async () => (await filesIn(dir)).length;
    const before = await files();
    async function* source() {
      for (let given = 1; given <= 40; given++) {
        yield Buffer.alloc(RECORD, given);
        if (given < GATHERED) expect(await files()).to.equal(before);
        const largest = Math.max(...(await filesIn(dir)).map(({ size }) => size));
        const written = Math.floor((given - 1) / GATHERED) * GATHERED;
        expect(largest).to.be.at.least(written === 0 ? 0 : HEADER + written * SEALED);
      }
    }
    expect((await payloads.put(source())).size).to.equal(40 * RECORD);
  });

  it('uses every folder, and one for those that are written together', async () => {
    const own = join(dir, 'spread');
    const spread = await open(own);
    const used: string[] = [];
    for (let n = 0; n < 20; n++) {
      const made = await Promise.all(Array.from({ length: 50 }, () => spread.put(inChunks(Buffer.of(n)))));
      used.push(...made.map(({ ref }) => ref.slice(0, 2)));
    }
    const counts = new Map<string, number>();
    for (const folder of used) counts.set(folder, (counts.get(folder) ?? 0) + 1);
    expect(Math.max(...counts.values())).to.equal(64);
    expect(counts.size).to.be.within(1000 / 64, 1000 / 64 + 2);
  });

  it('shows nothing of the content in the file, and writes the same octets differently each time', async () => {
    const octets = Buffer.from('Fødselsnummer 01018012345. '.repeat(10_000));
    const files = await Promise.all([put(octets), put(octets)]).then((made) =>
      Promise.all(made.map(({ ref }) => readFile(pathOf(ref)))),
    );
    const [one = Buffer.alloc(0), two = Buffer.alloc(0)] = files;
    expect(one.includes('01018012345')).to.equal(false);
    for (let at = 12; at + 32 < one.length; at += 1000)
      expect(two.includes(one.subarray(at, at + 32)), `octets at ${at}`).to.equal(false);
  });

  it('names files at random, for their owner only, in folders for their owner only', async () => {
    const refs = await Promise.all(Array.from({ length: 20 }, () => put(Buffer.from('same'))));
    expect(new Set(refs.map(({ ref }) => ref)).size).to.equal(20);
    for (const { ref } of refs) {
      expect(ref).to.match(/^[0-9a-f]{32}$/);
      expect((await stat(pathOf(ref))).mode & 0o777).to.equal(0o600);
      expect((await stat(dirname(pathOf(ref)))).mode & 0o777).to.equal(0o700);
    }
    expect((await stat(dir)).mode & 0o777).to.equal(0o700);
  });

  it('removes a payload, and does nothing when it is gone', async () => {
    const { ref } = await put(Buffer.from('short-lived'));
    await payloads.remove(ref);
    await payloads.remove(ref);
    const { error } = await outcome(payloads.get(ref));
    expect(error).to.have.property('code', 'INTERNAL');
    expect(error).to.have.property('detail').that.contains('missing');
  });

  for (const ref of ['../../etc/passwd', '', 'AB'.repeat(16), `${'ab'.repeat(16)}/x`, `${'ab'.repeat(16)}\n`])
    it(`takes ${JSON.stringify(ref)} for no reference`, async () => {
      const { error } = await outcome(payloads.get(ref));
      expect(error).to.have.property('code', 'INTERNAL');
      expect(await payloads.remove(ref).catch((e: unknown) => e)).to.have.property('code', 'INTERNAL');
    });

  it('lists all that lies there with the time it was written, and nothing that is no payload', async () => {
    const own = join(dir, 'listed');
    const listed = await open(own);
    const list = async () => {
      const found: { ref: string; written: Date }[] = [];
      for await (const one of listed.list()) found.push(one);
      return found;
    };
    expect(await list()).to.deep.equal([]);
    const refs: string[] = [];
    for (let n = 0; n < 20; n++) refs.push((await listed.put(inChunks(randomBytes(n)))).ref);
    const [first = ''] = refs;
    const then = new Date('2026-03-01T12:00:00Z');
    await utimes(pathOf(first, own), then, then);
    await writeFile(join(own, 'ab', 'README'), 'no payload');
    const found = await list();
    expect(found.map(({ ref }) => ref)).to.have.members(refs);
    expect(found.find(({ ref }) => ref === first)?.written).to.deep.equal(then);
    for (const { ref, written } of found)
      if (ref !== first) expect(written.getTime()).to.be.within(Date.now() - 60_000, Date.now() + 1_000);
  });

  it('takes nothing from a file of another data key that names this one', async () => {
    const other = await open(dir, createSecretKey(randomBytes(32)));
    const [foreign, own] = [await other.put(inChunks(Buffer.from('foreign'))), await put(Buffer.from('own'))];
    const file = await readFile(pathOf(foreign.ref));
    (await readFile(pathOf(own.ref))).copy(file, 4, 4, 12);
    await writeFile(pathOf(foreign.ref), file);
    const { read, error } = await outcome(payloads.get(foreign.ref));
    expect(read).to.have.length(0);
    expect(error).to.have.property('detail').that.contains('has been changed');
  });

  it('reads a file of the first version', async () => {
    const first = await open(dir, createSecretKey(Buffer.alloc(32, 1)));
    const ref = '0'.repeat(32);
    await writeFile(
      pathOf(ref),
      Buffer.from('UEhQAXDKbhXGEwnIznQgCPmPnnK/JegEHrHCVLU7Wg6tASATMqGJB7GK5uA7PAytig==', 'base64'),
    );
    expect((await collected(first.get(ref))).toString()).to.equal('eldre');
  });

  describe('a file that is not as it was written', () => {
    let clear: Buffer;
    let file: Buffer;
    let ref: string;
    before(async () => {
      clear = randomBytes(3 * RECORD + 100);
      ({ ref } = await put(clear));
      file = await readFile(pathOf(ref));
    });
    afterEach(() => writeFile(pathOf(ref), file));

    /** Reads the file with `changed` in its place: an error comes, and what came before it is the `whole` first records. */
    async function isFound(changed: Buffer, whole: number): Promise<void> {
      await writeFile(pathOf(ref), changed);
      const { read, error } = await outcome(payloads.get(ref));
      expect(error).to.have.property('code', 'INTERNAL');
      expect(read.equals(clear.subarray(0, whole * RECORD)), `${read.length} octets came out`).to.equal(true);
    }
    const record = (n: number) => file.subarray(HEADER + n * SEALED, HEADER + (n + 1) * SEALED);
    const header = () => file.subarray(0, HEADER);

    it('is found: each octet of the header', async () => {
      for (let at = 0; at < HEADER; at++) {
        const changed = Buffer.from(file);
        changed[at] = (changed[at] ?? 0) ^ 1;
        await isFound(changed, 0);
      }
    });

    it('is found: an octet anywhere in a record or its tag, before anything of that record comes out', async () => {
      for (let n = 0; n < 4; n++) {
        const size = record(n).length;
        for (const at of [0, 1, size >> 1, size - 17, size - 16, size - 1]) {
          const changed = Buffer.from(file);
          const where = HEADER + n * SEALED + at;
          changed[where] = (changed[where] ?? 0) ^ 0x80;
          await isFound(changed, n);
        }
      }
    });

    it('is found: every octet of a small file', async () => {
      const small = await put(Buffer.from('small'));
      const octets = await readFile(pathOf(small.ref));
      for (let at = 0; at < octets.length; at++) {
        const changed = Buffer.from(octets);
        changed[at] = (changed[at] ?? 0) ^ 4;
        await writeFile(pathOf(small.ref), changed);
        const { read, error } = await outcome(payloads.get(small.ref));
        expect(error, `octet ${at}`).to.have.property('code', 'INTERNAL');
        expect(read).to.have.length(0);
      }
    });

    for (const whole of [0, 1, 2, 3])
      it(`is found: cut after record ${whole}`, () =>
        isFound(file.subarray(0, HEADER + whole * SEALED), Math.max(0, whole - 1)));

    it('is found: cut anywhere else', async () => {
      for (const size of [0, 1, HEADER - 1, HEADER + 1, HEADER + 16]) await isFound(file.subarray(0, size), 0);
      for (const size of [SEALED + 1, SEALED + 16, 2 * SEALED - 1]) await isFound(file.subarray(0, HEADER + size), 1);
      await isFound(file.subarray(0, -1), 3);
    });

    it('is found: octets or records after the last', async () => {
      for (const more of [Buffer.alloc(1), Buffer.alloc(SEALED), record(3)])
        await isFound(Buffer.concat([file, more]), 3);
    });

    it('is found: two records changed places, one twice, one left out', async () => {
      const built = (...order: readonly number[]) => Buffer.concat([header(), ...order.map(record)]);
      expect(built(0, 1, 2, 3).equals(file)).to.equal(true);
      await isFound(built(1, 0, 2, 3), 0);
      await isFound(built(0, 2, 1, 3), 1);
      await isFound(built(0, 0, 1, 2, 3), 1);
      await isFound(built(0, 1, 3), 2);
      await isFound(built(3), 0);
    });

    it('is found: a record of another file, and another file whole', async () => {
      const other = await put(clear);
      const foreign = await readFile(pathOf(other.ref));
      const swapped = Buffer.from(file);
      foreign.copy(swapped, HEADER + SEALED, HEADER + SEALED, HEADER + 2 * SEALED);
      await isFound(swapped, 1);
      await isFound(foreign, 0);
    });
  });

  describe('a write that does not end well', () => {
    it('leaves nothing behind, and gives its reason', async () => {
      const reason = new Error('the sender hung up');
      async function* broken(records: number) {
        yield Buffer.alloc(RECORD * records);
        throw reason;
      }
      const before = await filesIn(dir);
      for (const records of [0, GATHERED, GATHERED + 2])
        expect(await payloads.put(broken(records)).catch((e: unknown) => e)).to.equal(reason);
      expect(await filesIn(dir)).to.deep.equal(before);
    });

    it('that a crash has cut is listed with its time, for whoever knows that nobody needs it', async () => {
      const { ref } = await put(randomBytes(RECORD));
      await truncate(pathOf(ref), 1000);
      const found: string[] = [];
      for await (const one of payloads.list()) found.push(one.ref);
      expect(found).to.include(ref);
      expect((await outcome(payloads.get(ref))).error).to.have.property('code', 'INTERNAL');
    });

    it('is UNAVAILABLE when the disk cannot be used, at the start and later', async () => {
      const file = join(dir, 'file');
      await writeFile(file, '');
      const error: unknown = await open(join(file, 'payloads')).catch((e: unknown) => e);
      expect(error).to.have.property('code', 'UNAVAILABLE');
      const gone = join(dirname(dir), 'gone');
      const store = await open(gone);
      await rm(gone, { recursive: true });
      const later: unknown = await store.put(inChunks(Buffer.from('x'))).catch((e: unknown) => e);
      expect(later).to.have.property('code', 'UNAVAILABLE');
    });
  });

  it('a copy of the folder is as good as the folder', async () => {
    const { ref } = await put(Buffer.from('backed up'));
    const restored = join(dirname(dir), 'restored');
    const copy = await open(restored);
    await mkdir(dirname(pathOf(ref, restored)), { recursive: true });
    await copyFile(pathOf(ref), pathOf(ref, restored));
    expect((await collected(copy.get(ref))).toString()).to.equal('backed up');
  });
});
