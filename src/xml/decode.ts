import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { Failure } from '../errors.js';
import { hasForbiddenCharacter, isAllowedAscii, wideFrom } from './chars.js';

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

const BYTE_ORDER_MARK = '\ufeff';

const malformed = (detail: string): Failure => new Failure('MALFORMED_XML', detail);

/** Encoding of a document by its first octets (XML 1.0 appendix F); UTF-16 without a mark must begin with `<?`. */
function detect(head: Uint8Array): Encoding {
  const [a, b, c, d] = head;
  const utf32 = (a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0);
  if (utf32) throw malformed('UTF-32 is not accepted');
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0x3c && b === 0 && c === 0x3f && d === 0) return 'utf-16le';
  if (a === 0 && b === 0x3c && c === 0 && d === 0x3f) return 'utf-16be';
  return 'utf-8';
}

/** What each name of an encoding may stand for. */
const names: ReadonlyMap<string, readonly Encoding[]> = new Map([
  ['utf-8', ['utf-8']],
  ['utf8', ['utf-8']],
  ['utf-16', ['utf-16le', 'utf-16be']],
  ['utf-16le', ['utf-16le']],
  ['utf-16be', ['utf-16be']],
]);

const [LT, GT] = [0x3c, 0x3e];
/** Octets of a piece with such a character at the least, as far as there are so many: pieces cost something, however little is in them. */
const PIECE = 256;

/**
 * Octets of UTF-8, cut at the tags around every character beyond U+00FF. V8 gives two octets to each character of a text that has one of
 * those, and to all that is cut out of it: a whole message would be slower to compare, digest and collect for one dash in a title.
 */
function* apart(octets: Buffer): Generator<Buffer> {
  let from = 0;
  for (let at = wideFrom(octets, 0); at >= 0; at = wideFrom(octets, from)) {
    const before = octets.subarray(from, at);
    const tag = before.lastIndexOf(GT) + 1;
    if (tag > 0) yield before.subarray(0, tag);
    const next = octets.indexOf(LT, at + PIECE);
    const end = next < 0 ? octets.length : next;
    yield octets.subarray(from + tag, end);
    from = end;
  }
  if (from < octets.length) yield octets.subarray(from);
}

const agrees = (name: string, encoding: Encoding): boolean =>
  names.get(name.toLowerCase())?.includes(encoding) === true;

/** Octets to characters, UTF-8 or UTF-16, strictly. */
export class Decoder {
  private encoding: Encoding | null = null;
  /** Made for the first chunk that ends within a character or is wrong: until then no character can be held back. */
  private decoder: TextDecoder | null = null;
  private begun = false;
  private head: Uint8Array = new Uint8Array(0);

  /** @param charset the charset parameter of Content-Type, when there is one */
  constructor(private readonly charset?: string) {}

  /**
   * Characters of `chunk` in pieces, decoded as they are asked for, so that the chunk has to stay as it is until then; none while the encoding
   * is not known yet. @throws Failure MALFORMED_XML
   */
  write(chunk: Uint8Array): Iterable<string> {
    if (this.encoding !== null) return this.decode(chunk, true);
    const head = this.head.length === 0 ? chunk : Buffer.concat([this.head, chunk]);
    if (head.length < 4) {
      this.head = Uint8Array.prototype.slice.call(head);
      return [];
    }
    this.begin(head);
    return this.decode(head, true);
  }

  /** Characters that were held back. @throws Failure MALFORMED_XML when the octets end inside a character */
  end(): Iterable<string> {
    if (this.encoding !== null) return this.decode(new Uint8Array(0), false);
    this.begin(this.head);
    return this.decode(this.head, false);
  }

  /** Holds the encoding named in the XML declaration against the one that is used. @throws Failure MALFORMED_XML */
  declared(name: string): void {
    if (this.encoding !== null && !agrees(name, this.encoding))
      throw malformed(`declared encoding is not ${this.encoding}`);
  }

  private begin(head: Uint8Array): void {
    this.encoding = detect(head);
    if (this.charset !== undefined && !agrees(this.charset, this.encoding)) {
      throw malformed(`Content-Type charset is not ${this.encoding}`);
    }
  }

  private *decode(chunk: Uint8Array, stream: boolean): Generator<string> {
    if (this.decoder === null && this.encoding === 'utf-8' && isUtf8(chunk)) {
      const octets = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      if (isAllowedAscii(octets)) yield octets.toString('latin1');
      else for (const piece of apart(octets)) yield this.checked(this.unmarked(piece.toString('utf8')));
    } else yield this.checked(this.strictly(chunk, stream));
    this.begun = true;
  }

  /** A mark counts at the beginning only; further in, U+FEFF is a character. */
  private unmarked(text: string): string {
    const marked = !this.begun && text.startsWith(BYTE_ORDER_MARK);
    this.begun = true;
    return marked ? text.slice(1) : text;
  }

  private strictly(chunk: Uint8Array, stream: boolean): string {
    try {
      this.decoder ??= new TextDecoder(this.encoding ?? 'utf-8', { fatal: true, ignoreBOM: this.begun });
      return this.decoder.decode(chunk, { stream });
    } catch {
      throw malformed(`not valid ${this.encoding}`);
    }
  }

  private checked(text: string): string {
    if (hasForbiddenCharacter(text)) throw malformed('a character that XML does not allow');
    return text;
  }
}
