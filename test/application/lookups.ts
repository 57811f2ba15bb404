import type { HentPersoner } from '../../src/application/hentPersoner.js';
import type { LookupDeps, Requester } from '../../src/application/lookup.js';
import type { Person } from '../../src/domain/person.js';
import type { SenderData } from '../../src/domain/sender.js';
import type { MemoryStore } from '../support/memoryStore.js';
import { memoryStore } from '../support/memoryStore.js';
import { testTime } from '../support/pki.js';

/* What every look-up of a test begins with. */

const always = { fra: new Date('2020-01-01'), til: null };

/** `sender` holds both services, `supplier` may act for it, `stranger` holds none. */
export const numbers = { sender: '310000019', supplier: '310000035', stranger: '310000027' } as const;

export const senders: SenderData = {
  organisasjoner: Object.values(numbers).map((organisasjonsnummer) => ({
    organisasjonsnummer,
    navn: 'EN',
    tillatUsignertPaaVegneAv: false,
    ...always,
  })),
  sertifikater: [],
  delegeringer: [{ leverandoer: numbers.supplier, oppdragsgiver: numbers.sender, ...always }],
  rettigheter: (['OPPSLAGSTJENESTEN', 'ENDRINGSTJENESTEN'] as const).map((tjeneste) => ({
    organisasjon: numbers.sender,
    tjeneste,
    ...always,
  })),
  legitimasjoner: [],
  dokumenttyper: [],
};

export const person = (personidentifikator: string, changes: Partial<Person> = {}): Person => ({
  personidentifikator,
  status: 'AKTIV',
  reservasjon: false,
  mobiltelefonnummer: { verdi: '99999999', sistOppdatert: testTime, sistVerifisert: null },
  epostadresse: null,
  postkasse: { postkasseadresse: 'ola.nordmann#6XXB', postkasseleverandoerAdresse: '984661185' },
  spraak: null,
  ...changes,
});

export interface LookupTest {
  readonly store: MemoryStore;
  readonly deps: LookupDeps;
  /** What was asked of the store, in order. */
  readonly calls: readonly string[];
}

/** A store with `persons`, and the deps of a look-up on it. */
export async function lookupTest(persons: readonly Person[], data: SenderData = senders): Promise<LookupTest> {
  const store = memoryStore();
  await store.unitOfWork((tx) => tx.upsertPersons(persons));
  const calls: string[] = [];
  const deps: LookupDeps = {
    reads: {
      ...store.reads,
      changesFrom: (fra, limit) => (calls.push(`changesFrom ${fra} ${limit}`), store.reads.changesFrom(fra, limit)),
    },
    unitOfWork: (work) => {
      calls.push('unitOfWork');
      return store.unitOfWork((tx) =>
        work({
          ...tx,
          remember: (key) => (calls.push('remember'), tx.remember(key)),
          appendEvent: (event) => (calls.push('appendEvent'), tx.appendEvent(event)),
          persons: (ids) => (calls.push('persons'), tx.persons(ids)),
        }),
      );
    },
    clock: { now: () => testTime },
    calendar: { now: () => testTime },
    senders: () => data,
    hashId: (id) => Buffer.from(id.padEnd(16, '.')),
  };
  return { store, deps, calls };
}

let requests = 0;

/** Who asks: `sender` for itself, by a request of its own, where nothing else is said. */
export const requester = (changes: Partial<Requester> = {}): Requester => ({
  organisasjon: numbers.sender,
  paaVegneAv: undefined,
  fingeravtrykk: 'ab'.repeat(32),
  replay: { key: Buffer.alloc(32, ++requests), expires: testTime },
  correlationId: `request-${requests}`,
  ...changes,
});

export const asking = (...personer: readonly string[]): HentPersoner => ({ behov: new Set(), personer });
