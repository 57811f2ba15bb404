import * as asn1 from './der.js';
import { tags } from './der.js';

/** BER (X.690) from a stream: definite and indefinite lengths. Every reader throws an Error with a sentence for what is not BER. */

const DEPTH = 16;
const CONSTRUCTED = 0x20;
const PIECE = 64 * 1024;

/** Identifier and length octets; `end` is the offset behind the content, undefined for an indefinite length. */
export interface BerHead {
  readonly tag: number;
  readonly end: number | undefined;
}

/** Reads octets on demand, in order, once. */
export class BerReader {
  /** Octets read so far. */
  offset = 0;
  private waiting: Buffer = Buffer.alloc(0);
  private readonly source: AsyncGenerator<Uint8Array, void>;

  constructor(octets: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.source = pieces(octets);
  }

  /** Ends the source too, read out or not. */
  async close(): Promise<void> {
    await this.source.return();
  }

  private async fill(): Promise<boolean> {
    while (this.waiting.length === 0) {
      const { value } = await this.source.next();
      if (value === undefined) return false;
      this.waiting = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    return true;
  }

  /** Between 1 and `most` octets, as they come. */
  async some(most: number): Promise<Buffer> {
    if (!(await this.fill())) throw new Error('BER: ends inside an element');
    const piece = this.waiting.subarray(0, Math.min(most, PIECE));
    this.waiting = this.waiting.subarray(piece.length);
    this.offset += piece.length;
    return piece;
  }

  async exactly(length: number): Promise<Buffer> {
    const found: Buffer[] = [];
    for (let left = length; left > 0;) {
      const piece = await this.some(left);
      found.push(piece);
      left -= piece.length;
    }
    return Buffer.concat(found);
  }

  private async octet(): Promise<number> {
    return (await this.exactly(1))[0] ?? 0;
  }

  async head(): Promise<BerHead> {
    const tag = await this.octet();
    if ((tag & 0x1f) === 0x1f) throw new Error('BER: tag number above 30');
    const first = await this.octet();
    if (first < 0x80) return { tag, end: this.offset + first };
    if (first === 0x80) {
      if ((tag & CONSTRUCTED) === 0) throw new Error('BER: indefinite length of a primitive element');
      return { tag, end: undefined };
    }
    const octets = first & 0x7f;
    if (octets > 5) throw new Error('BER: excessive length');
    const length = (await this.exactly(octets)).readUIntBE(0, octets);
    return { tag, end: this.offset + length };
  }

  /** The head of an element that must have the tag given. */
  async open(tag: number): Promise<BerHead> {
    const found = await this.head();
    if (found.tag !== tag) throw new Error(`BER: tag ${tag.toString(16)} expected, ${found.tag.toString(16)} found`);
    return found;
  }

  /** The end of an element whose content has been read. */
  async shut({ end }: BerHead): Promise<void> {
    if (end === undefined) {
      if ((await this.exactly(2)).readUInt16BE(0) !== 0) throw new Error('BER: no end of contents');
    } else if (end !== this.offset) {
      throw new Error('BER: length and content do not agree');
    }
  }

  /** Nothing may follow. */
  async finish(): Promise<void> {
    if (await this.fill()) throw new Error('BER: octets after the end');
  }

  /** One whole small element as DER, so that what reads it need not know of BER. @param until offset that it may reach */
  async element(until: number, depth = 0): Promise<Buffer> {
    return this.rest(await this.head(), until, depth);
  }

  private async rest({ tag, end }: BerHead, until: number, depth: number): Promise<Buffer> {
    if (depth > DEPTH) throw new Error('BER: nested too deep');
    if ((end ?? this.offset) > until) throw new Error('BER: too large');
    if ((tag & CONSTRUCTED) === 0) return asn1.der.element(tag, await this.exactly((end ?? 0) - this.offset));
    const children: Buffer[] = [];
    while (end === undefined || this.offset < end) {
      const child = await this.head();
      if (end === undefined && child.tag === 0 && child.end === this.offset) return asn1.der.element(tag, ...children);
      children.push(await this.rest(child, until, depth + 1));
    }
    if (this.offset !== end) throw new Error('BER: length and content do not agree');
    return asn1.der.element(tag, ...children);
  }

  /**
   * The octets of an OCTET STRING under an implicit context tag `[number]`, as they come: in one piece, or in segments.
   * Segments in segments are refused.
   */
  async *octets(number: number): AsyncGenerator<Buffer, void> {
    const string = await this.head();
    if (string.tag === asn1.contextTag(number, false)) return yield* this.content(string);
    if (string.tag !== asn1.contextTag(number, true)) throw new Error('BER: no content');
    while (string.end === undefined || this.offset < string.end) {
      const segment = await this.head();
      if (string.end === undefined && segment.tag === 0 && segment.end === this.offset) return;
      if (segment.tag !== tags.octetString) throw new Error('BER: a segment that is no OCTET STRING');
      yield* this.content(segment);
    }
    await this.shut(string);
  }

  private async *content({ end = 0 }: BerHead): AsyncGenerator<Buffer, void> {
    while (this.offset < end) yield this.some(end - this.offset);
  }
}

async function* pieces(octets: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield* octets;
}

/** Identifier and length octets of an element in DER whose content of `length` octets follows. */
export function derHead(tag: number, length: number): Buffer {
  if (length < 0x80) return Buffer.from([tag, length]);
  const octets = Math.ceil(length.toString(16).length / 2);
  const head = Buffer.alloc(2 + octets, tag);
  head[1] = 0x80 | octets;
  head.writeUIntBE(length, 2, octets);
  return head;
}
