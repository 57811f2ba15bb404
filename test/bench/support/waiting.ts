import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ensureDataKey, loadConfig } from '../../../src/config.js';
import type { Blob, Forsendelse } from '../../../src/domain/forsendelse.js';
import type { Shipment } from '../../../src/domain/shipment.js';
import { openStore } from '../../../src/store/index.js';
import { openPayloads } from '../../../src/store/payloads.js';
import { beslutning, forsendelse, hendelse } from '../../store/support/shipments.js';

/** Letters of one transaction, and transactions at once. */
const BATCH = 200;
const WRITERS = 4;

const documentOf = (innhold: Blob): Pick<Forsendelse, 'hoveddokument' | 'vedlegg'> => ({
  hoveddokument: { filnavn: 'vedtak.pdf', tittel: 'Vedtak', mimetype: 'application/pdf', innhold },
  vedlegg: [],
});

/** A letter that waits to go to a mailbox provider. @param innhold of its one document, where it is to be read */
function letter(avsender: string, leverandoer: string, innhold?: Blob): Shipment {
  const now = new Date();
  const eksternRef = randomUUID();
  return {
    id: randomUUID(),
    mottatt: now,
    forsendelse: forsendelse({ avsender, eksternRef, virkningstidspunkt: null, ...(innhold && documentOf(innhold)) }),
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
  /** What lies in each of them; left out: nothing that can be read. */
  readonly document?: Buffer;
  /** When they may go; left out: at once. */
  readonly due?: Date;
}

/** Puts so many letters into the database, and their documents where they are kept, as accepting them does. */
export async function putWaiting(
  env: Readonly<Record<string, string>>,
  { count, senders, providers, document, due }: Waiting,
  onProgress?: (written: number) => void,
): Promise<void> {
  const config = loadConfig(env);
  const dataKey = await ensureDataKey(config.dataDir);
  const store = await openStore({ url: config.databaseUrl.reveal(), dataKey });
  const payloads = document && (await openPayloads({ dir: join(config.dataDir, 'payloads'), key: dataKey }));
  const kept = async (): Promise<Blob | undefined> => document && payloads?.put(Readable.from([document]));
  let begun = 0;
  const some = (): Promise<Shipment[]> => {
    const from = begun;
    begun = Math.min(count, begun + BATCH);
    return Promise.all(
      Array.from({ length: begun - from }, async (_, n) =>
        letter(
          senders[(from + n) % senders.length] ?? '',
          providers[(from + n) % providers.length] ?? '',
          await kept(),
        ),
      ),
    );
  };
  const write = async (): Promise<void> => {
    for (let letters = await some(); letters.length > 0; letters = await some()) {
      const batch = letters;
      await store.unitOfWork(async (tx) => {
        for (const one of batch) await tx.insertShipment(one, hendelse({ tid: one.mottatt }), due ?? null);
      });
      onProgress?.(begun);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  await store.close();
}
