import { closeSync, fdatasync, fsync, open, read, writev, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { Failure } from '../errors.js';

/** File descriptors without objects around them, which cost as much as what is done. */
export const disk = {
  open: promisify(open),
  read: promisify(read),
  writev: promisify(writev),
  fsync: promisify(fsync),
  fdatasync: promisify(fdatasync),
};

/** Errors of the file system as a `Failure` that passes; what others threw is left alone. */
export const usingDisk = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    const isFileError = error instanceof Error && 'syscall' in error;
    throw isFileError ? new Failure('UNAVAILABLE', `the payload store cannot be used: ${error.message}`) : error;
  });

/** Undefined when the file is gone. */
const ifThere = <T>(work: Promise<T>): Promise<T | undefined> =>
  work.catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });

/** Undefined when the file is gone; so with `statIfThere`. */
export const openIfThere = (path: string, flags: string): Promise<number | undefined> =>
  ifThere(disk.open(path, flags));
export const statIfThere = (path: string): Promise<Stats | undefined> => ifThere(stat(path));

/** Writes all octets. @param from where, left out: after what was written last */
export async function writeAll(file: number, pieces: readonly Buffer[], from?: number): Promise<void> {
  let at = from;
  for (let left = pieces; left.length > 0;) {
    let { bytesWritten: written } = await disk.writev(file, left, at);
    if (at !== undefined) at += written;
    left = left.flatMap((piece) => {
      const rest = piece.subarray(written);
      written -= piece.length - rest.length;
      return rest.length === 0 ? [] : [rest];
    });
  }
}

/** `size` octets from `position` on, or those that there are. */
export async function readOctets(file: number, position: number, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size);
  let filled = 0;
  for (let got = -1; got !== 0 && filled < size; filled += got)
    got = (await usingDisk(disk.read(file, buffer, filled, size - filled, position + filled))).bytesRead;
  return buffer.subarray(0, filled);
}

export async function syncDirectory(path: string): Promise<void> {
  const directory = await disk.open(path, 'r');
  try {
    await disk.fsync(directory);
  } finally {
    closeSync(directory);
  }
}
