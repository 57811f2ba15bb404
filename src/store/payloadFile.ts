import { createCipheriv, createDecipheriv, createHash, randomBytes, type KeyObject } from 'node:crypto';
import type { Blob } from '../domain/forsendelse.js';
import { Failure } from '../errors.js';
import { passed } from './garbage.js';
import { derive, KEY_ID_SIZE, keyIdOf, keyUnder, rootOf, SALT_SIZE, TAG_SIZE } from './sealed.js';

/*
 * A payload file: header (magic and version, key id, salt), then records of 64 KiB of cipher text with their tags; the last record is
 * shorter or as long, and empty when the payload is. AES-256-GCM under a key of the file's own, which follows from the data key, the
 * salt and the reference. A record's nonce is its number; header, number and whether it is the last are authenticated with it. So a
 * file that was cut, put together anew, or is another's fails at the first record that is not where it was written.
 */
const MAGIC = Buffer.from('PHP\x02', 'latin1');
/** Of a file whose key was derived by a whole HKDF. */
const FIRST_MAGIC = Buffer.from('PHP\x01', 'latin1');
/** Clear octets of a record that is full. */
const RECORD_SIZE = 64 * 1024;
/** Octets of a full record in the file. */
export const SEALED_RECORD_SIZE = RECORD_SIZE + TAG_SIZE;
export const HEADER_SIZE = MAGIC.length + KEY_ID_SIZE + SALT_SIZE;

/** The data key with what is derived from it once and not for each file: its id, and the key that those of files come from. */
export interface NamedKey {
  readonly key: KeyObject;
  readonly id: Buffer;
  readonly root: KeyObject;
}

export const named = (key: KeyObject): NamedKey => ({
  key,
  id: keyIdOf(key),
  root: rootOf(key, 'posthorn payload root'),
});

/** Begins a file. */
const newHeader = ({ id }: NamedKey): Buffer => Buffer.concat([MAGIC, id, randomBytes(SALT_SIZE)]);

/**
 * The key of a file. @param name that it was sealed by @param ref that people know it by
 * @throws Failure INTERNAL when `header` is not one, or names another data key
 */
export function fileKey({ key, id, root }: NamedKey, header: Buffer, name: string, ref = name): Buffer {
  const [magic, salt] = [header.subarray(0, MAGIC.length), header.subarray(-SALT_SIZE)];
  const isFirst = magic.equals(FIRST_MAGIC);
  if (header.length !== HEADER_SIZE || !(isFirst || magic.equals(MAGIC)))
    throw new Failure('INTERNAL', `payload ${ref} has no header`);
  if (!header.subarray(MAGIC.length, MAGIC.length + KEY_ID_SIZE).equals(id))
    throw new Failure('INTERNAL', `payload ${ref} was written under another data key`);
  return isFirst ? derive(key, salt, `posthorn payload ${name}`, 32) : keyUnder(root, salt, name);
}

/** Where a record stands. */
export interface Position {
  readonly number: number;
  readonly last: boolean;
}

/** Nonce (the number in 12 octets) and the data that is authenticated with the record. */
function bound(header: Buffer, { number, last }: Position): { nonce: Buffer; aad: Buffer } {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(number, 6, 6);
  return { nonce, aad: Buffer.concat([header, nonce, Buffer.from([last ? 1 : 0])]) };
}

/** Cipher text and tag, in the order in which they stand in the file. */
function sealRecord(key: Buffer, header: Buffer, position: Position, clear: Buffer): readonly Buffer[] {
  const { nonce, aad } = bound(header, position);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad);
  return [cipher.update(clear), cipher.final(), cipher.getAuthTag()];
}

/** The clear octets, or undefined when the record is not what was written there. */
function openRecord(key: Buffer, header: Buffer, position: Position, sealed: Buffer): Buffer | undefined {
  if (sealed.length < TAG_SIZE) return undefined;
  const { nonce, aad } = bound(header, position);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_SIZE });
  decipher.setAAD(aad).setAuthTag(sealed.subarray(-TAG_SIZE));
  const clear = decipher.update(sealed.subarray(0, -TAG_SIZE));
  try {
    decipher.final();
    return clear;
  } catch {
    return undefined;
  }
}

/** Cuts octets into records: all are full but the last, which is there always. The buffer given out is used again. */
async function* records(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Position & { clear: Buffer }> {
  const buffer = Buffer.allocUnsafe(RECORD_SIZE);
  let [filled, number] = [0, 0];
  for await (const chunk of octets) {
    for (let at = 0; at < chunk.length;) {
      // A full record is held back until there is more, because the last one is marked.
      if (filled === RECORD_SIZE) {
        yield { number: number++, last: false, clear: buffer };
        filled = 0;
      }
      const part = chunk.subarray(at, at + RECORD_SIZE - filled);
      buffer.set(part, filled);
      filled += part.length;
      at += part.length;
    }
  }
  yield { number, last: true, clear: buffer.subarray(0, filled) };
}

/** Digests what is stored, unless somebody has digested it already. */
function digesting(known?: () => Buffer): { update(octets: Buffer): void; digest(): Buffer } {
  if (known !== undefined) return { update: () => undefined, digest: known };
  const sha256 = createHash('sha256');
  return { update: (octets) => void sha256.update(octets), digest: () => sha256.digest() };
}

export interface Sealing {
  readonly ref: string;
  readonly key: NamedKey;
  /** Records that are gathered before they are kept. */
  readonly together: number;
  /** Records that are gathered before the first of them are kept, a multiple of `together`; left out: as many as that. */
  readonly first?: number;
  /** Takes the next octets of the file, in pieces; `last` is said once, with the end of it. */
  readonly keep: (pieces: readonly Buffer[], last: boolean) => Promise<void>;
  /** The digest of the clear octets, where somebody else makes it; asked for after the last of them. */
  readonly sha256: (() => Buffer) | undefined;
}

/** Seals octets as they come. No more of them is in memory than what is gathered. */
export async function sealAll(
  octets: AsyncIterable<Uint8Array>,
  { ref, key, together, first = together, keep, sha256 }: Sealing,
): Promise<Blob> {
  const header = newHeader(key);
  const recordKey = fileKey(key, header, ref);
  const digest = digesting(sha256);
  let size = 0;
  const gathered: Buffer[] = [header];
  for await (const { clear, ...position } of records(octets)) {
    digest.update(clear);
    passed(clear.length, size);
    size += clear.length;
    gathered.push(...sealRecord(recordKey, header, position, clear));
    const count = position.number + 1;
    const full = count >= first && count % together === 0;
    if (full || position.last) await keep(gathered.splice(0), position.last);
  }
  return { ref, size, sha256: digest.digest().toString('hex') };
}

/** As `openRecord`. @throws Failure INTERNAL when the record is not what was written there */
export function clearRecord(key: Buffer, header: Buffer, position: Position, sealed: Buffer, ref: string): Buffer {
  passed(sealed.length, position.number * RECORD_SIZE);
  const clear = openRecord(key, header, position, sealed);
  if (clear === undefined)
    throw new Failure('INTERNAL', `payload ${ref} has been changed at ${position.number * RECORD_SIZE}`);
  return clear;
}

/** @throws Failure INTERNAL */
export function missing(ref: string): never {
  throw new Failure('INTERNAL', `payload ${ref} is missing`);
}
