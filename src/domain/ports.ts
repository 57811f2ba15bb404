import type { CalendarMove } from './calendarMoves.js';
import type { EndretPerson, Person } from './person.js';
import type {
  Delegering,
  Dokumenttype,
  Legitimasjon,
  Leverandoer,
  Organisasjon,
  Rettighet,
  SenderData,
  Sertifikat,
} from './sender.js';
import type { FormidlingTx } from './formidlingPorts.js';
import type { LedgerTx } from './ledgerPorts.js';
import type { ShipmentTx } from './shipmentPorts.js';
import type { SvarUtTx } from './svarut/ports.js';
import type { VarselTx } from './varselrunde.js';

/** Real time: security, certificates, leases. */
export interface Clock {
  now(): Date;
}

/** The time that rules are judged by; the sandbox may move it, production may not. */
export interface Calendar {
  now(): Date;
}

/** How far the calendar is ahead of the clock, in milliseconds: what all processes on one database share. */
export interface CalendarRow {
  ahead(): Promise<number>;
  /** Moves the calendar forward. `now`: by the clock. */
  advance(ms: number, now: Date): Promise<void>;
  /** Makes the calendar the clock's again. `now`: by the clock. */
  reset(now: Date): Promise<void>;
  /** In their order. */
  moves(): Promise<readonly CalendarMove[]>;
}

/** One look-up, as it stands in the audit trail: who, on behalf of whom, about whom, when. */
export interface AuditEvent {
  readonly at: Date;
  readonly correlationId: string;
  /** Organisation number of the signing certificate. */
  readonly organisasjon: string;
  /** Organisation number acted for; the same as `organisasjon` when nobody was named. */
  readonly paaVegneAv: string;
  readonly operasjon: string;
  /** HMACs of the national ids concerned, concatenated, 16 octets each. */
  readonly personer: Buffer;
}

/** A signed request that was accepted once. */
export interface ReplayKey {
  /** SHA-256 over the signer's organisation and the canonical SignedInfo, 32 octets. Which of its certificates came along does not matter. */
  readonly key: Buffer;
  /** From this time on the timestamp check alone refuses the message. */
  readonly expires: Date;
}

export interface ChangeRange {
  /** Persons whose latest change is `fra` or later, by change number. */
  readonly personer: readonly EndretPerson[];
  /** Last change number in the register, 0 when it is empty. */
  readonly seneste: number;
}

/** Reads. Each call sees one consistent snapshot of committed rows. */
export interface Reads {
  /** The persons found, by identifier; unknown ones are absent. */
  persons(ids: readonly string[]): Promise<ReadonlyMap<string, Person>>;
  /** At most `limit` persons changed at `fra` or later, and the number of the last change, in one snapshot. */
  changesFrom(fra: number, limit: number): Promise<ChangeRange>;
  suppliers(): Promise<readonly Leverandoer[]>;
  /** The last `limit` events of the audit trail, newest first; with `person`, those whose hashes contain that one. */
  events(limit: number, person?: Buffer): Promise<readonly AuditEvent[]>;
  /** Names of agencies that were imported, in the order of their octets. */
  agencies(): Promise<readonly string[]>;
  /** Everything that decides who may do what, in one snapshot. */
  senders(): Promise<SenderData>;
}

/** Writes of one transaction, and what is read with them. */
export interface Tx extends ShipmentTx, FormidlingTx, SvarUtTx, LedgerTx, VarselTx {
  /** As `Reads.persons`, in the transaction: for answers that hold only when what it writes does. */
  persons: Reads['persons'];
  /** False when the key was there already: the same signed request has been accepted before. */
  remember(key: ReplayKey): Promise<boolean>;
  appendEvent(event: AuditEvent): Promise<void>;
  /** The person as the register has it, which nobody else changes until the transaction ends. */
  personToChange(personidentifikator: string): Promise<Person | undefined>;
  /**
   * Keeps the answer to a signed request for as long as it can come again, unless there is one: then that is returned, and nothing is
   * written. Decided by a unique key. At most 64 characters.
   */
  keepAnswer(request: ReplayKey, answer: string): Promise<string | undefined>;
  /** Insert or replace persons; each row that really changes gets the next change number. Returns how many did. */
  upsertPersons(persons: readonly Person[]): Promise<number>;
  putOrganisation(o: Organisasjon): Promise<void>;
  putCertificate(c: Sertifikat): Promise<void>;
  putDelegation(d: Delegering): Promise<void>;
  putServiceRight(r: Rettighet): Promise<void>;
  putCredential(l: Legitimasjon): Promise<void>;
  putDocumentType(d: Dokumenttype): Promise<void>;
  /** False when there is none such. */
  removeDocumentType(d: Pick<Dokumenttype, 'organisasjonsnummer' | 'dokumenttype'>): Promise<boolean>;
  putSupplier(l: Leverandoer): Promise<void>;
  /** Keeps the name of an agency that may become a sender. False when it is there already. */
  putAgency(navn: string, fra: Date): Promise<boolean>;
}

/**
 * Runs `work` in one transaction and resolves after its commit is durable. `work` may run more than once (deadlock,
 * lost race), so it holds logic and `tx` calls only.
 */
export type UnitOfWork = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

/**
 * Loads a file into a register: staged part by part, resumable after a crash, then published whole or not at all.
 * `fileId` names the content, so that another file is another import. What is staged twice counts as the last.
 */
export interface RegisterImport<T = Person> {
  /** Starts or resumes an import. Returns how many rows of the file are staged: 0 when it is new. */
  begin(fileId: string): Promise<number>;
  /**
   * Stages what the rows after those staged hold, up to and including row `upToRow`, and notes that row, in one
   * transaction. A row holds at most one.
   */
  stage(fileId: string, upToRow: number, rows: readonly T[]): Promise<void>;
  /** Makes everything staged visible, and ends the import, in one transaction. Returns how many were added or changed. */
  publish(fileId: string): Promise<number>;
  /** Forgets the import and everything it staged. */
  discard(fileId: string): Promise<void>;
}
