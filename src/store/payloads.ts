import { createHash, randomBytes, type KeyObject } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Blob } from '../domain/forsendelse.js';
import type { Payloads } from '../domain/shipmentPorts.js';
import { Failure } from '../errors.js';
import {
  fileKey,
  HEADER_SIZE,
  newHeader,
  openRecord,
  RECORD_SIZE,
  records,
  SEALED_RECORD_SIZE,
  sealRecord,
} from './payloadFile.js';

export interface PayloadOptions {
  /** Made when it is not there. */
  readonly dir: string;
  /** The data key, 32 octets. */
  readonly key: KeyObject;
}

/** Milliseconds after its last octet from which a file that was never finished is taken for a crash's. */
const ABANDONED = 60 * 60 * 1000;
/** Files that are being written; on the same file system as where they go. */
const INCOMING = 'incoming';
const folders = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
const REF = /^[0-9a-f]{32}$/;

/**
 * Opens the payload store: `dir/aa/REF`, encrypted, for the owner only. Removes what crashes left behind.
 * @throws Failure UNAVAILABLE when the directory cannot be used; so do all calls later
 */
export async function openPayloads({ dir, key }: PayloadOptions): Promise<Payloads> {
  await usingDisk(prepare(dir));
  const pathOf = (ref: string): string => {
    if (!REF.test(ref)) throw new Failure('INTERNAL', 'this is no reference of a payload');
    return join(dir, ref.slice(0, 2), ref);
  };
  return {
    async put(octets) {
      const ref = randomBytes(16).toString('hex');
      const draft = join(dir, INCOMING, ref);
      try {
        const written = await write(draft, ref, key, octets);
        await usingDisk(publish(draft, pathOf(ref)));
        return written;
      } catch (error) {
        await rm(draft, { force: true }).catch(() => undefined);
        throw error;
      }
    },
    async *get(ref) {
      yield* read(pathOf(ref), ref, key);
    },
    async remove(ref) {
      const path = pathOf(ref);
      await usingDisk(rm(path, { force: true }).then(() => syncDirectory(dirname(path))));
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
  for (const name of [...folders, INCOMING]) await mkdir(join(dir, name), { recursive: true, mode: 0o700 });
  await syncDirectory(dir);
  await syncDirectory(dirname(resolve(dir)));
  for (const name of await readdir(join(dir, INCOMING))) {
    const draft = join(dir, INCOMING, name);
    // Another process may finish or remove its file at any time.
    const { mtimeMs } = await stat(draft).catch(() => ({ mtimeMs: Infinity }));
    if (mtimeMs < Date.now() - ABANDONED) await rm(draft, { force: true });
  }
}

/** Undefined when another process has removed the file meanwhile. */
async function writtenAt(path: string): Promise<Date | undefined> {
  const found = stat(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  return (await usingDisk(found))?.mtime;
}

async function write(draft: string, ref: string, key: KeyObject, octets: AsyncIterable<Uint8Array>): Promise<Blob> {
  const header = newHeader(key);
  const recordKey = fileKey(key, header, ref);
  const digest = createHash('sha256');
  let size = 0;
  const handle = await usingDisk(open(draft, 'wx', 0o600));
  try {
    await usingDisk(handle.writeFile(header));
    for await (const { clear, ...position } of records(octets)) {
      digest.update(clear);
      size += clear.length;
      await usingDisk(handle.writeFile(sealRecord(recordKey, header, position, clear)));
    }
    await usingDisk(handle.sync());
  } finally {
    await handle.close();
  }
  return { ref, size, sha256: digest.digest('hex') };
}

async function publish(draft: string, path: string): Promise<void> {
  await rename(draft, path);
  await syncDirectory(dirname(path));
}

/** One record in memory at a time; none is given out before its tag has been checked. */
async function* read(path: string, ref: string, dataKey: KeyObject): AsyncGenerator<Uint8Array> {
  const opened = open(path, 'r').catch((error: unknown) => {
    throw isMissing(error) ? new Failure('INTERNAL', `payload ${ref} is missing`) : error;
  });
  const handle = await usingDisk(opened);
  try {
    const header = await readOctets(handle, 0, HEADER_SIZE);
    const key = fileKey(dataKey, header, ref);
    const { size } = await usingDisk(handle.stat());
    const count = Math.ceil((size - HEADER_SIZE) / SEALED_RECORD_SIZE);
    for (let number = 0; number < Math.max(1, count); number++) {
      const sealed = await readOctets(handle, HEADER_SIZE + number * SEALED_RECORD_SIZE, SEALED_RECORD_SIZE);
      const clear = openRecord(key, header, { number, last: number >= count - 1 }, sealed);
      if (clear === undefined)
        throw new Failure('INTERNAL', `payload ${ref} has been changed at ${number * RECORD_SIZE}`);
      if (clear.length > 0) yield clear;
    }
  } finally {
    await handle.close();
  }
}

/** `size` octets from `position` on, or those that there are. */
async function readOctets(handle: FileHandle, position: number, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size);
  let filled = 0;
  for (let got = -1; got !== 0 && filled < size; filled += got)
    got = (await usingDisk(handle.read(buffer, filled, size - filled, position + filled))).bytesRead;
  return buffer.subarray(0, filled);
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Errors of the file system as a `Failure` that passes; what others threw is left alone. */
const usingDisk = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    const isFileError = error instanceof Error && 'syscall' in error;
    throw isFileError ? new Failure('UNAVAILABLE', `the payload store cannot be used: ${error.message}`) : error;
  });

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
