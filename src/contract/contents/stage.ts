import type { Blob } from '../../domain/forsendelse.js';
import type { Payloads } from '../../domain/shipmentPorts.js';
import { Failure } from '../../errors.js';
import type { Again, Digested, PartTaker } from '../../soap/message.js';
import { XOP } from '../../soap/message.js';
import type { XmlElement } from '../../xml/model.js';
import { Pipe } from '../../soap/pipe.js';
import type { Spill, TextSink } from '../../xml/tree.js';
import type { ContentCheck } from '../document/check.js';
import { Base64Decoder } from './base64.js';
import { AwaitedParts, ContentSink, ReferenceSink } from './parts.js';

const invalid = (reason: string): Failure => new Failure('INVALID_REQUEST', reason, { reason });

type Stored = Awaited<ReturnType<Payloads['put']>>;

/**
 * Document contents of one request, on their way to the payload store. What is staged belongs to nobody until a use case commits it:
 * whoever made the stage calls `discard` when the request comes to nothing.
 */
export interface ContentStage {
  /** For the reader of the envelope. In the tree a content becomes a token, base64 too, that `settle` has the octets of. */
  readonly spill: Spill;
  /** For the contents that come in parts of the message. */
  readonly parts: PartTaker;
  /** Resolves when everything read so far is with the store: wait for it after each piece of the request, and memory holds one piece. */
  drained(): Promise<void>;
  /** Resolves when all contents are durable. @throws what the store throws, and Failure INVALID_REQUEST when one has not come */
  settle(): Promise<ReadonlyMap<string, Blob>>;
  /** What has been settled belongs to somebody else now: `discard` does nothing any more. */
  release(): void;
  /** Removes everything that was stored; what cannot be removed is left to the store's sweep. May be called at any time. */
  discard(): Promise<void>;
}

/** What one request may hold. */
export interface StageBounds {
  /** Octets of all contents together. */
  readonly octets: number;
  readonly contents: number;
}

/** Where a contract has documents, and what it says when there is too much of them. */
export interface ContentPlaces {
  /** What an element holds that does not belong in the tree: a content, or the address of one that comes in a part. */
  readonly holds: (element: XmlElement) => 'content' | 'address' | undefined;
  /** What the octets of a content must be. */
  readonly check: (content: XmlElement) => ContentCheck | undefined;
  readonly tooMany: (contents: number) => Failure;
  readonly tooLarge: (octets: number) => Failure;
}

/** Four octets that number a content. */
const tokenOf = (index: number): string => {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(index);
  return octets.toString('base64');
};

class Stage implements ContentStage {
  private readonly puts: Promise<Stored>[] = [];
  /** What stands in the tree for each of `puts`. */
  private readonly tokens: string[] = [];
  private contents = 0;
  /** Of contents that have not come yet; each keeps octets while they pass. */
  private readonly checks = new Map<string, ContentCheck | undefined>();
  private open: Pipe | undefined;
  private octets = 0;
  private released = false;

  constructor(
    private readonly payloads: Payloads,
    private readonly bounds: StageBounds,
    private readonly places: ContentPlaces,
  ) {}

  readonly parts = new AwaitedParts((token, octets, sha256) => this.store(token, octets, sha256));

  readonly spill: Spill = (element) => {
    const { ns } = element;
    if (ns === XOP) throw invalid('xop:Include stands in innhold only');
    const held = this.places.holds(element);
    if (held === undefined) return undefined;
    const token = this.expect(element);
    return held === 'content'
      ? new ContentSink(token, this.parts, () => this.begin(token))
      : new ReferenceSink(token, this.parts);
  };

  async drained(): Promise<void> {
    const { open, puts } = this;
    await Promise.all(open === undefined ? puts : puts.slice(0, -1));
    if (open !== undefined) await Promise.race([open.drained(), puts.at(-1)]);
  }

  async settle(): Promise<ReadonlyMap<string, Blob>> {
    this.parts.end();
    const stored = await Promise.all(this.puts);
    return new Map(stored.map(({ ref, size, sha256 }, i) => [this.tokens[i] ?? '', { ref, size, sha256 }]));
  }

  release(): void {
    this.released = true;
  }

  async discard(): Promise<void> {
    if (this.released) return;
    this.open?.end(new Failure('INVALID_REQUEST', 'the request came to nothing'));
    const stored = await Promise.allSettled(this.puts);
    const refs = stored.flatMap((put) => (put.status === 'fulfilled' ? [put.value.ref] : []));
    await Promise.allSettled(refs.map((ref) => this.payloads.remove(ref)));
  }

  /** The next token. @throws Failure for one more content than may be */
  private expect(content: XmlElement): string {
    const { contents } = this.bounds;
    if (this.contents === contents) throw this.places.tooMany(contents);
    const token = tokenOf(this.contents++);
    this.checks.set(token, this.places.check(content));
    return token;
  }

  private async store(token: string, octets: AsyncIterable<Uint8Array>, sha256?: Digested): Promise<Again> {
    const stored = await this.payloads.put(this.judged(octets, this.checkOf(token)), sha256);
    // Not before: `drained` would wait for a content that waits for the octets that are drained.
    this.keep(token, Promise.resolve(stored));
    return () => this.payloads.get(stored.ref);
  }

  private keep(token: string, put: Promise<Stored>): void {
    this.puts.push(put);
    this.tokens.push(token);
  }

  private async *judged(octets: AsyncIterable<Uint8Array>, check?: ContentCheck): AsyncGenerator<Uint8Array> {
    for await (const chunk of octets) {
      this.take(chunk, check);
      yield chunk;
    }
    check?.end();
  }

  private checkOf(token: string): ContentCheck | undefined {
    const check = this.checks.get(token);
    this.checks.delete(token);
    return check;
  }

  private begin(token: string): TextSink {
    const check = this.checkOf(token);
    const [pipe, decoder] = [new Pipe(), new Base64Decoder()];
    const pass = (octets: Buffer): void => {
      this.take(octets, check);
      if (octets.length > 0) pipe.push(octets);
    };
    this.open = pipe;
    const put = this.payloads.put(pipe);
    // It is awaited later; until then a rejection is nobody's.
    put.catch(() => {});
    this.keep(token, put);
    return {
      write: (text) => pass(decoder.write(text)),
      end: () => {
        pass(decoder.end());
        check?.end();
        pipe.end();
        this.open = undefined;
        return token;
      },
    };
  }

  private take(octets: Uint8Array, check: ContentCheck | undefined): void {
    this.octets += octets.length;
    if (this.octets > this.bounds.octets) throw this.places.tooLarge(this.bounds.octets);
    check?.write(octets);
  }
}

/**
 * Makes a stage for one request. Its sinks throw INVALID_REQUEST for what is not base64 and for parts that are not named as they should
 * be, and what `places` say of too much and of a content that is not what it should be.
 */
export const makeStage = (payloads: Payloads, bounds: StageBounds, places: ContentPlaces): ContentStage =>
  new Stage(payloads, bounds, places);
