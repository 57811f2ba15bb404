import { posix } from 'node:path';
import { Failure } from '../errors.js';
import { attribute, childElements, lookupNamespace, textOf, type XmlElement } from './model.js';
import {
  attributesFit,
  choice,
  contentFits,
  distinct,
  MOST,
  nameOf,
  occurring,
  sequence,
  weightOf,
  type Attributes,
  type Particle,
  type Type,
} from './plainContent.js';
import { builtIn, collapsed, facets, never, type Text } from './plainValues.js';
import { XML_NS } from './tag.js';
import { parse } from './tree.js';

/*
 * Recognises elements that plainly are as schemas say, in a tree that has been read already. What it is not sure of is for libxml2, which
 * alone refuses: so each answer here must be right only when it is yes. Schemas are compiled once, at start.
 */

const XS = 'http://www.w3.org/2001/XMLSchema';

/** Attributes of the elements that a schema may be made of. Whatever else one holds is not understood. */
const understood: Readonly<Record<string, readonly string[]>> = {
  element: ['name', 'type', 'ref', 'minOccurs', 'maxOccurs', 'default', 'fixed'],
  attribute: ['name', 'type', 'ref', 'use', 'default'],
  complexType: ['name', 'abstract'],
  simpleType: ['name'],
  group: ['name', 'ref', 'minOccurs', 'maxOccurs'],
  sequence: ['minOccurs', 'maxOccurs'],
  choice: ['minOccurs', 'maxOccurs'],
  simpleContent: [],
  complexContent: [],
  extension: ['base'],
  restriction: ['base'],
  unique: ['name'],
};

const strange = ({ local }: XmlElement, what: string): Failure =>
  new Failure('INTERNAL', `a schema whose ${local} has ${what}, which is not understood`);

/** What a part of a schema is made of, without what is said to people. @throws Failure INTERNAL */
function partsOf(element: XmlElement): readonly XmlElement[] {
  const known = understood[element.local] ?? [];
  for (const { ns, local } of element.attributes)
    if (ns === '' && !known.includes(local)) throw strange(element, local);
  if (element.ns !== XS || !(element.local in understood)) throw strange(element, 'content');
  return childElements(element).filter(({ local }) => local !== 'annotation');
}

/** A name in a value of a schema. */
function referred(element: XmlElement, value: string): { readonly ns: string; readonly local: string } {
  const [prefix, local] = value.includes(':') ? value.split(':') : ['', value];
  const ns = prefix === 'xml' ? XML_NS : lookupNamespace(element.scope, prefix ?? '');
  return { ns: ns ?? '', local: local ?? '' };
}

/** Whether an element plainly is what a declaration says. */
export type Recogniser = (element: XmlElement) => boolean;

interface Simple {
  readonly name: string;
  readonly text: Text;
}

const ncName = /^[A-Za-z_][\w.-]*$/;

/** Only of tokens is it sure that everybody takes them with white space around them. */
const asWritten = ({ name, text }: Simple): Text => (name === 'token' ? (value) => text(collapsed(value)) : text);

/** Compiles what schemas declare. */
class Compiler {
  /** Global declarations by what they are and their names, each with the namespace of the elements that are declared in it. */
  private readonly declared = new Map<string, readonly [XmlElement, inner: string]>();
  private readonly read = new Set<string>();
  /** Values of xs:ID in the document that is looked at. */
  private ids = new Set<string>();

  constructor(private readonly files: ReadonlyMap<string, Uint8Array>) {}

  /** Reads a schema and those that it imports. @throws Failure INTERNAL for one that is not there */
  add(file: string): void {
    const octets = this.files.get(file);
    if (octets === undefined) throw new Failure('INTERNAL', `no schema ${file}`);
    if (this.read.has(file)) return;
    this.read.add(file);
    const root = parse(octets);
    const target = attribute(root, 'targetNamespace') ?? '';
    const inner = attribute(root, 'elementFormDefault') === 'qualified' ? target : '';
    for (const part of childElements(root)) {
      if (part.local === 'import') this.add(posix.join(posix.dirname(file), attribute(part, 'schemaLocation') ?? ''));
      else this.declared.set(`${part.local} ${nameOf(target, attribute(part, 'name') ?? '')}`, [part, inner]);
    }
  }

