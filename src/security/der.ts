/**
 * DER (X.690): a strict reader, and writers for the structures that we make ourselves. Lengths must be definite and
 * minimal, tag numbers below 31, nothing may follow the outermost element. Every reader throws an Error with a sentence
 * for what is not DER of the kind asked for.
 */

/** One element. All buffers are views of the octets that were read. */
export interface Der {
  /** The identifier octet: class, constructed bit and tag number. */
  readonly tag: number;
  readonly content: Buffer;
  /** Identifier, length and content. */
  readonly raw: Buffer;
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8: 0x0c,
  numeric: 0x12,
  printable: 0x13,
  teletex: 0x14,
  ia5: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmp: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The identifier octet of a context-specific tag, e.g. `[0]` constructed is 0xa0. */
export const contextTag = (number: number, constructed: boolean): number => (constructed ? 0xa0 : 0x80) | number;

function elementAt(bytes: Buffer, offset: number): Der {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined) throw new Error('DER: ends inside an element');
  if ((tag & 0x1f) === 0x1f) throw new Error('DER: tag number above 30');
  let start = offset + 2;
  let length = first;
  if (first >= 0x80) {
    const octets = first & 0x7f;
    if (octets === 0 || octets > 4) throw new Error('DER: indefinite or excessive length');
    if (start + octets > bytes.length) throw new Error('DER: ends inside a length');
    length = bytes.readUIntBE(start, octets);
    if (length < 0x80 || length < 2 ** (8 * (octets - 1))) throw new Error('DER: length not minimal');
    start += octets;
  }
  const end = start + length;
  if (end > bytes.length) throw new Error('DER: ends inside an element');
  return { tag, content: bytes.subarray(start, end), raw: bytes.subarray(offset, end) };
}

/** The one element that `bytes` holds. */
export function readDer(bytes: Buffer): Der {
  const element = elementAt(bytes, 0);
  if (element.raw.length !== bytes.length) throw new Error('DER: octets after the end');
  return element;
}

/** The elements inside a constructed element, which must have the tag given. */
export function children(element: Der | undefined, tag: number = tags.sequence): Der[] {
  if (element?.tag !== tag) throw new Error(`DER: tag ${hex(tag)} expected, ${hex(element?.tag)} found`);
  const found: Der[] = [];
  for (let offset = 0; offset < element.content.length;) {
    const child = elementAt(element.content, offset);
    found.push(child);
    offset += child.raw.length;
  }
  return found;
}

const hex = (tag: number | undefined): string => (tag === undefined ? 'nothing' : tag.toString(16));

/** The content of a primitive element, which must have the tag given. */
export function primitive(element: Der | undefined, tag: number): Buffer {
  if (element?.tag !== tag) throw new Error(`DER: tag ${hex(tag)} expected, ${hex(element?.tag)} found`);
  return element.content;
}

/** The one element inside an explicit context tag. */
export function explicit(element: Der): Der {
  return readDer(element.content);
}

export function integer(element: Der | undefined, tag: number = tags.integer): bigint {
  const octets = primitive(element, tag);
  const [first, second] = octets;
  if (first === undefined) throw new Error('DER: empty INTEGER');
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)))
    throw new Error('DER: INTEGER not minimal');
  return BigInt.asIntN(octets.length * 8, BigInt(`0x${octets.toString('hex')}`));
}

export function boolean(element: Der | undefined): boolean {
  const [value, ...rest] = primitive(element, tags.boolean);
  if (rest.length > 0 || (value !== 0 && value !== 0xff)) throw new Error('DER: BOOLEAN is not 00 or FF');
  return value === 0xff;
}

/** Dotted decimal. */
export function objectIdentifier(element: Der | undefined, tag: number = tags.oid): string {
  const octets = primitive(element, tag);
  if (octets.length === 0 || octets[octets.length - 1]! >= 0x80) throw new Error('DER: OBJECT IDENTIFIER cut off');
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const octet of octets) {
    if (arc === 0n && octet === 0x80) throw new Error('DER: OBJECT IDENTIFIER not minimal');
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    if (octet < 0x80) {
      arcs.push(arc);
      arc = 0n;
    }
  }
  const head = arcs[0]!;
  const root = head < 80n ? head / 40n : 2n;
  return [root, head - root * 40n, ...arcs.slice(1)].join('.');
}

/** The octets of a BIT STRING; unused bits must be zero, and their number is returned. */
export function bitString(element: Der | undefined): { readonly octets: Buffer; readonly unused: number } {
  const content = primitive(element, tags.bitString);
  const unused = content[0];
  const last = content.length > 1 ? content[content.length - 1]! : 0;
  if (unused === undefined || unused > 7 || (content.length === 1 && unused > 0) || last & ((1 << unused) - 1))
    throw new Error('DER: BIT STRING with bad padding');
  return { octets: content.subarray(1), unused };
}

