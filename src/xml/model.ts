/** A namespace binding of an element, as written on it. The empty prefix is the default namespace. */
export interface NsDeclaration {
  readonly prefix: string;
  readonly uri: string;
}

/** The bindings in scope, innermost first. */
export interface NsScope extends NsDeclaration {
  readonly outer: NsScope | null;
}

/** An attribute that is not a namespace declaration. Unprefixed ones have `ns` ''. */
export interface XmlAttribute {
  readonly prefix: string;
  readonly local: string;
  readonly ns: string;
  readonly value: string;
}

export interface XmlComment {
  readonly comment: string;
}

/**
 * Mark-up of ours that is written as it stands: in canonical form already, and with no prefix but that of the element around it.
 * Readers make none.
 */
export interface XmlMarkup {
  readonly markup: string;
}

export type XmlNode = XmlElement | XmlComment | XmlMarkup | string;

/** An element with its start tag as it was written: what canonical forms need and what decoders read. */
export interface XmlElement {
  readonly prefix: string;
  readonly local: string;
  readonly ns: string;
  readonly attributes: readonly XmlAttribute[];
  readonly declarations: readonly NsDeclaration[];
  readonly scope: NsScope | null;
  readonly parent: XmlElement | null;
  readonly children: XmlNode[];
}

/** What a reader reports, in document order; what canonicalisers and tree builders take. */
export interface XmlEvents {
  start(element: XmlElement): void;
  end(element: XmlElement): void;
  text(text: string): void;
  comment(text: string): void;
}

export const isElement = (node: XmlNode): node is XmlElement => typeof node === 'object' && 'local' in node;

/** The URI that `prefix` is bound to in `scope`: '' for no default namespace, undefined for an unbound prefix. */
export function lookupNamespace(scope: NsScope | null, prefix: string): string | undefined {
  for (let s = scope; s !== null; s = s.outer) if (s.prefix === prefix) return s.uri;
  return prefix === '' ? '' : undefined;
}

// Every decoder goes through these: loops, for a function called for each node costs as much as what is done with it.
export function childElements({ children }: XmlElement): XmlElement[] {
  const elements: XmlElement[] = [];
  for (const child of children) if (isElement(child)) elements.push(child);
  return elements;
}

export const is = (element: XmlElement, ns: string, local: string): boolean =>
  element.local === local && element.ns === ns;

export function childrenNamed({ children }: XmlElement, ns: string, local: string): XmlElement[] {
  const named: XmlElement[] = [];
  for (const child of children) if (isElement(child) && is(child, ns, local)) named.push(child);
  return named;
}

export function attribute({ attributes }: XmlElement, local: string, ns = ''): string | undefined {
  for (const a of attributes) if (a.local === local && a.ns === ns) return a.value;
  return undefined;
}

/** All character data directly in the element, comments passed over and joined across them (never the first piece only). */
export function textOf({ children }: XmlElement): string {
  const [first] = children;
  if (children.length === 1 && typeof first === 'string') return first;
  return children.filter((child) => typeof child === 'string').join('');
}
