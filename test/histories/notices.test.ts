import { expect } from 'chai';
import { createCircuits } from '../../src/application/circuits.js';
import { dispatch } from '../../src/application/dispatch.js';
import { mottaKvittering } from '../../src/application/mottaKvittering.js';
import { vurder } from '../../src/application/shipmentDeps.js';
import type { Channel } from '../../src/domain/channel.js';
import type { Person } from '../../src/domain/person.js';
import type { Kanal } from '../../src/domain/routing/decision.js';
import type { Tx } from '../../src/domain/ports.js';
import { seeded, type Random } from '../support/generator.js';
import { memoryStore } from '../support/memoryStore.js';
import { noticeWorld, uten } from '../support/noticeWorld.js';
import { codeOf } from '../application/shipping.js';

/*
 * Random histories of one letter each, held against a reckoning that shares no code with the gateway: it reads the log of what was done, and
 * knows daytime and weeks by the time zone database and the holidays by a list.
 */

const HISTORIES = 10_000;
const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];
const LEASE = 60 * second;
const prices = { POSTKASSE: 69, SMS_DIGIPOST: 50, SMS_OWN: 39, UTSKRIFT: 510 };

const holidays = new Set(
  `2026-01-01 2026-04-02 2026-04-03 2026-04-06 2026-05-01 2026-05-14 2026-05-25 2026-12-25 2027-01-01 2027-03-25 2027-03-26
   2027-03-29 2027-05-06 2027-05-17`.split(/\s+/),
);
const oslo = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Oslo', dateStyle: 'short', timeStyle: 'medium' });
/** `2026-03-02 13:00:00` */
const local = (at: number): string => oslo.format(at);

function isDaytime(at: number): boolean {
  const [date = '', time = ''] = local(at).split(' ');
  const weekday = new Date(date).getUTCDay();
  return weekday > 0 && weekday < 6 && !holidays.has(date) && time >= '08:00:00' && time < '20:00:00';
}

/** The same local time seven days later. */
function aWeekAfter(at: number): number {
  const wanted = local(at).slice(11);
  for (const shift of [0, hour, -hour])
    if (local(at + 7 * day + shift).slice(11) === wanted) return at + 7 * day + shift;
  throw new Error('no such time');
}

interface Entry {
  readonly at: number;
  readonly person: Person;
  readonly opened: boolean;
  readonly crash: boolean;
}

interface Letter {
  readonly vedtak: boolean;
  readonly printed: boolean;
  readonly exempt: boolean;
}

const isFresh = (point: Person['epostadresse'], at: number): boolean =>
  point?.sistOppdatert !== null && point !== null && at - point.sistOppdatert.getTime() < 500 * day;

/** By which ways a person may be notified of a letter. */
function waysOf({ status, reservasjon, epostadresse, mobiltelefonnummer }: Person, { vedtak }: Letter, at: number) {
  if (status !== 'AKTIV' || (vedtak && reservasjon)) return [];
  const usable = (point: Person['epostadresse']) => point !== null && (!vedtak || isFresh(point, at));
  return [...(usable(epostadresse) ? ['epost'] : []), ...(usable(mobiltelefonnummer) ? ['sms'] : [])];
}

/** What must have gone out of a letter in a portal: the rounds as sets of ways, the SMS that are charged, and whether it is on paper then. */
function reckoned(log: readonly Entry[], letter: Letter) {
  const rounds: Set<string>[] = [];
  let sms = 0;
  let [due, free] = [log[0]!.at, 0];
  for (const { at, person, opened, crash } of log) {
    if (opened) break;
    if (at < due || at < free || !isDaytime(at)) continue;
    const ways = waysOf(person, letter, at);
    const round = (rounds[rounds.length - 1 + Number(free === 0)] ??= new Set());
    if (free === 0 && rounds.length > 2) throw new Error('three rounds');
    for (const way of ways) round.add(way);
    if (crash && ways.length > 0) {
      free = at + LEASE;
      continue;
    }
    if (ways.length === 0)
      return { rounds: rounds.filter(({ size }) => size > 0), sms, paper: letter.vedtak && letter.printed };
    sms += Number(ways.includes('sms'));
    if (rounds.length === 2 || !letter.vedtak || letter.exempt) break;
    [due, free] = [aWeekAfter(at), 0];
  }
  return { rounds: rounds.filter(({ size }) => size > 0), sms, paper: false };
}

