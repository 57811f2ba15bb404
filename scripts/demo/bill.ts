import { maanedAv } from '../../src/domain/ledger.js';
import { identities } from '../../src/sandbox/pki/development.js';
import type { Citizens } from './citizens.js';

/** What a sender has been charged in the months that a demo passes through, and what its mailbox letters have saved. */
export interface Bill {
  readonly sender: string;
  readonly months: readonly string[];
  /** Øre. */
  readonly sum: number;
  readonly saved: number;
}

const day = 86_400_000;
/** Days that a demo moves the calendar at most: fewer than a month has, so that none is passed over. */
const AHEAD = 27;

/** The months of a demo that begins now. */
export const monthsAhead = (): readonly string[] => [
  ...new Set([0, AHEAD].map((days) => maanedAv(new Date(Date.now() + days * day)))),
];

/** As the commands of an operator tell it. */
export async function billed(users: Pick<Citizens, 'bill'>, months = monthsAhead()): Promise<Bill> {
  const sender = identities.sender.organisasjonsnummer;
  /** A member of what a command tells, summed over the months. */
  const total = async (command: 'statement' | 'savings', member: string): Promise<number> => {
    const told = await Promise.all(months.map((m) => users.bill(command, '--month', m, '--sender', sender, '--json')));
    return told.reduce((oere, json) => oere + ((JSON.parse(json) as Record<string, number>)[member] ?? 0), 0);
  };
  return { sender, months, sum: await total('statement', 'sum'), saved: await total('savings', 'spart') };
}
