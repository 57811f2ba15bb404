import { createHash, randomUUID } from 'node:crypto';
import { ensureDataKey, loadConfig } from '../../../src/config.js';
import type { Shipment } from '../../../src/domain/shipment.js';
import { openStore } from '../../../src/store/index.js';
import { beslutning, forsendelse, hendelse } from '../../store/support/shipments.js';

/** Letters of one transaction, and transactions at once. */
const BATCH = 200;
const WRITERS = 4;

/** A letter that waits to go to a mailbox provider. */
function letter(avsender: string, leverandoer: string): Shipment {
  const now = new Date();
  const eksternRef = randomUUID();
  return {
    id: randomUUID(),
    mottatt: now,
    forsendelse: forsendelse({ avsender, eksternRef, virkningstidspunkt: null }),
    digest: createHash('sha256').update(eksternRef).digest(),
    tilstand: 'MOTTATT',
    beslutning: { ...beslutning(leverandoer), utfall: 'SEND', kanal: 'POSTKASSE', leverandoer, tidligst: null },
    konversasjonsId: randomUUID(),
    meldingsId: randomUUID(),
  };
}

export interface Waiting {
  readonly count: number;
  /** Organisation numbers, in turn. */
  readonly senders: readonly string[];
  readonly providers: readonly string[];
}

/** Puts so many letters into the database as accepting them does, without what lies in them. */
export async function putWaiting(
  env: Readonly<Record<string, string>>,
  { count, senders, providers }: Waiting,
  onProgress?: (written: number) => void,
): Promise<void> {
  const config = loadConfig(env);
  const dataKey = await ensureDataKey(config.dataDir);
  const store = await openStore({ url: config.databaseUrl.reveal(), dataKey });
  let begun = 0;
  const some = (): Shipment[] => {
    const from = begun;
    begun = Math.min(count, begun + BATCH);
    return Array.from({ length: begun - from }, (_, n) =>
      letter(senders[(from + n) % senders.length] ?? '', providers[(from + n) % providers.length] ?? ''),
    );
  };
  const write = async (): Promise<void> => {
    for (let letters = some(); letters.length > 0; letters = some()) {
      const batch = letters;
      await store.unitOfWork(async (tx) => {
        for (const one of batch) await tx.insertShipment(one, hendelse({ tid: one.mottatt }), null);
      });
      onProgress?.(begun);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  await store.close();
}
