import { Failure } from '../errors.js';
import { hasForbiddenCharacter } from './chars.js';
import type { NsScope, XmlAttribute, XmlElement, XmlEvents } from './model.js';
import { isElement, lookupNamespace } from './model.js';
import { XML_NS } from './tag.js';

/** A canonical form: C14N 1.0 or exclusive C14N 1.0, with or without comments. */
export interface C14nMethod {
  readonly exclusive: boolean;
  readonly comments: boolean;
  /** InclusiveNamespaces PrefixList of the exclusive form; '' stands for #default. */
  readonly prefixes: readonly string[];
  /** Write every declaration where it stands, used or not: no canonical form, but how we serialise. */
  readonly declarations?: boolean;
}

export const exclusive: C14nMethod = { exclusive: true, comments: false, prefixes: [] };

const FLUSH = 8192;
const SURROGATE = 0xd800;

/** Order by code point, which UTF-16 code units do not give above the BMP. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    if (x >= SURROGATE && y >= SURROGATE) return ((x + 0x2000) & 0xffff) - ((y + 0x2000) & 0xffff);
    return x - y;
  }
  return a.length - b.length;
}

const textEscapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' };
const attributeEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

/** What no document can have must not be written, nor signed. @throws Failure INTERNAL */
function allowed(text: string): string {
  if (hasForbiddenCharacter(text))
    throw new Failure('INTERNAL', 'a character that XML does not allow, in our own text');
  return text;
}

