import { ebmsFailure } from '../../contract/ebms/errors.js';
import type { Blob } from '../../domain/forsendelse.js';
import type { Payloads } from '../../domain/shipmentPorts.js';
import { Failure } from '../../errors.js';
import type { PartSinks } from '../../security/attachments.js';
import { Pipe } from '../../soap/pipe.js';

/** The document package of one message, on its way to the payload store. It belongs to nobody until a use case has taken it. */
export interface Stage extends PartSinks {
  /** The package, durable, for whoever owns it from now on; `discard` does nothing any more. @throws Failure EBMS:0007 when none came */
  take(): Blob;
  /** Removes what was stored; what cannot be removed is left to the store's sweep. May be called at any time. */
  discard(): Promise<void>;
}

/** @param most octets; more are EBMS:0011 */
export function stagePackage(payloads: Pick<Payloads, 'put' | 'remove'>, most: number): Stage {
  let put: Promise<Blob> | undefined;
  let stored: Blob | undefined;
  let taken = false;
  const pipe = new Pipe();

  const write = async (chunk: Uint8Array, size: number, storing: Promise<Blob>): Promise<void> => {
    if (size > most) throw ebmsFailure('EXTERNAL_PAYLOAD_ERROR', `The document package is larger than ${most} octets`);
    pipe.push(chunk);
    // A store that has failed reads no more.
    await Promise.race([pipe.drained(), storing]);
  };
  return {
    part: () => {
      if (put !== undefined) throw ebmsFailure('MIME_INCONSISTENCY', 'A letter has one document package');
      const storing = payloads.put(pipe);
      put = storing;
      // It is awaited later; until then a rejection is nobody's.
      put.catch(() => {});
      let size = 0;
      return {
        write: (chunk) => write(chunk, (size += chunk.length), storing),
        end: async () => {
          pipe.end();
          stored = await storing;
        },
      };
    },
    take: () => {
      if (stored === undefined) throw ebmsFailure('MIME_INCONSISTENCY', 'The document package is missing');
      taken = true;
      return stored;
    },
    discard: async () => {
      if (taken || put === undefined) return;
      pipe.end(new Failure('INVALID_REQUEST', 'the message came to nothing'));
      await put.then(({ ref }) => payloads.remove(ref)).catch(() => undefined);
    },
  };
}
