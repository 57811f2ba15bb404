import type { Reads } from '../domain/ports.js';
import type { SenderData } from '../domain/sender.js';

/** The sender tables in memory: read at start, and again by `refresh`. */
export interface Directory {
  current(): SenderData;
  /** Reads the tables again; what was read before stays in force when that fails. */
  refresh(): Promise<void>;
}

/** An empty directory lets nobody in: call `refresh` before the first request. */
export function createDirectory(reads: Pick<Reads, 'senders'>): Directory {
  let data: SenderData = {
    organisasjoner: [],
    sertifikater: [],
    delegeringer: [],
    rettigheter: [],
    legitimasjoner: [],
    dokumenttyper: [],
  };
  return {
    current: () => data,
    refresh: async () => {
      data = await reads.senders();
    },
  };
}
