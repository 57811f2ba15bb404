import { isAscii } from 'node:buffer';

/** Character classes of XML 1.0 (fifth edition) and Namespaces in XML 1.0. */

/** Code units that the Char production forbids; surrogates are judged by whether they come in pairs. */
const forbiddenUnit = /[^\t\n\r\u0020-\ufffd]/;

/** Whether `text` has a character that the Char production forbids, lone surrogates among them. */
export const hasForbiddenCharacter = (text: string): boolean => forbiddenUnit.test(text) || !text.isWellFormed();

const SPACE = 0x20;
const isAllowedOctet = (c: number): boolean => c >= SPACE || c === 0x9 || c === 0xa || c === 0xd;

/** Octets of a number that is looked at. */
const WORD = 4;

/**
 * Whether these are characters of ASCII that the Char production allows. Looked at four octets at a time, as a number of which the upper
 * bit of each octet tells whether that is below a space: an expression takes several times as long, and a large document is mostly this.
 */
export function isAllowedAscii(octets: Uint8Array): boolean {
  if (!isAscii(octets)) return false;
  const { buffer, byteOffset, length } = octets;
  const head = -byteOffset & (WORD - 1);
  if (length < head + WORD) return octets.every(isAllowedOctet);
  const words = new Int32Array(buffer, byteOffset + head, Math.floor((length - head) / WORD));
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number;
    if (((word - 0x20202020) & ~word & 0x80808080) === 0) continue;
    const at = head + WORD * i;
    if (!octets.subarray(at, at + WORD).every(isAllowedOctet)) return false;
  }
  const tail = head + WORD * words.length;
  return octets.subarray(0, head).every(isAllowedOctet) && octets.subarray(tail).every(isAllowedOctet);
}

/** No octet below begins a character of UTF-8 that is beyond U+00FF. */
const WIDE = 0xc4;

/** Where the first octet from `from` on stands that begins a character of UTF-8 beyond U+00FF; -1 where none does. */
export function wideFrom(octets: Uint8Array, from: number): number {
  const { buffer, byteOffset, length } = octets;
  const within = (begin: number, end: number): number => {
    for (let at = begin; at < end; at++) if ((octets[at] as number) >= WIDE) return at;
    return -1;
  };
  const head = from + (-(byteOffset + from) & (WORD - 1));
  if (length < head + WORD) return within(from, length);
  const words = new Int32Array(buffer, byteOffset + head, Math.floor((length - head) / WORD));
  let found = within(from, head);
  for (let i = 0; i < words.length && found < 0; i++) {
    const word = words[i] as number;
    // Both upper bits of an octet are set where a character beyond ASCII begins, and nowhere else.
    if ((word & (word << 1) & 0x80808080) !== 0) found = within(head + WORD * i, head + WORD * (i + 1));
  }
  return found < 0 ? within(head + WORD * words.length, length) : found;
}

/** The text on one line, with a space for what would break it and for what no XML document can have. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]+/gu, ' ');

const nameStart =
  'A-Z_a-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c-\\u200d\\u2070-\\u218f' +
  '\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd\\u{10000}-\\u{effff}';
const ncName = new RegExp(`^[${nameStart}][\\u0300-\\u036f\\u203f\\u2040${nameStart}\\-.0-9\\u00b7]*$`, 'u');

/** Whether `s` is an NCName. */
export const isNcName = (s: string): boolean => ncName.test(s);

/** A qualified name in its two parts; names without a prefix have `prefix` ''. */
export interface QName {
  readonly prefix: string;
  readonly local: string;
}

const known = new Map<string, QName>();
const KNOWN_NAMES = 4096;
const KNOWN_LENGTH = 64;

/**
 * A copy of its own: a slice would keep the whole request in memory for as long as it is remembered. It is one that V8 has once, as it has
 * the names of members and those that stand in programs, so that it is compared with them by its address.
 */
export const detached = (s: string): string => Object.keys({ [Buffer.from(s).toString()]: null })[0] as string;

/** Splits a qualified name; undefined when it is none. The answers for short names are remembered, a bounded number of them. */
export function qualifiedName(name: string): QName | undefined {
  const remembered = known.get(name);
  if (remembered !== undefined) return remembered;
  const colon = name.indexOf(':');
  const prefix = name.slice(0, Math.max(colon, 0));
  const local = name.slice(colon + 1);
  if (!isNcName(local) || (colon >= 0 && !isNcName(prefix))) return undefined;
  if (name.length > KNOWN_LENGTH) return { prefix, local };
  if (known.size >= KNOWN_NAMES) known.clear();
  const split = { prefix: detached(prefix), local: detached(local) };
  known.set(detached(name), split);
  return split;
}

const allowedCodePoint = (c: number): boolean =>
  c === 0x9 ||
  c === 0xa ||
  c === 0xd ||
  (c >= 0x20 && c <= 0xd7ff) ||
  (c >= 0xe000 && c <= 0xfffd) ||
  (c >= 0x10000 && c <= 0x10ffff);

const predefined: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * The character that an entity or character reference stands for; `name` is what stands between & and ;.
 * Undefined for anything but the five predefined entities and references to allowed characters: there is no DTD.
 */
export function dereference(name: string): string | undefined {
  const numeric = /^#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,8}))$/.exec(name);
  if (numeric === null) return Object.hasOwn(predefined, name) ? predefined[name] : undefined;
  const codePoint = numeric[1] === undefined ? parseInt(numeric[2] ?? '', 10) : parseInt(numeric[1], 16);
  return allowedCodePoint(codePoint) ? String.fromCodePoint(codePoint) : undefined;
}
