import { createHash } from 'node:crypto';
import type { Forsendelse } from '../domain/forsendelse.js';

type Plain = string | number | boolean | readonly Plain[] | { readonly [name: string]: Plain };

/** Members in the order of their names, those that are null left out: a member that is added later changes no old digest. */
function canonical(value: unknown): Plain | undefined {
  if (value === null || value === undefined) return undefined;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => canonical(item) ?? []);
  if (typeof value !== 'object') return value as Plain;
  const members = Object.entries(value)
    .map(([name, member]) => [name, canonical(member)] as const)
    .filter((entry): entry is readonly [string, Plain] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members);
}

/**
 * SHA-256 over everything that the sender ordered, documents by their own digest: 32 octets. Where the octets lie, and who brought the
 * order, are no part of it.
 */
export function shipmentDigest({ databehandler: _, ...ordered }: Forsendelse): Buffer {
  const text = JSON.stringify(canonical(ordered), (name, value: unknown) => (name === 'ref' ? undefined : value));
  return createHash('sha256').update(text).digest();
}
