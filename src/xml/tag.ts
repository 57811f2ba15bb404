import { Failure } from '../errors.js';
import { limits } from '../limits.js';
import { dereference, isNcName } from './chars.js';
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

/** Splits a qualified name. @throws Failure MALFORMED_XML */
export function splitName(name: string): { prefix: string; local: string } {
  const colon = name.indexOf(':');
  const prefix = colon < 0 ? '' : name.slice(0, colon);
  const local = colon < 0 ? name : name.slice(colon + 1);
  if (!isNcName(local) || (colon >= 0 && !isNcName(prefix))) throw malformed('not a qualified name');
  return { prefix, local };
}

interface RawAttribute {
  readonly name: string;
  readonly value: string;
}

const attributePattern = /[ \t\r\n]+([^ \t\r\n=<>"'/]+)[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]*)"|'([^'<]*)')/y;
const namePattern = /[^ \t\r\n=<>"'/]+/y;
const endPattern = /[ \t\r\n]*(\/?)$/y;

/** Attribute-value normalisation (XML 1.0, 3.3.3, CDATA): literal white space becomes a space, references stay as they are. */
const attributeValue = (raw: string): string => expand(/[\t\r\n]/.test(raw) ? raw.replace(/\r\n|[\t\r\n]/g, ' ') : raw);

function splitTag(tag: string): { name: string; raw: RawAttribute[]; empty: boolean } {
  namePattern.lastIndex = 0;
  const name = namePattern.exec(tag)?.[0];
  if (name === undefined) throw malformed('a start tag without a name');
  const raw: RawAttribute[] = [];
  let position = namePattern.lastIndex;
  for (;;) {
    attributePattern.lastIndex = position;
    const match = attributePattern.exec(tag);
    if (match === null) break;
    raw.push({ name: match[1] as string, value: attributeValue(match[2] ?? match[3] ?? '') });
    if (raw.length > limits.xmlAttributes + limits.xmlNamespacesInScope) throw malformed('too many attributes');
    position = attributePattern.lastIndex;
  }
  endPattern.lastIndex = position;
  const end = endPattern.exec(tag);
  if (end === null) throw malformed('a start tag that is not well formed');
  return { name, raw, empty: end[1] === '/' };
}

/** Reserved names and relative URIs are refused: canonical forms of the latter are not defined. */
function declaration(prefix: string, uri: string): NsDeclaration {
  const reserved = (prefix === 'xml') !== (uri === XML_NS) || prefix === 'xmlns' || uri === XMLNS_NS;
  if (reserved) throw malformed('a reserved namespace or prefix is declared');
  if (uri === '' && prefix !== '') throw malformed('a namespace prefix is undeclared');
  if (uri !== '' && !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri)) throw malformed('a relative namespace name');
  return { prefix, uri };
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
  if (uri === undefined || prefix === 'xmlns') throw malformed('a prefix that is not bound to a namespace');
  return uri;
}

function refuseDuplicates(attributes: readonly XmlAttribute[], declarations: readonly NsDeclaration[]): void {
  const names = new Set<string>();
  for (const a of attributes) names.add(`${a.ns} ${a.local}`);
  const prefixes = new Set(declarations.map((d) => d.prefix));
  if (names.size < attributes.length || prefixes.size < declarations.length) throw malformed('a doubled attribute');
}

const none: readonly never[] = [];

/**
 * Reads a start tag; `tag` is what stands between `<` and `>`.
 * @throws Failure MALFORMED_XML
 */
export function readStartTag(
  tag: string,
  parent: XmlElement | null,
): { element: XmlElement; name: string; empty: boolean } {
  const { name, raw, empty } = splitTag(tag);
  let declarations: readonly NsDeclaration[] = none;
  let others: readonly RawAttribute[] = none;
  if (raw.length > 0) {
    const isDeclaration = (a: RawAttribute): boolean => a.name === 'xmlns' || a.name.startsWith('xmlns:');
    others = raw.filter((a) => !isDeclaration(a));
    if (others.length < raw.length) {
      declarations = raw
        .filter(isDeclaration)
        .map((a) => declaration(a.name === 'xmlns' ? '' : splitName(a.name).local, a.value));
    }
  }
  if (others.length > limits.xmlAttributes) throw malformed('too many attributes');
  const scope = extendScope(parent?.scope ?? null, declarations);
  const attributes = others.map((a) => {
    const { prefix, local } = splitName(a.name);
    return { prefix, local, ns: prefix === '' ? '' : resolve(scope, prefix), value: a.value };
  });
  if (raw.length > 1) refuseDuplicates(attributes, declarations);
  const { prefix, local } = splitName(name);
  const element = { prefix, local, ns: resolve(scope, prefix), attributes, declarations, scope, parent, children: [] };
  return { element, name, empty };
}
