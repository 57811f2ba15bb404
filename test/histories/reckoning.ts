import type { Person } from '../../src/domain/person.js';
import {
  digipost,
  eboks,
  LEASE,
  printer,
  type History,
  type Letter,
  type Moment,
  type Outcome,
  type Receipt,
  type Way,
} from './happenings.js';
import { aWeekAfter, day, isDaytime, isWorkingDay, laterDate, local, nextDaytimeDate, second } from './time.js';

/*
 * What must come of a letter, by the rules as they are written and without any code of the gateway's: told what happened, in its order, it keeps
 * its own account.
 */

/** Øre (PROFILES), and the sender's own price of an SMS that the gateway sends. */
export const OWN_SMS = 39;
const price = {
  mailbox: 69,
  paper: 510,
  sms: { [digipost]: 50, [eboks]: 44 } as Readonly<Record<string, number>>,
  opening: { [digipost]: 186, [eboks]: 16 } as Readonly<Record<string, number>>,
};

interface Round {
  readonly number: 0 | 1;
  due: number;
  /** Since when it is tried without a pause until the next morning; and when a try was first written down. */
  tried: number | null;
  begun: number | null;
  readonly settled: Map<Way, 'sent' | 'failed'>;
  readonly handed: Map<Way, number>;
  /** What was going out when a turn was lost, whether it did or not. */
  readonly doubted: Set<Way>;
  /** Since when the register has not answered. */
  silent: number | null;
  over: boolean;
}

type Where =
  /** waiting: for its date. due: to be sent. unsure: sent, and the process died. portal: its sender shows it. */
  'waiting' | 'due' | 'unsure' | 'sent' | 'produced' | 'delivered' | 'returned' | 'opened' | 'failed' | 'portal';

/** fresh contact points of these histories are days old, the others 600 days. */
const isFresh = (point: Person['epostadresse'], at: number): boolean =>
  at - (point?.sistOppdatert?.getTime() ?? 0) < 500 * day;

/** by which ways a person may be notified of a letter. */
export function waysTo(person: Person, letter: Letter, at: number): Way[] {
  if (person.status !== 'AKTIV' || (letter.vedtak && person.reservasjon)) return [];
  const usable = (point: Person['epostadresse']) => point !== null && (!letter.vedtak || isFresh(point, at));
  const mail = usable(person.epostadresse) && letter.advance !== 'unasked';
  return [...(mail ? (['EPOST'] as const) : []), ...(usable(person.mobiltelefonnummer) ? (['SMS'] as const) : [])];
}

/** Table K, as far as these letters go. */
function decide(person: Person, letter: Letter, at: number) {
  const paper = { channel: 'UTSKRIFT', provider: printer } as const;
  if (person.status !== 'AKTIV') return paper;
  if (letter.vedtak && waysTo(person, letter, at).length === 0) return paper;
  const mailbox = person.postkasse?.postkasseleverandoerAdresse;
  if (mailbox !== undefined) return { channel: 'POSTKASSE', provider: mailbox } as const;
  return letter.without === 'UTSKRIFT' ? paper : ({ channel: letter.without, provider: null } as const);
}

const before = (a: Round, b: Round): number => a.due - b.due || a.number - b.number;

class Account {
  private where: Where = 'due';
  private way: ReturnType<typeof decide> = { channel: 'UTSKRIFT', provider: printer };
  private smsOrdered = false;
  private notifies = false;
  /** A turn that died holds the letter until its lease is over. */
  private due = 0;
  private resent = false;
  private readonly rounds: Round[] = [];
  private readonly told: string[] = [];
  private readonly messages: string[] = [];
  private readonly charged = new Map<string, number>();
  private readonly seen = new Set<number>();
  private opened = false;

  constructor(
    private readonly letter: Letter,
    private person: Person,
  ) {}

  /** the way by the register as it is now; paper and Altinn wait for their date and are decided again then. */
  decided(at: number, byQueue = false): void {
    const { letter, person } = this;
    this.way = decide(person, letter, at);
    const ways = letter.notifiesItself ? [] : waysTo(person, letter, at);
    this.smsOrdered = ways.includes('SMS');
    this.notifies = ways.length > 0;
    const { channel } = this.way;
    if (channel === 'PORTAL' && !byQueue) return this.handBack(at);
    const waits = (channel === 'UTSKRIFT' || channel === 'ALTINN') && (letter.visibleFrom ?? at) > at;
    this.where = waits ? 'waiting' : 'due';
    this.due = Math.max(this.due, waits ? (letter.visibleFrom ?? at) : at);
  }

