import { createHmac, hkdfSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** HMAC under a key that follows from the data key and what it is for. */
function hasher(dataKey: KeyObject, purpose: string): (text: string) => Buffer {
  const key = Buffer.from(hkdfSync('sha256', dataKey.export(), '', `posthorn ${purpose}`, 32));
  return (text) => createHmac('sha256', key).update(text).digest();
}

/** Makes sixteen octets that stand for a national id wherever one must be matched. */
export function idHasher(dataKey: KeyObject): (personidentifikator: string) => Buffer {
  const hash = hasher(dataKey, 'national id');
  return (id) => hash(id).subarray(0, 16);
}

/** Makes 32 octets that stand for what a sender wrote, wherever it must be matched. */
export const textHasher = (dataKey: KeyObject): ((text: string) => Buffer) => hasher(dataKey, 'text of a sender');