/** Where a new letter goes. */
function wayOf(person: Person, letter: Letter, at: number): Kanal {
  if (person.status !== 'AKTIV') return 'UTSKRIFT';
  if (letter.vedtak && waysOf(person, letter, at).length === 0) return 'UTSKRIFT';
  return person.postkasse === null ? 'PORTAL' : 'POSTKASSE';
}

function changed(random: Random, person: Person, at: number): Person {
  const fresh = (verdi: string) => ({ verdi, sistOppdatert: new Date(at), sistVerifisert: null });
  const points = (verdi: string) => [fresh(verdi), null, { ...fresh(verdi), sistOppdatert: new Date(at - 600 * day) }];
  const digipost = { postkasseadresse: 'kari#1234', postkasseleverandoerAdresse: '984661185' };
  return random.pick<() => Person>([
    () => ({ ...person, reservasjon: !person.reservasjon }),
    () => ({ ...person, reservasjon: false }),
    () => ({ ...person, epostadresse: random.pick(points('kari@example.com')) }),
    () => ({ ...person, mobiltelefonnummer: random.pick(points('+4799990000')) }),
    () => ({ ...person, postkasse: person.postkasse === null ? digipost : null }),
    () => ({ ...person, status: random.chance(0.3) ? 'SLETTET' : 'AKTIV' }),
  ])();
}

/** The letter's own channels, which take what they get and remember of whom. */
function channels(person: () => Person) {
  const delivered: { readonly kanal: Kanal; readonly reserved: boolean }[] = [];
  const taking = (kanal: Kanal): readonly [Kanal, Channel] => [
    kanal,
    {
      prepare: async () => undefined,
      deliver: async () => {
        delivered.push({ kanal, reserved: person().reservasjon });
        return { type: 'sent' };
      },
    },
  ];
  return { delivered, all: new Map([taking('POSTKASSE'), taking('UTSKRIFT')]) };
}

async function history(seed: number) {
  const random = seeded(seed);
  const store = memoryStore();
  let now = Date.UTC(2026, 0, 1) + random.int(420 * 24 * 60) * minute;
  const w = noticeWorld(() => store, new Date(now).toISOString());
  let person = uten(new Date(now));
  for (let n = random.int(4); n > 0; n--) person = changed(random, person, now);
  const letter: Letter = { vedtak: random.chance(0.8), printed: random.chance(0.5), exempt: random.chance(0.1) };
  const own = {
    plan: '',
    vare: 'SMS',
    leverandoer: null,
    fra: new Date('2025-01-01'),
    fraNummer: 1,
    oere: 39,
  } as const;
  await store.unitOfWork((tx: Tx) => tx.putPrice(own));
  w.becomes(person);
  if (letter.printed) w.policy({ papirUtenVarsel: true });
  const { delivered, all } = channels(() => person);
  const deps = {
    ...w.shipmentDeps(),
    unitOfWork: store.unitOfWork,
    decideAgain: async () => {
      const [decided] = await vurder(w.shipmentDeps(), letterOf.forsendelse.avsender, [letterOf.forsendelse]);
      return decided!.beslutning;
    },
  };
  w.letters(dispatch({ ...deps, random: () => 0, channels: all, circuits: createCircuits() }));
  const changes = {
    klasse: letter.vedtak ? 'VEDTAK' : 'INFO',
    ...(letter.exempt && { oppgittAdresse: { bevis: 's' } }),
  } as const;
  const id = await w.send('one', changes);
  const letterOf = await w.letter(id);
  const way = wayOf(person, letter, now);
  const notified = way === 'PORTAL' && waysOf(person, letter, now).length > 0;
  const log: Entry[] = [];
  const receipts: Buffer[] = [];
  let opened = false;
  const work = async (crash: boolean) => {
    Object.assign(w.skjebne, crash ? { EPOST: 'crash', SMS: 'crash' } : { EPOST: 'ok', SMS: 'ok' });
    log.push({ at: now, person, opened, crash });
    w.at(new Date(now));
    await w.rounds();
  };
  const delivery = async (again: boolean) => {
    const key = again && receipts.length > 0 ? random.pick(receipts) : Buffer.alloc(32, receipts.length + 1);
    receipts.push(key);
    const { beslutning: b, konversasjonsId } = await w.letter(id);
    const leverandoer = (b.utfall === 'SEND' ? b.leverandoer : null) ?? '984661185';
    const replay = { key, expires: new Date(now + hour) };
    await mottaKvittering(deps)({
      type: 'levering',
      feiltype: null,
      detaljer: '',
      konversasjonsId,
      leverandoer,
      replay,
    });
  };
  await work(random.chance(0.1));
  for (let steps = 3 + random.int(4); steps > 0; steps--) {
    const sentAt = w.sent.at(-1)?.at.getTime();
    const edge = (sentAt === undefined ? 0 : aWeekAfter(sentAt)) + random.pick([-second, 0, second, minute]);
    const later = now + random.pick([second, LEASE + second, 5 * minute, 3 * hour, 9 * hour, day, 3 * day]);
    now = random.chance(0.3) && edge > now ? edge : later;
    w.at(new Date(now));
    const what = random.int(10);
    if (what < 4) person = changed(random, person, now);
    else if (what < 5) opened = (await codeOf(w.open(id))) !== 'NOT_HANDED_BACK' || opened;
    else if (what < 7) await delivery(random.chance(0.5));
    w.becomes(person);
    await work(random.chance(0.15));
  }
  await delivery(true);
  await delivery(false);
  return { w, store, id, letter, way, notified, log, delivered, first: log[0]!.person };
}

