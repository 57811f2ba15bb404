import { createHash } from 'node:crypto';
import { createCircuits } from '../../src/application/circuits.js';
import { dispatch } from '../../src/application/dispatch.js';
import { mottaKvittering } from '../../src/application/mottaKvittering.js';
import type { Brev } from '../../src/application/sendForsendelse.js';
import { vurder } from '../../src/application/shipmentDeps.js';
import type { Channel } from '../../src/domain/channel.js';
import type { Tx } from '../../src/domain/ports.js';
import type { Kanal } from '../../src/domain/routing/decision.js';
import type { Job, Shipment } from '../../src/domain/shipment.js';
import type { Store } from '../../src/store/index.js';
import { codeOf } from '../application/shipping.js';
import { seeded } from '../support/generator.js';
import { noticeWorld, uten } from '../support/noticeWorld.js';
import { aLetter, aMoment, atLast, changed, type SoFar } from './generate.js';
import {
  LEASE,
  type Event,
  type Fate,
  type History,
  type Letter,
  type Moment,
  type Outcome,
  type Receipt,
  type Way,
} from './happenings.js';
import { OWN_SMS } from './reckoning.js';
import { day, hour, local, minute } from './time.js';

/* Plays a history on a store: the gateway's own use cases, with a register, channels and a time that are made here. */

export type Stores = Pick<Store, 'unitOfWork' | 'shipments' | 'varsler' | 'ledger' | 'queue'>;

/** A digital copy of a decision that went to who had a reservation at that moment. */
type Breach = string;

export interface Played {
  readonly history: History;
  readonly moments: readonly Moment[];
  readonly outcome: Outcome;
  readonly breaches: readonly Breach[];
  /** What is in the letter's own history, and where it ended: for comparing stores. */
  readonly story: readonly string[];
}

const changesOf = (letter: Letter): Partial<Brev> => ({
  klasse: letter.vedtak ? 'VEDTAK' : 'INFO',
  ...(letter.givenAddress && { oppgittAdresse: { bevis: 's' } }),
  ...(letter.advance !== 'no' && { forhaandsvarsel: { epostBevis: letter.advance === 'asked' ? 'by form' : null } }),
  aapningskvittering: letter.openingReceipt ? { begrunnelse: 'a time limit' } : null,
  virkningstidspunkt: letter.visibleFrom === null ? null : new Date(letter.visibleFrom),
});

/** What is handed on, where nobody reads it. */
const packed = ({ meldingsId, id }: Shipment) => {
  const blob = (what: string) => ({
    ref: createHash('sha256').update(`${id} ${meldingsId} ${what}`).digest('hex').slice(0, 32),
    size: 1,
    sha256: '0'.repeat(64),
  });
  return { meldingsId, sbd: blob('sbd'), cms: blob('cms'), sider: 1 };
};

class Crash extends Error {}

/** A world in which one history is played. */
class Play {
  private readonly w: ReturnType<typeof noticeWorld>;
  private id = '';
  private person;
  private readonly messages = new Map<string, readonly [channel: string, provider: string | null]>();
  private readonly breaches: Breach[] = [];
  private readonly receipts: Receipt[] = [];
  private crashes = 0;
  private letterLost = false;
  /** When the last turn was lost that may still go on. */
  private lostAt: number | null = null;
  private readonly held: (() => void)[] = [];
  private readonly running: Promise<void>[] = [];

  constructor(
    private readonly store: Stores,
    private readonly history: History,
  ) {
    this.w = noticeWorld(() => store, new Date(history.start).toISOString());
    this.person = history.person;
    const { letter } = history;
    this.w.becomes(history.person);
    this.w.policy({
      utenPostkasse: letter.without,
      egenVarsling: letter.notifiesItself,
      ...(letter.paperIfUnreached && { papirUtenVarsel: true }),
    });
  }

  async send(): Promise<void> {
    const { seed, letter } = this.history;
    this.id = await this.w.send(`history ${seed}`, changesOf(letter));
  }

  soFar(now: number): SoFar {
    const { letter } = this.history;
    const { person, crashes, letterLost, receipts } = this;
    const notified = this.w.sent.at(-1)?.at.getTime();
    return { now, letter, person, notified, messages: [...this.messages.values()], crashes, letterLost, receipts };
  }

