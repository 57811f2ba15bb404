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

/** A part with the fields of its header. */
interface Piece extends Pick<OutgoingPart, 'size' | 'open'> {
  readonly fields: string;
}

const headerOf = ({ fields }: Piece, boundary: string): Buffer => Buffer.from(`--${boundary}\r\n${fields}\r\n\r\n`);

const CRLF = Buffer.from('\r\n');
const endOf = (boundary: string): Buffer => Buffer.from(`--${boundary}--\r\n`);

async function* octetsOf(parts: readonly Piece[], boundary: string): AsyncGenerator<Uint8Array> {
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

function lengthOf(parts: readonly Piece[], boundary: string): number | undefined {
  let length = endOf(boundary).length;
  for (const part of parts) {
    if (part.size === undefined) return undefined;
    length += headerOf(part, boundary).length + part.size + CRLF.length;
  }
  return length;
}

const multipart = (contentType: string, parts: readonly Piece[], boundary: string): OutgoingMultipart => ({
  contentType,
  contentLength: lengthOf(parts, boundary),
  body: octetsOf(parts, boundary),
});

/** A boundary that nobody can foresee. */
const newBoundary = (): string => `MIME-${randomUUID()}`;

/** A multipart/related message (RFC 2387) whose first part is the root. Contents are sent as they stand; each is opened when its turn comes. */
export function writeMultipart(parts: readonly [OutgoingPart, ...OutgoingPart[]]): OutgoingMultipart {
  const boundary = newBoundary();
  const [root] = parts;
  const type = field(root.contentType).replace(/[ \t]*;.*$/, '');
  const contentType = `multipart/related; type="${type}"; boundary="${boundary}"; start="<${field(root.contentId)}>"`;
  const pieces = parts.map((part) => ({
    ...part,
    fields:
      `Content-Type: ${field(part.contentType)}\r\nContent-Transfer-Encoding: binary\r\n` +
      `Content-ID: <${field(part.contentId)}>`,
  }));
  return multipart(contentType, pieces, boundary);
}

/** A field of a form; one with a file name is a file. */
export interface FormField extends Omit<OutgoingPart, 'contentId'> {
  readonly name: string;
  readonly filename?: string;
}

/** A name as browsers write it: UTF-8, without what could end it. */
const formName = (name: string): string =>
  name.replace(/["\r\n]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);

/** A multipart/form-data message (RFC 7578), its contents as in `writeMultipart`. */
export function writeForm(fields: readonly FormField[]): OutgoingMultipart {
  const boundary = newBoundary();
  const pieces = fields.map((one) => {
    const file = one.filename === undefined ? '' : `; filename="${formName(one.filename)}"`;
    const disposition = `Content-Disposition: form-data; name="${formName(one.name)}"${file}`;
    return { ...one, fields: `${disposition}\r\nContent-Type: ${field(one.contentType)}` };
  });
  return multipart(`multipart/form-data; boundary="${boundary}"`, pieces, boundary);
}
