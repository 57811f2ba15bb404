import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where a run keeps its files. */
export interface Disk {
  readonly dir: string;
  /** The power goes: whatever was not made durable is gone. Who has files open here must have ended. */
  cut(): Promise<void>;
  remove(): Promise<void>;
}

/** A directory, whose power cannot be cut. */
export async function plainDisk(): Promise<Disk> {
  const dir = await mkdtemp(join(tmpdir(), 'posthorn-crash-'));
  return {
    dir,
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
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-power-'));
  const [image, copy, dir] = [join(folder, 'disk'), join(folder, 'copy'), join(folder, 'mounted')];
  const mount = (): Promise<unknown> => run('mount', ['-o', `loop,commit=${COMMIT}`, image, dir]);
  await mkdir(dir);
  await writeFile(image, '');
  await truncate(image, SIZE);
  await run('mkfs.ext4', ['-q', '-F', image]);
  await mount();
  return {
    dir,
    cut: async () => {
      await run('cp', ['--sparse=always', image, copy]);
      await run('umount', [dir]);
      await rename(copy, image);
      await mount();
    },
    remove: async () => {
      await run('umount', [dir]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