/** What a letter costs, from its log alone. */
function owed({ way, notified, letter, log, first }: Awaited<ReturnType<typeof history>>): number {
  const { at } = log[0]!;
  if (way === 'UTSKRIFT') return prices.UTSKRIFT;
  if (way === 'POSTKASSE')
    return prices.POSTKASSE + (waysOf(first, letter, at).includes('sms') ? prices.SMS_DIGIPOST : 0);
  if (!notified) return 0;
  const { sms, paper } = reckoned(log, letter);
  return sms * prices.SMS_OWN + (paper ? prices.UTSKRIFT : 0);
}

describe('10,000 random histories of a letter', () => {
  it('R-12, R-17, R-57: repeat, paper and bill are what the rules say, and nothing digital reaches who is reserved', async function () {
    this.timeout(120_000);
    const seen = { repeats: 0, paper: 0, crashes: 0, opened: 0, mailbox: 0 };
    for (let seed = 1; seed <= HISTORIES; seed++) {
      const h = await history(seed);
      const { w, store, id, letter, delivered, log, way } = h;
      const rounds = [...new Set(w.sent.map((notice) => notice.id.replace(/-\w+$/, '')))].map((round) =>
        w.sent.filter((notice) => notice.id.startsWith(round)).map(({ kanal }) => kanal.toLowerCase()),
      );
      const expected = h.notified ? reckoned(log, letter) : { rounds: [], sms: 0, paper: false };
      const ways = (sets: readonly Iterable<string>[]) => sets.map((set) => [...new Set(set)].sort());
      expect(ways(rounds), `seed ${seed}`).to.deep.equal(ways(expected.rounds));
      expect(rounds.length, `seed ${seed}`).to.be.at.most(2);
      for (const { at } of w.sent) {
        const { reservasjon } = log.find((entry) => entry.at === at.getTime())!.person;
        expect(letter.vedtak && reservasjon, `seed ${seed}: a notice of a decision to who is reserved`).to.equal(false);
      }
      const papers = delivered.filter(({ kanal }) => kanal === 'UTSKRIFT').length;
      const digital = delivered.filter(({ kanal, reserved }) => kanal !== 'UTSKRIFT' && reserved && letter.vedtak);
      expect(digital, `seed ${seed}`).to.deep.equal([]);
      expect(papers, `seed ${seed}`).to.equal(Number(way === 'UTSKRIFT' || expected.paper));
      const lines = await store.ledger.lines(id);
      const sum = lines.reduce((total, { oere }) => total + (oere ?? NaN), 0);
      expect(sum, `seed ${seed}: ${JSON.stringify(lines)}`).to.equal(owed(h));
      seen.repeats += Number(rounds.length === 2);
      seen.paper += Number(expected.paper);
      seen.crashes += Number(w.sent.length > new Set(w.sent.map((notice) => notice.id)).size);
      seen.opened += Number(log.some(({ opened }) => opened));
      seen.mailbox += Number(way === 'POSTKASSE');
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).to.be.greaterThan(HISTORIES / 100);
  });
});
