import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { Failure } from '../errors.js';

/** What is stored names the key that it was written under, so that another one is told apart from damage. Octets. */
export const KEY_ID_SIZE = 8;
export const SALT_SIZE = 16;
export const TAG_SIZE = 16;
const NONCE_SIZE = 12;
const FIRST_VERSION = 1;
const VERSION = Buffer.from([2]);
/** Where the id of the key stands in a sealed value. */
export const KEY_ID_AT = VERSION.length;
const HEAD_SIZE = KEY_ID_AT + KEY_ID_SIZE + SALT_SIZE;

/** HKDF-SHA-256 of the data key. `info` says what the octets are for. */
export const derive = (dataKey: KeyObject, salt: Uint8Array, info: string, size: number): Buffer =>
  Buffer.from(hkdfSync('sha256', dataKey, salt, info, size));

export const keyIdOf = (dataKey: KeyObject): Buffer =>
  derive(dataKey, new Uint8Array(), 'posthorn data key id', KEY_ID_SIZE);

/** The key that many others come from, derived once. `info` says what for. */
export const rootOf = (dataKey: KeyObject, info: string): KeyObject =>
  createSecretKey(derive(dataKey, new Uint8Array(), info, 32));

/** A key under `root`, 32 octets: the HMAC-SHA-256 of salt and name, which is what HKDF does in the end at a quarter of the cost. */
export const keyUnder = (root: KeyObject, salt: Uint8Array, info: string): Buffer =>
  createHmac('sha256', root).update(salt).update(info).digest();

/** Seals values of the database under the data key. `place` names row and column: a value that was moved cannot be opened. */
export interface Seal {
  seal(value: object, place: string): Buffer;
  /** @throws Failure INTERNAL when it was sealed under another key or for another place, or has been changed */
  open(sealed: Uint8Array, place: string): unknown;
}

/** A key that serves one value only needs no nonce of its own. */
const NO_NONCE = Buffer.alloc(NONCE_SIZE);

interface Material {
  readonly key: Buffer;
  readonly nonce: Buffer;
}

/** What a value of the first version was sealed with: a whole HKDF for each. */
function firstMaterial(dataKey: KeyObject, salt: Buffer, place: string): Material {
  const bits = derive(dataKey, salt, `posthorn sealed ${place}`, 32 + NONCE_SIZE);
  return { key: bits.subarray(0, 32), nonce: bits.subarray(32) };
}

/** AES-256-GCM: version, key id, salt, cipher text, tag. The key follows from the salt and the place, so none is used twice. */
export function sealUnder(dataKey: KeyObject): Seal {
  const keyId = keyIdOf(dataKey);
  const root = rootOf(dataKey, 'posthorn sealed root');
  const versions = new Map<number | undefined, (salt: Buffer, place: string) => Material>([
    [FIRST_VERSION, (salt, place) => firstMaterial(dataKey, salt, place)],
    [VERSION[0], (salt, place) => ({ key: keyUnder(root, salt, place), nonce: NO_NONCE })],
  ]);
  return {
    seal(value, place) {
      const salt = randomBytes(SALT_SIZE);
      const head = Buffer.concat([VERSION, keyId, salt]);
      const cipher = createCipheriv('aes-256-gcm', keyUnder(root, salt, place), NO_NONCE).setAAD(head);
      return Buffer.concat([head, cipher.update(toJson(value), 'utf8'), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed, place) {
      const octets = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length);
      const head = octets.subarray(0, HEAD_SIZE);
      if (octets.length < HEAD_SIZE + TAG_SIZE) throw new Failure('INTERNAL', `${place} is cut short`);
      if (!head.subarray(KEY_ID_AT, KEY_ID_AT + KEY_ID_SIZE).equals(keyId))
        throw new Failure('INTERNAL', `${place} was written under another data key`);
      const material = versions.get(head[0])?.(head.subarray(-SALT_SIZE), place);
      const clear = material && opened(material, octets);
      if (clear === undefined) throw new Failure('INTERNAL', `${place} has been changed`);
      return fromJson(clear);
    },
  };
}

/** The clear text, or undefined when it is not what was sealed. */
function opened({ key, nonce }: Material, octets: Buffer): string | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_SIZE });
  decipher.setAAD(octets.subarray(0, HEAD_SIZE)).setAuthTag(octets.subarray(-TAG_SIZE));
  const clear = decipher.update(octets.subarray(HEAD_SIZE, -TAG_SIZE));
  try {
    decipher.final();
    return clear.toString('utf8');
  } catch {
    return undefined;
  }
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

/** Copies what has a date in it, and nothing else. */
function withoutDates(value: object, name: string): object {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new TypeError(`${name} is no date`);
    return { $date: value.getTime() };
  }
  const members = value as Record<string, unknown>;
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(members)) {
    const member = members[key];
    if (typeof member !== 'object' || member === null) continue;
    const plain = withoutDates(member, Array.isArray(value) ? name : key);
    if (plain !== member)
      (copy ??= (Array.isArray(value) ? [...(value as readonly unknown[])] : { ...value }) as typeof members)[key] =
        plain;
  }
  return copy ?? value;
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
