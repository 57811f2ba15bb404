import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { Failure } from '../errors.js';
import { hasForbiddenCharacter, isAllowedAscii } from './chars.js';

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

  /** Characters of `chunk`; '' while the encoding is not known yet. @throws Failure MALFORMED_XML */
  write(chunk: Uint8Array): string {
    if (this.encoding !== null) return this.decode(chunk, true);
    const head = this.head.length === 0 ? chunk : Buffer.concat([this.head, chunk]);
    if (head.length < 4) {
      this.head = Uint8Array.prototype.slice.call(head);
      return '';
    }
    this.begin(head);
    return this.decode(head, true);
  }

  /** Characters that were held back. @throws Failure MALFORMED_XML when the octets end inside a character */
  end(): string {
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

  private decode(chunk: Uint8Array, stream: boolean): string {
    const text = this.characters(chunk, stream);
    this.begun = true;
    const plainly = this.encoding === 'utf-8' && isAllowedAscii(chunk);
    if (!plainly && hasForbiddenCharacter(text)) throw malformed('a character that XML does not allow');
    return text;
  }

  private characters(chunk: Uint8Array, stream: boolean): string {
    if (this.decoder === null && this.encoding === 'utf-8' && isUtf8(chunk)) {
      const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('utf8');
      return !this.begun && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
    }
    try {
      // A mark counts at the beginning only; further in, U+FEFF is a character.
      this.decoder ??= new TextDecoder(this.encoding ?? 'utf-8', { fatal: true, ignoreBOM: this.begun });
      return this.decoder.decode(chunk, { stream });
    } catch {
      throw malformed(`not valid ${this.encoding}`);
    }
  }
}
