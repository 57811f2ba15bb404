import { HEADER_SIZE } from './payloadFile.js';

/*
 * How a payload lies in a segment: from a multiple of 64 octets on a head (magic and version, octets of the payload, the time it was
 * written, its name), then the sealed payload. The reference says where: `s`, sixteen digits of the segment, which is never used again,
 * five of the block, six of the size and the first fourteen of the name, all hexadecimal with letters for digits. A payload is removed by
 * zeros over its name and its header, with which goes the salt of its key.
 */

const MAGIC = Buffer.from('PHF\x01', 'latin1');
const WRITTEN_AT = 8;
/** Two octets of zero. */
const UNUSED_AT = 14;
const NAME_SIZE = 16;
const NAME_AT = 16;
/** Octets of a head. */
export const HEAD_SIZE = NAME_AT + NAME_SIZE;
/** Octets of a block; a frame begins with one. */
export const BLOCK = 64;
/** Octets of a sealed payload at the most. */
export const LARGEST = 2 * 2 ** 20;
/** What a payload is removed by: where in its frame, and what is written there. */
export const ERASING = { at: NAME_AT, zeros: Buffer.alloc(NAME_SIZE + HEADER_SIZE) } as const;

const SEGMENT = 16;
const AT = 5;
const SIZE = 6;
const NAME = 14;
/** A digit is written as a letter: eleven of them side by side would be taken for somebody's national id and kept out of the log. */
const LETTER = '[a-p]';
const FRAME_REF = new RegExp(`^s(${LETTER}{${SEGMENT}})(${LETTER}{${AT}})(${LETTER}{${SIZE}})(${LETTER}{${NAME}})$`);
/** What a segment is called. */
export const SEGMENT_ID = new RegExp(`^${LETTER}{${SEGMENT}}$`);
export const lettersOf = (hex: string): string => hex.replace(/[0-9]/g, (digit) => 'ghijklmnop'[Number(digit)] ?? '');
const hexOf = (letters: string): string => letters.replace(/[g-p]/g, (letter) => String('ghijklmnop'.indexOf(letter)));
/** Octets of a segment at the most. */
export const SEGMENT_SIZE = 16 * 2 ** 20;

/** Where a frame lies, and what of its name is known. */
export interface Place {
  /** The segment, as it is called. */
  readonly segment: string;
  /** Octets from the begin of the segment. */
  readonly at: number;
  /** Octets of the sealed payload. */
  readonly size: number;
  /** The first hexadecimal digits of its name. */
  readonly name: string;
}

export interface Head {
  readonly size: number;
  /** By the clock. */
  readonly written: Date;
  /** 32 hexadecimal digits; undefined when it has been removed. */
  readonly name: string | undefined;
}

const numberOf = (value: number, digits: number): string => lettersOf(value.toString(16).padStart(digits, '0'));

export const refOf = ({ segment, at, size, name }: Place): string =>
  `s${segment}${numberOf(at / BLOCK, AT)}${numberOf(size, SIZE)}${lettersOf(name.slice(0, NAME))}`;

/** Undefined when it is the reference of no frame. */
export function placeOf(ref: string): Place | undefined {
  const [, segment, ...digits] = FRAME_REF.exec(ref) ?? [];
  const [block, size, name] = digits.map(hexOf);
  if (segment === undefined || block === undefined || size === undefined || name === undefined) return undefined;
  return { segment, at: parseInt(block, 16) * BLOCK, size: parseInt(size, 16), name };
}

/** Octets from the begin of a frame to that of the next. */
export const framed = (size: number): number => Math.ceil((HEAD_SIZE + size) / BLOCK) * BLOCK;

/** The head of a frame. @param name 32 hexadecimal digits @param written epoch milliseconds */
export function headOf(name: string, size: number, written: number): Buffer {
  const head = Buffer.alloc(HEAD_SIZE);
  MAGIC.copy(head);
  head.writeUInt32BE(size, MAGIC.length);
  head.writeUIntBE(written, WRITTEN_AT, 6);
  head.write(name, NAME_AT, 'hex');
  return head;
}

/** Undefined when it is no head: whoever wrote there was broken off, or somebody else has written there. */
export function headIn(octets: Buffer): Head | undefined {
  if (octets.length < HEAD_SIZE || !octets.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const [size, unused] = [octets.readUInt32BE(MAGIC.length), octets.readUInt16BE(UNUSED_AT)];
  // Cipher text is no head by chance.
  if (size > LARGEST || unused !== 0) return undefined;
  const name = octets.subarray(NAME_AT, HEAD_SIZE);
  return {
    size,
    written: new Date(octets.readUIntBE(WRITTEN_AT, 6)),
    name: name.every((octet) => octet === 0) ? undefined : name.toString('hex'),
  };
}