  /** the clock starts at the later of availability and first notice. */
  private handBack(at: number): void {
    this.where = 'portal';
    if (this.notifies) this.order(0, Math.max(at, this.letter.visibleFrom ?? at));
  }

  private order(number: 0 | 1, due: number): void {
    const open = { tried: null, begun: null, silent: null, over: false };
    this.rounds.push({ number, due, ...open, settled: new Map(), handed: new Map(), doubted: new Set() });
  }

  private charge(what: string, oere: number): void {
    if (!this.charged.has(what)) this.charged.set(what, oere);
  }

  /** R-57…R-62: what was delivered is charged, once, at the prices of the provider that it was decided for. */
  private delivered(): void {
    const { channel, provider } = this.way;
    this.charge('MELDINGSFORMIDLER', 0);
    if (channel === 'UTSKRIFT') return this.charge('UTSKRIFT', price.paper);
    this.charge('POSTKASSE', price.mailbox);
    if (this.smsOrdered) this.charge('SMS', price.sms[provider ?? ''] ?? NaN);
  }

  /** */
  receipt({ type, feiltype, from, key }: Receipt, at: number): void {
    const repeated = this.seen.has(key);
    this.seen.add(key);
    const { way, where } = this;
    const isMoved = type === 'aapning' && way.channel === 'POSTKASSE' && (where === 'delivered' || where === 'opened');
    if (repeated || (from !== way.provider && !isMoved)) return;
    if (type === 'feil') return this.error(feiltype === 'KLIENT', at);
    if (type === 'varslingfeilet') return;
    if (type === 'mottak') return void (where === 'sent' || where === 'unsure' ? (this.where = 'produced') : undefined);
    this.delivered();
    if (type === 'aapning' && this.letter.openingReceipt && way.channel === 'POSTKASSE')
      this.charge('AAPNINGSKVITTERING', price.opening[way.provider ?? ''] ?? NaN);
    if (where === 'failed' || where === 'opened' || where === 'returned') return;
    if (type === 'aapning') this.where = 'opened';
    else if (type === 'returpost') this.where = 'returned';
    else this.where = 'delivered';
  }

  /** one new look-up, and the letter is sent once more; the second error is final. */
  private error(wrongAddress: boolean, at: number): void {
    if (this.where !== 'sent' && this.where !== 'unsure' && this.where !== 'produced') return;
    const mayHaveMoved = wrongAddress && this.way.channel === 'POSTKASSE' && this.where !== 'produced';
    if (!mayHaveMoved || this.resent) return void (this.where = 'failed');
    this.resent = true;
    this.decided(at, true);
  }

  event(event: Moment['events'][number], at: number): void {
    if (event.type === 'register') this.person = event.person;
    else if (event.type === 'receipt') this.receipt(event.receipt, at);
    else this.open();
  }

  /** only what its sender shows. */
  private open(): void {
    if (this.where !== 'portal') return;
    this.where = 'opened';
    this.opened = true;
  }

  turn(moment: Moment): void {
    this.handOn(moment);
    for (const round of this.rounds.toSorted(before))
      if (!round.over && round.due <= moment.at) this.notify(round, moment);
    // What R-22 puts on paper goes at once.
    this.handOn(moment);
  }

  private handOn({ at, letterCrash, registerDown }: Moment): void {
    if (this.due > at) return;
    if (this.where === 'waiting') {
      if (registerDown) return void (this.due = at + second);
      this.decided(at);
    }
    if (this.where !== 'due' && this.where !== 'unsure') return;
    const { channel, provider } = this.way;
    if (channel === 'PORTAL') return this.handBack(at);
    if (this.where === 'due') this.messages.push(`${channel} ${provider ?? '-'}`);
    this.where = letterCrash ? 'unsure' : 'sent';
    if (letterCrash) this.due = at + LEASE;
  }

