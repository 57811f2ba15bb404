import { createHash } from 'node:crypto';
import type { Forsendelse } from '../domain/forsendelse.js';

/**
 * JSON with the members in the order of their names, those that are null left out, so that a member that is added later changes no old
 * digest, and those that say where octets lie.
 */
function canonical(value: unknown): string {
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (Array.isArray(value))
    return `[${value.map((item: unknown) => (isNone(item) ? '[]' : canonical(item))).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const name of Object.keys(members).sort()) {
    if (isNone(members[name]) || name === 'ref') continue;
    text += `${text === '' ? '' : ','}"${name}":${canonical(members[name])}`;
  }
  return `{${text}}`;
}

const isNone = (value: unknown): boolean => value === null || value === undefined;

/**
 * SHA-256 over everything that the sender ordered, documents by their own digest: 32 octets. Where the octets lie, and who brought the
 * order, are no part of it.
 */
export function shipmentDigest({ databehandler: _, ...ordered }: Forsendelse): Buffer {
  return createHash('sha256').update(canonical(ordered)).digest();
}
