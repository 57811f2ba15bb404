import { TextDecoder } from 'node:util';
import { Failure } from '../errors.js';
import { forbiddenCharacter } from './chars.js';

type Family = 'utf-8' | 'utf-16';

const malformed = (detail: string): Failure => new Failure('MALFORMED_XML', detail);

/** Encoding of a document by its first octets (XML 1.0 appendix F); UTF-16 without a mark must begin with `<?`. */
function detect(head: Uint8Array): { label: string; family: Family } {
  const [a, b, c, d] = head;
  const utf32 = (a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0);
  if (utf32) throw malformed('UTF-32 is not accepted');
  if (a === 0xff && b === 0xfe) return { label: 'utf-16le', family: 'utf-16' };
  if (a === 0xfe && b === 0xff) return { label: 'utf-16be', family: 'utf-16' };
  if (a === 0x3c && b === 0 && c === 0x3f && d === 0) return { label: 'utf-16le', family: 'utf-16' };
  if (a === 0 && b === 0x3c && c === 0 && d === 0x3f) return { label: 'utf-16be', family: 'utf-16' };
  return { label: 'utf-8', family: 'utf-8' };
}

const families: Readonly<Record<string, Family>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'utf-16': 'utf-16',
  'utf-16le': 'utf-16',
  'utf-16be': 'utf-16',
};

/** Octets to characters, UTF-8 or UTF-16, strictly. */
export class Decoder {
  private decoder: TextDecoder | null = null;
  private family: Family = 'utf-8';
  private head: Uint8Array = new Uint8Array(0);

  /** @param charset the charset parameter of Content-Type, when there is one */
  constructor(private readonly charset?: string) {}

  /** Characters of `chunk`; '' while the encoding is not known yet. @throws Failure MALFORMED_XML */
  write(chunk: Uint8Array): string {
    if (this.decoder !== null) return this.decode(chunk, true);
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
    if (this.decoder !== null) return this.decode(new Uint8Array(0), false);
    this.begin(this.head);
    return this.decode(this.head, false);
  }

  /** Holds the encoding named in the XML declaration against the one that is used. @throws Failure MALFORMED_XML */
  declared(encoding: string): void {
    if (families[encoding.toLowerCase()] !== this.family) throw malformed(`declared encoding is not ${this.family}`);
  }

  private begin(head: Uint8Array): void {
    const { label, family } = detect(head);
    if (this.charset !== undefined && families[this.charset.toLowerCase()] !== family) {
      throw malformed(`Content-Type charset is not ${family}`);
    }
    this.family = family;
    this.decoder = new TextDecoder(label, { fatal: true });
  }

  private decode(chunk: Uint8Array, stream: boolean): string {
    let text: string;
    try {
      text = (this.decoder as TextDecoder).decode(chunk, { stream });
    } catch {
      throw malformed(`not valid ${this.family}`);
    }
    if (forbiddenCharacter.test(text)) throw malformed('a character that XML does not allow');
    return text;
  }
}