  private notify(round: Round, { at, fates, opened, registerDown }: Moment): void {
    if (this.where !== 'portal') return void (round.over = true);
    // a round begins in the daytime of a working day, and goes on in that of any day.
    if (!isDaytime(at) || (round.begun === null && !isWorkingDay(at))) return void (round.tried = null);
    round.tried ??= at;
    if (registerDown) return this.unanswered(round, at);
    if (opened === 'asked') return this.open();
    const ways = waysTo(this.person, this.letter, at).filter((way) => !round.settled.has(way));
    // A repeat by e-mail is not sent twice, so one that may have gone has gone; all else goes again.
    const taken = ways.filter((way) => way === 'EPOST' && round.number === 1 && round.doubted.has(way));
    const out = ways.filter((way) => !taken.includes(way));
    for (const way of out)
      if ((fates[way] === 'ok' || fates[way] === 'crash') && !round.handed.has(way)) round.handed.set(way, at);
    if (opened === 'sent' && out.length > 0) this.open();
    if (out.length > 0) round.silent = null;
    if (out.some((way) => fates[way] === 'crash')) {
      for (const way of out) round.doubted.add(way);
      return void (round.due = at + LEASE);
    }
    round.silent = null;
    round.begun ??= at;
    const begun = local(round.begun).slice(0, 10);
    // by the day after it was ordered it has reached somebody, or failed.
    const givenUp = nextDaytimeDate(at + second) >= laterDate(begun, 2) || at - round.tried >= 2 * day;
    const sentBefore = [...round.settled.values()].includes('sent');
    for (const way of ways) this.settle(round, way, taken.includes(way) ? 'ok' : fates[way], givenUp);
    for (const way of ways) round.doubted.delete(way);
    const sent = [...round.settled.values()].includes('sent');
    const repeated = this.letter.vedtak && !this.letter.givenAddress;
    // once, a week after the first notice.
    if (sent && !sentBefore && round.number === 0 && repeated && this.where === 'portal') this.order(1, aWeekAfter(at));
    round.due = at + second;
    if (!isDaytime(round.due)) round.tried = null;
    round.over = ways.every((way) => round.settled.has(way));
    if (round.over && !sent && this.where === 'portal') this.unreached(at);
  }

  /** nothing is known of who cannot be looked up; in a week it is too late. */
  private unanswered(round: Round, at: number): void {
    round.due = at + second;
    round.silent ??= at;
    if (at < aWeekAfter(round.silent)) return;
    round.over = true;
    if (![...round.settled.values()].includes('sent')) this.unreached(at);
  }

  private settle(round: Round, way: Way, fate: Moment['fates'][Way], givenUp: boolean): void {
    if (fate === 'ok') {
      round.settled.set(way, 'sent');
      this.told.push(`VARSLET ${way}`);
      if (way === 'SMS') this.charge(round.number === 0 ? 'SMS' : 'SMS_GJENTATT', OWN_SMS);
    } else if (fate === 'refused' || givenUp) {
      round.settled.set(way, 'failed');
      this.told.push(`VARSLINGFEILET ${way}`);
    }
  }

  /** its sender is told that nobody was reached, and may want paper then. */
  private unreached(at: number): void {
    this.told.push('VARSLINGFEILET NOT_NOTIFIED');
    if (!this.letter.vedtak || !this.letter.paperIfUnreached) return;
    this.way = { channel: 'UTSKRIFT', provider: printer };
    this.where = 'due';
    this.due = at;
  }

  outcome(): Outcome {
    const charged = [...this.charged].map(([what, oere]) => `${what} ${oere}`).sort();
    return {
      rounds: this.rounds
        .filter(({ handed }) => handed.size > 0)
        .map(({ handed }) => [...handed].map(([way, at]) => `${way} ${local(at)}`).sort()),
      told: this.told.toSorted(),
      messages: this.messages,
      opened: this.opened,
      charged,
      sum: [...this.charged.values()].reduce((total, oere) => total + oere, 0),
    };
  }
}

/** What the rules make of a history. */
export function reckoned({ letter, person, start }: History, moments: readonly Moment[]): Outcome {
  const account = new Account(letter, person);
  account.decided(start);
  for (const moment of moments) {
    for (const event of moment.events) account.event(event, moment.at);
    account.turn(moment);
  }
  return account.outcome();
}
