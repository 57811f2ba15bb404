import { Failure } from '../errors.js';
import { limits } from '../limits.js';
import { compareCodePoints } from './c14n.js';
import { isElement, lookupNamespace } from './model.js';
import type { NsDeclaration, NsScope, XmlElement, XmlEvents } from './model.js';
import { XmlReader } from './reader.js';

/**
 * Takes text of an element that is too large to keep. What it is given is decoded character data, in order; `end` returns the
 * character data that stands in the tree instead (a reference to where it went).
 */
export interface TextSink {
  write(text: string): void;
  /** An element in the text, or in another such: throws when it may not stand there. Without this, none may. */
  element?(element: XmlElement): void;
  end(): string;
}

/** Says where the text of an element goes: undefined keeps it in the tree, where limits.xmlTextCharacters holds. */
export type Spill = (element: XmlElement) => TextSink | undefined;

/** Builds the tree of the first element that it is told of, and of everything in it. */
export class TreeBuilder implements XmlEvents {
  root: XmlElement | null = null;
  private open: XmlElement | null = null;
  private textLength = 0;
  private sink: TextSink | undefined;

  /** @param maxText characters of one text that is kept in the tree */
  constructor(
    private readonly spill: Spill = () => undefined,
    private readonly maxText: number = limits.xmlTextCharacters,
  ) {}

  start(element: XmlElement): void {
    if (this.sink !== undefined) return this.within(this.sink, element);
    if (this.open === null) this.root = element;
    else this.open.children.push(element);
    this.open = element;
    this.textLength = 0;
    this.sink = this.spill(element);
  }

  end(element: XmlElement): void {
    if (element !== this.open) return;
    if (this.sink !== undefined) element.children.push(this.sink.end());
    this.sink = undefined;
    this.textLength = 0;
    this.open = element === this.root ? null : element.parent;
  }

  text(text: string): void {
    if (this.sink !== undefined) return this.sink.write(text);
    const children = this.open?.children;
    if (children === undefined || text === '') return;
    const last = children.length - 1;
    const joined = typeof children[last] === 'string';
    this.textLength = (joined ? this.textLength : 0) + text.length;
    if (this.textLength > this.maxText) throw new Failure('MALFORMED_XML', 'a text that is too long');
    if (joined) children[last] = (children[last] as string) + text;
    else children.push(text);
  }

  comment(comment: string): void {
    this.open?.children.push({ comment });
  }

  private within(sink: TextSink, element: XmlElement): void {
    if (sink.element === undefined) throw new Failure('MALFORMED_XML', 'an element inside text that is streamed');
    sink.element(element);
  }
}

/** Reads a whole document that is in memory already, its texts however long. @throws Failure MALFORMED_XML */
export function parse(document: Uint8Array | string): XmlElement {
  const builder = new TreeBuilder(undefined, document.length);
  const reader = new XmlReader(builder);
  reader.write(typeof document === 'string' ? Buffer.from(document) : document);
  reader.end();
  return builder.root as XmlElement;
}

const none: readonly never[] = [];

/** The bindings that an element needs and `outer` has not, by prefix: those that it uses, and those that stand on it. */
function missing(element: XmlElement, outer: NsScope | null): NsDeclaration[] {
  const found: NsDeclaration[] = [];
  const need = (prefix: string, uri: string): void => {
    const bound = found.find((one) => one.prefix === prefix)?.uri ?? lookupNamespace(outer, prefix);
    if (prefix !== 'xml' && bound !== uri) found.push({ prefix, uri });
  };
  need(element.prefix, element.ns);
  for (const a of element.attributes) if (a.prefix !== '') need(a.prefix, a.ns);
  for (const d of element.declarations) need(d.prefix, d.uri);
  return found.length > 1 ? found.sort((a, b) => compareCodePoints(a.prefix, b.prefix)) : found;
}

function copyOf(element: XmlElement, parent: XmlElement | null, outer: NsScope | null): XmlElement {
  const declarations = missing(element, outer);
  const scope = declarations.reduce((around, { prefix, uri }): NsScope => ({ prefix, uri, outer: around }), outer);
  const { prefix, local, ns, attributes } = element;
  const children: XmlElement['children'] = [];
  const bindings = declarations.length > 0 ? declarations : none;
  const copy: XmlElement = { prefix, local, ns, attributes, declarations: bindings, scope, parent, children };
  for (const child of element.children) children.push(isElement(child) ? copyOf(child, copy, scope) : child);
  return copy;
}

/**
 * An element that was read as a document of its own, with its own namespace declarations and none of those around it but that it needs:
 * what would be read if it were written. It shares nothing with the first that can be changed.
 */
export const standalone = (root: XmlElement): XmlElement => copyOf(root, null, null);
