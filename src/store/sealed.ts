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

/** Seals values of the database under the data key. `place` names row and column: a value that was moved cannot be opened. */
export interface Seal {
  seal(value: object, place: string): Buffer;
  /** @throws Failure INTERNAL when it was sealed under another key or for another place, or has been changed */
  open(sealed: Uint8Array, place: string): unknown;
}

/** AES-256-GCM: version, key id, salt, cipher text, tag. Key and nonce follow from the salt, so no key is used twice. */
export function sealUnder(dataKey: KeyObject): Seal {
  const keyId = keyIdOf(dataKey);
  const material = (head: Buffer, place: string) => {
    const bits = derive(dataKey, head.subarray(-SALT_SIZE), `posthorn sealed ${place}`, 32 + NONCE_SIZE);
    return { key: bits.subarray(0, 32), nonce: bits.subarray(32) };
  };
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
      if (!head.subarray(VERSION.length, VERSION.length + KEY_ID_SIZE).equals(keyId))
        throw new Failure('INTERNAL', `${place} was written under another data key`);
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

/** Dates become `{ "$date": ms }`; all else is as JSON has it. */
function toJson(value: object): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, given: unknown) {
    const raw = this[key];
    if (!(raw instanceof Date)) return given;
    if (Number.isNaN(raw.getTime())) throw new TypeError(`${key} is no date`);
    return { $date: raw.getTime() };
  });
}

const isDate = (value: unknown): value is { readonly $date: number } =>
  typeof value === 'object' && value !== null && '$date' in value;

const fromJson = (text: string): unknown =>
  JSON.parse(text, (_, value: unknown) => (isDate(value) ? new Date(value.$date) : value)) as unknown;
