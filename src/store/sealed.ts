import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { Failure } from '../errors.js';

/** What is stored names the key that it was written under, so that another one is told apart from damage. Octets. */
export const KEY_ID_SIZE = 8;
export const SALT_SIZE = 16;
export const TAG_SIZE = 16;
const NONCE_SIZE = 12;
const VERSION = Buffer.from([1]);
const HEAD_SIZE = VERSION.length + KEY_ID_SIZE + SALT_SIZE;

/** HKDF-SHA-256 of the data key. `info` says what the octets are for. */
export const derive = (dataKey: KeyObject, salt: Uint8Array, info: string, size: number): Buffer =>
  Buffer.from(hkdfSync('sha256', dataKey, salt, info, size));

export const keyIdOf = (dataKey: KeyObject): Buffer =>
  derive(dataKey, new Uint8Array(), 'posthorn data key id', KEY_ID_SIZE);

/** The id of the key that a value was sealed under. */
export const keyIdIn = (sealed: Uint8Array): Buffer =>
  Buffer.from(sealed.subarray(VERSION.length, VERSION.length + KEY_ID_SIZE));

/** Seals values of the database under the data key. `place` names row and column: a value that was moved cannot be opened. */
export interface Seal {
  seal(value: object, place: string): Buffer;
  /** @throws Failure INTERNAL when it was sealed under another key or for another place, or has been changed */
  open(sealed: Uint8Array, place: string): unknown;
}

/** Values whose keys are kept: a letter is opened several times while it is handed on. */
const KEYS = 512;

/** Key and nonce of each value, by its salt and place. Those made longest ago make room. */
function materialUnder(dataKey: KeyObject) {
  const made = new Map<string, { readonly key: Buffer; readonly nonce: Buffer }>();
  return (head: Buffer, place: string) => {
    const salt = head.subarray(-SALT_SIZE);
    const name = salt.toString('latin1') + place;
    const known = made.get(name);
    if (known !== undefined) return known;
    const bits = derive(dataKey, salt, `posthorn sealed ${place}`, 32 + NONCE_SIZE);
    const material = { key: bits.subarray(0, 32), nonce: bits.subarray(32) };
    const [oldest] = made.keys();
    if (made.size === KEYS && oldest !== undefined) made.delete(oldest);
    made.set(name, material);
    return material;
  };
}

/** AES-256-GCM: version, key id, salt, cipher text, tag. Key and nonce follow from the salt, so no key is used twice. */
export function sealUnder(dataKey: KeyObject): Seal {
  const keyId = keyIdOf(dataKey);
  const material = materialUnder(dataKey);
  return {
    seal(value, place) {
      const head = Buffer.concat([VERSION, keyId, randomBytes(SALT_SIZE)]);
      const { key, nonce } = material(head, place);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(head);
      return Buffer.concat([head, cipher.update(toJson(value), 'utf8'), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed, place) {
      const octets = Buffer.from(sealed);
      const head = octets.subarray(0, HEAD_SIZE);
      if (octets.length < HEAD_SIZE + TAG_SIZE) throw new Failure('INTERNAL', `${place} is cut short`);
      if (!keyIdIn(head).equals(keyId)) throw new Failure('INTERNAL', `${place} was written under another data key`);
      const { key, nonce } = material(head, place);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_SIZE });
      decipher.setAAD(head).setAuthTag(octets.subarray(-TAG_SIZE));
      const clear = [decipher.update(octets.subarray(HEAD_SIZE, -TAG_SIZE))];
      try {
        clear.push(decipher.final());
      } catch {
        throw new Failure('INTERNAL', `${place} has been changed`);
      }
      return fromJson(Buffer.concat(clear).toString('utf8'));
    },
  };
}

/** For a store that was opened without the data key: it does everything but what needs it. */
export const sealNothing: Seal = {
  seal: (_, place) => withoutKey(place),
  open: (_, place) => withoutKey(place),
};

function withoutKey(place: string): never {
  throw new Failure('INTERNAL', `${place}: the store was opened without the data key`);
}

/** Dates become `{ "$date": ms }`; all else is as JSON has it. A replacer and a reviver would be called for each member, at many times the cost. */
const toJson = (value: object): string => JSON.stringify(withoutDates(value, ''));

function withoutDates(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new TypeError(`${name} is no date`);
    return { $date: value.getTime() };
  }
  if (Array.isArray(value)) return value.map((item) => withoutDates(item, name));
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) copy[key] = withoutDates(member, key);
  return copy;
}

const isDate = (value: object): value is { readonly $date: number } => '$date' in value;

const fromJson = (text: string): unknown => withDates(JSON.parse(text));

/** Puts dates back into what JSON has just made. */
function withDates(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isDate(value)) return new Date(value.$date);
  const members = value as Record<string, unknown>;
  for (const key of Object.keys(members)) {
    const member = members[key];
    if (typeof member === 'object' && member !== null) members[key] = withDates(member);
  }
  return members;
}
