import type { CalendarRow, Reads, RegisterImport, UnitOfWork } from '../domain/ports.js';
import type { ShipmentReads } from '../domain/shipmentPorts.js';

/** An open database, as far as operator commands need it. */
export interface OpenStore {
  readonly reads: Reads;
  readonly unitOfWork: UnitOfWork;
  readonly registerImport: RegisterImport;
  readonly calendar: CalendarRow;
  close(): Promise<void>;
}

/** The same, with the letters in it. Opened with the data key, under which they lie. */
export interface OpenShipments {
  readonly shipments: ShipmentReads;
  readonly unitOfWork: UnitOfWork;
  close(): Promise<void>;
}
