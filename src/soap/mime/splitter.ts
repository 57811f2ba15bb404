import { Failure } from '../../errors.js';
import { malformed } from './header.js';

const CRLF = Buffer.from('\r\n');
const CR = 0x0d;
const EMPTY = Buffer.alloc(0);

/**
 * Cuts a stream at its delimiters, CR LF `--` boundary. What does not touch a delimiter passes through as slices of the chunks that
 * came; no octet is looked at more often than a fixed number of times.
 */
export class Splitter {
  private readonly source: AsyncIterator<Uint8Array>;
  private readonly delimiter: Buffer;
  /** Taken and not yet passed on. The first delimiter has no CR LF before it, so one is thought. */
  private rest: Buffer = CRLF;
  /** The stream begins with a delimiter, whose CR LF is not in `rest`. */
  private atDelimiter = false;
  private ended = false;

  constructor(stream: AsyncIterable<Uint8Array>, boundary: string) {
    this.source = stream[Symbol.asyncIterator]();
    this.delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  }

  /** Lets the stream go, whoever reads no further. */
  async close(): Promise<void> {
    if (!this.ended) await this.source.return?.();
    this.ended = true;
  }

  private async more(): Promise<boolean> {
    const next = await this.source.next();
    if (next.done === true) {
      this.ended = true;
      return false;
    }
    const { value } = next;
    const chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    this.atDelimiter = this.rest === CRLF && this.begins(chunk);
    this.rest = this.rest.length === 0 || this.atDelimiter ? chunk : Buffer.concat([this.rest, chunk]);
    return true;
  }

  /** Whether the first octets of the stream are a delimiter: then nothing need be copied to put CR LF before them. */
  private begins(chunk: Buffer): boolean {
    const { delimiter } = this;
    const length = delimiter.length - CRLF.length;
    return chunk.length >= length && chunk.compare(delimiter, CRLF.length, delimiter.length, 0, length) === 0;
  }

  /** Where the next delimiter begins in `rest`, of which its CR LF may not be a part; undefined when there is none. */
  private found(): number | undefined {
    if (this.atDelimiter) {
      this.atDelimiter = false;
      return -CRLF.length;
    }
    const at = this.rest.indexOf(this.delimiter);
    return at < 0 ? undefined : at;
  }

  /** From where on the octets at hand may be the beginning of a delimiter. */
  private undecided(): number {
    const { rest, delimiter } = this;
    const tail = Math.max(0, rest.length - delimiter.length + 1);
    for (let at = rest.indexOf(CR, tail); at !== -1; at = rest.indexOf(CR, at + 1)) {
      if (rest.compare(delimiter, 0, rest.length - at, at) === 0) return at;
    }
    return rest.length;
  }

  /** The octets before the next delimiter, which is passed over. @throws Failure MALFORMED_XML when there is none */
  async *content(): AsyncGenerator<Buffer> {
    for (;;) {
      const found = this.found();
      const end = found === undefined ? this.undecided() : Math.max(0, found);
      const piece = this.rest.subarray(0, end);
      if (found !== undefined) this.rest = this.rest.subarray(found + this.delimiter.length);
      else if (end > 0) this.rest = this.rest.subarray(end);
      if (piece.length > 0) yield piece;
      if (found !== undefined) return;
      if (!(await this.more())) throw malformed('no end boundary');
    }
  }

  /** As `content`, for a part whose header has just ended: its blank line may be the line end that the delimiter begins with. */
  async *body(): AsyncGenerator<Buffer> {
    // The blank line has just been cut off, so its line end still stands before the rest.
    const { buffer, byteOffset, length } = this.rest;
    this.rest = Buffer.from(buffer, byteOffset - CRLF.length, length + CRLF.length);
    let skip = CRLF.length;
    for await (const piece of this.content()) {
      const rest = piece.subarray(skip);
      skip -= piece.length - rest.length;
      if (rest.length > 0) yield rest;
    }
  }

  /** One line without its CR LF. @throws Failure TOO_LARGE above `limit` octets, MALFORMED_XML when the stream ends first */
  async line(limit: number): Promise<Buffer> {
    let from = 0;
    for (;;) {
      const end = this.rest.indexOf(CRLF, from);
      if (end > limit || (end === -1 && this.rest.length > limit + 1)) {
        throw new Failure('TOO_LARGE', 'MIME: a header that is too large');
      }
      if (end !== -1) {
        const line = this.rest.subarray(0, end);
        this.rest = this.rest.subarray(end + CRLF.length);
        return line;
      }
      from = Math.max(0, this.rest.length - 1);
      if (!(await this.more())) throw malformed('the message ends within a header');
    }
  }

  /** What comes after a delimiter: up to two octets, fewer at the end of the stream. They stay where they are. */
  async peek(): Promise<string> {
    while (this.rest.length < 2 && (await this.more()));
    return this.rest.toString('latin1', 0, 2);
  }

  /** Everything that is left. @throws Failure MALFORMED_XML above `limit` octets, or when it holds a delimiter */
  async epilogue(limit: number): Promise<Buffer> {
    while (this.rest.length <= limit && (await this.more()));
    const { rest } = this;
    if (rest.length > limit) throw malformed('an epilogue that is too large');
    if (rest.includes(this.delimiter)) throw malformed('a boundary after the end boundary');
    this.rest = EMPTY;
    return rest;
  }
}
