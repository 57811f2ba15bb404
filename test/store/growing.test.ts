import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { disk } from '../../src/store/disk.js';
import { openGrowing } from '../../src/store/growing.js';

const MIB = 2 ** 20;
const real = { ...disk };

describe('a file that is made durable while it grows', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'posthorn-growing-'));
  });
  afterEach(async () => {
    Object.assign(disk, real);
    await rm(dir, { recursive: true });
  });

  const path = () => join(dir, 'file');
  const eio = () => Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'fdatasync' }));

  it('every 16 MiB, while the next are written, and as a whole at the end', async () => {
    const done: string[] = [];
    let flushed = () => undefined as void;
    disk.writev = ((...given: Parameters<typeof real.writev>) => (done.push('write'), real.writev(...given))) as never;
    disk.fdatasync = () => (done.push('flush'), new Promise((resolve) => (flushed = resolve)));
    disk.fsync = (file) => (done.push('whole'), real.fsync(file));
    const file = await openGrowing(path());
    for (let n = 0; n < 4; n++) await file.append([Buffer.alloc(3 * MIB, n), Buffer.alloc(3 * MIB, n)]);
    expect(done).to.deep.equal(['write', 'write', 'write', 'flush', 'write']);
    const finished = file.finish().then(() => done.push('finished'));
    await new Promise(setImmediate);
    expect(done.at(-1)).to.equal('write');
    flushed();
    await finished;
    expect(done.slice(-2)).to.deep.equal(['whole', 'finished']);
    await file.close();
    expect(await readFile(path())).to.have.length(24 * MIB);
  });

  it('is not whole when a part could not be written, though the end could', async () => {
    const file = await openGrowing(path());
    disk.fdatasync = eio;
    await file.append([Buffer.alloc(16 * MIB)]);
    Object.assign(disk, real);
    await file.append([Buffer.of(1)]);
    expect(await file.finish().catch(String)).to.contain('EIO');
    await file.close();
  });

  it('says so at the next part, too', async () => {
    const file = await openGrowing(path());
    disk.fdatasync = eio;
    await file.append([Buffer.alloc(16 * MIB)]);
    expect(await file.append([Buffer.alloc(16 * MIB)]).catch(String)).to.contain('EIO');
    await file.close();
  });

  it('keeps its number until nothing is written any more', async () => {
    let flushed = () => undefined as void;
    disk.fdatasync = () => new Promise((resolve) => (flushed = resolve));
    const file = await openGrowing(path());
    await file.append([Buffer.alloc(16 * MIB)]);
    let closed = false;
    const closing = file.close().then(() => (closed = true));
    await new Promise(setImmediate);
    expect(closed).to.equal(false);
    flushed();
    await closing;
  });
});
