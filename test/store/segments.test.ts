import { createSecretKey, randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Payloads } from '../../src/domain/shipmentPorts.js';
import { appender } from '../../src/store/appender.js';
import { disk } from '../../src/store/disk.js';
import { framed, HEAD_SIZE, placeOf, type Place } from '../../src/store/frame.js';
import { openPayloads } from '../../src/store/payloads.js';
import { collected, describeFeatures, inChunks, outcome, RECORD, sizes } from './support/payloads.js';

const key = createSecretKey(randomBytes(32));
const HOUR = 3_600_000;
/** Octets of the header of a sealed payload. */
const HEADER = 28;
/** Octets of the largest payload that shares a file. */
const SMALL = 16 * RECORD;

describe('the payload store, small payloads in segments', () => {
  let dir: string;
  let payloads: Payloads;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'posthorn-segments-'));
    payloads = await openPayloads({ dir, key });
  });
  afterEach(() => rm(dir, { recursive: true }));

  const segments = () => readdir(join(dir, 'segments'));
  const segmentOf = ({ segment }: Place) => join(dir, 'segments', segment);
  const placeIn = (ref: string): Place => placeOf(ref) ?? expect.fail(`${ref} is in no segment`);
  const put = async (octets: Buffer) => (await payloads.put(inChunks(octets))).ref;
  const putAll = (...all: Buffer[]) => Promise.all(all.map(put));
  const got = async (ref: string) => (await collected(payloads.get(ref))).toString();
  const listed = async () => {
    const refs: string[] = [];
    for await (const { ref } of payloads.list()) refs.push(ref);
    return refs;
  };
  const overwrite = async (path: string, at: number, octets: Buffer) => {
    const file = await open(path, 'r+');
    await file.write(octets, 0, octets.length, at);
    await file.close();
  };
  /** As another process has it, which writes to segments of its own. */
  const another = () => openPayloads({ dir, key });
  const tidy = (store: Payloads, hours: number) => store.tidy(new Date(Date.now() + hours * HOUR));
  /** Files that are no segments, with their sizes. */
  const ownFiles = async () => {
    const entries = await readdir(dir, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile() && !entry.parentPath.endsWith('segments')).map(({ name }) => name);
  };

  describe('does what every payload store does', () => {
    let own: string;
    before(async () => void (own = await mkdtemp(join(tmpdir(), 'posthorn-segments-'))));
    after(() => rm(own, { recursive: true }));
    describeFeatures({ open: (dataKey = key) => openPayloads({ dir: own, key: dataKey }), together: 16, atMost: 24 });
  });

  it('keeps payloads of up to a megabyte in one file, and a larger one in its own', async () => {
    const refs = await putAll(...sizes.map((size) => randomBytes(size)), randomBytes(SMALL));
    for (const ref of refs) expect(ref).to.match(/^s[a-p]{41}$/);
    expect(await segments()).to.deep.equal([placeIn(refs[0] ?? '').segment]);
    expect(await ownFiles()).to.deep.equal([]);
    expect(await put(randomBytes(SMALL + 1))).to.match(/^[0-9a-f]{32}$/);
    expect(await ownFiles()).to.have.length(1);
    expect(await segments()).to.have.length(1);
    const other = await another();
    const { ref } = await other.put(inChunks(Buffer.from('other')));
    expect(await segments()).to.have.members([placeIn(ref).segment, placeIn(refs[0] ?? '').segment]);
    expect(await got(ref)).to.equal('other');
  });

  it('makes those durable together that come together', async () => {
    const [first = '', ...rest] = await putAll(...Array.from({ length: 40 }, (_, n) => Buffer.from(`payload ${n}`)));
    const places = [first, ...rest].map(placeIn).sort((a, b) => a.at - b.at);
    for (const [i, { at, size }] of places.entries())
      expect(places[i + 1]?.at ?? at + framed(size)).to.equal(at + framed(size));
    for (const [n, ref] of rest.entries()) expect(await got(ref)).to.equal(`payload ${n + 1}`);
  });

  it('goes on in a new segment when one is full', async () => {
    const megabyte = randomBytes(SMALL);
    const refs: string[] = [];
    for (let n = 0; n < 18; n += 6) refs.push(...(await putAll(...Array.from({ length: 6 }, () => megabyte))));
    const used = new Set(refs.map((ref) => placeIn(ref).segment));
    expect(used.size).to.equal(2);
    for (const segment of used) expect((await stat(join(dir, 'segments', segment))).size).to.be.at.most(16 * 2 ** 20);
    for (const ref of refs) expect((await collected(payloads.get(ref))).equals(megabyte)).to.equal(true);
  });

  it('is for the owner only, and shows nothing of the content', async () => {
    const ref = await put(Buffer.from('Fødselsnummer 01018012345. '.repeat(1_000)));
    const path = segmentOf(placeIn(ref));
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    expect((await stat(join(dir, 'segments'))).mode & 0o777).to.equal(0o700);
    expect((await readFile(path)).includes('01018012345')).to.equal(false);
  });

  it('overwrites what the key of a removed payload came from, and leaves the others', async () => {
    const [gone = '', stays = ''] = await putAll(Buffer.from('gone'), Buffer.from('stays'));
    const place = placeIn(gone);
    await payloads.remove(gone);
    const frame = (await readFile(segmentOf(place))).subarray(place.at, place.at + framed(place.size));
    expect(frame.subarray(16, HEAD_SIZE + HEADER).every((octet) => octet === 0)).to.equal(true);
    expect((await outcome(payloads.get(gone))).error)
      .to.have.property('detail')
      .that.contains('is missing');
    expect(await got(stays)).to.equal('stays');
    expect(await listed()).to.deep.equal([stays]);
  });

  it('removes nothing of a payload that is not the one that is meant', async () => {
    const ref = await put(Buffer.from('mine'));
    await payloads.remove(ref.slice(0, -1) + (ref.endsWith('a') ? 'b' : 'a'));
    expect(await got(ref)).to.equal('mine');
  });

  it('finds every octet that was changed, before anything comes out', async () => {
    const ref = await put(Buffer.from('small'));
    const { at, size, ...place } = placeIn(ref);
    const path = segmentOf({ at, size, ...place });
    const whole = (await readFile(path)).subarray(at, at + framed(size));
    for (let n = 0; n < HEAD_SIZE + size; n++) {
      // The time of writing is for clearing up, and half of the name is for nobody.
      if ((n >= 8 && n < 16) || (n >= 23 && n < HEAD_SIZE - 9)) continue;
      await overwrite(path, at + n, Buffer.of((whole[n] ?? 0) ^ 4));
      const { read, error } = await outcome(payloads.get(ref));
      expect(error, `octet ${n}`).to.have.property('code', 'INTERNAL');
      expect(read).to.have.length(0);
      await overwrite(path, at + n, Buffer.of(whole[n] ?? 0));
    }
    expect(await got(ref)).to.equal('small');
  });

  it('finds two payloads that changed places, and one that was cut', async () => {
    const [one = '', two = ''] = await putAll(Buffer.from('one'), Buffer.from('two'));
    const [first, second] = [placeIn(one), placeIn(two)];
    const path = segmentOf(first);
    const whole = await readFile(path);
    const frame = ({ at, size }: Place) => whole.subarray(at, at + framed(size));
    await overwrite(path, first.at, frame(second));
    await overwrite(path, second.at, frame(first));
    for (const ref of [one, two])
      expect((await outcome(payloads.get(ref))).error)
        .to.have.property('detail')
        .that.contains('has been changed');
    await writeFile(path, whole.subarray(0, second.at + HEAD_SIZE + 30));
    expect(await got(one)).to.equal('one');
    expect((await outcome(payloads.get(two))).error).to.have.property('code', 'INTERNAL');
  });

  it('lists what was written before a writer was broken off', async () => {
    const [one = '', two = ''] = await putAll(Buffer.from('one'), Buffer.from('two'));
    const path = segmentOf(placeIn(one));
    const ends = Math.max(placeIn(one).at, placeIn(two).at) + framed(placeIn(one).size);
    await truncate(path, ends + 200);
    expect(await listed()).to.have.members([one, two]);
    await overwrite(path, ends, randomBytes(200));
    expect(await listed()).to.have.members([one, two]);
    await truncate(path, 10);
    expect(await listed()).to.deep.equal([]);
  });

  it('writes nothing more to a segment that somebody has removed, and says so of what it was writing', async () => {
    const ref = await put(Buffer.from('before'));
    await rm(segmentOf(placeIn(ref)));
    const late: unknown = await put(Buffer.from('late')).catch((e: unknown) => e);
    expect(late).to.have.property('code', 'UNAVAILABLE');
    expect(await got(await put(Buffer.from('after')))).to.equal('after');
  });

  it('begins a new segment after an hour, and after a while without work', async () => {
    const [real, monotonic] = [Date.now, performance.now.bind(performance)];
    const used = [placeIn(await put(Buffer.from('first'))).segment];
    try {
      // The clock may be put back as well.
      for (const hours of [1, 0, -1]) {
        Date.now = () => real() + 1.1 * hours * HOUR;
        used.push(placeIn(await put(Buffer.from(String(hours)))).segment);
      }
      Date.now = real;
      // Or it stands still, as that of a machine that nobody corrects.
      performance.now = () => monotonic() + 1.1 * HOUR;
      used.push(placeIn(await put(Buffer.from('an hour of work'))).segment);
    } finally {
      Date.now = real;
      performance.now = monotonic;
    }
    expect(new Set(used).size).to.equal(5);
    const { append } = appender(join(dir, 'segments'), 20);
    const name = randomBytes(16).toString('hex');
    const refs = [await append(name, [Buffer.of(1)]), await append(name, [Buffer.of(2)])];
    await sleep(100);
    refs.push(await append(name, [Buffer.of(3)]));
    const [a, b, c] = refs.map((ref) => placeIn(ref).segment);
    expect(a).to.equal(b);
    expect(c).not.to.equal(b);
  });

  describe('makes what it says so of durable', () => {
    const real = { ...disk };
    afterEach(() => void Object.assign(disk, real));
    /** What is done to the disk from now on, in order. */
    const watched = (): string[] => {
      const done: string[] = [];
      for (const call of ['open', 'writev', 'fsync', 'fdatasync'] as const) {
        const original = real[call] as (...args: unknown[]) => Promise<unknown>;
        Object.assign(disk, { [call]: (...args: unknown[]) => (done.push(call), original(...args)) });
      }
      return done;
    };
    const eio = () => Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'fdatasync' }));

    it('its octets, and the name of the first', async () => {
      const done = watched();
      await put(Buffer.from('first'));
      expect(done.splice(0)).to.deep.equal(['open', 'writev', 'fdatasync', 'open', 'fsync']);
      const ref = await put(Buffer.from('second'));
      expect(done.splice(0)).to.deep.equal(['writev', 'fdatasync']);
      await payloads.remove(ref);
      expect(done.splice(0)).to.deep.equal(['open', 'fdatasync']);
    });

    it('together what comes while another is written', async () => {
      const done = watched();
      await putAll(...Array.from({ length: 30 }, (_, n) => Buffer.from(String(n))));
      expect(done.filter((call) => call === 'fdatasync').length).to.be.at.most(3);
    });

    it('and takes back what could not be, for all who waited for it, but not what was there', async () => {
      const before = await put(Buffer.from('before'));
      const path = segmentOf(placeIn(before));
      const { size } = await stat(path);
      disk.fdatasync = eio;
      const failed = await Promise.allSettled([put(Buffer.from('one')), put(Buffer.from('two'))]);
      for (const outcome of failed) expect(outcome).to.have.nested.property('reason.code', 'UNAVAILABLE');
      expect((await stat(path)).size).to.equal(size);
      Object.assign(disk, real);
      expect(await got(before)).to.equal('before');
      const after = await put(Buffer.from('after'));
      expect(placeIn(after).segment).not.to.equal(placeIn(before).segment);
      expect(await got(after)).to.equal('after');
    });

    it('and leaves no file of a segment that could not be begun', async () => {
      disk.fdatasync = eio;
      expect(await put(Buffer.from('one')).catch((e: unknown) => e)).to.have.property('code', 'UNAVAILABLE');
      expect(await segments()).to.deep.equal([]);
    });

    it('and refuses all who wait when no segment can be begun', async () => {
      await rename(join(dir, 'segments'), join(dir, 'gone'));
      const failed = await Promise.allSettled(['one', 'two', 'three'].map((text) => put(Buffer.from(text))));
      for (const outcome of failed) expect(outcome).to.have.nested.property('reason.code', 'UNAVAILABLE');
      await rename(join(dir, 'gone'), join(dir, 'segments'));
      expect(await got(await put(Buffer.from('four')))).to.equal('four');
    });

    it('also when the disk takes little at a time', async () => {
      disk.writev = ((file: number, pieces: readonly Buffer[], at?: number) =>
        real.writev(file, [Buffer.concat(pieces).subarray(0, 777)], at)) as typeof disk.writev;
      const octets = randomBytes(20_000);
      const refs = await putAll(octets, Buffer.from('two'));
      expect((await collected(payloads.get(refs[0] ?? ''))).equals(octets)).to.equal(true);
      expect(await got(refs[1] ?? '')).to.equal('two');
    });

    it('and closes no segment for want of work while it is written', async () => {
      const { append } = appender(join(dir, 'segments'), 20);
      const name = randomBytes(16).toString('hex');
      await append(name, [Buffer.of(1)]);
      disk.fdatasync = (file) => sleep(80).then(() => real.fdatasync(file));
      const ref = await append(name, [Buffer.of(2)]);
      expect((await readFile(segmentOf(placeIn(ref))))[placeIn(ref).at + HEAD_SIZE]).to.equal(2);
    });
  });

  describe('gives room back', () => {
    const DAY = 24;
    /** Payloads of 1000 octets each, by another process that has ended. */
    const written = async (count: number): Promise<string[]> => {
      const writer = await another();
      const made = Array.from({ length: count }, (_, n) => writer.put(inChunks(Buffer.alloc(1000, n))));
      return (await Promise.all(made)).map(({ ref }) => ref);
    };
    const removeAll = async (refs: readonly string[]) => {
      for (const ref of refs) await payloads.remove(ref);
    };

    it('of a segment of which nothing is needed, a day after it was written to', async () => {
      const refs = await written(5);
      await removeAll(refs.slice(1));
      await tidy(payloads, DAY + 0.1);
      expect(await segments()).to.have.length(1);
      expect(await listed()).to.deep.equal([refs[0]]);
      await removeAll(refs);
      await tidy(payloads, DAY - 0.1);
      expect(await segments()).to.have.length(1);
      await tidy(payloads, DAY + 0.1);
      expect(await segments()).to.deep.equal([]);
      expect((await outcome(payloads.get(refs[0] ?? ''))).error)
        .to.have.property('detail')
        .that.contains('is missing');
      await payloads.remove(refs[0] ?? '');
    });

    it('not of the one that is written to', async () => {
      const own = await put(Buffer.from('own'));
      await payloads.remove(own);
      await tidy(payloads, DAY + 1);
      expect(await segments()).to.deep.equal([placeIn(own).segment]);
      expect(await got(await put(Buffer.from('on')))).to.equal('on');
    });

    it('of what a crash has cut, and of what it has left empty', async () => {
      const refs = (await written(3)).sort();
      const [first = ''] = refs;
      const last = placeIn(refs[2] ?? '');
      await truncate(segmentOf(placeIn(first)), last.at + HEAD_SIZE + 100);
      await removeAll(refs);
      await writeFile(join(dir, 'segments', `${'a'.repeat(15)}b`), '');
      await writeFile(join(dir, 'segments', `${'a'.repeat(15)}c`), Buffer.alloc(5_000));
      await tidy(payloads, DAY + 1);
      expect(await segments()).to.deep.equal([]);
    });

    const damages: readonly (readonly [string, (first: number, second: number) => readonly [number, Buffer]])[] = [
      ['the head of a frame that is needed', (_, second) => [second, randomBytes(HEAD_SIZE)]],
      ['the size of one that was removed', (first) => [first + 5, Buffer.of(0x0f)]],
      ['the size of one that was removed, a little', (first) => [first + 6, Buffer.of(0x0f)]],
    ];
    for (const [what, damage] of damages)
      it(`not of one in which something has been overwritten: ${what}`, async () => {
        const refs = (await written(12)).sort();
        const [first = '', second = '', third = ''] = refs;
        await removeAll([first]);
        await removeAll(refs.slice(2));
        await overwrite(segmentOf(placeIn(first)), ...damage(placeIn(first).at, placeIn(second).at));
        await tidy(payloads, DAY + 1);
        expect(await segments()).to.have.length(1);
        expect((await outcome(payloads.get(third))).error)
          .to.have.property('detail')
          .that.contains('is missing');
      });

    it('finds the frames behind one that was overwritten', async () => {
      const refs = (await written(12)).sort();
      await overwrite(segmentOf(placeIn(refs[0] ?? '')), placeIn(refs[0] ?? '').at, randomBytes(HEAD_SIZE));
      expect(await listed()).to.have.members(refs.slice(1));
    });

    it('goes on when that fails somewhere, says so, and ends between two segments when it is told to', async () => {
      await removeAll(await written(1));
      await mkdir(join(dir, 'segments', 'a'.repeat(16)));
      await mkdir(join(dir, 'segments', 'p'.repeat(16)));
      await payloads.tidy(new Date(Date.now() + 25 * HOUR), AbortSignal.abort());
      expect(await segments()).to.have.length(3);
      const error: unknown = await tidy(payloads, DAY + 1).catch((e: unknown) => e);
      expect(error).to.have.property('code', 'UNAVAILABLE');
      expect(await segments()).to.have.length(2);
    });
  });

  it('a copy of the folder is as good as the folder, while it is written to', async () => {
    const ref = await put(Buffer.from('backed up'));
    const copy = `${dir}-copy`;
    await cp(dir, copy, { recursive: true });
    await put(Buffer.from('later'));
    try {
      const restored = await openPayloads({ dir: copy, key });
      expect((await collected(restored.get(ref))).toString()).to.equal('backed up');
    } finally {
      await rm(copy, { recursive: true });
    }
  });
});
