import { createHash, createSecretKey, randomUUID } from 'node:crypto';
import type { Forsendelse } from '../../../src/domain/forsendelse.js';
import type { Beslutning } from '../../../src/domain/routing/decision.js';
import type { Hendelse, Kvittering, Shipment } from '../../../src/domain/shipment.js';
import type { SvarUtBrev } from '../../../src/domain/svarut/ports.js';
import { openStore, type Store } from '../../../src/store/index.js';
import type { TestDatabase } from '../../support/stores.js';
import { svarutBrev } from '../../support/svarutOrder.js';

export const dataKey = createSecretKey(Buffer.alloc(32, 7));
export const t0 = new Date('2026-03-01T12:00:00.123Z');
/** `t0` and so many seconds. */
export const at = (seconds: number): Date => new Date(t0.getTime() + seconds * 1000);

/** Opens stores with the data key, as so many processes would, and closes them before the database goes. */
export function withStores(database: TestDatabase, count: number): () => readonly Store[] {
  const stores: Store[] = [];
  before(async () => {
    await database.open();
    for (let n = 0; n < count; n++) stores.push(await openStore({ url: database.url(), dataKey }));
  });
  after(() => Promise.all(stores.map((store) => store.close())));
  return () => stores;
}

const dokument = (filnavn: string) => ({
  filnavn,
  tittel: 'Vedtak – æøå 👩‍👦',
  mimetype: 'application/pdf',
  innhold: { ref: 'ab'.repeat(16), size: 1234, sha256: 'c'.repeat(64) },
});

export const forsendelse = (changes: Partial<Forsendelse> = {}): Forsendelse => ({
  avsender: '310000019',
  databehandler: '310000035',
  eksternRef: randomUUID(),
  mottaker: {
    id: '01018012345',
    postadresse: { navn: 'Ola Nordmann', adresselinjer: ['Gata 1'], postnummer: '0001', poststed: 'Oslo' },
  },
  tittel: 'Vedtak om noe hemmelig',
  spraak: 'nn',
  klasse: 'VEDTAK',
  prioritet: 'NORMAL',
  virkningstidspunkt: new Date('2026-03-29T00:59:59.999Z'),
  sikkerhetsnivaa: 4,
  aapningskvittering: { begrunnelse: 'frist' },
  varseltekst: { epost: 'Du har fått brev', sms: null },
  kunDigitalt: false,
  utskrift: { posttype: 'B_OEKONOMI', farge: 'SORT_HVIT', retur: 'DIREKTE_RETUR', returadresse: null },
  kostnadskode: null,
  hoveddokument: dokument('brev.pdf'),
  vedlegg: [dokument('a.pdf'), dokument('b.pdf')],
  ...changes,
});

export const beslutning = (leverandoer: string | null = '984661185'): Beslutning => ({
  fattet: t0,
  register: {
    spurt: at(-1),
    status: 'AKTIV',
    reservasjon: false,
    mobil: { ferskTil: at(3600), fersk: true },
    epost: { ferskTil: null, fersk: false },
    postkasseleverandoer: leverandoer,
    postkasseadresse: 'ola.nordmann#1234',
  },
  spor: [{ regel: 'R-12', lovhjemmel: '§ 8', traff: true, tekst: { nb: 'Har postkasse.', en: 'Has a mailbox.' } }],
  varsler: [
    {
      varslingskanal: 'EPOST',
      adresse: 'ola@example.com',
      tekst: 'Brev',
      dagerEtter: [0, 7],
      spraak: 'nb',
    },
  ],
  utfall: 'SEND',
  kanal: leverandoer === null ? 'ALTINN' : 'POSTKASSE',
  leverandoer,
  tidligst: at(60),
});

/** A shipment of its own, changed as the test wants. */
export const shipment = (order: Partial<Forsendelse> = {}, changes: Partial<Shipment> = {}): Shipment => ({
  id: randomUUID(),
  mottatt: t0,
  forsendelse: forsendelse(order),
  digest: createHash('sha256').update('content').digest(),
  tilstand: 'MOTTATT',
  beslutning: beslutning(),
  konversasjonsId: randomUUID(),
  meldingsId: randomUUID(),
  ...changes,
});

export const hendelse = (changes: Partial<Hendelse> = {}): Hendelse => ({
  type: 'MOTTATT',
  tid: t0,
  kode: null,
  tekst: { nb: 'Mottatt fra avsender', en: 'Received from its sender' },
  ...changes,
});

export const kvittering = (changes: Partial<Kvittering> = {}): Kvittering => ({
  id: randomUUID(),
  shipmentId: randomUUID(),
  avsender: '310000019',
  prioritet: 'NORMAL',
  hendelse: hendelse({ type: 'LEVERING', tekst: { nb: 'Levert', en: 'Delivered' } }),
  ...changes,
});

/** Accepts shipments one after the other, and returns them. */
export async function accept(store: Pick<Store, 'unitOfWork'>, ...shipments: readonly Shipment[]): Promise<void> {
  for (const one of shipments) await store.unitOfWork((tx) => tx.insertShipment(one, hendelse(), one.mottatt));
}

/** A shipment to a provider, due so many seconds after `t0`. */
export const due = (leverandoer: string | null, seconds = 0): Shipment =>
  shipment({}, { mottatt: at(seconds), beslutning: beslutning(leverandoer) });

/** What a SvarUt letter has beside its shipment. */
export const svarutLetter = (changes: Partial<SvarUtBrev> = {}): SvarUtBrev =>
  svarutBrev({ mottatt: at(0), statusEndret: at(0), ...changes });
