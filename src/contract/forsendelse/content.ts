import type { Blob } from '../../domain/forsendelse.js';
import type { Payloads } from '../../domain/shipmentPorts.js';
import { Failure } from '../../errors.js';
import { limits } from '../../limits.js';
import { Pipe } from '../../soap/pipe.js';
import type { IncludedParts } from '../../soap/xop.js';
import { is } from '../../xml/model.js';
import type { Spill, TextSink } from '../../xml/tree.js';
import { Base64Decoder } from './base64.js';
import { CONTENT, tns } from './names.js';
import type { ContentStore } from './xop.js';
import { IncludedContents } from './xop.js';

const invalid = (reason: string): Failure => new Failure('INVALID_REQUEST', reason, { reason });

type Stored = Awaited<ReturnType<Payloads['put']>>;

/**
 * Document contents of one request, on their way to the payload store. What is staged belongs to nobody until a use case commits it:
 * whoever made the stage calls `discard` when the request comes to nothing.
 */
export interface ContentStage {
  /** For the reader of the envelope. In the tree a content becomes a token, base64 too, that `settle` has the octets of. */
  readonly spill: Spill;
  /** Instead of `spill`, for a message whose contents come in parts (XOP). */
  readonly parts: IncludedParts;
  /** Resolves when everything read so far is with the store: wait for it after each piece of the request, and memory holds one piece. */
  drained(): Promise<void>;
  /** Resolves when all contents are durable. @throws what the store throws */
  settle(): Promise<ReadonlyMap<string, Blob>>;
  /** What has been settled belongs to somebody else now: `discard` does nothing any more. */
  release(): void;
  /** Removes everything that was stored; what cannot be removed is left to the store's sweep. May be called at any time. */
  discard(): Promise<void>;
}

export interface StageLimits {
  /** Octets of all contents together. */
  readonly letterBytes: number;
  /** Attachments; the main document comes on top. */
  readonly attachments: number;
}

/** Four octets that number a content. */
const tokenOf = (index: number): string => {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(index);
  return octets.toString('base64');
};

class Stage implements ContentStage, ContentStore {
  private readonly puts: Promise<Stored>[] = [];
  /** What stands in the tree for each of `puts`. */
  private readonly tokens: string[] = [];
  private contents = 0;
  private open: Pipe | undefined;
  private octets = 0;
  private released = false;

  constructor(
    private readonly payloads: Pick<Payloads, 'put' | 'remove'>,
    private readonly bounds: StageLimits,
  ) {}

  readonly parts: IncludedParts = new IncludedContents(this);

  readonly spill: Spill = (element) => (is(element, tns.uri, CONTENT) ? this.begin() : undefined);

  async drained(): Promise<void> {
    const { open, puts } = this;
    await Promise.all(open === undefined ? puts : puts.slice(0, -1));
    if (open !== undefined) await Promise.race([open.drained(), puts.at(-1)]);
  }

  async settle(): Promise<ReadonlyMap<string, Blob>> {
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

  inline(text: string): string {
    const sink = this.begin();
    sink.write(text);
    return sink.end();
  }

  expect(): string {
    const { attachments } = this.bounds;
    if (this.contents > attachments) throw invalid(`vedlegg: 0 to ${attachments} are allowed`);
    return tokenOf(this.contents++);
  }

  async store(token: string, octets: AsyncIterable<Uint8Array>): Promise<void> {
    const stored = await this.payloads.put(this.counted(octets));
    // Not before: `drained` would wait for a content that waits for the octets that are drained.
    this.keep(token, Promise.resolve(stored));
  }

  private keep(token: string, put: Promise<Stored>): void {
    this.puts.push(put);
    this.tokens.push(token);
  }

  private async *counted(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of octets) {
      this.count(chunk.length);
      yield chunk;
    }
  }

  private begin(): TextSink {
    const token = this.expect();
    const [pipe, decoder] = [new Pipe(), new Base64Decoder()];
    this.open = pipe;
    const put = this.payloads.put(pipe);
    // It is awaited later; until then a rejection is nobody's.
    put.catch(() => {});
    this.keep(token, put);
    return {
      write: (text) => this.pass(decoder.write(text), pipe),
      end: () => {
        this.pass(decoder.end(), pipe);
        pipe.end();
        this.open = undefined;
        return token;
      },
    };
  }

  private count(octets: number): void {
    const { letterBytes } = this.bounds;
    this.octets += octets;
    if (this.octets > letterBytes) throw invalid(`innhold: ${letterBytes} octets are allowed in all`);
  }

  private pass(chunk: Buffer, pipe: Pipe): void {
    this.count(chunk.length);
    if (chunk.length > 0) pipe.push(chunk);
  }
}

/** Makes a stage for one request. Its sinks throw INVALID_REQUEST for what is not base64 and for more than `bounds` allow. */
export const stageContents = (payloads: Pick<Payloads, 'put' | 'remove'>, bounds: StageLimits = limits): ContentStage =>
  new Stage(payloads, bounds);
