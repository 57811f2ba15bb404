import type { Blob } from '../domain/forsendelse.js';
import type { Payloads } from '../domain/shipmentPorts.js';
import { limits } from '../limits.js';
import { encryptCms, type CmsRecipient, type KeyTransport } from '../security/cms.js';

/*
 * The size of a package goes ahead of it in CMS, so the whole is made before the first octet leaves. Small ones wait in memory; larger ones in
 * the payload store, which encrypts at rest and takes streams: so memory stays bounded, no clear text lies in a temporary file, and the
 * encrypted package has to be kept there anyhow, because each new attempt sends the same octets.
 */

type Kept = Omit<Payloads, 'list' | 'tidy'>;

interface Spooled {
  readonly size: number;
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly release: () => Promise<void>;
}

async function* joined(first: readonly Buffer[], rest: AsyncGenerator<Buffer, void>): AsyncGenerator<Buffer, void> {
  yield* first;
  yield* rest;
}

async function spool(octets: AsyncGenerator<Buffer, void>, payloads: Kept): Promise<Spooled> {
  const kept: Buffer[] = [];
  let size = 0;
  for (let next = await octets.next(); next.done !== true; next = await octets.next()) {
    kept.push(next.value);
    size += next.value.length;
    if (size <= limits.packageMemoryBytes) continue;
    const stored = await payloads.put(joined(kept, octets));
    return { size: stored.size, open: () => payloads.get(stored.ref), release: () => payloads.remove(stored.ref) };
  }
  return { size, open: () => joined(kept, empty()), release: async () => undefined };
}

async function* empty(): AsyncGenerator<Buffer, void> {}

/**
 * Encrypts a stream to one recipient, into the payload store.
 * @throws whatever `octets` throws, with nothing left behind
 */
export async function sealTo(
  recipient: CmsRecipient,
  octets: AsyncGenerator<Buffer, void>,
  payloads: Kept,
  options: { readonly transport?: KeyTransport } = {},
): Promise<Blob> {
  const clear = await spool(octets, payloads);
  try {
    return await payloads.put(encryptCms(clear.open(), clear.size, recipient, options));
  } finally {
    await clear.release();
  }
}
