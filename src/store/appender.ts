import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, ftruncate, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '../errors.js';
import { disk, syncDirectory, usingDisk, writeAll } from './disk.js';
import { BLOCK, framed, headOf, LARGEST, lettersOf, refOf, SEGMENT_SIZE } from './frame.js';

/*
 * A segment is written by one process, from its begin to its end, and what comes while it is written waits and is made durable together.
 * A segment is given up when it is full, old, or idle, and when a write failed: then nobody writes to it again. What is written next shares
 * a page with what is durable already: as SQLite does, this trusts a disk not to damage octets that stay as they are.
 */

const MAGIC = Buffer.alloc(BLOCK);
MAGIC.write('PHS\x01', 'latin1');

/** Milliseconds for which a segment is written to, by each of two clocks; and after which a segment without work is closed. */
const OPEN_MS = 3_600_000;
const IDLE_MS = 10_000;

interface Segment {
  readonly id: string;
  readonly path: string;
  readonly file: number;
  /** Where the next frame begins: 0 as long as there is none. */
  tail: number;
  readonly opened: readonly [clock: number, monotonic: number];
}

interface Item {
  readonly name: string;
  readonly octets: readonly Buffer[];
  readonly size: number;
  readonly resolve: (ref: string) => void;
  readonly reject: (error: unknown) => void;
}

const isYoung = ({ opened: [clock, monotonic] }: Segment): boolean =>
  Math.abs(Date.now() - clock) < OPEN_MS && performance.now() - monotonic < OPEN_MS;

const truncate = promisify(ftruncate);

async function begin(dir: string): Promise<Segment> {
  const id = lettersOf(randomBytes(8).toString('hex'));
  const path = join(dir, id);
  return { id, path, file: await disk.open(path, 'wx', 0o600), tail: 0, opened: [Date.now(), performance.now()] };
}

/** What a file system says of a file whose content is durable or given up is too late to matter. */
function close(file: number): void {
  try {
    closeSync(file);
  } catch {
    // The number is free all the same.
  }
}

/** Takes what a failed write may have left out of the way, as far as that can be done. */
async function abandon({ path, file, tail }: Segment): Promise<void> {
  await (tail === 0 ? rm(path, { force: true }) : truncate(file, tail)).catch(() => undefined);
  close(file);
}

/** Whoever removes old segments may have taken this for one, when its process has slept for hours. */
const isInPlace = ({ path, file }: Segment): boolean =>
  statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(file).ino;

/** Frames one after the other. @returns their references, and where the next begins */
function laid(segment: Segment, items: readonly Item[]): { pieces: Buffer[]; refs: string[]; tail: number } {
  const isFirst = segment.tail === 0;
  const pieces: Buffer[] = isFirst ? [MAGIC] : [];
  let tail = isFirst ? BLOCK : segment.tail;
  const refs = items.map(({ name, octets, size }) => {
    const frame = framed(size);
    const head = headOf(name, size, Date.now());
    pieces.push(head, ...octets, Buffer.alloc(frame - head.length - size));
    const ref = refOf({ segment: segment.id, at: tail, size, name });
    tail += frame;
    return ref;
  });
  return { pieces, refs, tail };
}

/** Writes frames and makes them durable. @returns their references */
async function write(dir: string, segment: Segment, items: readonly Item[]): Promise<string[]> {
  const { pieces, refs, tail } = laid(segment, items);
  await writeAll(segment.file, pieces, segment.tail);
  await disk.fdatasync(segment.file);
  if (segment.tail === 0) await syncDirectory(dir);
  if (!isInPlace(segment))
    throw new Failure(
      'UNAVAILABLE',
      `${segment.path} was removed while it was written; the next payload begins a new one`,
    );
  segment.tail = tail;
  return refs;
}

export interface Appender {
  /** Makes a sealed payload durable. @param name 32 hexadecimal digits @returns its reference. @throws Failure UNAVAILABLE */
  readonly append: (name: string, octets: readonly Buffer[]) => Promise<string>;
  /** Whether it is being written to. */
  readonly holds: (id: string) => boolean;
}

/** Writes segments in `dir`. @param idleMs after which a segment without work is closed */
export function appender(dir: string, idleMs = IDLE_MS): Appender {
  const waiting: Item[] = [];
  let segment: Segment | undefined;
  let writing = false;
  const leave = (): void => {
    if (segment !== undefined) close(segment.file);
    segment = undefined;
  };
  const idle = setTimeout(() => void (writing || leave()), idleMs).unref();
  /** One turn: as many of those that wait as the segment has room for. */
  const turn = async (): Promise<void> => {
    if (segment !== undefined && !(isYoung(segment) && segment.tail + framed(LARGEST) <= SEGMENT_SIZE)) leave();
    segment ??= await begin(dir);
    let room = SEGMENT_SIZE - Math.max(segment.tail, BLOCK);
    const over = waiting.findIndex(({ size }) => (room -= framed(size)) < 0);
    const items = waiting.splice(0, over < 0 ? waiting.length : over);
    try {
      const refs = await write(dir, segment, items);
      items.forEach(({ resolve }, i) => resolve(refs[i] ?? ''));
    } catch (error) {
      const failed = segment;
      segment = undefined;
      await abandon(failed);
      for (const { reject } of items) reject(error);
    }
  };
  const work = async (): Promise<void> => {
    writing = true;
    while (waiting.length > 0)
      await turn().catch((error: unknown) => {
        for (const { reject } of waiting.splice(0)) reject(error);
      });
    writing = false;
    idle.refresh();
  };
  return {
    append: (name, octets) => {
      const size = octets.reduce((sum, { length }) => sum + length, 0);
      const kept = new Promise<string>((resolve, reject) => waiting.push({ name, octets, size, resolve, reject }));
      if (!writing) void work();
      return usingDisk(kept);
    },
    holds: (id) => segment?.id === id,
  };
}
