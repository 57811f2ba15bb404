import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { Failure } from '../errors.js';
import { limits } from '../limits.js';
import type { Again } from '../soap/message.js';
import { XOP } from '../soap/message.js';
import type { C14nMethod } from '../xml/c14n.js';
import { Canonicaliser } from '../xml/c14n.js';
import type { XmlElement, XmlEvents } from '../xml/model.js';

/*
 * The digest of a Body. Whoever signs a message by XOP signs it before it is optimised (CXF, WCF): each xop:Include stands for the base64
 * of its part, without line breaks. Parts come after the envelope, so the canonical octets that follow an Include are held until its part
 * has been digested. A part that comes before its turn is read again, from where it was stored.
 */

const failedCheck = (detail: string): Failure => new Failure('FAILED_CHECK', detail);
const invalid = (reason: string): Failure => new Failure('INVALID_REQUEST', reason, { reason });

/** What a Body is without its Includes. Nothing may stand in one, for nothing of it is in the canonical form. */
class WithoutIncludes implements XmlEvents {
  private include: XmlElement | null = null;

  constructor(
    private readonly canonical: Canonicaliser,
    private readonly cut: (include: XmlElement) => void,
  ) {}

  start(element: XmlElement): void {
    this.refuseWithin();
    if (element.ns !== XOP) return this.canonical.start(element);
    this.canonical.flush();
    this.include = element;
    this.cut(element);
  }

  end(element: XmlElement): void {
    if (element === this.include) this.include = null;
    else this.canonical.end(element);
  }

  text(text: string): void {
    this.refuseWithin();
    this.canonical.text(text);
  }

  comment(text: string): void {
    this.refuseWithin();
    this.canonical.comment(text);
  }

  private refuseWithin(): void {
    if (this.include !== null) throw failedCheck('content of an xop:Include, which no signature covers');
  }
}

/** A place for the base64 of a part. */
interface Cut {
  readonly include: XmlElement;
  /** Canonical text between it and the next one. */
  after: string;
  /** Set when the part came before its turn. */
  again?: Again;
}

/** What an algorithm of a reference is, in our terms. */
export interface DigestMethod {
  readonly c14n: C14nMethod;
  /** Name of a hash of node:crypto. */
  readonly hash: string;
}

/** Octets that are turned into base64 at once: whole threes, and little enough to stay in the processor's cache. */
const ENCODED = 12 * 1024;

async function drain(octets: AsyncGenerator<Uint8Array>): Promise<void> {
  while ((await octets.next()).done !== true);
}

export class BodyDigest {
  /** Takes Body as it is read. */
  readonly events: XmlEvents;
  private readonly digest: Hash;
  private readonly cuts: Cut[] = [];
  private held = 0;
  /** The first cut whose part has not been digested. */
  private next = 0;

  /** @param xop whether an xop:Include stands for a part; otherwise it is an element like others */
  constructor({ c14n, hash }: DigestMethod, xop: boolean) {
    this.digest = createHash(hash);
    const canonical = new Canonicaliser(c14n, (text) => this.take(text), true);
    this.events = xop ? new WithoutIncludes(canonical, (include) => this.cuts.push({ include, after: '' })) : canonical;
  }

  /** Whether nothing is missing that has still to come. */
  get whole(): boolean {
    return this.next === this.cuts.length;
  }

  /**
   * Stores the part that `include` stands for, and digests it.
   * @throws Failure FAILED_CHECK when Body has no such Include, and what `store` throws
   */
  async fill(
    include: XmlElement,
    octets: AsyncIterable<Uint8Array>,
    store: (octets: AsyncIterable<Uint8Array>) => Promise<Again>,
  ): Promise<void> {
    const at = this.cuts.findIndex((cut) => cut.include === include);
    const cut = this.cuts[at];
    const filled = at < this.next || cut?.again !== undefined;
    if (cut === undefined || filled) throw failedCheck('a part for an xop:Include that is not in Body, or filled');
    const again = await store(at === this.next ? this.digested(octets) : octets);
    if (at > this.next) {
      cut.again = again;
      return;
    }
    this.passed(cut);
    for (let waiting = this.cuts[this.next]; waiting?.again !== undefined; waiting = this.cuts[this.next]) {
      await drain(this.digested(waiting.again()));
      this.passed(waiting);
    }
  }

  /** @throws Failure INVALID_REQUEST when a part has not come */
  finish(): Buffer {
    if (!this.whole) throw invalid('xop:Include of a part that is not there');
    return this.digest.digest();
  }

  private take(canonical: string): void {
    const last = this.cuts.at(-1);
    if (last === undefined) return void this.digest.update(canonical);
    this.held += canonical.length;
    if (this.held > limits.signedAfterInclude) {
      throw invalid(`of a signed message, ${limits.signedAfterInclude} characters may follow its first xop:Include`);
    }
    last.after += canonical;
  }

  private passed({ after }: Cut): void {
    this.digest.update(after);
    this.next++;
  }

  /** The same octets, their base64 digested as they pass. */
  private async *digested(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let carry = Buffer.alloc(0);
    for await (const chunk of octets) {
      const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      const missing = carry.length === 0 ? 0 : Math.min(3 - carry.length, piece.length);
      if (missing > 0) carry = Buffer.concat([carry, piece.subarray(0, missing)]);
      if (carry.length === 3) carry = this.digestBase64(carry);
      const whole = piece.length - ((piece.length - missing) % 3);
      this.digestBase64(piece.subarray(missing, whole));
      if (whole < piece.length) carry = Buffer.from(piece.subarray(whole));
      yield chunk;
    }
    this.digestBase64(carry);
  }

  /** @returns what is left: nothing */
  private digestBase64(octets: Buffer): Buffer<ArrayBuffer> {
    for (let at = 0; at < octets.length; at += ENCODED)
      this.digest.update(octets.toString('base64', at, at + ENCODED), 'latin1');
    return Buffer.alloc(0);
  }
}
