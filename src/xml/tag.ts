import { Failure } from '../errors.js';
import { limits } from '../limits.js';
import type { QName } from './chars.js';
import { dereference, detached, qualifiedName } from './chars.js';
import type { NsDeclaration, NsScope, XmlAttribute, XmlElement } from './model.js';
import { lookupNamespace } from './model.js';

export const XML_NS = 'http://www.w3.org/XML/1998/namespace';
export const XMLNS_NS = 'http://www.w3.org/2000/xmlns/';

const malformed = (detail: string): Failure => new Failure('MALFORMED_XML', detail);

/** Replaces entity and character references. @throws Failure MALFORMED_XML for any that is not predefined or allowed */
export function expand(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&]{0,12});?/g, (reference, name: string) => {
    const character = reference.endsWith(';') ? dereference(name) : undefined;
    if (character === undefined) throw malformed('an entity that is not predefined, or a bare &');
    return character;
  });
}

const none: readonly never[] = [];

/** An attribute as it stands; its namespace is known when the whole tag has been read. */
interface RawAttribute extends QName {
  ns: string;
  readonly value: string;
}

function nameOf(name: string): QName {
  const split = qualifiedName(name);
  if (split === undefined) throw malformed('not a qualified name');
  return split;
}

/** Attribute-value normalisation (XML 1.0, 3.3.3, CDATA): literal white space becomes a space, references stay as they are. */
function attributeValue(raw: string): string {
  if (!/[<&\t\r\n]/.test(raw)) return raw;
  if (raw.includes('<')) throw malformed('< in an attribute value');
  return expand(raw.replace(/\r\n|[\t\r\n]/g, ' '));
}

const EQUALS = 0x3d;
const SLASH = 0x2f;
const isSpace = (c: number): boolean => c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;

function skipSpace(tag: string, from: number): number {
  let i = from;
  while (isSpace(tag.charCodeAt(i))) i++;
  return i;
}

/** End of what may be a name: everything up to white space, `=` or `/`. */
function nameEnd(tag: string, from: number): number {
  let i = from;
  for (; i < tag.length; i++) {
    const c = tag.charCodeAt(i);
    if (c === EQUALS || c === SLASH || isSpace(c)) break;
  }
  return i;
}

/** Reads each character a bounded number of times, whatever the tag looks like. */
function splitTag(tag: string): { name: string; raw: readonly RawAttribute[]; empty: boolean } {
  let at = nameEnd(tag, 0);
  if (at === tag.length) return { name: tag, raw: none, empty: false };
  const name = tag.slice(0, at);
  const raw: RawAttribute[] = [];
  for (;;) {
    const start = skipSpace(tag, at);
    if (start === tag.length) return { name, raw, empty: false };
    if (start === tag.length - 1 && tag.charCodeAt(start) === SLASH) return { name, raw, empty: true };
    const end = nameEnd(tag, start);
    const equals = skipSpace(tag, end);
    const open = skipSpace(tag, equals + 1);
    const quote = tag.charAt(open);
    const close = quote === '"' || quote === "'" ? tag.indexOf(quote, open + 1) : -1;
    if (start === at || tag.charCodeAt(equals) !== EQUALS || close < 0) {
      throw malformed('a start tag that is not well formed');
    }
    const { prefix, local } = nameOf(tag.slice(start, end));
    raw.push({ prefix, local, ns: '', value: attributeValue(tag.slice(open + 1, close)) });
    if (raw.length > limits.xmlAttributes + limits.xmlNamespacesInScope) throw malformed('too many attributes');
    at = close + 1;
  }
}

// RFC 3986, IP literals left out. Canonical forms are undefined for relative names, and other engines have none for malformed ones.
const uriCharacter = "[\\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}";
const authority = `//(?:(?:${uriCharacter}|:)*@)?(?:${uriCharacter})*(?::\\d{1,5})?(?=[/?#]|$)`;
const afterAuthority = `(?:${uriCharacter}|[:@/?])*`;
const absoluteUri = new RegExp(
  `^[A-Za-z][A-Za-z0-9+.-]*:(?:${authority}|(?!//))${afterAuthority}(?:#${afterAuthority})?$`,
);

