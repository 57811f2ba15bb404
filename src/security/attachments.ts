import { createHash, timingSafeEqual } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { Failure } from '../errors.js';
import type { Digested, Message, NamedPart, PartTaker, Place } from '../soap/message.js';
import { placeOf } from '../soap/message.js';
import { ATTACHMENT_CONTENT, digestAlgorithms } from './algorithms.js';
import type { BodyDigest } from './bodyDigest.js';
import type { SignaturePolicy } from './policy.js';
import type { AttachmentReference } from './shape.js';
import type { TrustedPart } from './trusted.js';

/*
 * Signed attachments (WSS SOAP with Attachments profile 1.1): the envelope is the first part, and its signature says what each of the
 * others must be. The digest is over the octets of the content as they stand, its transfer encoding taken off; no text or XML is
 * canonicalised. A part is read once, past its digest to where it is stored.
 */

/** What one attachment must be. */
export interface PlannedPart {
  readonly contentId: string;
  /** Name of a hash of node:crypto. */
  readonly hash: string;
  readonly digest: Buffer;
}

type Pass = (octets: AsyncIterable<Uint8Array>, sha256?: Digested) => Promise<unknown>;

const invalid = (detail: string): Failure => new Failure('INVALID_SECURITY', detail);
const failedCheck = (detail: string): Failure => new Failure('FAILED_CHECK', detail);

/** @throws Failure UNSUPPORTED_ALGORITHM, and INVALID_SECURITY for two references to one attachment */
export function planParts(references: readonly AttachmentReference[], policy: SignaturePolicy): PlannedPart[] {
  const planned = references.map(({ contentId, transform, digestMethod, digest }) => {
    const hash = policy.digests.has(digestMethod) ? digestAlgorithms.get(digestMethod) : undefined;
    if (hash === undefined) throw new Failure('UNSUPPORTED_ALGORITHM', 'digest of an attachment');
    if (transform?.uri !== ATTACHMENT_CONTENT) throw new Failure('UNSUPPORTED_ALGORITHM', 'transform of an attachment');
    return { contentId, hash, digest };
  });
  if (new Set(planned.map((p) => p.contentId)).size < planned.length) throw invalid('two references to one attachment');
  return planned;
}

/** @throws Failure INVALID_SECURITY for a reference to an attachment that is not there */
export function refuseMissing(planned: readonly PlannedPart[], parts: readonly TrustedPart[]): void {
  if (planned.length > parts.length) throw invalid('a reference to an attachment that is not there');
}

/** What has gone by of a part; the digest when all of it has. */
interface Seen {
  size: number;
  sha256: Buffer | undefined;
}

/** The content of a part as it came. @throws Failure FAILED_CHECK in the place of its end when its digest is not the one of the signature */
async function* checked(body: NamedPart['body'], planned: PlannedPart, seen: Seen): AsyncGenerator<Uint8Array> {
  const sha256 = createHash('sha256');
  const demanded: Hash = planned.hash === 'sha256' ? sha256 : createHash(planned.hash);
  for await (const chunk of body) {
    seen.size += chunk.length;
    sha256.update(chunk);
    if (demanded !== sha256) demanded.update(chunk);
    yield chunk;
  }
  seen.sha256 = sha256.digest();
  const actual = demanded === sha256 ? seen.sha256 : demanded.digest();
  if (planned.digest.length !== actual.length || !timingSafeEqual(planned.digest, actual)) {
    throw failedCheck('digest of an attachment does not match');
  }
}

/** Takes a part that the signature names. @throws Failure FAILED_CHECK when its digest is another, before `pass` has seen its end */
async function take(
  { contentId, contentType, body }: NamedPart,
  planned: PlannedPart,
  pass: Pass,
): Promise<TrustedPart> {
  const seen: Seen = { size: 0, sha256: undefined };
  await pass(checked(body, planned, seen), () => seen.sha256 as Buffer);
  const { size, sha256 } = seen;
  if (sha256 === undefined) throw failedCheck('an attachment that was not read to its end');
  return { contentId, contentType, size, sha256 };
}

async function drop(octets: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = octets[Symbol.asyncIterator]();
  while ((await iterator.next()).done !== true);
}

function passTo(place: Place | undefined, body: BodyDigest): Pass {
  if (place === undefined) return drop;
  if (place.include === null) return place.store;
  const { include, store } = place;
  return (octets, sha256) => body.fill(include, octets, (passed) => store(passed, sha256));
}

/**
 * Reads the parts of a message. Each is covered by a reference of the signature, or, by XOP, by Body's digest, or by both.
 * @param taker where they go; undefined: they are only verified
 * @returns those that a reference covers, in the order in which they came
 * @throws Failure FAILED_CHECK for a part that nothing covers, and what `taker` throws
 */
export async function takeParts(
  message: Message,
  planned: readonly PlannedPart[],
  body: BodyDigest,
  taker?: PartTaker,
): Promise<TrustedPart[]> {
  const wanted = new Map(planned.map((p) => [p.contentId, p]));
  const taken: TrustedPart[] = [];
  for await (const part of message.parts) {
    const place = taker && placeOf(message, taker, part.contentId);
    const inBody = place !== undefined && place.include !== null;
    const plan = wanted.get(part.contentId);
    if (plan === undefined && !inBody) throw failedCheck('an attachment that is not signed');
    const pass = passTo(place, body);
    if (plan === undefined) await pass(part.body);
    else taken.push(await take(part, plan, pass));
  }
  return taken;
}
