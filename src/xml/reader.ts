import { Failure } from '../errors.js';
import { limits } from '../limits.js';
import { isNcName } from './chars.js';
import { Decoder } from './decode.js';
import type { XmlElement, XmlEvents } from './model.js';
import { expand, readStartTag } from './tag.js';

const malformed = (detail: string): Failure => new Failure('MALFORMED_XML', detail);

const declarationPattern =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"([A-Za-z][\w.-]*)"|'([A-Za-z][\w.-]*)'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/;

const DECLARATION = 256;
const LT = 0x3c;
const GT = 0x3e;
const BANG = 0x21;
const QUESTION = 0x3f;
const SLASH = 0x2f;
const QUOT = 0x22;
const APOS = 0x27;
const onlySpace = /^[ \t\r\n]*$/;
const closes = (tag: string, name: string): boolean =>
  tag === name || (tag.startsWith(name) && onlySpace.test(tag.slice(name.length)));
const newlines = (text: string): string => (text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text);

/** What a reader takes: messages are narrower than documents that only pass through. */
export interface Breadth {
  readonly elements: number;
  /** Pass processing instructions over, instead of refusing them. */
  readonly instructions: boolean;
}

const message: Breadth = { elements: limits.xmlElements, instructions: false };

/**
 * A strict, streaming reader of XML 1.0 with namespaces. It reports each element, text piece and comment once, in document order,
 * in time linear in the octets. Refused: DTDs, processing instructions (unless told), anything not well formed, anything above src/limits.ts.
 *
 * Characters that do not make a whole token yet wait in `buffer`. They are looked at again when as many have come again, so that a
 * slow drip costs each character a bounded number of looks. Text is reported in pieces and never waits for its end.
 */
export class XmlReader {
  private readonly decoder: Decoder;
  private buffer = '';
  private at = 0;
  private fresh = '';
  private unfinished = 0;
  private inCdata = false;
  private started = false;
  private rootSeen = false;
  private elements = 0;
  private readonly names: string[] = [];
  private current: XmlElement | null = null;

  /** @param charset the charset parameter of Content-Type, when there is one */
  constructor(
    private readonly events: XmlEvents,
    charset?: string,
    private readonly breadth: Breadth = message,
  ) {
    this.decoder = new Decoder(charset);
  }

  /** @throws Failure MALFORMED_XML, or whatever the receiver of the events throws */
  write(chunk: Uint8Array): void {
    for (const text of this.decoder.write(chunk)) this.take(text, false);
  }

  /** The document is complete. @throws Failure MALFORMED_XML when it is not */
  end(): void {
    for (const text of this.decoder.end()) this.take(text, false);
    this.take('', true);
    if (this.at < this.buffer.length || this.inCdata || this.names.length > 0 || !this.rootSeen) {
      throw malformed('the document ends too early');
    }
  }

  private take(text: string, final: boolean): void {
    this.fresh += text;
    if (!final && this.fresh.length < this.unfinished) return;
    this.buffer = this.buffer.slice(this.at) + this.fresh;
    this.fresh = '';
    this.at = 0;
    if (this.started || this.begin(final)) while (this.at < this.buffer.length && this.token(final));
    this.unfinished = this.buffer.length - this.at;
  }

  /** Reads the XML declaration, when there is one. False while it is not whole. */
  private begin(final: boolean): boolean {
    if (this.buffer.length < 6 && !final) return false;
    if (/^<\?xml[ \t\r\n]/.test(this.buffer)) {
      const head = this.buffer.slice(0, DECLARATION);
      if (!head.includes('?>') && head.length < DECLARATION && !final) return false;
      const match = declarationPattern.exec(head);
      if (match === null) throw malformed('not an XML 1.0 declaration');
      const encoding = match[1] ?? match[2];
      if (encoding !== undefined) this.decoder.declared(encoding);
      this.at = match[0].length;
    }
    this.started = true;
    return true;
  }

  /** Reads one token at `at`. False when it needs more characters. */
  private token(final: boolean): boolean {
    if (this.inCdata) return this.cdata();
    if (this.buffer.charCodeAt(this.at) !== LT) return this.text(final);
    if (this.at + 1 === this.buffer.length) return false;
    const next = this.buffer.charCodeAt(this.at + 1);
    if (next === BANG) return this.declarationOrComment();
    if (next === QUESTION) return this.instruction();
    return next === SLASH ? this.endTag() : this.startTag();
  }

  private text(final: boolean): boolean {
    let end = this.buffer.indexOf('<', this.at);
    const whole = end >= 0 || final;
    if (end < 0) end = final ? this.buffer.length : this.safeEnd();
    if (end <= this.at) return false;
    const piece = newlines(this.buffer.slice(this.at, end));
    this.at = end;
    if (piece.includes(']]>')) throw malformed(']]> in text');
    if (this.current === null) {
      if (!onlySpace.test(piece)) throw malformed('text outside the root element');
    } else {
      this.events.text(expand(piece));
    }
    return whole;
  }

