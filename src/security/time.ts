import { Failure } from '../errors.js';
import { WSU } from '../soap/names.js';
import type { XmlElement } from '../xml/model.js';
import { is, textOf } from '../xml/model.js';
import type { SignaturePolicy } from './policy.js';
import { elementsOf } from './shape.js';

export interface Times {
  readonly created: Date;
  readonly expires: Date | null;
}

const shape = (detail: string): Failure => new Failure('INVALID_SECURITY', detail);

/** xsd:dateTime in UTC with at most three fraction digits and no leap second (BSP R3213–R3229). @throws Failure INVALID_SECURITY */
export function readInstant(text: string): Date {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:[0-5]\d)(?:\.(\d{1,3}))?Z$/.exec(text);
  const instant = match === null ? NaN : Date.parse(`${match[1]}.${(match[2] ?? '').padEnd(3, '0')}Z`);
  // Date.parse rolls 30 February over; a real instant writes itself again.
  if (match === null || Number.isNaN(instant) || !new Date(instant).toISOString().startsWith(match[1] as string)) {
    throw shape('not an instant in UTC');
  }
  return new Date(instant);
}

/** Reads a wsu:Timestamp: Created, then perhaps Expires, nothing else. @throws Failure INVALID_SECURITY */
export function readTimestamp(timestamp: XmlElement): Times {
  const [created, expires, ...more] = elementsOf(timestamp);
  const fits =
    created !== undefined &&
    is(created, WSU, 'Created') &&
    (expires === undefined || is(expires, WSU, 'Expires')) &&
    more.length === 0 &&
    [created, expires].every((e) => e === undefined || (e.attributes.length === 0 && elementsOrText(e)));
  if (!fits) throw shape('Timestamp is not Created, Expires');
  const times = {
    created: readInstant(textOf(created).trim()),
    expires: expires === undefined ? null : readInstant(textOf(expires).trim()),
  };
  if (times.expires !== null && times.expires <= times.created) throw shape('Expires is not after Created');
  return times;
}

const elementsOrText = (e: XmlElement): boolean => e.children.every((node) => typeof node === 'string');

/** Holds the times of a message against the clock. @throws Failure MESSAGE_EXPIRED */
export function checkTimes(times: Times, now: Date, policy: SignaturePolicy): void {
  const age = (now.getTime() - times.created.getTime()) / 1000;
  const expired = (detail: string): Failure => new Failure('MESSAGE_EXPIRED', detail);
  if (age > policy.maxAge) throw expired(`created ${age} s ago`);
  if (-age > policy.maxAhead) throw expired(`created ${-age} s ahead of our clock`);
  if (times.expires === null) return;
  if (times.expires <= now) throw expired('Expires is past');
  if (times.expires.getTime() - times.created.getTime() > policy.maxLifetime * 1000) throw expired('lifetime too long');
}
