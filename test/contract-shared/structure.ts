import { DOMParser } from '@xmldom/xmldom';
import type { Attr, Element, Node } from '@xmldom/xmldom';

/*
 * What a client can tell of a WSDL or an XML Schema, as lines `place = value`. Prefixes, layout, documentation, foreign attributes, the
 * order of global components and spelt-out defaults cannot be told; the order inside a model, names, types and facets can.
 */

const XSD = 'http://www.w3.org/2001/XMLSchema';
const WSDL = 'http://schemas.xmlsoap.org/wsdl/';
const XMLNS = 'http://www.w3.org/2000/xmlns/';

/** Attributes whose value is a QName. */
const qualified = new Set(['type', 'ref', 'base', 'itemType', 'substitutionGroup', 'element', 'message', 'binding']);

/** Attributes that say where something lies, not what it is. */
const places = new Set(['schemaLocation', 'location', 'id']);

const ignored = new Set(['annotation', 'documentation']);

/** Values that hold when the attribute is absent, by local name of the element. */
const defaults: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  element: { minOccurs: '1', maxOccurs: '1', nillable: 'false' },
  sequence: { minOccurs: '1', maxOccurs: '1' },
  choice: { minOccurs: '1', maxOccurs: '1' },
  any: { minOccurs: '1', maxOccurs: '1', processContents: 'strict' },
  attribute: { use: 'optional' },
  schema: { elementFormDefault: 'unqualified', attributeFormDefault: 'unqualified' },
  binding: { style: 'document' },
  header: { required: 'false' },
};

/** Elements whose children are found by name; everywhere else the place in line counts. */
const unordered = new Set(['definitions', 'schema', 'complexType', 'extension']);

const isElement = (node: Node): node is Element => node.nodeType === 1;

function resolve(element: Element, name: string): string {
  const [local, prefix = ''] = name.trim().split(':').reverse() as [string, string?];
  return `{${element.lookupNamespaceURI(prefix) ?? ''}}${local}`;
}

function attributesOf(element: Element): ReadonlyMap<string, string> {
  const own = [...element.attributes]
    .filter((a: Attr) => a.namespaceURI === null || a.namespaceURI === WSDL)
    .filter((a: Attr) => a.namespaceURI !== XMLNS && !places.has(a.localName ?? ''))
    .map((a: Attr): [string, string] => {
      const name = a.localName ?? a.name;
      return [name, qualified.has(name) ? resolve(element, a.value) : a.value];
    });
  return new Map([...Object.entries(defaults[element.localName ?? ''] ?? {}), ...own]);
}

function stepTo(child: Element, index: number, parent: Element): string {
  const local = child.localName ?? '';
  if (!unordered.has(parent.localName ?? '')) return `${index + 1}:${local}`;
  const name = child.getAttribute('name') ?? child.getAttribute('namespace');
  return name === null ? local : `${local}(${name})`;
}

function* describe(element: Element, place: string): Generator<string> {
  const kind = element.namespaceURI === XSD || element.namespaceURI === WSDL ? '' : ` in ${element.namespaceURI ?? ''}`;
  yield `${place}${kind}`;
  for (const [name, value] of attributesOf(element)) yield `${place}@${name} = ${value}`;
  const children = [...element.childNodes].filter(isElement).filter((child) => !ignored.has(child.localName ?? ''));
  for (const [index, child] of children.entries()) yield* describe(child, `${place}/${stepTo(child, index, element)}`);
}

/** The structure of a WSDL or schema document. @throws when it is not well-formed */
export function structure(xml: string): readonly string[] {
  const root = new DOMParser().parseFromString(xml.replace(/^\uFEFF/, ''), 'text/xml').documentElement;
  if (root === null) throw new Error('an empty document');
  return [...describe(root, root.localName ?? '')];
}

/** What `ours` lacks (`missing`) and what it has beyond `theirs` (`extra`), line by line. */
export function lineDifferences(theirs: readonly string[], ours: readonly string[]): string[] {
  const lacking = (lines: readonly string[], of: readonly string[]): string[] => {
    const left = new Map<string, number>();
    for (const line of of) left.set(line, (left.get(line) ?? 0) + 1);
    return lines.filter((line) => {
      const n = left.get(line) ?? 0;
      left.set(line, n - 1);
      return n <= 0;
    });
  };
  return [
    ...lacking(theirs, ours).map((line) => `missing ${line}`),
    ...lacking(ours, theirs).map((line) => `extra ${line}`),
  ];
}

/** The differences of two WSDLs or schemas; empty when no client can tell them apart. */
export const differences = (published: string, ours: string): string[] =>
  lineDifferences(structure(published), structure(ours));
