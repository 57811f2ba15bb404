import { randomBytes, randomInt, type KeyObject } from 'node:crypto';
import { closeSync, fstatSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Blob } from '../domain/forsendelse.js';
import type { Payloads } from '../domain/shipmentPorts.js';
import { Failure } from '../errors.js';
import { openIfThere, readOctets, statIfThere, syncDirectory, usingDisk } from './disk.js';
import { placeOf } from './frame.js';
import { openGrowing, type Growing } from './growing.js';
import { missing, named, sealAll, type NamedKey } from './payloadFile.js';
import { clearOctets, firstOf } from './payloadSpan.js';
import { openSegments, type Segments } from './segments.js';

export interface PayloadOptions {
  /** Made when it is not there. */
  readonly dir: string;
  /** The data key, 32 octets. */
  readonly key: KeyObject;
  /** Whether small payloads share files; left out: they do. */
  readonly shareFiles?: boolean;
}

const folders = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
/** Payloads that go into one folder before the next is taken: those that are written at once share its fsync. */
const TOGETHER = 64;
/** Records that are gathered before the first are written: most payloads are one write, and those share a file with others. */
const FIRST = 16;
/** Records of a larger payload that are written at once: what waits for more is collected twice meanwhile, and old then. */
const GATHERED = 8;
/** Milliseconds after which nobody writes to a segment any more, nor reads it for a copy. */
const AT_REST_MS = 86_400_000;
const FILE_REF = /^[0-9a-f]{32}$/;

/**
 * Opens the payload store, encrypted, for the owner only: `dir/aa/REF` what is large, and `dir/segments/ID` what is small. What a crash
 * has left unfinished is something that no row names.
 * @throws Failure UNAVAILABLE when the directory cannot be used; so do all calls later
 */
export async function openPayloads({ dir, key: dataKey, shareFiles = true }: PayloadOptions): Promise<Payloads> {
  await usingDisk(prepare(dir));
  const key = named(dataKey);
  const synced = new Map(folders.map((folder) => [folder, sharing(() => syncDirectory(join(dir, folder)))]));
  const inFolder = (ref: string): Promise<void> => synced.get(ref.slice(0, 2))?.() ?? Promise.resolve();
  const pathOf = (ref: string): string => {
    if (!FILE_REF.test(ref)) throw new Failure('INTERNAL', 'this is no reference of a payload');
    return join(dir, ref.slice(0, 2), ref);
  };
  const segments = await usingDisk(openSegments(join(dir, 'segments'), key));
  let count = randomInt(folders.length * TOGETHER);
  const newRef = (): string => {
    const folder = folders[Math.floor(count++ / TOGETHER) % folders.length] ?? '';
    return folder + randomBytes(15).toString('hex');
  };
  return {
    async put(octets, sha256) {
      const ref = newRef();
      try {
        const written = await write(
          { path: pathOf(ref), ref, key, append: shareFiles ? segments.append : undefined },
          octets,
          sha256,
        );
        if (written.ref === ref) await usingDisk(inFolder(ref));
        return written;
      } catch (error) {
        await rm(pathOf(ref), { force: true }).catch(() => undefined);
        throw error;
      }
    },
    async *get(ref) {
      const place = placeOf(ref);
      yield* place === undefined ? read(pathOf(ref), ref, key) : segments.get(ref, place);
    },
    async remove(ref) {
      const place = placeOf(ref);
      if (place !== undefined) await segments.remove(place);
      else await usingDisk(rm(pathOf(ref), { force: true }).then(() => inFolder(ref)));
    },
    async *list() {
      yield* segments.list();
      for (const folder of folders) yield* listFolder(join(dir, folder));
    },
    tidy: (now, signal) => segments.tidy(new Date(now.getTime() - AT_REST_MS), signal),
  };
}

/** Makes every directory at once, so that no `put` has to wonder whether another's new directory is durable yet. */
async function prepare(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  for (const name of folders) await mkdir(join(dir, name), { recursive: true, mode: 0o700 });
  await syncDirectory(dir);
  await syncDirectory(dirname(resolve(dir)));
}

async function* listFolder(folder: string): AsyncGenerator<{ readonly ref: string; readonly written: Date }> {
  for (const ref of await usingDisk(readdir(folder))) {
    // Another process may have removed it meanwhile.
    const found = FILE_REF.test(ref) ? await usingDisk(statIfThere(join(folder, ref))) : undefined;
    if (found !== undefined) yield { ref, written: found.mtime };
  }
}

interface Target {
  readonly path: string;
  readonly ref: string;
  readonly key: NamedKey;
  /** Where it goes when it is small. */
  readonly append: Segments['append'] | undefined;
}

async function write(
  { path, ref, key, append }: Target,
  octets: AsyncIterable<Uint8Array>,
  sha256?: () => Buffer,
): Promise<Blob> {
  let file: Growing | undefined;
  let shared: string | undefined;
  const keep = async (pieces: readonly Buffer[], last: boolean): Promise<void> => {
    if (append !== undefined && file === undefined && last) {
      shared = await append(ref, pieces);
      return;
    }
    file ??= await openGrowing(path);
    await file.append(pieces);
    if (last) await file.finish();
  };
  try {
    const kept = (...octets: Parameters<typeof keep>) => usingDisk(keep(...octets));
    const blob = await sealAll(octets, { ref, key, together: GATHERED, first: FIRST, keep: kept, sha256 });
    return { ...blob, ref: shared ?? ref };
  } finally {
    await file?.close();
  }
}

async function* read(path: string, ref: string, key: NamedKey): AsyncGenerator<Uint8Array> {
  const file = (await usingDisk(openIfThere(path, 'r'))) ?? missing(ref);
  try {
    const { size } = fstatSync(file);
    const first = await readOctets(file, 0, firstOf(size));
    yield* clearOctets({ file, at: 0, size }, first, { key, name: ref, ref });
  } finally {
    closeSync(file);
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
