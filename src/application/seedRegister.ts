import type { Person } from '../domain/person.js';
import type { Calendar, UnitOfWork } from '../domain/ports.js';

/** Persons written in one transaction. */
const batchSize = 1000;

/** A deterministic source of synthetic persons, each index another one. */
export type ResidentSource = (index: number, now: Date, reservasjon: boolean) => Person;

export interface SeedInput {
  readonly persons: number;
  /** Exactly so many of them are reserved. */
  readonly reserved: number;
  /** Called after each transaction with the persons written so far. */
  readonly onProgress?: (written: number) => void;
}

/** Spreads exactly `reserved` reservations evenly over `persons` indexes. */
export function isReserved(index: number, persons: number, reserved: number): boolean {
  return ((index * reserved) % persons) + reserved >= persons;
}

/**
 * Fills the register with synthetic persons in transactions of 1000 and returns how many really changed; run again, it changes
 * nothing that is there already. Throws RangeError when more are to be reserved than there are persons.
 */
export const seedRegister =
  (deps: { unitOfWork: UnitOfWork; calendar: Calendar; resident: ResidentSource }) =>
  async ({ persons, reserved, onProgress }: SeedInput): Promise<number> => {
    if (reserved > persons) throw new RangeError(`${reserved} reserved of ${persons} persons is not possible`);
    const now = deps.calendar.now();
    let changed = 0;
    for (let from = 0; from < persons; from += batchSize) {
      const length = Math.min(batchSize, persons - from);
      const batch = Array.from({ length }, (_, i) =>
        deps.resident(from + i, now, isReserved(from + i, persons, reserved)),
      );
      changed += await deps.unitOfWork((tx) => tx.upsertPersons(batch));
      onProgress?.(from + length);
    }
    return changed;
  };
