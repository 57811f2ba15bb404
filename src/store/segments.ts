import { closeSync, write } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '../errors.js';
import { appender, type Appender } from './appender.js';
import { disk, openIfThere, readOctets, statIfThere, syncDirectory, usingDisk } from './disk.js';
import { ERASING, HEAD_SIZE, headIn, refOf, SEGMENT_ID, type Place } from './frame.js';
import { framesOf, within } from './framesOf.js';
import { missing, type NamedKey } from './payloadFile.js';
import { clearOctets, firstOf } from './payloadSpan.js';

/*
 * Small payloads share files, for a file of its own costs more than what is in it: an inode, a name in a folder, and an fsync of both.
 * A payload is found by its reference alone. It stays where it is: a segment goes when nothing in it is needed any more.
 */

export interface Segments extends Pick<Appender, 'append'> {
  /** The clear octets. @throws Failure INTERNAL when they are missing or have been changed */
  get(ref: string, place: Place): AsyncIterable<Uint8Array>;
  /** Does nothing when it is gone already. */
  remove(place: Place): Promise<void>;
  list(): AsyncIterable<{ readonly ref: string; readonly written: Date }>;
  /**
   * Deletes segments of which nothing is needed. @param before those that have been written to since, or removed from, are left alone
   * @throws Failure UNAVAILABLE when that failed somewhere; the others have been looked at
   */
  tidy(before: Date, signal?: AbortSignal): Promise<void>;
}

const writeAt = promisify(write);

/** The name in the head of a frame that `place` means. @throws Failure INTERNAL when it has been removed, or is another's */
function nameAt({ size, name }: Place, octets: Buffer, ref: string): string {
  const head = headIn(octets);
  if (head !== undefined && head.name === undefined) missing(ref);
  if (head?.name?.startsWith(name) !== true || head.size !== size)
    throw new Failure('INTERNAL', `payload ${ref} has been changed`);
  return head.name;
}

async function* read(path: string, place: Place, key: NamedKey, ref: string): AsyncGenerator<Uint8Array> {
  const file = (await usingDisk(openIfThere(path, 'r'))) ?? missing(ref);
  try {
    const first = await readOctets(file, place.at, HEAD_SIZE + firstOf(place.size));
    const span = { file, at: place.at + HEAD_SIZE, size: place.size };
    yield* clearOctets(span, first.subarray(HEAD_SIZE), { key, name: nameAt(place, first, ref), ref });
  } finally {
    closeSync(file);
  }
}

const erase = (path: string, { at, name }: Place): Promise<void | undefined> =>
  within(path, 'r+', async (file) => {
    const head = headIn(await readOctets(file, at, HEAD_SIZE));
    if (head?.name?.startsWith(name) !== true) return;
    await writeAt(file, ERASING.zeros, 0, ERASING.zeros.length, at + ERASING.at);
    await disk.fdatasync(file);
  });

/** Deletes a segment of which nothing is needed. */
async function tidySegment(path: string, before: Date): Promise<void> {
  const found = await statIfThere(path);
  if (found === undefined || found.mtime > before) return;
  const contents = await framesOf(path);
  if (contents?.isWhole !== true || contents.frames.some(({ name }) => name !== undefined)) return;
  const now = await statIfThere(path);
  if (now?.size === found.size && now.mtimeMs === found.mtimeMs) await rm(path, { force: true });
}

export async function openSegments(dir: string, key: NamedKey): Promise<Segments> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await syncDirectory(dirname(dir));
  const pathOf = (id: string): string => join(dir, id);
  const { append, holds } = appender(dir);
  const ids = async (): Promise<string[]> => (await readdir(dir)).filter((name) => SEGMENT_ID.test(name));
  return {
    append,
    get: (ref, place) => read(pathOf(place.segment), place, key, ref),
    remove: async (place) => void (await usingDisk(erase(pathOf(place.segment), place))),
    async *list() {
      for (const segment of await usingDisk(ids())) {
        const contents = await usingDisk(framesOf(pathOf(segment)));
        for (const { name, written, ...place } of contents?.frames ?? [])
          if (name !== undefined) yield { ref: refOf({ ...place, segment, name }), written };
      }
    },
    async tidy(before, signal) {
      const failures: unknown[] = [];
      for (const id of await usingDisk(ids())) {
        if (signal?.aborted === true) return;
        if (!holds(id))
          await usingDisk(tidySegment(pathOf(id), before)).catch((error: unknown) => failures.push(error));
      }
      await usingDisk(syncDirectory(dir));
      if (failures.length > 0) throw failures[0];
    },
  };
}
