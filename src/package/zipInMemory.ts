import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';

/*
 * A zip file of what is in memory, in one piece: the octets that `yazl` makes of the same, without a stream for each entry and a checksum in
 * JavaScript, which cost a letter more than its signature.
 */

/** A file in memory. */
export interface HeldFile {
  readonly navn: string;
  readonly octets: Buffer;
  /** Whether it is worth while to deflate it. */
  readonly deflate: boolean;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** What a reader must know, and what wrote it: unix, by version 6.3 of the specification. */
const [NEEDED, MADE_BY] = [20, (3 << 8) | 63];
const UTF8 = 0x800;
const [STORED, DEFLATED] = [0, 8];
/** A plain file that its owner may write and all may read. */
const ATTRIBUTES = 0o100644 * 2 ** 16;
/** Info-ZIP's extended timestamp: its tag, its size, and what it says it has. */
const TIMESTAMP = { tag: 0x5455, size: 5, flags: 3 };

/** Little-endian numbers, each with its size in octets. */
function packed(...fields: readonly (readonly [size: 1 | 2 | 4, value: number])[]): Buffer {
  const octets = Buffer.allocUnsafe(fields.reduce((sum, [size]) => sum + size, 0));
  let at = 0;
  for (const [size, value] of fields) at = octets.writeUIntLE(value, at, size);
  return octets;
}

const deflated = promisify<Buffer, Buffer>(deflateRaw);

interface Entry {
  readonly name: Buffer;
  readonly data: Buffer;
  /** What both headers say, from the version that is needed to the length of the name. */
  readonly about: Buffer;
}

/** Date and time of MS-DOS, by the clock on the wall. */
const dosTime = (at: Date): readonly [time: number, date: number] => [
  (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1),
  ((at.getFullYear() - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate(),
];

async function entryOf({ navn, octets, deflate }: HeldFile, at: Date): Promise<Entry> {
  const [name, data] = [Buffer.from(navn), deflate ? await deflated(octets) : octets];
  const [time, date] = dosTime(at);
  const about = packed(
    ...([
      [2, NEEDED],
      [2, UTF8],
      [2, deflate ? DEFLATED : STORED],
      [2, time],
      [2, date],
    ] as const),
    ...([
      [4, crc32(octets)],
      [4, data.length],
      [4, octets.length],
      [2, name.length],
    ] as const),
  );
  return { name, data, about };
}

/**
 * Packs files in their order, with names in UTF-8 and sizes ahead of the octets.
 * @param at the time that all of them carry, of the years 1980 to 2037
 */
export async function zipInMemory(files: readonly HeldFile[], at: Date): Promise<Buffer> {
  const entries = await Promise.all(files.map((file) => entryOf(file, at)));
  const { tag, size, flags } = TIMESTAMP;
  const extra = packed([2, tag], [2, size], [1, flags], [4, Math.floor(at.getTime() / 1000)]);
  const [pieces, directory]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const { name, data, about } of entries) {
    const local = [packed([4, LOCAL]), about, packed([2, 0]), name, data];
    const more = packed([2, extra.length], [2, 0], [2, 0], [2, 0], [4, ATTRIBUTES], [4, offset]);
    directory.push(packed([4, CENTRAL], [2, MADE_BY]), about, more, name, extra);
    pieces.push(...local);
    offset += local.reduce((sum, piece) => sum + piece.length, 0);
  }
  const length = directory.reduce((sum, piece) => sum + piece.length, 0);
  const counts = [
    [2, 0],
    [2, 0],
    [2, entries.length],
    [2, entries.length],
  ] as const;
  return Buffer.concat([...pieces, ...directory, packed([4, END], ...counts, [4, length], [4, offset], [2, 0])]);
}
