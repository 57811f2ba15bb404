import { Failure } from '../errors.js';
import { limits } from '../limits.js';
import { decodingOf } from './mime/encoding.js';
import { checkBoundary, headerText, malformed, parseFields, parseMediaType, unbracketed } from './mime/header.js';
import { Splitter } from './mime/splitter.js';

export type { MediaType, MultipartType } from './mime/header.js';
export { parseMediaType, parseMultipartType } from './mime/header.js';

/*
 * Multipart messages (RFC 2046, 5.1; RFC 2387) while they arrive: parts in their order, nothing kept but the header of one part. What two
 * readers could understand differently is refused: LF alone, fields that stand twice, two parts of one Content-ID, parts within parts.
 */

export interface MimePart {
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** Without `<>`. */
  readonly contentId: string | undefined;
  readonly contentType: string | undefined;
  /** The content, its transfer encoding taken off. What is left of it is passed over when the next part is asked for. */
  readonly body: AsyncIterable<Buffer>;
}

async function headersOf(splitter: Splitter): Promise<ReadonlyMap<string, string>> {
  const lines: string[] = [];
  let room = limits.mimeHeaderBytes;
  for (;;) {
    const line = await splitter.line(room);
    if (line.length === 0) return parseFields(lines);
    if (lines.length === limits.mimeHeaderLines) throw new Failure('TOO_LARGE', 'MIME: too many header lines');
    room -= line.length;
    lines.push(headerText(line));
  }
}

function contentIdOf(headers: ReadonlyMap<string, string>): string | undefined {
  const field = headers.get('content-id');
  const id = field === undefined ? undefined : unbracketed(field);
  if (field !== undefined && id === undefined) throw malformed('Content-ID');
  return id;
}

function contentTypeOf(headers: ReadonlyMap<string, string>): string | undefined {
  const field = headers.get('content-type');
  const media = field === undefined ? undefined : parseMediaType(field);
  if (field !== undefined && media === undefined) throw malformed('Content-Type of a part');
  if (media?.type.startsWith('multipart/') === true) throw malformed('parts within a part');
  return field;
}

async function skipPreamble(splitter: Splitter): Promise<void> {
  let size = 0;
  for await (const piece of splitter.content()) {
    size += piece.length;
    if (size > limits.mimePreambleBytes) throw malformed('a preamble that is too large');
  }
}

const blank = /^[ \t]*$/;

/** Reads the rest of a delimiter's line: true for another part, false for the end of the message. */
async function partFollows(splitter: Splitter): Promise<boolean> {
  if ((await splitter.peek()) !== '--') {
    const padding = await splitter.line(limits.mimePreambleBytes);
    if (!blank.test(padding.toString('latin1'))) throw malformed('a line that begins with the boundary');
    return true;
  }
  const tail = (await splitter.epilogue(limits.mimePreambleBytes)).toString('latin1', 2);
  const [padding = ''] = tail.split('\r\n');
  if (!blank.test(padding)) throw malformed('a line that begins with the end boundary');
  return false;
}

/**
 * The parts of a multipart message, in their order.
 * @throws Failure MALFORMED_XML for what is not strictly MIME, TOO_LARGE above the limits of parts and of their headers
 */
export async function* readMultipart(stream: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<MimePart> {
  checkBoundary(boundary);
  const splitter = new Splitter(stream, boundary);
  const ids = new Set<string>();
  try {
    await skipPreamble(splitter);
    for (let count = 0; await partFollows(splitter); count++) {
      if (count === limits.mimeParts) throw new Failure('TOO_LARGE', `MIME: more than ${limits.mimeParts} parts`);
      const headers = await headersOf(splitter);
      const contentId = contentIdOf(headers);
      if (contentId !== undefined && ids.has(contentId)) throw malformed('two parts with one Content-ID');
      if (contentId !== undefined) ids.add(contentId);
      const raw = splitter.body();
      const body = decodingOf(headers.get('content-transfer-encoding'))(kept(raw));
      yield { headers, contentId, contentType: contentTypeOf(headers), body };
      while ((await raw.next()).done !== true);
    }
  } finally {
    await splitter.close();
  }
}

/** The same octets; whoever stops reading them leaves the rest to be passed over. */
const kept = (raw: AsyncGenerator<Buffer>): AsyncIterable<Buffer> => ({
  [Symbol.asyncIterator]: () => ({ next: () => raw.next() }),
});
