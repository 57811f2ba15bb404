import type { Person } from '../../src/domain/person.js';
import type { Random } from '../support/generator.js';
import {
  digipost,
  eboks,
  LEASE,
  printer,
  type Event,
  type Fate,
  type Letter,
  type Moment,
  type Receipt,
} from './happenings.js';
import { aWeekAfter, day, hour, minute, second } from './time.js';

/* What happens, by chance. */

export function aLetter(random: Random, start: number): Letter {
  const vedtak = random.chance(0.8);
  const later = random.pick([second, hour, 9 * hour, day, 3 * day, 8 * day]);
  return {
    vedtak,
    givenAddress: random.chance(0.1),
    advance: vedtak && random.chance(0.15) ? random.pick(['asked', 'unasked'] as const) : 'no',
    openingReceipt: random.chance(0.3),
    visibleFrom: random.chance(0.35) ? start + later : null,
    paperIfUnreached: random.chance(0.5),
    notifiesItself: random.chance(0.05),
    without: random.pick(['PORTAL', 'PORTAL', 'PORTAL', 'UTSKRIFT', 'ALTINN'] as const),
  };
}

/** A row of the register after one change. */
export function changed(random: Random, person: Person, at: number): Person {
  const fresh = (verdi: string) => ({ verdi, sistOppdatert: new Date(at), sistVerifisert: null });
  const points = (verdi: string) => [fresh(verdi), null, { ...fresh(verdi), sistOppdatert: new Date(at - 600 * day) }];
  const mailbox = (provider: string) => ({ postkasseadresse: 'kari#1234', postkasseleverandoerAdresse: provider });
  return random.pick<() => Person>([
    () => ({ ...person, reservasjon: !person.reservasjon }),
    () => ({ ...person, reservasjon: false }),
    () => ({ ...person, epostadresse: random.pick(points('kari@example.com')) }),
    () => ({ ...person, mobiltelefonnummer: random.pick(points('+4799990000')) }),
    () => ({ ...person, postkasse: random.pick([mailbox(digipost), mailbox(eboks), null, null]) }),
    () => ({ ...person, status: random.chance(0.3) ? 'SLETTET' : 'AKTIV' }),
  ])();
}

/** What is known of a history so far that chance may look at. */
export interface SoFar {
  readonly now: number;
  readonly letter: Letter;
  readonly person: Person;
  /** When the last notice went out. */
  readonly notified: number | undefined;
  /** Messages that have left the house: by which channel and to whom. */
  readonly messages: readonly (readonly [channel: string, provider: string | null])[];
  /** Turns that were lost; and whether the last one of the letter itself was. */
  readonly crashes: number;
  readonly letterLost: boolean;
  readonly receipts: readonly Receipt[];
}

function nextTime(random: Random, { now, notified, letter, letterLost }: SoFar): number {
  if (letterLost) return now + LEASE + random.pick([0, second]);
  const edges = [notified === undefined ? 0 : aWeekAfter(notified), letter.visibleFrom ?? 0];
  const edge = random.pick(edges) + random.pick([-second, 0, second, minute]);
  const later = now + random.pick([second, LEASE - second, LEASE, 5 * minute, 3 * hour, 9 * hour, day, 3 * day]);
  return random.chance(0.35) && edge > now ? edge : later;
}

/** A receipt of somebody who has had the letter, or of the mailbox that it was moved to; an earlier one may come again. */
function receipt(random: Random, { messages, receipts }: SoFar): Event | undefined {
  if (receipts.length > 0 && random.chance(0.25)) return { type: 'receipt', receipt: random.pick(receipts) };
  if (messages.length === 0) return undefined;
  const [channel, provider] = random.pick(messages);
  if (provider === null) return undefined;
  const paper = ['mottak', 'levering', 'levering', 'returpost', 'feil'] as const;
  const mail = ['levering', 'levering', 'aapning', 'aapning', 'varslingfeilet', 'feil', 'feil'] as const;
  const type = channel === 'UTSKRIFT' ? random.pick(paper) : random.pick(mail);
  const from = type === 'aapning' && random.chance(0.2) ? random.pick([digipost, eboks]) : provider;
  const feiltype = type === 'feil' ? random.pick(['KLIENT', 'KLIENT', 'SERVER'] as const) : null;
  return { type: 'receipt', receipt: { type, feiltype, from, key: receipts.length } };
}

function fate(random: Random, mayCrash: boolean): Fate {
  const unkind = random.pick<Fate>([
    'refused',
    'unreached',
    'unreached',
    'busy',
    ...(mayCrash ? (['crash', 'crash'] as const) : []),
  ]);
  return random.chance(0.4) ? unkind : 'ok';
}

/** The next moment; `first`: the one at which the letter came. */
export function aMoment(random: Random, soFar: SoFar, first: boolean): Moment {
  const at = first ? soFar.now : nextTime(random, soFar);
  const what = random.int(10);
  const events: (Event | undefined)[] = [];
  if (!first && !soFar.letterLost && what < 4)
    events.push({ type: 'register', person: changed(random, soFar.person, at) });
  else if (!first && what < 5) events.push({ type: 'open' });
  else if (!first && what < 9) events.push(receipt(random, soFar));
  // Turns that are lost one after the other are put off by chance, which is the queue's and not ours.
  const mayCrash = soFar.crashes < 2;
  return {
    at,
    events: events.filter((event) => event !== undefined),
    fates: { EPOST: fate(random, mayCrash), SMS: fate(random, mayCrash) },
    opened: random.chance(0.1) ? random.pick(['asked', 'asked', 'sent'] as const) : null,
    letterCrash: mayCrash && random.chance(0.12),
    late: random.chance(0.5),
    registerDown: random.chance(0.06),
  };
}

/** At last whoever has the letter delivers it, if ever it was sent; in most histories. */
export function atLast(random: Random, soFar: SoFar): Moment {
  const at = soFar.now + LEASE + 5 * minute;
  const [, provider] = soFar.messages.at(-1) ?? [];
  const delivers = provider !== undefined && provider !== null && random.chance(0.8);
  const receiptOf = {
    type: 'levering',
    feiltype: null,
    from: provider ?? printer,
    key: soFar.receipts.length,
  } as const;
  const calm = { EPOST: 'ok', SMS: 'ok' } as const;
  const events: readonly Event[] = delivers ? [{ type: 'receipt', receipt: receiptOf }] : [];
  return { at, events, fates: calm, opened: null, letterCrash: false, late: false, registerDown: false };
}