/** Code units that are neither escaped nor forbidden: one look at a text tells that it can stay as it is. */
const unlikeText = /[^\t\n -%'-;=?-\ud7ff\ue000-\ufffd]/;
const unlikeAttribute = /[^ !#-%'-;=-\ud7ff\ue000-\ufffd]/;

/** Characters from which on a text is searched natively for each that it must not have: one look with the expression takes longer then. */
const LONG = 512;

const isPlain = (text: string, read: boolean): boolean =>
  text.length < LONG
    ? !unlikeText.test(text)
    : !(text.includes('&') || text.includes('<') || text.includes('>') || text.includes('\r')) &&
      (read || !hasForbiddenCharacter(text));

/**
 * Character data as canonical forms write it. @throws Failure INTERNAL for a character that no XML document can have
 * @param read whether it comes from a reader, which has refused such characters
 */
export const escapeText = (text: string, read = false): string =>
  isPlain(text, read) ? text : allowed(text).replace(/[&<>\r]/g, (c) => textEscapes[c] as string);

/** An attribute value as canonical forms write it, without the quotes. @throws Failure as `escapeText` */
export const escapeAttribute = (value: string): string =>
  unlikeAttribute.test(value) ? allowed(value).replace(/[&<"\t\n\r]/g, (c) => attributeEscapes[c] as string) : value;

const byName = (a: XmlAttribute, b: XmlAttribute): number =>
  compareCodePoints(a.ns, b.ns) || compareCodePoints(a.local, b.local);

/** Most attributes are written as canonical forms have them. */
function inOrder(attributes: readonly XmlAttribute[]): boolean {
  let last: XmlAttribute | undefined;
  for (const a of attributes) {
    if (last !== undefined && byName(last, a) > 0) return false;
    last = a;
  }
  return true;
}

/** xml:* attributes of the ancestors, nearest first, that an inclusive apex takes over (C14N 1.0, 2.4). */
function inheritedXmlAttributes(apex: XmlElement): XmlAttribute[] {
  const found = new Map(apex.attributes.filter((a) => a.ns === XML_NS).map((a) => [a.local, a] as const));
  const inherited: XmlAttribute[] = [];
  for (let e = apex.parent; e !== null; e = e.parent) {
    for (const a of e.attributes) {
      if (a.ns !== XML_NS || found.has(a.local)) continue;
      found.set(a.local, a);
      inherited.push(a);
    }
  }
  return inherited;
}

/** Innermost binding of each prefix in scope. */
function bindings(scope: NsScope | null): Map<string, string> {
  const all = new Map<string, string>();
  for (let s = scope; s !== null; s = s.outer) if (!all.has(s.prefix)) all.set(s.prefix, s.uri);
  return all;
}

const qualified = ({ prefix, local }: XmlElement | XmlAttribute): string =>
  prefix === '' ? local : `${prefix}:${local}`;

/**
 * Writes the canonical form of one element while its events go by: the first `start` is the apex, its `end` the end.
 * Octets leave through `sink` as strings that never split a surrogate pair. The canonical form of a tree is its replay.
 */
export class Canonicaliser implements XmlEvents {
  private out = '';
  private rendered: NsScope | null = null;
  private fresh: NsScope[] = [];
  private readonly outer: (NsScope | null)[] = [];
  private readonly names: string[] = [];

  /** @param read whether the events come from a reader */
  constructor(
    private readonly method: C14nMethod,
    private readonly sink: (canonical: string) => void,
    private readonly read = false,
  ) {}

  start(element: XmlElement): void {
    const apex = this.outer.length === 0;
    const name = qualified(element);
    this.outer.push(this.rendered);
    this.names.push(name);
    this.out += `<${name}`;
    this.namespaces(element, apex);
    this.attributes(element, apex);
    this.out += '>';
    if (this.out.length > FLUSH) this.flush();
  }

  end(element: XmlElement): void {
    this.rendered = this.outer.pop() ?? null;
    this.out += `</${this.names.pop() ?? qualified(element)}>`;
    if (this.outer.length === 0) this.flush();
  }

  text(text: string): void {
    this.out += escapeText(text, this.read);
    if (this.out.length > FLUSH) this.flush();
  }

  comment(text: string): void {
    if (!this.method.comments) return;
    this.out += `<!--${allowed(text).replaceAll('\r', '&#xD;')}-->`;
    if (this.out.length > FLUSH) this.flush();
  }

  /** Writes mark-up that is canonical already. */
  markup(markup: string): void {
    this.out += markup;
    if (this.out.length > FLUSH) this.flush();
  }

  /** Hands over what is written. */
  flush(): void {
    this.sink(this.out);
    this.out = '';
  }

  private attributes(element: XmlElement, apex: boolean): void {
    let { attributes } = element;
    if (apex && !this.method.exclusive && element.parent !== null) {
      attributes = [...attributes, ...inheritedXmlAttributes(element)];
    }
    if (!inOrder(attributes)) attributes = [...attributes].sort(byName);
    for (const a of attributes) this.out += ` ${qualified(a)}="${escapeAttribute(a.value)}"`;
  }

  private namespaces(element: XmlElement, apex: boolean): void {
    const { exclusive, prefixes, declarations } = this.method;
    if (exclusive) {
      this.need(element.prefix, element.ns);
      for (const a of element.attributes) if (a.prefix !== '') this.need(a.prefix, a.ns);
      for (const prefix of prefixes) this.need(prefix, lookupNamespace(element.scope, prefix));
    } else if (apex) {
      for (const [prefix, uri] of bindings(element.scope)) this.need(prefix, uri);
    }
    if (declarations === true || !exclusive) for (const d of element.declarations) this.need(d.prefix, d.uri);
    if (this.fresh.length === 0) return;
    if (this.fresh.length > 1) this.fresh.sort((a, b) => compareCodePoints(a.prefix, b.prefix));
    for (const { prefix, uri } of this.fresh) {
      this.out += ` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${escapeAttribute(uri)}"`;
    }
    this.fresh = [];
  }

  /** Notes a binding to be written here: the nearest one written for its prefix is another. */
  private need(prefix: string, uri: string | undefined): void {
    if (uri === undefined || prefix === 'xml' || lookupNamespace(this.rendered, prefix) === uri) return;
    this.rendered = { prefix, uri, outer: this.rendered };
    this.fresh.push(this.rendered);
  }
}

/** Reports a tree as the events that made it. */
export function replay(element: XmlElement, events: Canonicaliser): void {
  events.start(element);
  for (const child of element.children) {
    if (typeof child === 'string') events.text(child);
    else if (isElement(child)) replay(child, events);
    else if ('markup' in child) events.markup(child.markup);
    else events.comment(child.comment);
  }
  events.end(element);
}

/** The canonical form of `element` as characters; its octets are their UTF-8. */
export function canonicalise(element: XmlElement, method: C14nMethod = exclusive): string {
  let canonical = '';
  replay(element, new Canonicaliser(method, (piece) => (canonical += piece)));
  return canonical;
}

/** The canonical form of an element, cut around one that stands in it. */
export interface Parted {
  readonly before: string;
  readonly inner: string;
  readonly after: string;
  /** Whether there is a comment in it, written or not. */
  readonly commented: boolean;
}

/** Cuts what it writes around one element. */
class PartingCanonicaliser extends Canonicaliser {
  readonly pieces = ['', '', ''];
  commented = false;

  constructor(
    method: C14nMethod,
    private readonly inner: XmlElement,
    private at = 0,
  ) {
    super(method, (piece) => (this.pieces[this.at] += piece));
  }

  override start(element: XmlElement): void {
    if (element === this.inner) this.cut();
    super.start(element);
  }

  override end(element: XmlElement): void {
    super.end(element);
    if (element === this.inner) this.cut();
  }

  override comment(text: string): void {
    this.commented = true;
    super.comment(text);
  }

  private cut(): void {
    this.flush();
    this.at++;
  }
}

/** As `canonicalise`, cut around `inner`, which stands in `element`: without that piece it is the form of `element` without `inner`. */
export function canonicaliseAround(element: XmlElement, inner: XmlElement, method: C14nMethod): Parted {
  const parting = new PartingCanonicaliser(method, inner);
  replay(element, parting);
  const [before = '', within = '', after = ''] = parting.pieces;
  return { before, inner: within, after, commented: parting.commented };
}
