import type { Person } from '../../src/domain/person.js';
import type { Feiltype, Kvitteringstype } from '../../src/domain/receipts.js';

/* What happens in a history: the one thing that both the gateway and the reckoning are told. */

export const digipost = '984661185';
export const eboks = '996460320';
export const printer = '310000051';
/** How long a turn in the queue is held by a process that has died. */
export const LEASE = 60_000;

export type Way = 'EPOST' | 'SMS';
/** What a notice meets: taken over, refused, not reached for now, or taken over with a crash before that is written down. */
export type Fate = 'ok' | 'refused' | 'unreached' | 'busy' | 'crash';

/** A letter as it is ordered, as far as the rules look at it. */
export interface Letter {
  readonly vedtak: boolean;
  /** sent to an address that its recipient gave. */
  readonly givenAddress: boolean;
  /** an advance notice, and whether its party has asked for e-mail. */
  readonly advance: 'no' | 'asked' | 'unasked';
  readonly openingReceipt: boolean;
  /** seen from then on. */
  readonly visibleFrom: number | null;
  /** Of its sender: paper where nobody was reached, notifies by itself, and where letters go without a mailbox. */
  readonly paperIfUnreached: boolean;
  readonly notifiesItself: boolean;
  readonly without: 'PORTAL' | 'UTSKRIFT' | 'ALTINN';
}

export interface Receipt {
  readonly type: Kvitteringstype;
  readonly feiltype: Feiltype | null;
  readonly from: string;
  /** The same for the same document that comes again. */
  readonly key: number;
}

export type Event =
  | { readonly type: 'register'; readonly person: Person }
  | { readonly type: 'open' }
  | { readonly type: 'receipt'; readonly receipt: Receipt };

/** What happens at one moment, and then everything that is due gets its turn. */
export interface Moment {
  readonly at: number;
  readonly events: readonly Event[];
  readonly fates: Readonly<Record<Way, Fate>>;
  /** The recipient opens the letter while the register is asked, or while a notice is on its way out. */
  readonly opened: 'asked' | 'sent' | null;
  /** The process dies when a letter has been taken over, before that is written down. */
  readonly letterCrash: boolean;
  /** What is said to die does not: it is so slow that another has its turn, and then it goes on. */
  readonly late: boolean;
  readonly registerDown: boolean;
}

/** A new letter, and what happens afterwards. The moments include that of its acceptance. */
export interface History {
  readonly seed: number;
  readonly letter: Letter;
  readonly person: Person;
  readonly start: number;
}

/** What a sender, its recipient and its bill see of a letter. */
export interface Outcome {
  /** Ways by which something was handed over, each with the first time of that, for each round of notices. */
  readonly rounds: readonly (readonly string[])[];
  /** What the letter's history says of notices, `VARSLET SMS` or `VARSLINGFEILET NOT_NOTIFIED`, sorted. */
  readonly told: readonly string[];
  /** Messages that left the house, `POSTKASSE 984661185`: the same one again counts once. */
  readonly messages: readonly string[];
  readonly opened: boolean;
  /** What is charged, as `SMS 39`, sorted; and the sum, in øre. */
  readonly charged: readonly string[];
  readonly sum: number;
}