const knownUris = new Map<string, string>();
const KNOWN_URIS = 1024;
const KNOWN_URI_LENGTH = 128;

/**
 * The same, when it is one. The short ones that are, are remembered, a bounded number of them: messages of one contract have the same.
 * @throws Failure MALFORMED_XML
 */
function absolute(uri: string): string {
  const known = knownUris.get(uri);
  if (known !== undefined) return known;
  if (!absoluteUri.test(uri)) throw malformed('a namespace name that is no absolute URI');
  if (uri.length > KNOWN_URI_LENGTH) return uri;
  if (knownUris.size >= KNOWN_URIS) knownUris.clear();
  const own = detached(uri);
  knownUris.set(own, own);
  return own;
}

/** Reserved names, and whatever is not an absolute URI, are refused. */
function declaration(prefix: string, uri: string): NsDeclaration {
  const reserved = (prefix === 'xml') !== (uri === XML_NS) || prefix === 'xmlns' || uri === XMLNS_NS;
  if (reserved) throw malformed('a reserved namespace or prefix is declared');
  if (uri === '' && prefix !== '') throw malformed('a namespace prefix is undeclared');
  return { prefix, uri: uri === '' ? uri : absolute(uri) };
}

function extendScope(scope: NsScope | null, declarations: readonly NsDeclaration[]): NsScope | null {
  let inner = scope;
  for (const { prefix, uri } of declarations) inner = { prefix, uri, outer: inner };
  if (declarations.length > 0) {
    let depth = 0;
    for (let s = inner; s !== null; s = s.outer) depth++;
    if (depth > limits.xmlNamespacesInScope) throw malformed('too many namespace declarations in scope');
  }
  return inner;
}

function resolve(scope: NsScope | null, prefix: string): string {
  if (prefix === 'xml') return XML_NS;
  const uri = lookupNamespace(scope, prefix);
  if (uri === undefined) throw malformed('a prefix that is not bound to a namespace');
  return uri;
}

function refuseDoubles<T>(list: readonly T[], same: (a: T, b: T) => boolean): void {
  for (let i = 1; i < list.length; i++) {
    for (let j = 0; j < i; j++) if (same(list[i] as T, list[j] as T)) throw malformed('a doubled attribute');
  }
}

const sameName = (a: XmlAttribute, b: XmlAttribute): boolean => a.local === b.local && a.ns === b.ns;
const samePrefix = (a: NsDeclaration, b: NsDeclaration): boolean => a.prefix === b.prefix;

type Attributes = Pick<XmlElement, 'attributes' | 'declarations' | 'scope'>;

/** Half of all elements have none. */
function readAttributes(raw: readonly RawAttribute[], outer: NsScope | null): Attributes {
  if (raw.length === 0) return { attributes: none, declarations: none, scope: outer };
  const declarations: NsDeclaration[] = [];
  const attributes: RawAttribute[] = [];
  for (const a of raw) {
    if (a.prefix === 'xmlns') declarations.push(declaration(a.local, a.value));
    else if (a.prefix === '' && a.local === 'xmlns') declarations.push(declaration('', a.value));
    else attributes.push(a);
  }
  if (attributes.length > limits.xmlAttributes) throw malformed('too many attributes');
  const scope = extendScope(outer, declarations);
  for (const a of attributes) if (a.prefix !== '') a.ns = resolve(scope, a.prefix);
  refuseDoubles(attributes, sameName);
  refuseDoubles(declarations, samePrefix);
  return { attributes, declarations, scope };
}

/**
 * Reads a start tag; `tag` is what stands between `<` and `>`.
 * @throws Failure MALFORMED_XML
 */
export function readStartTag(
  tag: string,
  parent: XmlElement | null,
): { element: XmlElement; name: string; empty: boolean } {
  const { name, raw, empty } = splitTag(tag);
  const { attributes, declarations, scope } = readAttributes(raw, parent?.scope ?? null);
  const { prefix, local } = nameOf(name);
  const element = { prefix, local, ns: resolve(scope, prefix), attributes, declarations, scope, parent, children: [] };
  return { element, name, empty };
}
