import { Failure } from '../../errors.js';
import { limits } from '../../limits.js';

export const malformed = (detail: string): Failure => new Failure('MALFORMED_XML', `MIME: ${detail}`);

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const parameterPattern = new RegExp(`;[ \\t]*(?:(${token})=(?:(${token})|"((?:[^"\\\\]|\\\\.)*)"))?[ \\t]*`, 'y');
const typePattern = new RegExp(`^(${token}/${token})[ \\t]*`);
const fieldPattern = new RegExp(`^(${token})[ \\t]*:[ \\t]*(.*?)[ \\t]*$`);

/** A Content-Type: type and subtype in lower case, parameters by lower-case name. */
export interface MediaType {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads a Content-Type (RFC 9110, 8.3; RFC 2045, 5.1). Undefined when it is not one, or names a parameter twice (SECURITY.md 27). */
export function parseMediaType(value: string): MediaType | undefined {
  const type = typePattern.exec(value);
  if (type === null) return undefined;
  const parameters = new Map<string, string>();
  let at = type[0].length;
  while (at < value.length) {
    parameterPattern.lastIndex = at;
    const match = parameterPattern.exec(value);
    if (match === null) return undefined;
    at = parameterPattern.lastIndex;
    const name = match[1]?.toLowerCase();
    if (name === undefined) continue;
    if (parameters.has(name)) return undefined;
    parameters.set(name, match[2] ?? (match[3] as string).replace(/\\(.)/g, '$1'));
  }
  return { type: (type[1] as string).toLowerCase(), parameters };
}

/** What a message's Content-Type says of its parts. */
export interface MultipartType {
  readonly boundary: string;
  /** Content-ID of the envelope's part, without `<>`; the first part when it is not said. */
  readonly start: string | undefined;
  /** Media type of the envelope's part, in lower case and without parameters. */
  readonly type: string | undefined;
}

const boundaryPattern = /^[0-9A-Za-z'()+_,./:=? -]*[0-9A-Za-z'()+_,./:=?-]$/;

/** @throws Failure MALFORMED_XML for what RFC 2046, 5.1.1 does not allow as a boundary */
export function checkBoundary(boundary: string): void {
  if (boundary.length > limits.mimeBoundaryCharacters || !boundaryPattern.test(boundary)) throw malformed('boundary');
}

/** The id in a Content-ID or `start`: exactly one pair of `<>` around printable characters. Undefined when it is anything else. */
export const unbracketed = (value: string): string | undefined => /^<([\x21-\x3b=\x3f-\x7e]{1,255})>$/.exec(value)?.[1];

/**
 * Reads the Content-Type of a message with parts (RFC 2387).
 * @returns undefined when it is another type than multipart/related
 * @throws Failure MALFORMED_XML when it is one, and its parameters cannot be used
 */
export function parseMultipartType(contentType: string): MultipartType | undefined {
  if (!/^[ \t]*multipart\/related(?![^ \t;])/i.test(contentType)) return undefined;
  const media = parseMediaType(contentType);
  const boundary = media?.parameters.get('boundary');
  if (media === undefined || boundary === undefined) throw malformed('Content-Type of the message');
  checkBoundary(boundary);
  const given = media.parameters.get('start');
  const start = given === undefined ? undefined : unbracketed(given);
  if (given !== undefined && start === undefined) throw malformed('start');
  const type = media.parameters.get('type');
  return { boundary, start, type: type === undefined ? undefined : parseMediaType(type)?.type };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** One line of a part's header as text. @throws Failure MALFORMED_XML for octets that are not UTF-8 or that control */
export function headerText(line: Uint8Array): string {
  if (line.some((octet) => (octet < 0x20 && octet !== 0x09) || octet === 0x7f)) throw malformed('header line');
  try {
    return decoder.decode(line);
  } catch {
    throw malformed('header line');
  }
}

/** Fields by lower-case name; folded lines are joined. @throws Failure MALFORMED_XML for no field, or one that stands twice */
export function parseFields(lines: readonly string[]): ReadonlyMap<string, string> {
  const unfolded: string[] = [];
  for (const line of lines) {
    if (!/^[ \t]/.test(line)) unfolded.push(line);
    else if (unfolded.length > 0) unfolded.push(`${unfolded.pop()} ${line.trim()}`);
    else throw malformed('a header that begins with a folded line');
  }
  const fields = new Map<string, string>();
  for (const line of unfolded) {
    const match = fieldPattern.exec(line);
    const name = match?.[1]?.toLowerCase();
    if (match === null || name === undefined) throw malformed('header field');
    if (fields.has(name)) throw malformed(`two fields ${name}`);
    fields.set(name, match[2] ?? '');
  }
  return fields;
}
