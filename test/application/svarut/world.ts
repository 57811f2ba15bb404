import { createHash, randomUUID } from 'node:crypto';
import type { SvarUtDeps } from '../../../src/application/svarut/deps.js';
import { vurderSvarUtBrev } from '../../../src/application/svarut/vurder.js';
import type { Konto } from '../../../src/application/svarut/tjenester.js';
import { svarutTjeneste } from '../../../src/application/svarut/tjeneste.js';
import { contentCheck } from '../../../src/contract/document/check.js';
import type { UnitOfWork } from '../../../src/domain/ports.js';
import type { Kanal } from '../../../src/domain/routing/decision.js';
import type { ShipmentReads } from '../../../src/domain/shipmentPorts.js';
import type { SvarUtBestilling } from '../../../src/domain/svarut/bestilling.js';
import type { SvarUtReads } from '../../../src/domain/svarut/ports.js';
import { memoryLedgerReads, noLedger } from '../../support/memoryLedger.js';
import { memoryPayloads } from '../../support/memoryPayloads.js';
import { memoryStore } from '../../support/memoryStore.js';
import { testTime } from '../../support/pki.js';
import { svarutDocument, svarutOrder } from '../../support/svarutOrder.js';
import { person } from '../lookups.js';
import { grunnlag, ola, senders } from '../shipping.js';

export const konto: Konto = { brukernavn: 'arkiv', organisasjonsnummer: '310000019' };
export const regler = {
  brukernavn: konto.brukernavn,
  altinn: true,
  sdp: true,
  ettersending: true,
  lesetimer: 40,
  lesetimerApost: null,
  varsel: { epost: null, sms: null },
  returadresse: { navn: 'Postmottak', adresselinjer: [], postnummer: '0150', poststed: 'OSLO' },
};

interface Stored {
  readonly unitOfWork: UnitOfWork;
  readonly shipments: ShipmentReads;
  readonly svarut: SvarUtReads;
}

/** The use cases of SvarUt around a store: `at` sets the time of both clocks. Ola has a mailbox; the register knows nobody else. */
export function svarutWorld(
  store: Stored = memoryStore(),
  { kanaler = ['POSTKASSE', 'UTSKRIFT', 'SVARINN', 'ALTINN'] as readonly Kanal[] } = {},
) {
  const payloads = memoryPayloads();
  let now = testTime;
  const deps: SvarUtDeps = {
    clock: { now: () => now },
    calendar: { now: () => now },
    senders: () => senders,
    hashId: (id) => Buffer.from(id.padEnd(16, '.')),
    unitOfWork: store.unitOfWork,
    shipments: store.shipments,
    svarut: store.svarut,
    ledger: memoryLedgerReads(noLedger),
    queue: { leaseReceipts: async () => [] },
    payloads,
    register: { ask: async () => ({ spurt: now, persons: new Map([[ola, person(ola)]]) }) },
    enheter: { find: async () => new Map() },
    routing: () => ({ ...grunnlag, kanaler: new Set(kanaler) }),
    merke: (tekst) => createHash('sha256').update(tekst).digest(),
    dekrypter: async function* (octets) {
      for await (const piece of octets) yield Buffer.from(piece);
    },
    kontroll: contentCheck,
  };
  const order = async (
    changes: Partial<SvarUtBestilling> = {},
    content = '%PDF-1.7 brev',
  ): Promise<SvarUtBestilling> => {
    const innhold = await payloads.put(
      (async function* () {
        yield Buffer.from(content);
      })(),
    );
    const { mottaker } = svarutOrder();
    return svarutOrder({
      tittel: `Vedtak ${randomUUID()}`,
      mottaker: { digital: { fnr: ola }, post: mottaker?.post ?? null },
      dokumenter: [svarutDocument({ innhold })],
      ...changes,
    });
  };
  return {
    store,
    payloads,
    deps,
    order,
    decideAgain: vurderSvarUtBrev(deps),
    tjeneste: svarutTjeneste(deps),
    at: (time: Date) => (now = time),
    begin: () => store.unitOfWork((tx) => tx.putSvarUtKonto(regler)),
  };
}
