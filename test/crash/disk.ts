import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readlink, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { collect } from './garbage.js';

const run = promisify(execFile);

/** Where a run keeps its files. */
export interface Disk {
  readonly dir: string;
  /** For what is somebody else's: another machine's power. */
  readonly elsewhere: string;
  /** The power goes: whatever was not made durable is gone. Who has files open here must have ended. */
  cut(): Promise<void>;
  remove(): Promise<void>;
}

/** Milliseconds in which a file is closed whose last user was collected, and tries. */
const CLOSED_MS = 50;
const TRIES = 100;

/**
 * Resolves when this process has no file open below `dir`. SQLite's driver closes a database when memory is cleared, and SQLite then removes
 * the log by its name, for it knows the database by the number of its file, which a copied disk has too: after a cut that would be the log of
 * the gateways, who would go on writing to a file that nobody finds again.
 * @throws Error when some file stays open
 */
export async function letGo(dir: string, tries = TRIES): Promise<void> {
  for (let n = 0; ; n++) {
    const files = await readdir('/proc/self/fd');
    const open = await Promise.all(files.map((file) => readlink(`/proc/self/fd/${file}`).catch(() => '')));
    const kept = open.filter((file) => file.startsWith(dir + sep));
    if (kept.length === 0) return;
    if (n === tries) throw new Error(`still open: ${kept.join(', ')}`);
    collect();
    await sleep(CLOSED_MS);
  }
}

/** A new directory that goes when this process ends, but for what others have still mounted there. */
async function folderFor(what: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `posthorn-${what}-`));
  process.once('exit', () => {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // A run that was broken off has not let go of it.
    }
  });
  return folder;
}

/** A directory, whose power cannot be cut. */
export async function plainDisk(): Promise<Disk> {
  const dir = await folderFor('crash');
  return {
    ...{ dir, elsewhere: dir },
    cut: () => Promise.reject(new Error('the power of a plain directory cannot be cut')),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

/** Octets of a disk; what nobody writes takes no room. */
const SIZE = 4 * 1024 ** 3;
/** Seconds between the commits that the file system makes of itself: no write is durable by luck. */
const COMMIT = 300;

/**
 * A file system of its own in a file (ext4 on a loop device). Its cut copies that file as it is, with what the file system has not written to
 * it left out, and goes on with the copy, as a machine does that comes up again. Needs the right to mount.
 */
export async function loopDisk(): Promise<Disk> {
  const folder = await folderFor('power');
  const [image, copy, dir] = [join(folder, 'disk'), join(folder, 'copy'), join(folder, 'mounted')];
  const unmount = (...how: string[]): Promise<unknown> => run('umount', [...how, dir]);
  const mount = (): Promise<unknown> => run('mount', ['-o', `loop,commit=${COMMIT}`, image, dir]);
  await mkdir(dir);
  await writeFile(image, '');
  await truncate(image, SIZE);
  await run('mkfs.ext4', ['-q', '-F', image]);
  await mount();
  return {
    ...{ dir, elsewhere: folder },
    cut: async () => {
      await run('cp', ['--sparse=always', image, copy]);
      await unmount();
      await rename(copy, image);
      await mount();
    },
    remove: async () => {
      // Who has read the books here may have them open until memory is cleared.
      await unmount('--lazy');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
