import type { CalendarMove } from '../../src/domain/calendarMoves.js';
import type { AuditEvent, CalendarRow, Reads, RegisterImport, Tx, UnitOfWork } from '../../src/domain/ports.js';
import type { EndretPerson, Person } from '../../src/domain/person.js';
import type { SenderData } from '../../src/domain/sender.js';
import type { FormidlingReads } from '../../src/domain/formidlingPorts.js';
import type { LedgerReads } from '../../src/domain/ledgerPorts.js';
import type { Queue, ShipmentReads } from '../../src/domain/shipmentPorts.js';
import type { SvarUtReads } from '../../src/domain/svarut/ports.js';
import type { VarselReads } from '../../src/domain/varselrunde.js';
import {
  copyOfFormidling,
  memoryFormidlingReads,
  memoryFormidlingTx,
  noFormidling,
  type MemoryFormidling,
} from './memoryFormidling.js';
import {
  copyOf,
  formidlingJob,
  memoryQueue,
  memoryShipmentReads,
  memoryShipmentTx,
  noShipments,
  type MemoryShipments,
} from './memoryShipments.js';
import { copyOfLedger, memoryLedgerReads, memoryLedgerTx, noLedger, type MemoryLedger } from './memoryLedger.js';
import { memoryVarselReads, memoryVarselTx } from './memoryVarsler.js';
import { copyOfSvarUt, memorySvarUtReads, memorySvarUtTx, noSvarUt, type MemorySvarUt } from './memorySvarutRows.js';

type Rows = Map<string, unknown>;

/** Everything committed, as maps from key to row; a transaction works on a copy. */
interface State {
  readonly persons: Map<string, EndretPerson>;
  readonly seneste: number;
  readonly events: readonly AuditEvent[];
  readonly replay: ReadonlySet<string>;
  readonly answers: ReadonlyMap<string, string>;
  readonly shipments: MemoryShipments;
  readonly formidling: MemoryFormidling;
  readonly svarut: MemorySvarUt;
  readonly ledger: MemoryLedger;
  readonly tables: Readonly<Record<keyof SenderData | 'leverandoerer' | 'agencies', Rows>>;
}

export interface MemoryStore {
  readonly reads: Reads;
  readonly shipments: ShipmentReads;
  readonly formidlinger: FormidlingReads;
  readonly svarut: SvarUtReads;
  readonly ledger: LedgerReads;
  readonly varsler: VarselReads;
  readonly queue: Queue;
  readonly unitOfWork: UnitOfWork;
  readonly registerImport: RegisterImport;
  readonly calendar: CalendarRow;
  close(): Promise<void>;
  events(): readonly AuditEvent[];
  /** When payloads became free, by reference. */
  payloads(): MemoryShipments['payloads'];
}

const empty = (): State => ({
  persons: new Map(),
  seneste: 0,
  events: [],
  replay: new Set(),
  answers: new Map(),
  shipments: noShipments(),
  formidling: noFormidling(),
  svarut: noSvarUt(),
  ledger: noLedger(),
  tables: {
    organisasjoner: new Map(),
    sertifikater: new Map(),
    delegeringer: new Map(),
    rettigheter: new Map(),
    legitimasjoner: new Map(),
    dokumenttyper: new Map(),
    leverandoerer: new Map(),
    agencies: new Map(),
  },
});

const fingerprint = (person: Person) => JSON.stringify({ ...person, endringsnummer: undefined });

function upsert(state: State, persons: readonly Person[]): State & { changed: number } {
  const rows = new Map(state.persons);
  const wanted = new Map(persons.map((person) => [person.personidentifikator, person]));
  let { seneste } = state;
  for (const [id, person] of wanted) {
    const old = rows.get(id);
    if (!old || fingerprint(old) !== fingerprint(person)) rows.set(id, { ...person, endringsnummer: ++seneste });
  }
  return { ...state, persons: rows, seneste, changed: seneste - state.seneste };
}

const withoutNumber = ({ endringsnummer: _, ...person }: EndretPerson): Person => person;

