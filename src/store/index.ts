import type { KeyObject } from 'node:crypto';
import type { Turer } from '../domain/kvitteringskilde.js';
import type { CalendarRow, Reads, RegisterImport, Tx, UnitOfWork } from '../domain/ports.js';
import type { Altinnstatus } from '../domain/altinn.js';
import type { Enhetsregister } from '../domain/enhet.js';
import type { Overleveringer } from '../domain/overlevering.js';
import type { BrokerRetention, FormidlingReads } from '../domain/formidlingPorts.js';
import type { LedgerReads } from '../domain/ledgerPorts.js';
import type { Payloads, Queue, Retention, ShipmentReads } from '../domain/shipmentPorts.js';
import type { SvarUtStatus } from '../domain/svarut/status.js';
import type { SvarUtReads } from '../domain/svarut/ports.js';
import type { Ulestoppslag } from '../domain/ulest.js';
import type { VarselReads } from '../domain/varselrunde.js';
import type { Backend, Db, Flavour } from './backend.js';
import { calendarRow } from './calendar.js';
import { checkDataKey } from './dataKey.js';
import { brokerRetention, prune } from './done.js';
import { formidlingReads, formidlingWrites } from './formidling.js';
import { registerImport } from './imports.js';
import { ledgerReads, ledgerWrites } from './ledger.js';
import { migrate } from './migrations/index.js';
import { changesFrom, personHolder, personReader, upsertPersons, type PersonReader } from './persons.js';
import { payloadChunks } from './payloadChunks.js';
import { payloadWrites, retention } from './payloadRows.js';
import { claimJobs, holdJob, jobWrites } from './queue.js';
import { leaseReceipts, receiptWrites } from './receipts.js';
import { appendEvent, events, keepAnswer, ping, remember } from './replay.js';
import { sealNothing, sealUnder, type Seal } from './sealed.js';
import { agencies, senders, senderWrites, suppliers } from './senders.js';
import { shipmentReads, shipmentWrites } from './shipments.js';
import { svarutReads, svarutWrites } from './svarut.js';
import { overleveringer } from './overleveringer.js';
import { turns } from './turns.js';
import { unread } from './unread.js';
import { unitRegister } from './units.js';
import { varselReads, varselWrites } from './varsler.js';

export interface Store {
  readonly kind: 'sqlite' | 'mysql';
  /** Settings of the database server that break what Posthorn promises, each with its remedy. */
  readonly warnings: readonly string[];
  readonly reads: Reads;
  readonly shipments: ShipmentReads;
  readonly formidlinger: FormidlingReads;
  readonly svarut: SvarUtReads;
  readonly ledger: LedgerReads;
  readonly varsler: VarselReads;
  readonly queue: Queue;
  readonly turer: Turer;
  /** Letters that a SvarUt upstream has, and that Altinn has. */
  readonly overleveringer: Overleveringer<SvarUtStatus>;
  readonly altinn: Overleveringer<Altinnstatus>;
  readonly unitOfWork: UnitOfWork;
  readonly registerImport: RegisterImport;
  readonly enheter: Enhetsregister;
  readonly ulest: Ulestoppslag;
  readonly calendar: CalendarRow;
  readonly retention: Retention;
  readonly brokerRetention: BrokerRetention;
  /** Payloads as rows of this database, under the data key. */
  payloads(dataKey: KeyObject): Payloads;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  /** Forgets the accepted requests whose timestamp alone refuses them at `now`, and messages that nobody repeats. Returns how many. */
  pruneReplay(now: Date): Promise<number>;
  /** Ends what is under way, then the connections. */
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly url: string;
  /** 32 octets. */
  readonly dataKey?: KeyObject;
}

/**
 * Opens the database and brings its tables up to date. `url` is `sqlite:PATH` or
 * `mysql://user:password@host:port/database`. Throws `Failure('UNAVAILABLE')` when it cannot be reached; so do
 * all reads and writes later. What a letter says and to whom is sealed under `dataKey`: without it everything works but
 * reading and writing shipments, which throws `Failure('INTERNAL')`; with another than the database was written under it is not opened,
 * which throws an `Error` with a sentence for people.
 */
export async function openStore({ url, dataKey }: StoreOptions): Promise<Store> {
  const backend = await open(url);
  try {
    await migrate(backend);
    if (dataKey !== undefined) await checkDataKey(backend, dataKey);
  } catch (error) {
    await backend.close();
    throw error;
  }
  const seal = dataKey === undefined ? sealNothing : sealUnder(dataKey);
  const { flavour, warnings, read, snapshot, write, close } = backend;
  const persons = personReader(flavour);
  const tx = oncePer((db: Db) => txOf(db, flavour, seal, persons));
  return {
    kind: flavour.kind,
    warnings,
    reads: {
      persons: (ids) => read((db) => persons(db, ids)),
      changesFrom: (fra, limit) => snapshot((db) => changesFrom(db, fra, limit)),
      suppliers: () => read(suppliers),
      agencies: () => read(agencies),
      events: (limit, person) => read((db) => events(db, limit, person)),
      senders: () => snapshot(senders),
    },
    shipments: shipmentReads(backend, seal),
    formidlinger: formidlingReads(backend, seal),
    svarut: svarutReads(backend, seal),
    ledger: ledgerReads(backend),
    varsler: varselReads(backend),
    queue: { claim: claimJobs(backend), hold: holdJob(backend), leaseReceipts: leaseReceipts(backend) },
    turer: turns(backend),
    overleveringer: overleveringer(backend, 'svarut_upstream'),
    altinn: overleveringer(backend, 'altinn'),
    unitOfWork: (work) => write((db) => work(tx(db))),
    registerImport: registerImport(backend),
    enheter: unitRegister(backend),
    ulest: unread(backend, seal),
    calendar: calendarRow(backend),
    retention: retention(backend),
    brokerRetention: brokerRetention(backend),
    payloads: (key) => payloadChunks(backend, key),
    ping: () => read(ping),
    pruneReplay: (now) => prune(backend, now),
    close,
  };
}

/** Loads the driver of the one database that is used: the other's would cost memory for nothing. */
async function open(url: string): Promise<Backend> {
  if (url.startsWith('sqlite:')) return (await import('./sqlite.js')).openSqlite(url.slice('sqlite:'.length));
  if (url.startsWith('mysql:')) return (await import('./mysql.js')).openMysql(url);
  throw new Error('The database URL must be sqlite:PATH or mysql://user:password@host:port/database');
}

/** SQLite has one connection to write by, and so one of these; MySQL has a new one for each transaction. */
function oncePer<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, V>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}

const txOf = (db: Db, flavour: Flavour, seal: Seal, persons: PersonReader): Tx => ({
  persons: (ids) => persons(db, ids),
  remember: (key) => remember(db, flavour, key),
  appendEvent: (event) => appendEvent(db, event),
  personToChange: (id) => personHolder(flavour)(db, id),
  keepAnswer: (request, answer) => keepAnswer(db, flavour, request, answer),
  upsertPersons: (rows) => upsertPersons(db, flavour, rows),
  ...senderWrites(db, flavour),
  ...shipmentWrites(db, flavour, seal),
  ...jobWrites(db),
  ...payloadWrites(db, flavour),
  ...receiptWrites(db),
  ...formidlingWrites(db, flavour, seal),
  ...svarutWrites(db, flavour, seal),
  ...ledgerWrites(db, flavour),
  ...varselWrites(db, flavour),
});
