import { ebmsFailure } from '../../contract/ebms/errors.js';
import type { Blob } from '../../domain/forsendelse.js';
import type { Payloads } from '../../domain/shipmentPorts.js';
import type { PartTaker } from '../../soap/message.js';

/** The document package of one message, on its way to the payload store. It belongs to nobody until a use case has taken it. */
export interface Stage extends PartTaker {
  /** The package, durable, for whoever owns it from now on; `discard` does nothing any more. @throws Failure EBMS:0007 when none came */
  take(): Blob;
  /** Removes what was stored; what cannot be removed is left to the store's sweep. To be called when nothing comes any more. */
  discard(): Promise<void>;
}

async function* upTo(most: number, octets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of octets) {
    size += chunk.length;
    if (size > most) throw ebmsFailure('EXTERNAL_PAYLOAD_ERROR', `The document package is larger than ${most} octets`);
    yield chunk;
  }
}

/** @param most octets; more are EBMS:0011 */
export function stagePackage(payloads: Pick<Payloads, 'put' | 'remove'>, most: number): Stage {
  let stored: Blob | undefined;
  let taken = false;
  return {
    claim: () => ({
      include: null,
      store: async (octets, sha256) => {
        if (stored !== undefined) throw ebmsFailure('MIME_INCONSISTENCY', 'A letter has one document package');
        stored = await payloads.put(upTo(most, octets), sha256);
      },
    }),
    take: () => {
      if (stored === undefined) throw ebmsFailure('MIME_INCONSISTENCY', 'The document package is missing');
      taken = true;
      return stored;
    },
    discard: async () => {
      if (!taken && stored !== undefined) await payloads.remove(stored.ref).catch(() => undefined);
    },
  };
}