  /** @throws Failure INTERNAL for what is not understood */
  compile(): Recogniser {
    const elements = new Map<string, Recogniser>();
    for (const [name, [element, inner]] of this.declared) {
      if (element.local === 'element') elements.set(name.slice('element '.length), this.element(element, inner));
    }
    return (element) => {
      this.ids = new Set();
      if (weightOf(element) > MOST) return false;
      return elements.get(nameOf(element.ns, element.local))?.(element) === true;
    };
  }

  /** The declaration that a name of `from` stands for. */
  private find(kind: string, from: XmlElement, value: string): readonly [XmlElement, inner: string] {
    const { ns, local } = referred(from, value);
    const found = this.declared.get(`${kind} ${nameOf(ns, local)}`);
    if (found === undefined) throw strange(from, value);
    return found;
  }

  private simple(from: XmlElement, value: string): Simple {
    const { ns, local } = referred(from, value);
    if (ns !== XS) return this.simpleType(this.find('simpleType', from, value)[0]);
    return { name: local, text: local === 'ID' ? (id) => this.isNewId(id) : (builtIn.get(local) ?? never) };
  }

  private isNewId(id: string): boolean {
    const isNew = ncName.test(id) && !this.ids.has(id);
    this.ids.add(id);
    return isNew;
  }

  private simpleType(declaration: XmlElement): Simple {
    const [restriction] = partsOf(declaration);
    const base = restriction && attribute(restriction, 'base');
    // A list, or a restriction of what has no name.
    if (restriction === undefined || base === undefined) return { name: '', text: never };
    const { name, text } = this.simple(restriction, base);
    const allowed = facets(
      childElements(restriction).filter(({ local }) => local !== 'annotation'),
      name,
    );
    return { name, text: (value) => text(value) && allowed(value) };
  }

  private attributes(list: readonly XmlElement[]): Attributes {
    const allowed = new Map<string, Text>();
    const required: string[] = [];
    for (const given of list) {
      const ref = attribute(given, 'ref');
      const [declaration] = ref === undefined ? [given] : this.find('attribute', given, ref);
      const [type, local] = [attribute(declaration, 'type'), attribute(declaration, 'name') ?? ''];
      const fits = given.local === 'attribute' && type !== undefined && partsOf(declaration).length === 0;
      if (!fits || attribute(given, 'use') === 'prohibited') throw strange(given, 'such a declaration');
      const name = nameOf(ref === undefined ? '' : referred(given, ref).ns, local);
      allowed.set(name, asWritten(this.simple(declaration, type)));
      if (attribute(given, 'use') === 'required') required.push(name);
    }
    return { allowed, required };
  }

  private complexType(declaration: XmlElement, inner: string, asBase = false): Type {
    if (!asBase && attribute(declaration, 'abstract') !== undefined) throw strange(declaration, 'abstract');
    const [first, ...rest] = partsOf(declaration);
    if (first?.local === 'simpleContent' || first?.local === 'complexContent') return this.extended(first, inner);
    if (first === undefined || first.local === 'attribute') {
      return { ...this.attributes(first === undefined ? [] : [first, ...rest]), content: { holds: 'nothing' } };
    }
    return { ...this.attributes(rest), content: { holds: 'elements', model: this.particle(first, inner) } };
  }

