import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../src/store/sqlite.js';
import { letGo } from './disk.js';

describe('a disk whose power is cut', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'posthorn-disk-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('has no file open in the process that cuts it, so that no log goes which others write under the same name', async () => {
    const file = join(dir, 'posthorn.db');
    const used = async (): Promise<void> => {
      const backend = await openSqlite(file);
      await backend.write(async () => undefined);
      await backend.close();
    };
    await used();
    await letGo(dir);
    const log = await open(`${file}-wal`, 'w');
    await log.close();
    await letGo(dir);
    expect(existsSync(`${file}-wal`)).to.equal(true);
  });

  it('is not cut while this process has a file open there', async () => {
    const file = await open(join(dir, 'kept'), 'w');
    const error = await letGo(dir, 1).catch((reason: unknown) => reason);
    expect(String(error)).to.equal(`Error: still open: ${join(dir, 'kept')}`);
    await file.close();
    await letGo(dir, 0);
  });
});
