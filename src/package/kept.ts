import { createHash, randomUUID } from 'node:crypto';
import type { Payloads } from '../domain/shipmentPorts.js';
import { Failure } from '../errors.js';

/** Payloads in memory, for a program that makes one package and ends. */
export function keptInMemory(): Omit<Payloads, 'list' | 'tidy'> {
  const kept = new Map<string, Buffer>();
  return {
    async put(octets) {
      const pieces: Uint8Array[] = [];
      for await (const piece of octets) pieces.push(piece);
      const whole = Buffer.concat(pieces);
      const ref = randomUUID();
      kept.set(ref, whole);
      return { ref, size: whole.length, sha256: createHash('sha256').update(whole).digest('hex') };
    },
    async *get(ref) {
      const found = kept.get(ref);
      if (found === undefined) throw new Failure('INTERNAL', 'a payload that is not there');
      yield found;
    },
    remove: async (ref) => void kept.delete(ref),
  };
}
