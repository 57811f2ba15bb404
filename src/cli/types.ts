import type { LedgerReads } from '../domain/ledgerPorts.js';
import type { CalendarRow, Reads, RegisterImport, UnitOfWork } from '../domain/ports.js';
import type { ShipmentReads } from '../domain/shipmentPorts.js';
import type { SvarUtReads } from '../domain/svarut/ports.js';
import type { VarselReads } from '../domain/varselrunde.js';

/** An open database, as far as operator commands need it. */
export interface OpenStore {
  readonly reads: Reads;
  readonly svarut: SvarUtReads;
  readonly ledger: LedgerReads;
  readonly unitOfWork: UnitOfWork;
  readonly registerImport: RegisterImport;
  readonly calendar: CalendarRow;
  close(): Promise<void>;
}

/** The same, with the letters in it. Opened with the data key, under which they lie. */
export interface OpenShipments {
  readonly shipments: ShipmentReads;
  readonly varsler: VarselReads;
  readonly svarut: SvarUtReads;
  readonly unitOfWork: UnitOfWork;
  readonly calendar: CalendarRow;
  close(): Promise<void>;
}
