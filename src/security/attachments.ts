import { createHash, timingSafeEqual } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { Failure } from '../errors.js';
import type { MimePart, MultipartType } from '../soap/mime.js';
import { parseMediaType, readMultipart } from '../soap/mime.js';
import type { SoapVersion } from '../soap/names.js';
import { ATTACHMENT_CONTENT, digestAlgorithms } from './algorithms.js';
import type { SignaturePolicy } from './policy.js';
import type { AttachmentReference } from './shape.js';
import type { TrustedPart } from './trusted.js';

/*
 * Signed attachments (WSS SOAP with Attachments profile 1.1): the envelope is the first part, and its signature says what each of the
 * others must be. The digest is over the octets of the content as they stand, its transfer encoding taken off; no text or XML is
 * canonicalised. A part is read once, past its digest to its sink.
 */

/** Takes the octets of one attachment. `end` is called when they have been found right; a sink that is not ended was let go. */
export interface PartSink {
  write(chunk: Uint8Array): Promise<void> | void;
  end(): Promise<void>;
}

export interface PartSinks {
  part(part: Pick<TrustedPart, 'contentId' | 'contentType'>): PartSink;
}

/** What one attachment must be. */
export interface PlannedPart {
  readonly contentId: string;
  /** Name of a hash of node:crypto. */
  readonly hash: string;
  readonly digest: Buffer;
}

const invalid = (detail: string): Failure => new Failure('INVALID_SECURITY', detail);
const malformed = (detail: string): Failure => new Failure('MALFORMED_XML', `MIME: ${detail}`);

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

async function* capped(stream: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes) throw new Failure('TOO_LARGE', `more than ${maxBytes} octets with attachments`);
    yield chunk;
  }
}

/** Passes the content of `part` on, and returns what was found. @throws Failure FAILED_CHECK when its digest is another */
async function take(part: MimePart, contentId: string, planned: PlannedPart, sinks: Partial<PartSinks>) {
  const { contentType } = part;
  const sink = sinks.part?.({ contentId, contentType });
  const sha256 = createHash('sha256');
  const demanded: Hash = planned.hash === 'sha256' ? sha256 : createHash(planned.hash);
  let size = 0;
  for await (const chunk of part.body) {
    size += chunk.length;
    sha256.update(chunk);
    if (demanded !== sha256) demanded.update(chunk);
    await sink?.write(chunk);
  }
  const digest = sha256.digest();
  const actual = demanded === sha256 ? digest : demanded.digest();
  if (planned.digest.length !== actual.length || !timingSafeEqual(planned.digest, actual)) {
    throw new Failure('FAILED_CHECK', 'digest of an attachment does not match');
  }
  await sink?.end();
  return { contentId, contentType, size, sha256: digest };
}

async function takeAll(
  parts: AsyncIterable<MimePart>,
  planned: readonly PlannedPart[],
  sinks: Partial<PartSinks>,
): Promise<TrustedPart[]> {
  const wanted = new Map(planned.map((p) => [p.contentId, p]));
  const taken: TrustedPart[] = [];
  for await (const part of parts) {
    const { contentId } = part;
    if (contentId === undefined) throw malformed('a part without Content-ID');
    const plan = wanted.get(contentId);
    if (plan === undefined) throw new Failure('FAILED_CHECK', 'an attachment that is not signed');
    taken.push(await take(part, contentId, plan, sinks));
  }
  return taken;
}

const envelopeTypes: ReadonlyMap<string, SoapVersion> = new Map([
  ['application/soap+xml', '1.2'],
  ['text/xml', '1.1'],
]);
const XOP = 'application/xop+xml';

/** The charset of the envelope's part, when its type is that of a SOAP version that the policy takes. @throws Failure MALFORMED_XML */
function charsetOf(root: MimePart, { start, type }: MultipartType, policy: SignaturePolicy): string | undefined {
  const media = root.contentType === undefined ? undefined : parseMediaType(root.contentType);
  if (start !== undefined && start !== root.contentId) throw malformed('the first part is not the envelope');
  if (media === undefined || (type !== undefined && type !== media.type)) throw malformed('type of the envelope');
  const envelope = media.type === XOP ? parseMediaType(media.parameters.get('type') ?? '')?.type : media.type;
  const version = envelopeTypes.get(envelope ?? '');
  if (version === undefined || !policy.versions.includes(version)) throw malformed('type of the envelope');
  return media.parameters.get('charset');
}

/** A message with parts whose envelope is about to be read. */
export interface Message {
  readonly charset: string | undefined;
  readonly envelope: AsyncIterable<Uint8Array>;
  /** Reads the rest of the message. To be called after the envelope has been read to its end. */
  attachments(planned: readonly PlannedPart[], sinks: Partial<PartSinks>): Promise<TrustedPart[]>;
  close(): Promise<void>;
}

/** @throws Failure MALFORMED_XML, TOO_LARGE */
export async function openMessage(
  stream: AsyncIterable<Uint8Array>,
  multipart: MultipartType,
  policy: SignaturePolicy,
): Promise<Message> {
  const parts = readMultipart(capped(stream, policy.maxMessageBytes), multipart.boundary);
  const close = async (): Promise<void> => void (await parts.return(undefined));
  const first = await parts.next();
  if (first.done === true) throw malformed('no part');
  const root = first.value;
  try {
    return {
      charset: charsetOf(root, multipart, policy),
      envelope: root.body,
      attachments: (planned, sinks) => takeAll(parts, planned, sinks),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
