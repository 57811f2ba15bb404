import { randomUUID } from 'node:crypto';
import { Failure } from '../errors.js';

/** A part to send. */
export interface OutgoingPart {
  readonly contentType: string;
  /** Without `<>`. */
  readonly contentId: string;
  /** Octets; undefined when it is not known, and then no more is the message's. */
  readonly size: number | undefined;
  readonly open: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** A multipart message ready to be sent. */
export interface OutgoingMultipart {
  readonly contentType: string;
  /** Octets of the whole; undefined when the size of a part is not known. */
  readonly contentLength: number | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What could end a field of a header. */
function field(value: string): string {
  if (!/^[\x20-\x7e]+$/.test(value))
    throw new Failure('INTERNAL', 'a MIME field of ours with other than printable ASCII');
  return value;
}

const headerOf = (part: OutgoingPart, boundary: string): Buffer =>
  Buffer.from(
    `--${boundary}\r\nContent-Type: ${field(part.contentType)}\r\nContent-Transfer-Encoding: binary\r\n` +
      `Content-ID: <${field(part.contentId)}>\r\n\r\n`,
  );

const CRLF = Buffer.from('\r\n');
const endOf = (boundary: string): Buffer => Buffer.from(`--${boundary}--\r\n`);

async function* octetsOf(parts: readonly OutgoingPart[], boundary: string): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    yield headerOf(part, boundary);
    let size = 0;
    for await (const chunk of part.open()) {
      size += chunk.length;
      yield chunk;
    }
    if (part.size !== undefined && part.size !== size) {
      throw new Failure('INTERNAL', `a part of ${size} octets that was said to have ${part.size}`);
    }
    yield CRLF;
  }
  yield endOf(boundary);
}

function lengthOf(parts: readonly OutgoingPart[], boundary: string): number | undefined {
  let length = endOf(boundary).length;
  for (const part of parts) {
    if (part.size === undefined) return undefined;
    length += headerOf(part, boundary).length + part.size + CRLF.length;
  }
  return length;
}

/**
 * A multipart/related message (RFC 2387) whose first part is the root. Contents are sent as they stand, under a boundary that nobody can
 * foresee; each is opened when its turn comes.
 */
export function writeMultipart(parts: readonly [OutgoingPart, ...OutgoingPart[]]): OutgoingMultipart {
  const boundary = `MIME-${randomUUID()}`;
  const [root] = parts;
  const type = field(root.contentType).replace(/[ \t]*;.*$/, '');
  return {
    contentType: `multipart/related; type="${type}"; boundary="${boundary}"; start="<${field(root.contentId)}>"`,
    contentLength: lengthOf(parts, boundary),
    body: octetsOf(parts, boundary),
  };
}
