import { Failure } from '../../errors.js';
import type { XmlElement } from '../../xml/model.js';
import { childElements, isElement, textOf } from '../../xml/model.js';
import { tns } from './names.js';

export const invalid = (reason: string): Failure => new Failure('INVALID_REQUEST', reason, { reason });

/** Names of the children in their order, with how many of each there may be. */
export type Shape<N extends string> = Readonly<Record<N, readonly [min: number, max: number]>>;

export const one = [1, 1] as const;
export const optional = [0, 1] as const;

const onlySpace = /^[ \t\r\n]*$/;

/** The children of an element, by name, in the order of the schema. @throws Failure INVALID_REQUEST for anything else */
export function childrenOf<N extends string>(parent: XmlElement, shape: Shape<N>): Record<N, readonly XmlElement[]> {
  const names = Object.keys(shape) as N[];
  const found = Object.fromEntries(names.map((name) => [name, [] as XmlElement[]])) as Record<N, XmlElement[]>;
  let last = 0;
  for (const child of childElements(parent)) {
    const at = child.ns === tns.uri ? names.indexOf(child.local as N) : -1;
    if (at < 0) throw invalid(`${parent.local}: the schema has no ${child.local} in it`);
    if (at < last) throw invalid(`${parent.local}: ${child.local} stands in the wrong place`);
    last = at;
    found[names[at] as N].push(child);
  }
  for (const name of names) {
    const [min, max] = shape[name];
    const { length } = found[name];
    if (length < min || length > max) throw invalid(`${parent.local}: ${name} stands ${min} to ${max} times`);
  }
  if (!onlySpace.test(textOf(parent))) throw invalid(`${parent.local}: text between elements`);
  return found;
}

/** Reads the first of the elements, when there is one. */
export const read = <T>(elements: readonly XmlElement[], reader: (element: XmlElement) => T): T | undefined =>
  elements[0] === undefined ? undefined : reader(elements[0]);

/** As `read`, of an element that `childrenOf` has seen to be there. */
export function must<T>(elements: readonly XmlElement[], reader: (element: XmlElement) => T): T {
  const [element] = elements;
  if (element === undefined) throw invalid('a mandatory element is missing');
  return reader(element);
}

/** Text of an element that has no elements in it. */
export function leaf(element: XmlElement): string {
  if (element.children.some(isElement)) throw invalid(`${element.local} holds text only`);
  return textOf(element);
}

export const length = (text: string): number => [...text].length;

/** A text of so many characters. */
export const text =
  (min: number, max: number) =>
  (element: XmlElement): string => {
    const value = leaf(element);
    if (length(value) < min || length(value) > max || onlySpace.test(value)) {
      throw invalid(`${element.local} has ${min} to ${max} characters`);
    }
    return value;
  };

/** A value that fits a pattern; white space around it does not count. */
export const matching =
  (pattern: RegExp, what: string) =>
  (element: XmlElement): string => {
    const value = leaf(element).trim();
    if (!pattern.test(value)) throw invalid(`${element.local} is ${what}`);
    return value;
  };

/** One of the values of an enumeration. */
export const oneOf =
  <T extends string>(values: readonly T[]) =>
  (element: XmlElement): T => {
    const value = leaf(element).trim();
    const known = values.find((v) => v === value);
    if (known === undefined) throw invalid(`${element.local} is one of ${values.join(', ')}`);
    return known;
  };

const booleans: Readonly<Record<string, boolean>> = { true: true, 1: true, false: false, 0: false };

export const boolean = (element: XmlElement): boolean => booleans[oneOf(['true', 'false', '1', '0'])(element)] === true;

export const integer =
  (min: number, max: number) =>
  (element: XmlElement): number => {
    const value = leaf(element).trim();
    const number = /^\+?\d{1,10}$/.test(value) ? Number(value) : NaN;
    if (!(number >= min && number <= max)) throw invalid(`${element.local} is a number from ${min} to ${max}`);
    return number;
  };

const instantPattern = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)$/;

/** An xs:dateTime with its zone, which is mandatory. Fractions count to the millisecond. */
export function instant(element: XmlElement): Date {
  const match = instantPattern.exec(leaf(element).trim());
  const wrong = invalid(`${element.local} is a time with its zone, such as 2026-03-02T12:00:00+01:00`);
  if (match === null) throw wrong;
  const [, day = '', time = '', fraction = '', zone = ''] = match;
  const at = new Date(`${day}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}${zone}`);
  // 30 February and 24:00:00 would be moved on in silence.
  const local = new Date(`${day}T${time}Z`);
  if (Number.isNaN(at.getTime()) || !local.toISOString().startsWith(`${day}T${time}`)) throw wrong;
  return at;
}