  private deps(unitOfWork: Stores['unitOfWork']) {
    const { store, w } = this;
    const decideAgain = async ({ forsendelse }: Shipment) => {
      const [decided] = await vurder(w.shipmentDeps(), forsendelse.avsender, [forsendelse]);
      return decided!.beslutning;
    };
    return { ...w.shipmentDeps(), shipments: store.shipments, unitOfWork, decideAgain };
  }

  private async happens(event: Event): Promise<void> {
    if (event.type === 'register') this.w.becomes((this.person = event.person));
    else if (event.type === 'open') await codeOf(this.w.open(this.id));
    else await this.isTold(event.receipt);
  }

  private async isTold({ type, feiltype, from, key }: Receipt): Promise<void> {
    this.receipts[key] = { type, feiltype, from, key };
    const { konversasjonsId } = await this.w.letter(this.id);
    const hash = createHash('sha256').update(`${this.history.seed} ${key}`).digest();
    await mottaKvittering(this.deps(this.store.unitOfWork))({
      ...{ type, feiltype, konversasjonsId, leverandoer: from, detaljer: '' },
      replay: { key: hash, expires: new Date(this.w.now().getTime() + hour) },
    });
  }

  /** The letter's own turn: channels take what they get, and the process may die before that is written down. */
  private async handOn(job: Job, { letterCrash: crash, late }: Moment): Promise<void> {
    if (job.shipmentId !== this.id) return;
    let isHeld: () => void = () => undefined;
    const stuck = new Promise<void>((resolve) => (isHeld = resolve));
    let dead = false;
    const unitOfWork: Stores['unitOfWork'] = (work) =>
      dead ? Promise.reject(new Crash()) : this.store.unitOfWork(work);
    const taking = (kanal: Kanal): readonly [Kanal, Channel] => [
      kanal,
      {
        prepare: async (shipment) => packed(shipment),
        deliver: async (shipment) => {
          this.took(kanal, shipment);
          if (crash) this.letterLost = true;
          dead = crash && !late;
          if (dead) throw new Crash();
          if (crash) await new Promise<void>((resolve) => (this.held.push(resolve), isHeld()));
          return { type: 'sent' };
        },
      },
    ];
    const channels = new Map([taking('POSTKASSE'), taking('UTSKRIFT'), taking('ALTINN')]);
    const deps = { ...this.deps(unitOfWork), random: () => 0, channels, circuits: createCircuits() };
    const done = dispatch(deps)(job).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
    this.running.push(done);
    await Promise.race([done, stuck]);
    this.crashes += Number(this.letterLost);
  }

  /**
   * A first hand-over of a decision to somebody who is reserved is a breach. The same message again is none, though he has been reserved meanwhile:
   * letters to a mailbox go out at once, R-15 has the register asked anew only before a date that was put off, and a turn that was lost after the other
   * side took the message must not make two letters of one.
   */
  private took(kanal: Kanal, { meldingsId, beslutning }: Shipment): void {
    const again = this.messages.has(meldingsId);
    this.messages.set(meldingsId, [kanal, beslutning.utfall === 'SEND' ? beslutning.leverandoer : null]);
    const { reservasjon, status } = this.person;
    if (!again && kanal !== 'UTSKRIFT' && reservasjon && status === 'AKTIV' && this.history.letter.vedtak)
      this.breaches.push(`${kanal} at ${this.w.now().toISOString()}`);
  }

  async at(moment: Moment): Promise<void> {
    const { w } = this;
    w.at(new Date(moment.at));
    this.letterLost = false;
    for (const event of moment.events) await this.happens(event);
    const slow = (fate: Fate) => (fate === 'crash' && moment.late ? 'late' : fate);
    Object.assign(w.skjebne, { EPOST: slow(moment.fates.EPOST), SMS: slow(moment.fates.SMS) });
    w.register(moment.registerDown ? 'away' : 'there');
    w.letters((job) => this.handOn(job, moment));
    w.whenAsked(async () => void (moment.opened === 'asked' && (await codeOf(w.open(this.id)))));
    w.meanwhile(async () => void (moment.opened === 'sent' && (await codeOf(w.open(this.id)))));
    const before = w.sent.length;
    await w.rounds();
    const lost = w.sent.slice(before).some(({ kanal }) => moment.fates[kanal] === 'crash');
    this.crashes += Number(lost);
    if (lost || this.letterLost) this.lostAt = moment.at;
    if (this.lostAt !== null && this.lostAt + LEASE <= moment.at) await this.release();
    for (const { kanal } of w.sent.slice(before))
      if (this.history.letter.vedtak && this.person.reservasjon) this.breaches.push(`${kanal} at ${moment.at}`);
    w.register('there');
    w.whenAsked(async () => undefined);
  }

