import { createHmac, hkdfSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Makes sixteen octets that stand for a national id wherever one must be matched; the key follows from the data key. */
export function idHasher(dataKey: KeyObject): (personidentifikator: string) => Buffer {
  const key = Buffer.from(hkdfSync('sha256', dataKey.export(), '', 'posthorn national id', 32));
  return (id) => createHmac('sha256', key).update(id).digest().subarray(0, 16);
}