const times: Readonly<Record<number, RegExp>> = {
  [tags.utcTime]: /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/,
  [tags.generalizedTime]: /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/,
};

/** UTCTime (1950–2049) or GeneralizedTime as RFC 5280 section 4.1.2.5 narrows them: seconds given, no fraction, Z. */
export function time(element: Der | undefined): Date {
  const match = element && times[element.tag]?.exec(element.content.toString('latin1'));
  if (!match) throw new Error('DER: no time of the form that certificates use');
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const full = element.tag === tags.utcTime ? year + (year < 50 ? 2000 : 1900) : year;
  const at = new Date(Date.UTC(full, month - 1, day, hour, minute, second));
  at.setUTCFullYear(full);
  if (at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day || at.getUTCHours() !== hour || second > 59)
    throw new Error('DER: no such time');
  return at;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf16 = new TextDecoder('utf-16be', { fatal: true, ignoreBOM: true });
const latin1 = (octets: Buffer): string => octets.toString('latin1');

const decoders: Readonly<Record<number, (octets: Buffer) => string>> = {
  [tags.utf8]: (octets) => utf8.decode(octets),
  [tags.bmp]: (octets) => utf16.decode(octets),
  [tags.printable]: latin1,
  [tags.numeric]: latin1,
  [tags.teletex]: latin1,
  [tags.ia5]: latin1,
};

/** The text of a string type; of any other type `#` and its octets in hex. */
export function text(element: Der): string {
  const decode = decoders[element.tag];
  return decode ? decode(element.content) : `#${element.raw.toString('hex')}`;
}

function encoded(tag: number, content: readonly Buffer[]): Buffer {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), ...content]);
  const octets = Math.ceil(length.toString(16).length / 2);
  const head = Buffer.alloc(2 + octets);
  head[0] = tag;
  head[1] = 0x80 | octets;
  head.writeUIntBE(length, 2, octets);
  return Buffer.concat([head, ...content]);
}

function integerOctets(value: bigint): Buffer {
  let length = 1;
  while (BigInt.asIntN(length * 8, value) !== value) length++;
  const digits = BigInt.asUintN(length * 8, value).toString(16);
  return Buffer.from(digits.padStart(length * 2, '0'), 'hex');
}

function oidOctets(dotted: string): Buffer {
  const [root, second, ...rest] = dotted.split('.').map(BigInt);
  if (root === undefined || second === undefined) throw new Error(`DER: ${dotted} is no object identifier`);
  const base128 = (arc: bigint): number[] => {
    const octets = [Number(arc & 0x7fn)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) octets.unshift(Number(left & 0x7fn) | 0x80);
    return octets;
  };
  return Buffer.from([root * 40n + second, ...rest].flatMap(base128));
}

function timeOctets(at: Date): Buffer {
  const digits = at.toISOString().replace(/\.\d+|[-:T]/g, '');
  const short = at.getUTCFullYear() >= 1950 && at.getUTCFullYear() < 2050;
  return encoded(short ? tags.utcTime : tags.generalizedTime, [Buffer.from(short ? digits.slice(2) : digits)]);
}

/** The writers. Each returns one complete element. */
export const der = {
  element: (tag: number, ...content: Buffer[]): Buffer => encoded(tag, content),
  sequence: (...content: Buffer[]): Buffer => encoded(tags.sequence, content),
  set: (...content: Buffer[]): Buffer =>
    encoded(
      tags.set,
      [...content].sort((a, b) => a.compare(b)),
    ),
  /** An explicit context tag. */
  explicit: (number: number, content: Buffer): Buffer => encoded(contextTag(number, true), [content]),
  /** An implicit primitive context tag. */
  context: (number: number, content: Buffer): Buffer => encoded(contextTag(number, false), [content]),
  boolean: (value: boolean): Buffer => encoded(tags.boolean, [Buffer.from([value ? 0xff : 0])]),
  integer: (value: bigint | number): Buffer => encoded(tags.integer, [integerOctets(BigInt(value))]),
  oid: (dotted: string): Buffer => encoded(tags.oid, [oidOctets(dotted)]),
  null: (): Buffer => encoded(tags.null, []),
  octetString: (content: Buffer): Buffer => encoded(tags.octetString, [content]),
  bitString: (octets: Buffer, unused = 0): Buffer => encoded(tags.bitString, [Buffer.from([unused]), octets]),
  /** UTCTime until 2049, GeneralizedTime after that (RFC 5280). */
  time: timeOctets,
} as const;
