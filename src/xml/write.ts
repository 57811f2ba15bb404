import { Canonicaliser, replay } from './c14n.js';
import type { NsDeclaration, XmlAttribute, XmlElement, XmlNode } from './model.js';

/** A namespace with the prefix that we write it with. */
export interface Ns {
  readonly prefix: string;
  readonly uri: string;
}

export type Attributes = Readonly<Record<string, string | undefined>>;

/** An attribute in a namespace. */
export const qualified = (ns: Ns, local: string, value: string): XmlAttribute => ({
  prefix: ns.prefix,
  local,
  ns: ns.uri,
  value,
});

/**
 * Makes an element for writing. `attributes` are unprefixed ones by name (undefined ones are left out) or a list made with
 * `qualified`; `declare` binds namespaces here although they are used only further in.
 */
export function element(
  ns: Ns,
  local: string,
  attributes: Attributes | readonly XmlAttribute[] = {},
  children: readonly XmlNode[] = [],
  declare: readonly NsDeclaration[] = [],
): XmlElement {
  const list = Array.isArray(attributes) ? (attributes as readonly XmlAttribute[]) : plain(attributes as Attributes);
  return {
    prefix: ns.prefix,
    local,
    ns: ns.uri,
    attributes: list,
    declarations: declare,
    scope: null,
    parent: null,
    children: children as XmlNode[],
  };
}

/** Unprefixed attributes, undefined ones left out. */
export function plain(attributes: Attributes): XmlAttribute[] {
  const list: XmlAttribute[] = [];
  for (const local in attributes) {
    const value = attributes[local];
    if (value !== undefined) list.push({ prefix: '', local, ns: '', value });
  }
  return list;
}

const written = { exclusive: true, comments: true, prefixes: [], declarations: true } as const;

/**
 * Serialises an element made with `element`, or read. Every namespace is declared where it is first used, besides where `declare` says.
 * The result re-parses to the same tree (SECURITY.md case 20).
 * @throws Failure INTERNAL for a character that no XML document can have
 */
export function serialise(root: XmlElement): string {
  let text = '';
  replay(root, new Canonicaliser(written, (piece) => (text += piece)));
  return text;
}
