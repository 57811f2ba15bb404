import {
  ParseOption,
  XmlCData,
  XmlComment as ForeignComment,
  XmlDocument,
  XmlElement as ForeignElement,
  XmlC14NMode,
  XmlText,
} from 'libxml2-wasm';
import type { C14nMethod } from '../../src/xml/c14n.js';
import type { XmlElement } from '../../src/xml/model.js';
import { childElements, isElement } from '../../src/xml/model.js';

/* What libxml2, which shares no line with our reader, makes of a document. */

// Ids are left alone because only a DTD or xml:id's own recommendation would give them a meaning.
const option =
  ParseOption.XML_PARSE_NONET |
  ParseOption.XML_PARSE_NO_XXE |
  ParseOption.XML_PARSE_NOCDATA |
  ParseOption.XML_PARSE_SKIP_IDS;

export type Verdict<T> = { readonly value: T } | { readonly refused: string };

/** Has libxml2 read `octets`, strictly, and shows the document to `look`; or says why it is refused. */
export function foreignRead<T>(octets: Uint8Array, look: (root: ForeignElement) => T): Verdict<T> {
  let document: XmlDocument;
  try {
    document = XmlDocument.fromBuffer(octets, { option });
  } catch (error) {
    return { refused: String(error) };
  }
  try {
    return { value: look(document.root) };
  } finally {
    document.dispose();
  }
}

/** A tree as plain data: `[{ns}local, prefix, attributes, declarations, children]`, text joined, comments as `{comment}`. */
export type Plain = readonly [string, string, readonly string[], readonly string[], readonly unknown[]];

const name = (ns: string, local: string): string => `{${ns}}${local}`;

function joined(nodes: readonly unknown[]): unknown[] {
  const all: unknown[] = [];
  for (const node of nodes) {
    const last = all.length - 1;
    if (typeof node === 'string' && typeof all[last] === 'string') all[last] = `${all[last]}${node}`;
    else if (node !== '') all.push(node);
  }
  return all;
}

/** Our tree as plain data. */
export const ours = (e: XmlElement): Plain => [
  name(e.ns, e.local),
  e.prefix,
  e.attributes.map((a) => `${a.prefix} ${name(a.ns, a.local)} ${a.value}`).sort(),
  e.declarations
    .filter((d) => d.prefix !== 'xml')
    .map((d) => `${d.prefix} ${d.uri}`)
    .sort(),
  joined(e.children.map((child) => (isElement(child) ? ours(child) : child))),
];

function foreignChildren(e: ForeignElement): unknown[] {
  const children: unknown[] = [];
  for (let node = e.firstChild; node; node = node.next) {
    if (node instanceof ForeignElement) children.push(theirs(node));
    else if (node instanceof ForeignComment) children.push({ comment: node.content });
    else if (node instanceof XmlText || node instanceof XmlCData) children.push(node.content);
    else children.push({ unknown: node.constructor.name });
  }
  return joined(children);
}

/** libxml2's tree as plain data. */
export const theirs = (e: ForeignElement): Plain => [
  name(e.namespaceUri, e.name),
  e.prefix,
  e.attrs.map((a) => `${a.prefix} ${name(a.namespaceUri, a.name)} ${a.value}`).sort(),
  Object.entries(e.nsDeclarations)
    .map(([prefix, uri]) => `${prefix} ${uri}`)
    .sort(),
  foreignChildren(e),
];

/** A tree as a string, for comparison with libxml2's, whose JavaScript side drops U+FEFF where a string begins with it. */
export const comparable = (tree: Plain): string => JSON.stringify(tree).replaceAll('\ufeff', '');

/** libxml2 writes & in a namespace name as it is, where C14N 1.0 (2.3) wants it escaped as in attributes. */
const escapedNamespaces = (canonical: string): string =>
  canonical.replace(/ xmlns(?::[^ =]+)?="[^"]*"/g, (declaration) => declaration.replace(/&(?!amp;)/g, '&amp;'));

/** libxml2's canonical form of the element. `''` in the list stands for #default, as with ours. */
export const foreignCanonical = (e: ForeignElement, method: C14nMethod): string =>
  escapedNamespaces(
    e.canonicalizeToString({
      mode: method.exclusive ? XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 : XmlC14NMode.XML_C14N_1_0,
      withComments: method.comments,
      ...(method.exclusive
        ? { inclusiveNamespacePrefixes: method.prefixes.map((p) => (p === '' ? '#default' : p)) }
        : {}),
    }),
  );

/** The way from the root to an element: child element numbers from 0. */
export type Path = readonly number[];

export const ourElement = (root: XmlElement, path: Path): XmlElement =>
  path.reduce((e, n) => childElements(e)[n] as XmlElement, root);

export function foreignElement(root: ForeignElement, path: Path): ForeignElement {
  let e = root;
  for (const n of path) {
    let seen = -1;
    for (let node = e.firstChild; node; node = node.next) {
      if (node instanceof ForeignElement && ++seen === n) {
        e = node;
        break;
      }
    }
  }
  return e;
}
