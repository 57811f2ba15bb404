import { closeSync, fstatSync } from 'node:fs';
import { openIfThere, readOctets } from './disk.js';
import { BLOCK, framed, HEAD_SIZE, headIn, type Head } from './frame.js';

export interface Frame extends Head {
  /** Octets from the begin of the segment. */
  readonly at: number;
}

export interface Contents {
  readonly frames: readonly Frame[];
  /** False when something lies there that is neither a frame nor zeros nor the last that a writer was broken off at: it may have been a frame. */
  readonly isWhole: boolean;
}

/** Octets that are read at once where no frame is; whole blocks. */
const WINDOW = 1024 * BLOCK;
const ZEROS = Buffer.alloc(BLOCK);

/** Where the next frame begins, and whether all before it is zero. @param from a block */
async function nextFrame(file: number, from: number, end: number): Promise<{ at: number; zeros: boolean }> {
  let zeros = true;
  for (let at = from; at < end; at += WINDOW) {
    const octets = await readOctets(file, at, Math.min(WINDOW, end - at));
    for (let n = 0; n < octets.length; n += BLOCK) {
      const block = octets.subarray(n, n + BLOCK);
      if (headIn(block) !== undefined) return { at: at + n, zeros };
      zeros &&= block.equals(ZEROS.subarray(0, block.length));
    }
  }
  return { at: end, zeros };
}

/** The frames of a segment, the removed ones too. */
async function contentsOf(file: number): Promise<Contents> {
  const { size: end } = fstatSync(file);
  const frames: Frame[] = [];
  let isWhole = true;
  for (let at = BLOCK; at < end;) {
    const head = headIn(await readOctets(file, at, HEAD_SIZE));
    if (head !== undefined) frames.push({ ...head, at });
    const next = head === undefined ? undefined : at + framed(head.size);
    if (next === undefined || next > end) {
      const found = await nextFrame(file, head === undefined ? at : at + BLOCK, end);
      isWhole &&= head === undefined ? found.zeros : found.at === end;
      at = found.at;
    } else at = next;
  }
  return { frames, isWhole };
}

/** Opens a file for as long as `work` lasts. Undefined when there is none. */
export async function within<T>(
  path: string,
  flags: string,
  work: (file: number) => Promise<T>,
): Promise<T | undefined> {
  const file = await openIfThere(path, flags);
  if (file === undefined) return undefined;
  try {
    return await work(file);
  } finally {
    closeSync(file);
  }
}

/** What lies in a segment. Undefined when it is gone. */
export const framesOf = (path: string): Promise<Contents | undefined> => within(path, 'r', contentsOf);
