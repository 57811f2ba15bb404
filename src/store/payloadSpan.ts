import { clearRecord, fileKey, HEADER_SIZE, SEALED_RECORD_SIZE, type NamedKey } from './payloadFile.js';
import { readOctets } from './disk.js';

/** Records that are read at once. */
const AHEAD = 4;

/** Where a sealed payload lies: `size` octets of an open file from `at` on. */
export interface Span {
  readonly file: number;
  readonly at: number;
  readonly size: number;
}

export interface SealedName {
  readonly key: NamedKey;
  /** By which it was sealed. */
  readonly name: string;
  /** By which people know it. */
  readonly ref: string;
}

/** Octets of a span that are worth reading before anything is known of them: what is small is read at once, header and all. */
export const firstOf = (size: number): number => Math.min(size, HEADER_SIZE + AHEAD * SEALED_RECORD_SIZE);

/**
 * The clear octets of a span: a few records in memory at a time, none of which is given out before its tag has been checked.
 * @param first its first octets, as many as `firstOf` says
 * @throws Failure INTERNAL when they are not what was written there
 */
export async function* clearOctets(
  { file, at, size }: Span,
  first: Buffer,
  { key: dataKey, name, ref }: SealedName,
): AsyncGenerator<Uint8Array> {
  const count = Math.max(1, Math.ceil((size - HEADER_SIZE) / SEALED_RECORD_SIZE));
  const header = first.subarray(0, HEADER_SIZE);
  const key = fileKey(dataKey, header, name, ref);
  let ahead = first.subarray(HEADER_SIZE);
  for (let number = 0; number < count; number++) {
    const within = (number % AHEAD) * SEALED_RECORD_SIZE;
    if (number > 0 && within === 0) {
      const position = HEADER_SIZE + number * SEALED_RECORD_SIZE;
      ahead = await readOctets(file, at + position, Math.min(size - position, AHEAD * SEALED_RECORD_SIZE));
    }
    const sealed = ahead.subarray(within, within + SEALED_RECORD_SIZE);
    const clear = clearRecord(key, header, { number, last: number === count - 1 }, sealed, ref);
    if (clear.length > 0) yield clear;
  }
}
