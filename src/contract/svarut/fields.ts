import { osloInstant } from '../../domain/oslo.js';
import { Failure } from '../../errors.js';
import { limits } from '../../limits.js';
import type { XmlElement } from '../../xml/model.js';
import { attribute, childElements, isElement, textOf } from '../../xml/model.js';
import { isOurs } from './names.js';

/*
 * Messages of SvarUt are read leniently (CONTRACT.md section 1, rule 5): in any order, in the namespace of the service or in none, and what
 * is unknown is passed over. Two readers must not understand one message differently, so what may stand once stands once.
 */

export const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** @param reason in Norwegian, for the sender */
export const ugyldig = (reason: string): Failure => new Failure('SVARUT_CONTENT', reason, { reason });

const onlySpace = /^[ \t\r\n]*$/;

const isNil = (element: XmlElement): boolean =>
  /^\s*(?:true|1)\s*$/.test(attribute(element, 'nil', XSI) ?? '') &&
  element.children.every((child) => typeof child === 'string' && onlySpace.test(child));

/** The children of one of these names; nil ones count as absent. @throws Failure SVARUT_CONTENT for more than `max` */
export function flere(parent: XmlElement, names: string | readonly string[], max: number): XmlElement[] {
  const wanted = [names].flat();
  const found = childElements(parent).filter((e) => wanted.includes(e.local) && isOurs(e.ns) && !isNil(e));
  if (found.length > max) throw ugyldig(`${wanted[0]}: høyst ${max} er tillatt`);
  return found;
}

/** The one child of this name. @throws Failure SVARUT_CONTENT for another */
export const barn = (parent: XmlElement, names: string | readonly string[]): XmlElement | undefined =>
  flere(parent, names, 1)[0];

/** The text of an element as it stands. @throws Failure SVARUT_CONTENT for elements in it, and for a text that is too long */
export function tekstI(element: XmlElement): string {
  if (element.children.some(isElement)) throw ugyldig(`${element.local} skal bare inneholde tekst`);
  const text = textOf(element);
  if (text.length > limits.svarutTekst) throw ugyldig(`${element.local} er lengre enn ${limits.svarutTekst} tegn`);
  return text;
}

/** A text as it stands; null when there is none. */
export function tekst(parent: XmlElement, names: string | readonly string[]): string | null {
  const element = barn(parent, names);
  const text = element === undefined ? '' : tekstI(element);
  return onlySpace.test(text) ? null : text;
}

/** A number, a code or an id: white space around it does not count. */
export const ord = (parent: XmlElement, names: string | readonly string[]): string | null =>
  tekst(parent, names)?.trim() ?? null;

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** False when it is absent. */
export function ja(parent: XmlElement, name: string): boolean {
  const text = ord(parent, name);
  const value = text === null ? false : booleans.get(text.toLowerCase());
  if (value === undefined) throw ugyldig(`${name} skal være true eller false`);
  return value;
}

const MOST = 2 ** 31;

/** An xs:int in a text. @throws Failure SVARUT_CONTENT */
export function heltall(name: string, text: string): number {
  const value = /^[+-]?\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (!(value >= -MOST && value < MOST)) throw ugyldig(`${name} skal være et heltall`);
  return value;
}

/** 0 when it is absent. */
export const tall = (parent: XmlElement, name: string): number => heltall(name, ord(parent, name) ?? '0');

/** One of the values of an enumeration. */
export function valg<T extends string>(parent: XmlElement, name: string, values: readonly T[]): T | null {
  const text = ord(parent, name);
  const value = values.find((v) => v === text);
  if (text !== null && value === undefined) throw ugyldig(`${name} skal være ${values.join(' eller ')}`);
  return value ?? null;
}

const dateTime = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?$/;

/**
 * The instant of an xs:dateTime; one without a zone is Norwegian time (rule 7). Fractions count to the millisecond.
 * @returns undefined for what is none
 */
export function instantOf(text: string): Date | undefined {
  const match = dateTime.exec(text);
  if (match === null) return undefined;
  const [, day = '', time = '', fraction = '', zone] = match;
  const local = new Date(`${day}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
  // 30 February and 24:00:00 would be moved on in silence.
  if (Number.isNaN(local.getTime()) || !local.toISOString().startsWith(`${day}T${time}`)) return undefined;
  return zone === undefined ? osloInstant(local.getTime()) : new Date(local.toISOString().replace('Z', zone));
}

export function tidspunkt(parent: XmlElement, name: string): Date | null {
  const text = ord(parent, name);
  const at = text === null ? null : instantOf(text);
  if (at === undefined) throw ugyldig(`${name} er ikke et tidspunkt`);
  return at;
}

/** A date in metadata: version 4 gives it a type in which no value can be valid, so what is not understood there says nothing. */
export function metadatadato(parent: XmlElement, name: string): Date | null {
  const element = barn(parent, name);
  return element === undefined || element.children.some(isElement) ? null : tidspunkt(parent, name);
}
