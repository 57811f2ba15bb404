import { closeSync } from 'node:fs';
import { disk, writeAll } from './disk.js';

/** Octets that are made durable while the next are on their way. */
const FLUSHED = 16 * 2 ** 20;

/** A new file of any size, which is made durable while it grows, so that its end need not wait for all of it. */
export interface Growing {
  /** Writes all octets of the pieces. */
  readonly append: (pieces: readonly Buffer[]) => Promise<void>;
  /** Resolves when everything is durable; the name of the file is its folder's matter. */
  readonly finish: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** All errors are those of the file system. */
export async function openGrowing(path: string): Promise<Growing> {
  const file = await disk.open(path, 'wx', 0o600);
  let waiting = 0;
  let flushing = Promise.resolve();
  return {
    append: async (pieces) => {
      await writeAll(file, pieces);
      waiting += pieces.reduce((sum, { length }) => sum + length, 0);
      if (waiting < FLUSHED) return;
      waiting = 0;
      // What could not be written is told to one call alone, so none is passed over.
      await flushing;
      flushing = disk.fdatasync(file);
      flushing.catch(() => undefined);
    },
    finish: async () => {
      await flushing;
      await disk.fsync(file);
    },
    close: async () => {
      // Its number may belong to another file afterwards.
      await flushing.catch(() => undefined);
      closeSync(file);
    },
  };
}
