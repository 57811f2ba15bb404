import { osloInstant } from '../../domain/oslo.js';
import { Failure } from '../../errors.js';
import { attribute, is, isElement, textOf, type XmlElement } from '../../xml/model.js';
import { sdp } from './names.js';

/** Strict reading of business messages: every element in its place, every value of its type, or Failure INVALID_REQUEST with a reason. */

export const invalid = (reason: string): Failure => new Failure('INVALID_REQUEST', reason, { reason });

const onlySpace = /^[ \t\r\n]*$/;

/** The child elements of one element, to be taken in order. */
export class Children {
  private readonly left: XmlElement[];

  constructor(
    private readonly parent: XmlElement,
    private readonly ns = sdp.uri,
  ) {
    if (parent.children.some((node) => typeof node === 'string' && !onlySpace.test(node)))
      throw invalid(`text in ${parent.local}`);
    this.left = parent.children.filter(isElement);
  }

  optional(local: string, ns = this.ns): XmlElement | undefined {
    const [next] = this.left;
    return next !== undefined && is(next, ns, local) ? this.left.shift() : undefined;
  }

  one(local: string, ns = this.ns): XmlElement {
    const found = this.optional(local, ns);
    if (found === undefined) throw invalid(`${this.parent.local} without ${local} in its place`);
    return found;
  }

  many(local: string): XmlElement[] {
    const found: XmlElement[] = [];
    for (let next = this.optional(local); next !== undefined; next = this.optional(local)) found.push(next);
    return found;
  }

  /** Whichever of the names comes next. */
  oneOf<N extends string>(locals: readonly N[]): readonly [N, XmlElement] {
    for (const local of locals) {
      const found = this.optional(local);
      if (found !== undefined) return [local, found];
    }
    throw invalid(`${this.parent.local} without ${locals.join(' or ')} in its place`);
  }

  /** Nothing may be left. */
  end(): void {
    const [next] = this.left;
    if (next !== undefined) throw invalid(`${next.local.slice(0, 60)} is not expected in ${this.parent.local}`);
  }
}

/** Reads all of an element's children. */
export function inside<T>(parent: XmlElement, read: (children: Children) => T, ns?: string): T {
  const children = new Children(parent, ns);
  const found = read(children);
  children.end();
  return found;
}

/** The element has no children and no text. */
export const nothingIn = (element: XmlElement): void => inside(element, () => undefined);

const lengthOf = (text: string): number => [...text].length;

/** Text of an element that holds nothing else; lengths in characters. */
export function text(element: XmlElement, longest = Infinity, shortest = 0): string {
  if (element.children.some(isElement)) throw invalid(`more than text in ${element.local}`);
  const value = textOf(element);
  const length = lengthOf(value);
  if (length < shortest || length > longest) throw invalid(`${element.local} has ${shortest} to ${longest} characters`);
  return value;
}

/** A token: white space at the ends does not count. */
export function matching(element: XmlElement, pattern: RegExp, what: string): string {
  const value = text(element).trim();
  if (!pattern.test(value)) throw invalid(`${element.local} is not ${what}`);
  return value;
}

export function member<V extends string>(element: XmlElement, values: readonly V[]): V {
  const value = text(element).trim();
  const found = values.find((v) => v === value);
  if (found === undefined) throw invalid(`${element.local} is not ${values.join(' or ')}`);
  return found;
}

export function requiredAttribute(element: XmlElement, name: string, longest: number, shortest = 1): string {
  const value = attribute(element, name);
  if (value === undefined || lengthOf(value) < shortest || lengthOf(value) > longest)
    throw invalid(`${element.local} has ${name} of ${shortest} to ${longest} characters`);
  return value;
}

export const boolean = (element: XmlElement): boolean =>
  ['true', '1'].includes(member(element, ['true', 'false', '1', '0']));

const instant = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$/;
const day = /^\d{4}-\d\d-\d\d$/;
const isDay = (date: string): boolean => {
  const at = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(date);
};

/** xsd:dateTime. @param local whether it may come without a zone, as receipts have been seen, and is Norwegian time then */
export function dateTime(element: XmlElement, local = false): Date {
  const value = text(element).trim();
  const match = instant.exec(value);
  const zoned = match?.[2] !== undefined;
  const at = new Date(zoned ? value : `${value}Z`);
  if (match?.[1] === undefined || !(zoned || local) || !isDay(match[1]) || Number.isNaN(at.getTime()))
    throw invalid(`${element.local} is not an instant with its zone`);
  return zoned ? at : osloInstant(at.getTime());
}

/** xsd:date without a zone. */
export function date(element: XmlElement): string {
  const value = matching(element, day, 'a date');
  if (!isDay(value)) throw invalid(`${element.local} is not a date`);
  return value;
}

/** Nine digits of an organisation number, with or without its prefix (section 1). */
export const organisation = (element: XmlElement): string =>
  matching(element, /^(?:(?:9908|0192):)?\d{9}$/, 'an organisation number').slice(-9);
