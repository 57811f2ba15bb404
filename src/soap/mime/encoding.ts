import { malformed } from './header.js';

/** Turns the octets of a part as they travel into its content. @throws Failure MALFORMED_XML */
export type Decoding = (encoded: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;

const asItStands: Decoding = (encoded) => encoded;

/** Base64 in whole quanta, canonical, line ends and blanks allowed anywhere (RFC 2045, 6.8). */
async function* base64(encoded: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let carry = '';
  let padded = false;
  for await (const chunk of encoded) {
    const text = carry + chunk.toString('latin1').replace(/[ \t\r\n]+/g, '');
    const whole = text.slice(0, text.length - (text.length % 4));
    carry = text.slice(whole.length);
    if (whole === '') continue;
    const content = Buffer.from(whole, 'base64');
    if (padded || content.toString('base64') !== whole) throw malformed('not base64');
    padded = whole.endsWith('=');
    yield content;
  }
  if (carry !== '') throw malformed('base64 that ends within a quantum');
}

/** Characters of one encoded line (RFC 2045, 6.7 (5)), with some room. */
const MAX_LINE = 998;

const quotedLine = /^(?:[\t\x20-\x3c\x3e-\x7e]|=[0-9A-Fa-f]{2})*$/;

function unquoted(line: string): string {
  if (!quotedLine.test(line)) throw malformed('not quoted-printable');
  return line.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** A line of quoted-printable without its line end, and whether it is the last: the content that it stands for. */
function quoted(line: string, last: boolean): string {
  const trimmed = line.replace(/[ \t]+$/, '');
  if (trimmed.endsWith('=')) return unquoted(trimmed.slice(0, -1));
  return unquoted(trimmed) + (last ? '' : '\r\n');
}

/** Quoted-printable (RFC 2045, 6.7): lines end with CR LF, blanks before a line end do not count. */
async function* quotedPrintable(encoded: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let carry = '';
  for await (const chunk of encoded) {
    const lines = (carry + chunk.toString('latin1')).split('\r\n');
    carry = lines.pop() ?? '';
    if (carry.length > MAX_LINE || lines.some((line) => line.length > MAX_LINE)) throw malformed('a line too long');
    if (lines.length > 0) yield Buffer.from(lines.map((line) => quoted(line, false)).join(''), 'latin1');
  }
  if (carry !== '') yield Buffer.from(quoted(carry, true), 'latin1');
}

const decodings: ReadonlyMap<string, Decoding> = new Map([
  ['7bit', asItStands],
  ['8bit', asItStands],
  ['binary', asItStands],
  ['base64', base64],
  ['quoted-printable', quotedPrintable],
]);

/** The decoding of a Content-Transfer-Encoding; none said is 7bit. @throws Failure MALFORMED_XML for one that is not known */
export function decodingOf(transferEncoding: string | undefined): Decoding {
  const decoding = decodings.get((transferEncoding ?? '7bit').toLowerCase());
  if (decoding === undefined) throw malformed('Content-Transfer-Encoding');
  return decoding;
}