  /** Who was slow goes on, and finds that others have had its turns. */
  private async release(): Promise<void> {
    this.lostAt = null;
    for (const free of this.held.splice(0)) free();
    await Promise.all(this.running.splice(0));
    await this.w.release();
  }

  async outcome(): Promise<Pick<Played, 'outcome' | 'breaches' | 'story'>> {
    const { w, id, store, breaches } = this;
    const events = await w.history(id);
    const lines = await store.ledger.lines(id);
    const ids = [...new Set(w.sent.map((notice) => notice.id.replace(/-\w+$/, '')))];
    const first = (round: string, kanal: Way) =>
      w.sent.find((notice) => notice.id.startsWith(round) && notice.kanal === kanal)?.at;
    const ways = (round: string): string[] =>
      (['EPOST', 'SMS'] as const).flatMap((way) => {
        const at = first(round, way);
        return at === undefined ? [] : [`${way} ${local(at.getTime())}`];
      });
    const { tilstand } = await w.letter(id);
    const told = events.filter((event) => /^VARSL(ET|INGFEILET) (EPOST|SMS|NOT_NOTIFIED)$/.test(event));
    return {
      outcome: {
        rounds: ids.map(ways),
        told: told.sort(),
        messages: [...this.messages.values()].map(([channel, provider]) => `${channel} ${provider ?? '-'}`),
        opened: events.includes('LEST_EKSTERNT'),
        charged: lines.map(({ post, oere }) => `${post} ${oere}`).sort(),
        sum: lines.reduce((sum, { oere }) => sum + (oere ?? NaN), 0),
      },
      breaches,
      story: [...events, tilstand],
    };
  }

  /** Leaves nothing in the queue that another history could be given. */
  async end(): Promise<void> {
    const { store, w } = this;
    const later = (n: number) => new Date(w.now().getTime() + n * 400 * day);
    for (let n = 1, jobs = await store.queue.claim(later(n), minute, 100, () => 100); jobs.length > 0; n++) {
      for (const job of jobs) await store.unitOfWork((tx: Tx) => tx.endJob(job));
      jobs = await store.queue.claim(later(n + 1), minute, 100, () => 100);
    }
  }
}

/** The price of the SMS that the gateway itself sends, which the price list has none of. */
export const putOwnPrice = (store: Stores): Promise<unknown> => {
  const own = { plan: '', vare: 'SMS', leverandoer: null, fra: new Date('2025-01-01'), fraNummer: 1 } as const;
  return store.unitOfWork((tx: Tx) => tx.putPrice({ ...own, oere: OWN_SMS }));
};

/** Plays the history of a seed: the same one each time, on whichever store. */
export async function played(store: Stores, seed: number): Promise<Played> {
  const random = seeded(seed);
  const start = Date.UTC(2026, 0, 1) + random.int(420 * 24 * 60) * minute;
  let person = uten(new Date(start));
  for (let n = random.int(4); n > 0; n--) person = changed(random, person, start);
  const history = { seed, letter: aLetter(random, start), person, start };
  const play = new Play(store, history);
  await play.send();
  const moments: Moment[] = [];
  const next = async (moment: Moment) => {
    moments.push(moment);
    await play.at(moment);
  };
  await next(aMoment(random, play.soFar(start), true));
  for (let steps = 3 + random.int(4); steps > 0; steps--)
    await next(aMoment(random, play.soFar(moments.at(-1)!.at), false));
  await next(atLast(random, play.soFar(moments.at(-1)!.at)));
  const seen = await play.outcome();
  await play.end();
  return { history, moments, ...seen };
}