  private extended(content: XmlElement, inner: string): Type {
    const [extension, ...more] = partsOf(content);
    const base = extension?.local === 'extension' ? attribute(extension, 'base') : undefined;
    if (extension === undefined || base === undefined || more.length > 0) throw strange(content, 'no one extension');
    const parts = partsOf(extension);
    if (content.local === 'simpleContent') {
      return { ...this.attributes(parts), content: { holds: 'text', text: asWritten(this.simple(extension, base)) } };
    }
    const [own, ...attributes] = parts;
    const inherited = this.complexType(...this.find('complexType', extension, base), true);
    if (own === undefined || inherited.allowed.size > 0 || inherited.content.holds !== 'elements')
      throw strange(content, base);
    const model = sequence([inherited.content.model, this.particle(own, inner)]);
    return { ...this.attributes(attributes), content: { holds: 'elements', model } };
  }

  private typeOf(declaration: XmlElement, inline: XmlElement | undefined, inner: string): Type {
    const type = attribute(declaration, 'type');
    if (type !== undefined && inline !== undefined) throw strange(declaration, 'two types');
    if (inline?.local === 'complexType') return this.complexType(inline, inner);
    if (type === undefined && inline === undefined) throw strange(declaration, 'no type');
    const { ns, local } = referred(declaration, type ?? '');
    if (type !== undefined && this.declared.has(`complexType ${nameOf(ns, local)}`)) {
      return this.complexType(...this.find('complexType', declaration, type));
    }
    const simple = inline === undefined ? this.simple(declaration, type ?? '') : this.simpleType(inline);
    return { allowed: new Map(), required: [], content: { holds: 'text', text: asWritten(simple) } };
  }

  private element(declaration: XmlElement, inner: string): Recogniser {
    const parts = partsOf(declaration);
    const uniques = parts.filter(({ local }) => local === 'unique');
    const [inline, ...more] = parts.filter(({ local }) => local !== 'unique');
    if (more.length > 0 || !uniques.every(isOfTexts)) throw strange(declaration, 'such content');
    const type = this.typeOf(declaration, inline, inner);
    const fixed = attribute(declaration, 'fixed');
    return (element) =>
      attributesFit(element, type) &&
      contentFits(element, type.content) &&
      (fixed === undefined || textOf(element) === fixed) &&
      (uniques.length === 0 || distinct(element));
  }

  private particle(given: XmlElement, inner: string): Particle {
    return occurring(given, this.once(given, inner));
  }

  private once(given: XmlElement, inner: string): Particle {
    const parts = (): Particle[] => partsOf(given).map((part) => this.particle(part, inner));
    if (given.local === 'sequence') return sequence(parts());
    if (given.local === 'choice') return choice(parts());
    const ref = attribute(given, 'ref');
    if (given.local === 'group' && ref !== undefined) {
      const [group, space] = this.find('group', given, ref);
      return sequence(partsOf(group).map((part) => this.particle(part, space)));
    }
    if (given.local !== 'element') throw strange(given, 'no content that is known');
    const [declaration, within] = ref === undefined ? [given, inner] : this.find('element', given, ref);
    const { ns } = ref === undefined ? { ns: inner } : referred(given, ref);
    const name = attribute(declaration, 'name');
    const fits = this.element(declaration, within);
    return (children, at) => {
      const child = children[at];
      return child !== undefined && child.local === name && child.ns === ns && fits(child) ? at + 1 : -1;
    };
  }
}

/** A uniqueness of the texts of children. */
const isOfTexts = (unique: XmlElement): boolean => {
  const [selector, field, ...more] = childElements(unique).map((part) => attribute(part, 'xpath') ?? '');
  return selector !== undefined && /^[\w:]+$/.test(selector) && field === '.' && more.length === 0;
};

/**
 * Compiles schemas, and those that they import.
 * @param files by their paths
 * @throws Failure INTERNAL for what is not understood in them
 */
export function recogniser(files: ReadonlyMap<string, Uint8Array>, schemas: readonly string[]): Recogniser {
  const compiler = new Compiler(files);
  for (const file of schemas) compiler.add(file);
  return compiler.compile();
}
