import type { Reads, RegisterImport, UnitOfWork } from '../domain/ports.js';

/** An open database, as far as operator commands need it. */
export interface OpenStore {
  readonly reads: Reads;
  readonly unitOfWork: UnitOfWork;
  readonly registerImport: RegisterImport;
  close(): Promise<void>;
}
