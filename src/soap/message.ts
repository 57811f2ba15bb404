import { Failure } from '../errors.js';
import type { XmlElement } from '../xml/model.js';
import { childElements } from '../xml/model.js';
import { malformed, parseMediaType } from './mime/header.js';
import type { MimePart, MultipartType } from './mime.js';
import { readMultipart } from './mime.js';
import type { SoapVersion } from './names.js';

/*
 * SOAP messages with parts: the envelope is the first part. Either it stands as it is, and names the parts by their Content-IDs (SOAP
 * Messages with Attachments); or it is optimised by XOP (MTOM; XML-binary Optimized Packaging 1.0), and each xop:Include in it stands for
 * the base64 of a part.
 */

export const XOP = 'http://www.w3.org/2004/08/xop/include';
const XOP_TYPE = 'application/xop+xml';
const envelopeTypes: ReadonlyMap<string | undefined, SoapVersion> = new Map([
  ['application/soap+xml', '1.2'],
  ['text/xml', '1.1'],
]);

export interface MessagePolicy {
  readonly versions: readonly SoapVersion[];
  /** Whether an envelope may be optimised by XOP. */
  readonly xop: boolean;
}

/** A part that can be named. */
export type NamedPart = MimePart & { readonly contentId: string };

/** A message with parts whose envelope is about to be read. */
export interface Message {
  readonly xop: boolean;
  readonly charset: string | undefined;
  /** What the part of the envelope says of its action (SOAP 1.2). */
  readonly action: string | undefined;
  readonly envelope: AsyncIterable<Uint8Array>;
  /** The others. To be read after the envelope has been read to its end. */
  readonly parts: AsyncIterable<NamedPart>;
  close(): Promise<void>;
}

/** Gives the content of a part that has been stored once more. */
export type Again = () => AsyncIterable<Uint8Array>;

/** SHA-256 of octets that have passed by, for whoever needs it too. To be asked after the last of them. */
export type Digested = () => Buffer;

/** Resolves when the content is stored. Fails, and keeps nothing, when `octets` do. `sha256`: where somebody has digested them already. */
type Store<T> = (octets: AsyncIterable<Uint8Array>, sha256?: Digested) => Promise<T>;

/** Where the content of one part goes: for the xop:Include that it stands for, or for what names it otherwise. */
export type Place =
  | { readonly include: XmlElement; readonly store: Store<Again> }
  | { readonly include: null; readonly store: Store<unknown> };

/** Says where parts go, and knows it as soon as the envelope has been read. */
export interface PartTaker {
  /** Undefined when the envelope does not name the part, or the part that it named has come. @param contentId without `<>` */
  claim(contentId: string): Place | undefined;
}

const invalid = (reason: string): Failure => new Failure('INVALID_REQUEST', reason, { reason });

/** @throws Failure INVALID_REQUEST when the envelope has no use for the part */
export function placeOf(message: Message, taker: PartTaker, contentId: string): Place {
  const place = taker.claim(contentId);
  if (place === undefined) throw invalid('a part that the envelope does not name');
  if (place.include !== null && !message.xop) throw invalid('xop:Include in an envelope that is not by XOP');
  return place;
}

/** Refuses what would stand for a part where none can. @throws Failure INVALID_REQUEST */
export function refuseIncludes(element: XmlElement): void {
  if (element.ns === XOP) throw invalid('xop:Include stands in Body only');
  childElements(element).forEach(refuseIncludes);
}

/** The same octets. @throws Failure TOO_LARGE above `maxBytes` */
export async function* capped(stream: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes) throw new Failure('TOO_LARGE', `more than ${maxBytes} octets`);
    yield chunk;
  }
}

async function* named(parts: AsyncIterable<MimePart>): AsyncGenerator<NamedPart> {
  for await (const part of parts) {
    const { contentId } = part;
    if (contentId === undefined) throw malformed('a part without Content-ID');
    yield { ...part, contentId };
  }
}

/** What the first part says of the envelope in it. */
function headOf(root: MimePart, { start, type }: MultipartType, policy: MessagePolicy) {
  const media = root.contentType === undefined ? undefined : parseMediaType(root.contentType);
  if (start !== undefined && start !== root.contentId) throw malformed('the first part is not the envelope');
  if (media === undefined || (type !== undefined && type !== media.type)) throw malformed('type of the envelope');
  const xop = media.type === XOP_TYPE;
  const inner = xop ? parseMediaType(media.parameters.get('type') ?? '') : undefined;
  const version = envelopeTypes.get(xop ? inner?.type : media.type);
  const allowed = version !== undefined && policy.versions.includes(version) && (policy.xop || !xop);
  if (!allowed) throw malformed('type of the envelope');
  const action = media.parameters.get('action') ?? inner?.parameters.get('action');
  return { xop, charset: media.parameters.get('charset'), action };
}

/** @throws Failure MALFORMED_XML when the first part is not an envelope that `policy` takes */
export async function openMessage(
  stream: AsyncIterable<Uint8Array>,
  multipart: MultipartType,
  policy: MessagePolicy,
): Promise<Message> {
  const parts = readMultipart(stream, multipart.boundary);
  const close = async (): Promise<void> => void (await parts.return(undefined));
  try {
    const first = await parts.next();
    if (first.done === true) throw malformed('no part');
    const root = first.value;
    return { ...headOf(root, multipart, policy), envelope: root.body, parts: named(parts), close };
  } catch (error) {
    await close();
    throw error;
  }
}
