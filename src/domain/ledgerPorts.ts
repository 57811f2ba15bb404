import type { Ledgerlinje, Post, Sumlinje, Teller } from './ledger.js';
import type { Prisrad } from './tariff.js';

/** What the next letter of a sender would be charged by. */
export interface Prisbilde {
  readonly liste: readonly Prisrad[];
  /** Mailbox letters of the sender that the month has had. */
  readonly sendt: number;
  /** Messages that the broker has passed on in all. */
  readonly formidlet: number;
}

/** Which lines: of a month in Oslo (`2026-11`), of one sender or of all. */
export interface Ledgerutvalg {
  readonly maaned: string;
  readonly avsender?: string;
}

export interface LedgerReads {
  prisbilde(avsender: string, maaned: string): Promise<Prisbilde>;
  /** Every price there is: by plan, thing, supplier, day and number. */
  prices(): Promise<readonly Prisrad[]>;
  /** Lines that are alike, summed: by sender, what it is, supplier, cost code and price. */
  sums(utvalg: Ledgerutvalg): Promise<readonly Sumlinje[]>;
  /** The lines of one letter, in the order in which they were written. */
  lines(shipmentId: string): Promise<readonly Ledgerlinje[]>;
}

/** Writes of one transaction about what is charged; part of `Tx`. Nothing that is written is ever changed or removed. */
export interface LedgerTx {
  /** The price rows that may hold for a sender: everybody's, and those of its plan. */
  priceList(avsender: string): Promise<readonly Prisrad[]>;
  /** What a letter has been charged for. */
  charged(shipmentId: string): Promise<ReadonlyMap<Post, number | null>>;
  /**
   * Writes a line, unless the letter has been charged for that already. Decided by a unique key. The counter, of the line's sender and month or of
   * the nation, has no gaps: whoever wants the next number waits for who has the last.
   * @returns whether it is new
   */
  charge(
    linje: Omit<Ledgerlinje, 'nummer' | 'oere'>,
    teller: Teller | null,
    oere: (nummer: number) => number | null,
  ): Promise<boolean>;
  /** Adds a price. `other`: there is one of another amount for the same, which stays. */
  putPrice(rad: Prisrad): Promise<'new' | 'same' | 'other'>;
  /** Gives a sender a price plan; '' is everybody's. */
  putPricePlan(avsender: string, plan: string): Promise<void>;
}
