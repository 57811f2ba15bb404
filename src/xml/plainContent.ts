import { attribute, childElements, isElement, textOf, type XmlElement } from './model.js';
import { collapsed, type Text } from './plainValues.js';

/* Content that plainly is as the declarations of a schema say. */

/** Where in `children` a part of a content model ends that begins at `at`; -1 when it does not stand there. */
export type Particle = (children: readonly XmlElement[], at: number) => number;

type Content =
  | { readonly holds: 'nothing' }
  | { readonly holds: 'text'; readonly text: Text }
  | { readonly holds: 'elements'; readonly model: Particle };

export interface Attributes {
  readonly allowed: ReadonlyMap<string, Text>;
  readonly required: readonly string[];
}

export interface Type extends Attributes {
  readonly content: Content;
}

/** An attribute or element by its namespace and name. */
export const nameOf = (ns: string, local: string): string => (ns === '' ? local : `{${ns}}${local}`);

/** A content model is deterministic: the first way that fits is the only one. */
export function occurring(element: XmlElement, once: Particle): Particle {
  const least = Number(attribute(element, 'minOccurs') ?? '1');
  const most = Number(attribute(element, 'maxOccurs') ?? '1');
  if (least === 1 && most === 1) return once;
  return (children, begin) => {
    let at = begin;
    // Of a number that is none, as `unbounded`, nothing is larger.
    for (let count = 0; !(count >= most); count++) {
      const end = once(children, at);
      if (end < 0 && count < least) return -1;
      if (end <= at) return at;
      at = end;
    }
    return at;
  };
}

export const sequence =
  (parts: readonly Particle[]): Particle =>
  (children, begin) => {
    let at = begin;
    for (const part of parts) {
      at = part(children, at);
      if (at < 0) return -1;
    }
    return at;
  };

export const choice =
  (parts: readonly Particle[]): Particle =>
  (children, at) => {
    let empty = -1;
    for (const part of parts) {
      const end = part(children, at);
      if (end > at) return end;
      if (end === at) empty = at;
    }
    return empty;
  };

const onlySpace = /^[ \t\r\n]*$/;

/** Whether all attributes are allowed, and none is missing that is required. */
export function attributesFit({ attributes }: XmlElement, { allowed, required }: Attributes): boolean {
  let found = 0;
  for (const { ns, local, value } of attributes) {
    const name = nameOf(ns, local);
    if (allowed.get(name)?.(value) !== true) return false;
    if (required.includes(name)) found++;
  }
  return found === required.length;
}

/** The child elements; undefined when there is text beside them. */
function onlyElements({ children }: XmlElement): readonly XmlElement[] | undefined {
  const elements: XmlElement[] = [];
  for (const child of children) {
    if (typeof child !== 'string') {
      if (isElement(child)) elements.push(child);
    } else if (!onlySpace.test(child)) return undefined;
  }
  return elements;
}

export function contentFits(element: XmlElement, content: Content): boolean {
  const { children } = element;
  if (content.holds === 'nothing') return children.length === 0;
  if (content.holds === 'text') {
    for (const child of children) if (typeof child !== 'string') return false;
    return content.text(textOf(element));
  }
  const elements = onlyElements(element);
  return elements !== undefined && content.model(elements, 0) === elements.length;
}

/** No two of the children say the same, which is more than a uniqueness of some of them demands. */
export const distinct = (element: XmlElement): boolean => {
  const children = childElements(element);
  return new Set(children.map((child) => collapsed(textOf(child)))).size === children.length;
};

/** Characters of what is looked at; others, which no message needs, are left to libxml2 and its limit. */
export const MOST = 256 * 1024;

/** How much it holds, its mark-up counted roughly. */
export function weightOf({ prefix, local, attributes, declarations, children }: XmlElement): number {
  let weight = 2 * (prefix.length + local.length);
  for (const a of attributes) weight += a.prefix.length + a.local.length + a.value.length;
  for (const d of declarations) weight += d.prefix.length + d.uri.length;
  for (const child of children) {
    if (typeof child === 'string') weight += child.length;
    else if (isElement(child)) weight += weightOf(child);
  }
  return weight;
}
