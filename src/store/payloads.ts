import { randomBytes, randomInt, type KeyObject } from 'node:crypto';
import { closeSync, fstatSync, fsync, open as openFile, read as readFile, writev } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Blob } from '../domain/forsendelse.js';
import type { Payloads } from '../domain/shipmentPorts.js';
import { Failure } from '../errors.js';
import {
  clearRecord,
  fileKey,
  HEADER_SIZE,
  missing,
  named,
  sealAll,
  SEALED_RECORD_SIZE,
  type NamedKey,
} from './payloadFile.js';

export interface PayloadOptions {
  /** Made when it is not there. */
  readonly dir: string;
  /** The data key, 32 octets. */
  readonly key: KeyObject;
}

const folders = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
/** Payloads that go into one folder before the next is taken: those that are written at once share its fsync. */
const TOGETHER = 64;
/** Records that are gathered before they are written: most payloads are one write. */
const GATHERED = 16;
/** Records that are read at once. */
const AHEAD = 4;
const REF = /^[0-9a-f]{32}$/;

/**
 * Opens the payload store: `dir/aa/REF`, encrypted, for the owner only. A file that a crash has left unfinished is one that no row names.
 * @throws Failure UNAVAILABLE when the directory cannot be used; so do all calls later
 */
export async function openPayloads({ dir, key: dataKey }: PayloadOptions): Promise<Payloads> {
  await usingDisk(prepare(dir));
  const key = named(dataKey);
  const synced = new Map(folders.map((folder) => [folder, sharing(() => syncDirectory(join(dir, folder)))]));
  const inFolder = (ref: string): Promise<void> => synced.get(ref.slice(0, 2))?.() ?? Promise.resolve();
  let count = randomInt(folders.length * TOGETHER);
  const newRef = (): string => {
    const folder = folders[Math.floor(count++ / TOGETHER) % folders.length] ?? '';
    return folder + randomBytes(15).toString('hex');
  };
  const pathOf = (ref: string): string => {
    if (!REF.test(ref)) throw new Failure('INTERNAL', 'this is no reference of a payload');
    return join(dir, ref.slice(0, 2), ref);
  };
  return {
    async put(octets, sha256) {
      const ref = newRef();
      try {
        const written = await write(pathOf(ref), ref, key, octets, sha256);
        await usingDisk(inFolder(ref));
        return written;
      } catch (error) {
        await rm(pathOf(ref), { force: true }).catch(() => undefined);
        throw error;
      }
    },
    async *get(ref) {
      yield* read(pathOf(ref), ref, key);
    },
    async remove(ref) {
      const path = pathOf(ref);
      await usingDisk(rm(path, { force: true }).then(() => inFolder(ref)));
    },
    async *list() {
      for (const folder of folders) {
        for (const ref of await usingDisk(readdir(join(dir, folder)))) {
          const written = REF.test(ref) ? await writtenAt(pathOf(ref)) : undefined;
          if (written !== undefined) yield { ref, written };
        }
      }
    },
  };
}

/** Makes every directory at once, so that no `put` has to wonder whether another's new directory is durable yet. */
async function prepare(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  for (const name of folders) await mkdir(join(dir, name), { recursive: true, mode: 0o700 });
  await syncDirectory(dir);
  await syncDirectory(dirname(resolve(dir)));
}

/** Undefined when another process has removed the file meanwhile. */
async function writtenAt(path: string): Promise<Date | undefined> {
  const found = stat(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  return (await usingDisk(found))?.mtime;
}

/** File descriptors without objects around them, which cost as much as what is done. */
const disk = {
  open: promisify(openFile),
  read: promisify(readFile),
  writev: promisify(writev),
  fsync: promisify(fsync),
};

async function writeAll(file: number, pieces: readonly Buffer[]): Promise<void> {
  for (let left = pieces; left.length > 0;) {
    let { bytesWritten: written } = await disk.writev(file, left);
    left = left.flatMap((piece) => {
      const rest = piece.subarray(written);
      written -= piece.length - rest.length;
      return rest.length === 0 ? [] : [rest];
    });
  }
}

async function write(
  path: string,
  ref: string,
  key: NamedKey,
  octets: AsyncIterable<Uint8Array>,
  sha256?: () => Buffer,
): Promise<Blob> {
  let file: number | undefined;
  const keep = async (pieces: readonly Buffer[], last: boolean): Promise<void> => {
    file ??= await disk.open(path, 'wx', 0o600);
    await writeAll(file, pieces);
    if (last) await disk.fsync(file);
  };
  try {
    const kept = (...octets: Parameters<typeof keep>) => usingDisk(keep(...octets));
    return await sealAll(octets, { ref, key, together: GATHERED, keep: kept, sha256 });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** A few records in memory at a time; none is given out before its tag has been checked. */
async function* read(path: string, ref: string, dataKey: NamedKey): AsyncGenerator<Uint8Array> {
  const opened = disk.open(path, 'r').catch((error: unknown) => {
    throw isMissing(error) ? missing(ref) : error;
  });
  const file = await usingDisk(opened);
  try {
    const { size } = fstatSync(file);
    const count = Math.max(1, Math.ceil((size - HEADER_SIZE) / SEALED_RECORD_SIZE));
    // What is small is read at once, header and all.
    const first = await readOctets(file, 0, Math.min(size, HEADER_SIZE + AHEAD * SEALED_RECORD_SIZE));
    const header = first.subarray(0, HEADER_SIZE);
    const key = fileKey(dataKey, header, ref);
    let ahead = first.subarray(HEADER_SIZE);
    for (let number = 0; number < count; number++) {
      const within = (number % AHEAD) * SEALED_RECORD_SIZE;
      if (number > 0 && within === 0) {
        const position = HEADER_SIZE + number * SEALED_RECORD_SIZE;
        ahead = await readOctets(file, position, Math.min(size - position, AHEAD * SEALED_RECORD_SIZE));
      }
      const sealed = ahead.subarray(within, within + SEALED_RECORD_SIZE);
      const clear = clearRecord(key, header, { number, last: number === count - 1 }, sealed, ref);
      if (clear.length > 0) yield clear;
    }
  } finally {
    closeSync(file);
  }
}

/** `size` octets from `position` on, or those that there are. */
async function readOctets(file: number, position: number, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size);
  let filled = 0;
  for (let got = -1; got !== 0 && filled < size; filled += got)
    got = (await usingDisk(disk.read(file, buffer, filled, size - filled, position + filled))).bytesRead;
  return buffer.subarray(0, filled);
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await disk.open(path, 'r');
  try {
    await disk.fsync(directory);
  } finally {
    closeSync(directory);
  }
}

/** The same work for all who ask at once: whoever comes while it is done, for whom it may have begun too early, shares the next turn. */
function sharing(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const start = (): Promise<void> => {
    next = undefined;
    running = work().finally(() => (running = undefined));
    return running;
  };
  return () => (running === undefined ? start() : (next ??= running.then(start, start)));
}

/** Errors of the file system as a `Failure` that passes; what others threw is left alone. */
const usingDisk = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    const isFileError = error instanceof Error && 'syscall' in error;
    throw isFileError ? new Failure('UNAVAILABLE', `the payload store cannot be used: ${error.message}`) : error;
  });

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
