import type { XmlElement } from '../xml/model.js';
import { malformed, parseMediaType } from './mime/header.js';
import type { MimePart, MultipartType } from './mime.js';
import { readMultipart } from './mime.js';

/*
 * SOAP messages optimised by XOP (MTOM; XML-binary Optimized Packaging 1.0): the envelope is the first part, and what it includes follows
 * in parts of its own.
 */

export const XOP = 'http://www.w3.org/2004/08/xop/include';
const TYPE = 'application/xop+xml';
const envelopeTypes: readonly (string | undefined)[] = ['text/xml', 'application/soap+xml'];

/** Takes what an envelope includes. Each call has ended before the next is made. */
export interface IncludedParts {
  /** The envelope has been read to its end; this is the one child of Body. */
  bind(operation: XmlElement): void;
  /** One part; resolves when it has been taken. @param contentId without `<>` */
  take(contentId: string, octets: AsyncIterable<Uint8Array>): Promise<void>;
  /** There is no further part. */
  end(): void;
}

export interface XopMessage {
  readonly charset: string | undefined;
  /** What the part of the envelope says of its action (SOAP 1.2). */
  readonly action: string | undefined;
  readonly envelope: AsyncIterable<Uint8Array>;
  /** Reads the rest of the message. To be called after the envelope has been read to its end. */
  passTo(included: IncludedParts): Promise<void>;
  close(): Promise<void>;
}

async function passAll(parts: AsyncIterable<MimePart>, included: IncludedParts): Promise<void> {
  for await (const { contentId, body } of parts) {
    if (contentId === undefined) throw malformed('a part without Content-ID');
    await included.take(contentId, body);
  }
  included.end();
}

/** @throws Failure MALFORMED_XML when the first part is not an envelope by XOP */
export async function openXop(
  stream: AsyncIterable<Uint8Array>,
  { boundary, start, type }: MultipartType,
): Promise<XopMessage> {
  const parts = readMultipart(stream, boundary);
  const close = async (): Promise<void> => void (await parts.return(undefined));
  try {
    const first = await parts.next();
    if (first.done === true) throw malformed('no part');
    const { contentId, contentType, body } = first.value;
    if (start !== undefined && start !== contentId) throw malformed('the first part is not the envelope');
    const media = contentType === undefined ? undefined : parseMediaType(contentType);
    const envelope = parseMediaType(media?.parameters.get('type') ?? '');
    if (media?.type !== TYPE || (type ?? TYPE) !== TYPE || !envelopeTypes.includes(envelope?.type)) {
      throw malformed('the envelope is not application/xop+xml of a SOAP version');
    }
    const action = media.parameters.get('action') ?? envelope?.parameters.get('action');
    const charset = media.parameters.get('charset');
    return { charset, action, envelope: body, passTo: (included) => passAll(parts, included), close };
  } catch (error) {
    await close();
    throw error;
  }
}