  /** How much of an unfinished text can be reported: an open reference, a lone CR and `]`s wait for what follows. */
  private safeEnd(): number {
    let end = this.buffer.length;
    // Most long texts have none, which a search from the front tells sooner.
    const ampersand = this.buffer.indexOf('&', this.at) < 0 ? -1 : this.buffer.lastIndexOf('&');
    if (ampersand >= this.at && this.buffer.indexOf(';', ampersand) < 0) {
      if (end - ampersand > 16) throw malformed('an entity that is not predefined, or a bare &');
      end = ampersand;
    }
    return this.beforeOpenEnd(end);
  }

  /** Without a lone CR or the `]`s at the end, which wait for what follows; a pair of surrogates is never cut. */
  private beforeOpenEnd(end: number): number {
    const open = /(?:\]\]?|\r)$/.exec(this.buffer.slice(Math.max(this.at, end - 2), end));
    return end - (open?.[0].length ?? 0);
  }

  private cdata(): boolean {
    const close = this.buffer.indexOf(']]>', this.at);
    const end = close >= 0 ? close : this.beforeOpenEnd(this.buffer.length);
    if (end > this.at) this.events.text(newlines(this.buffer.slice(this.at, end)));
    this.at = end;
    if (close < 0) return false;
    this.at = close + 3;
    this.inCdata = false;
    return true;
  }

  private declarationOrComment(): boolean {
    const head = this.buffer.slice(this.at, this.at + 9);
    if (head.startsWith('<!--')) return this.comment();
    if (head === '<![CDATA[') {
      if (this.current === null) throw malformed('text outside the root element');
      this.inCdata = true;
      this.at += 9;
      return true;
    }
    if ('<!--'.startsWith(head) || '<![CDATA['.startsWith(head)) return false;
    throw malformed('a document type declaration');
  }

  private comment(): boolean {
    const start = this.at + 4;
    const end = this.buffer.indexOf('--', start);
    // A last hyphen may belong to the end of the comment.
    const length = (end < 0 ? this.buffer.length - 1 : end) - start;
    if (length > limits.xmlCommentCharacters) throw malformed('a comment that is too long');
    if (end < 0 || end + 2 === this.buffer.length) return false;
    if (this.buffer.charCodeAt(end + 2) !== GT) throw malformed('-- in a comment');
    this.at = end + 3;
    if (this.current !== null) this.events.comment(newlines(this.buffer.slice(start, end)));
    return true;
  }

  private instruction(): boolean {
    if (!this.breadth.instructions) throw malformed('a processing instruction');
    const end = this.buffer.indexOf('?>', this.at + 2);
    if ((end < 0 ? this.buffer.length : end) - this.at > limits.xmlCommentCharacters) {
      throw malformed('a processing instruction that is too long');
    }
    if (end < 0) return false;
    const target = /^[^ \t\r\n]*/.exec(this.buffer.slice(this.at + 2, end))?.[0] ?? '';
    if (!isNcName(target) || target.toLowerCase() === 'xml') throw malformed('a processing instruction without a name');
    this.at = end + 2;
    return true;
  }

  /** Position of the `>` that ends the tag at `at`, quotes respected; -1 when it has not come yet. */
  private tagEnd(): number {
    const { buffer } = this;
    const end = Math.min(buffer.length, this.at + limits.xmlTagCharacters);
    let quote = 0;
    for (let i = this.at + 1; i < end; i++) {
      const c = buffer.charCodeAt(i);
      if (quote !== 0) {
        if (c === quote) quote = 0;
      } else if (c === GT) return i;
      else if (c === QUOT || c === APOS) quote = c;
    }
    if (end < buffer.length) throw malformed('a tag that is too long');
    return -1;
  }

  private startTag(): boolean {
    const end = this.tagEnd();
    if (end < 0) return false;
    if (this.current === null && this.rootSeen) throw malformed('a second root element');
    if (++this.elements > this.breadth.elements) throw malformed('too many elements');
    if (this.names.length >= limits.xmlDepth) throw malformed('elements nested too deep');
    const { element, name, empty } = readStartTag(this.buffer.slice(this.at + 1, end), this.current);
    this.at = end + 1;
    this.rootSeen = true;
    this.events.start(element);
    if (empty) {
      this.events.end(element);
    } else {
      this.names.push(name);
      this.current = element;
    }
    return true;
  }

  /** Position of the `>` of an end tag for `name` that has nothing but the name; -1 for any other. */
  private plainEnd(name: string | undefined): number {
    if (name === undefined || !this.buffer.startsWith(name, this.at + 2)) return -1;
    const length = 2 + name.length;
    return this.buffer.charCodeAt(this.at + length) === GT && length < limits.xmlTagCharacters ? this.at + length : -1;
  }

  private endTag(): boolean {
    const plain = this.plainEnd(this.names.at(-1));
    const end = plain < 0 ? this.tagEnd() : plain;
    if (end < 0) return false;
    const element = this.current;
    const name = this.names.pop();
    const fits = plain >= 0 || (name !== undefined && closes(this.buffer.slice(this.at + 2, end), name));
    if (element === null || !fits) throw malformed('an end tag without its start tag');
    this.at = end + 1;
    this.current = element.parent;
    this.events.end(element);
    return true;
  }
}
