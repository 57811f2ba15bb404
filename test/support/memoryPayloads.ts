import { createHash } from 'node:crypto';
import type { Payloads } from '../../src/domain/shipmentPorts.js';

export interface MemoryPayloads extends Payloads {
  /** What lies there now, by reference. */
  readonly stored: ReadonlyMap<string, Buffer>;
}

/** Payloads in memory. `slow` is awaited after each piece; `fail` makes the next puts reject at their end. */
export function memoryPayloads(options: { slow?: () => Promise<void>; fail?: Error } = {}): MemoryPayloads {
  const stored = new Map<string, Buffer>();
  let next = 0;
  return {
    stored,
    put: async (octets) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of octets) {
        chunks.push(chunk);
        await options.slow?.();
      }
      if (options.fail !== undefined) throw options.fail;
      const whole = Buffer.concat(chunks);
      const ref = `payload-${++next}`;
      stored.set(ref, whole);
      return { ref, size: whole.length, sha256: createHash('sha256').update(whole).digest('hex') };
    },
    get: async function* (ref) {
      yield stored.get(ref) ?? Buffer.alloc(0);
    },
    remove: async (ref) => void stored.delete(ref),
    list: async function* () {
      for (const ref of stored.keys()) yield { ref, written: new Date() };
    },
    tidy: () => Promise.resolve(),
  };
}