/** The ports in memory: one transaction after the other, nothing kept of one that throws. For tests of use cases and commands. */
export function memoryStore(): MemoryStore {
  let state = empty();
  let ahead = 0;
  const moves: CalendarMove[] = [];
  let last: Promise<unknown> = Promise.resolve();
  const staged = new Map<string, { row: number; persons: Person[] }>();

  const put = (draft: { state: State }, table: keyof State['tables'], key: string, row: unknown) => {
    const rows = new Map(draft.state.tables[table]).set(key, row);
    draft.state = { ...draft.state, tables: { ...draft.state.tables, [table]: rows } };
  };
  const personsIn = (from: State, ids: readonly string[]) => {
    const found = ids.map((id) => from.persons.get(id)).filter((person) => person !== undefined);
    return new Map(found.map((person) => [person.personidentifikator, withoutNumber(person)]));
  };
  const txOf = (draft: { state: State }): Tx => ({
    persons: async (ids) => personsIn(draft.state, ids),
    remember: async ({ key }) => {
      const replay = new Set(draft.state.replay).add(key.toString('hex'));
      const fresh = replay.size > draft.state.replay.size;
      draft.state = { ...draft.state, replay };
      return fresh;
    },
    appendEvent: async (event) => {
      draft.state = { ...draft.state, events: [...draft.state.events, event] };
    },
    personToChange: async (id) => {
      const found = draft.state.persons.get(id);
      return found && withoutNumber(found);
    },
    keepAnswer: async ({ key }, answer) => {
      const earlier = draft.state.answers.get(key.toString('hex'));
      if (earlier === undefined) {
        draft.state = { ...draft.state, answers: new Map(draft.state.answers).set(key.toString('hex'), answer) };
      }
      return earlier;
    },
    upsertPersons: async (persons) => {
      const { changed, ...next } = upsert(draft.state, persons);
      draft.state = next;
      return changed;
    },
    putOrganisation: async (o) => put(draft, 'organisasjoner', o.organisasjonsnummer, o),
    putCertificate: async (c) => put(draft, 'sertifikater', c.fingeravtrykk, c),
    putDelegation: async (d) => put(draft, 'delegeringer', `${d.leverandoer} ${d.oppdragsgiver}`, d),
    putServiceRight: async (r) => put(draft, 'rettigheter', `${r.organisasjon} ${r.tjeneste}`, r),
    putCredential: async (l) => put(draft, 'legitimasjoner', `${l.tjeneste} ${l.brukernavn}`, l),
    putDocumentType: async (d) => put(draft, 'dokumenttyper', `${d.organisasjonsnummer} ${d.dokumenttype}`, d),
    removeDocumentType: async (d) => {
      const rows = new Map(draft.state.tables.dokumenttyper);
      const there = rows.delete(`${d.organisasjonsnummer} ${d.dokumenttype}`);
      draft.state = { ...draft.state, tables: { ...draft.state.tables, dokumenttyper: rows } };
      return there;
    },
    putSupplier: async (l) => put(draft, 'leverandoerer', `${l.organisasjonsnummer} ${l.rolle}`, l),
    putAgency: async (navn) => {
      if (draft.state.tables.agencies.has(navn)) return false;
      put(draft, 'agencies', navn, navn);
      return true;
    },
    ...memoryShipmentTx(draft.state.shipments),
    ...memoryFormidlingTx(draft.state.formidling, (f) => formidlingJob(draft.state.shipments, f)),
    ...memorySvarUtTx(draft.state.svarut),
    ...memoryLedgerTx(draft.state.ledger),
    ...memoryVarselTx(draft.state.shipments),
  });
  const transaction = <T>(work: (draft: { state: State }) => Promise<T> | T): Promise<T> => {
    const run = async () => {
      const draft = {
        state: {
          ...state,
          shipments: copyOf(state.shipments),
          formidling: copyOfFormidling(state.formidling),
          svarut: copyOfSvarUt(state.svarut),
          ledger: copyOfLedger(state.ledger),
        },
      };
      const result = await work(draft);
      state = draft.state;
      return result;
    };
    const result = last.then(run);
    last = result.catch(() => {});
    return result;
  };
  const unitOfWork: UnitOfWork = (work) => transaction((draft) => work(txOf(draft)));
  const rows = <T>(table: keyof State['tables']) => [...state.tables[table].values()] as T[];

  return {
    unitOfWork,
    shipments: memoryShipmentReads(() => state.shipments),
    formidlinger: memoryFormidlingReads(() => state.formidling),
    svarut: memorySvarUtReads(() => state.svarut),
    ledger: memoryLedgerReads(() => state.ledger),
    varsler: memoryVarselReads(() => state.shipments),
    queue: memoryQueue((work) => transaction((draft) => work(draft.state.shipments))),
    reads: {
      persons: async (ids) => personsIn(state, ids),
      changesFrom: async (fra, limit) => ({
        personer: [...state.persons.values()]
          .filter((p) => p.endringsnummer >= fra)
          .sort((a, b) => a.endringsnummer - b.endringsnummer)
          .slice(0, limit),
        seneste: state.seneste,
      }),
      events: async (limit, person) =>
        state.events
          .filter((event) => person === undefined || event.personer.includes(person))
          .slice(-limit)
          .reverse(),
      suppliers: async () => rows('leverandoerer'),
      agencies: async () => rows<string>('agencies').sort(),
      senders: async () => ({
        organisasjoner: rows('organisasjoner'),
        sertifikater: rows('sertifikater'),
        delegeringer: rows('delegeringer'),
        rettigheter: rows('rettigheter'),
        legitimasjoner: rows('legitimasjoner'),
        dokumenttyper: rows('dokumenttyper'),
      }),
    },
    registerImport: {
      begin: async (fileId) => {
        if (!staged.has(fileId)) staged.set(fileId, { row: 0, persons: [] });
        return staged.get(fileId)!.row;
      },
      stage: async (fileId, upToRow, persons) => {
        staged.set(fileId, { row: upToRow, persons: [...staged.get(fileId)!.persons, ...persons] });
      },
      publish: async (fileId) => {
        const { persons } = staged.get(fileId)!;
        staged.delete(fileId);
        return unitOfWork((tx) => tx.upsertPersons(persons));
      },
      discard: async (fileId) => void staged.delete(fileId),
    },
    calendar: {
      ahead: async () => ahead,
      advance: async (ms, at) => void moves.push({ at, ahead: (ahead += ms) }),
      reset: async (at) => void moves.push({ at, ahead: (ahead = 0) }),
      moves: async () => moves,
    },
    close: async () => {},
    events: () => state.events,
    payloads: () => state.shipments.payloads,
  };
}
