import { createHash } from 'node:crypto';
import type { Circuits } from '../../src/application/circuits.js';
import { meldLest } from '../../src/application/meldLest.js';
import { sendForsendelse, type Brev } from '../../src/application/sendForsendelse.js';
import type { ShipmentDeps } from '../../src/application/shipmentDeps.js';
import { varsle } from '../../src/application/varsle.js';
import type { Avsenderpolicy } from '../../src/domain/forsendelse.js';
import type { Person } from '../../src/domain/person.js';
import type { Varslingskanal } from '../../src/domain/routing/notices.js';
import type { Job } from '../../src/domain/shipment.js';
import type { Varsel, Varselsender, Varselutfall } from '../../src/domain/varselPorts.js';
import { erVarsel } from '../../src/domain/varselrunde.js';
import { Failure } from '../../src/errors.js';
import type { Store } from '../../src/store/index.js';
import { byPassword, grunnlag, ola, senders } from '../application/shipping.js';
import { numbers } from '../application/lookups.js';

/* Letters in their senders' portals, and the notices of them: use cases on a store, with a register, a way out and a time of the test's. */

/**
 * What a notice meets: taken over, refused, not reached, or taken over with a crash before that is written down; late: so slowly that others have its turn;
 * or a crash before it is handed over, or an answer that is lost.
 */
export type Skjebne = 'ok' | 'refused' | 'unreached' | 'busy' | 'crash' | 'late' | 'stopped' | 'unanswered';

export interface Sendt extends Varsel {
  readonly at: Date;
}

class Crash extends Error {}

type Stores = Pick<Store, 'unitOfWork' | 'shipments' | 'varsler' | 'ledger' | 'queue'>;

export const LEASE = 60_000;
/** One letter in all: notices say nothing of its contents. */
const innhold = { ref: 'ab'.repeat(16), size: 1_000, sha256: createHash('sha256').update('').digest('hex') };
const norsk = { navn: 'Postmottak', adresselinjer: [], postnummer: '0150', poststed: 'OSLO' };

/** Every channel that a letter of this world may go by, and both mailboxes. */
const allWays = {
  kanaler: new Set([...grunnlag.kanaler, 'ALTINN'] as const),
  leverandoerer: new Map([...grunnlag.leverandoerer, ['996460320', { rolle: 'POSTKASSE', sertifikatGyldig: true }]]),
} satisfies Partial<typeof grunnlag>;

export const vedtak = (eksternRef: string, changes: Partial<Brev> = {}): Brev => ({
  eksternRef,
  mottaker: { id: ola, postadresse: norsk },
  tittel: 'Svar på søknad',
  spraak: 'nb',
  klasse: 'VEDTAK',
  prioritet: 'NORMAL',
  virkningstidspunkt: null,
  sikkerhetsnivaa: 4,
  aapningskvittering: null,
  varseltekst: { epost: null, sms: null },
  kunDigitalt: false,
  utskrift: { posttype: 'B_OEKONOMI', farge: 'SORT_HVIT', retur: 'DIREKTE_RETUR', returadresse: norsk },
  kostnadskode: null,
  hoveddokument: { filnavn: 'vedtak.pdf', tittel: 'Vedtak', mimetype: 'application/pdf', innhold },
  vedlegg: [],
  ...changes,
});

const fresh = (verdi: string, at: Date) => ({ verdi, sistOppdatert: at, sistVerifisert: null });

/** A person without a mailbox who can be notified in both ways. */
export const uten = (at: Date, changes: Partial<Person> = {}): Person => ({
  personidentifikator: ola,
  status: 'AKTIV',
  reservasjon: false,
  mobiltelefonnummer: fresh('+4799990000', at),
  epostadresse: fresh('kari@example.com', at),
  postkasse: null,
  spraak: null,
  ...changes,
});

/** @param store asked at each step: it stands once the tests run */
export function noticeWorld(store: () => Stores, start: string) {
  let now = new Date(start);
  let person: Person | undefined = uten(now);
  let register: 'there' | 'away' | 'broken' = 'there';
  let policy: Avsenderpolicy = { utenPostkasse: 'PORTAL', egenVarsling: false };
  let kanaler: readonly Varslingskanal[] = ['EPOST', 'SMS'];
  let kjennerIgjen: readonly Varslingskanal[] = ['SMS'];
  let before: () => Promise<void> = async () => undefined;
  let asked: () => Promise<void> = async () => undefined;
  let letters: (job: Job) => Promise<void> = async () => undefined;
  const skjebne: Record<Varslingskanal, Skjebne> = { EPOST: 'ok', SMS: 'ok' };
  const sent: Sendt[] = [];
  const reports: unknown[] = [];
  const mine = new Set<string>();
  const clock = { now: () => now };

  const held: (() => void)[] = [];
  const running: Promise<void>[] = [];
  let isHeld: () => void = () => undefined;
  const utfall: Readonly<Record<Skjebne, () => Varselutfall | Promise<Varselutfall>>> = {
    late: async () => {
      const free = new Promise<void>((resolve) => held.push(resolve));
      isHeld();
      await free;
      return { type: 'sendt' };
    },
    ok: () => ({ type: 'sendt' }),
    refused: () => ({ type: 'avvist', grunn: '550 <kari@example.com> +47 99 99 00 00 is not here' }),
    unreached: () => {
      throw new Failure('UNAVAILABLE', 'down');
    },
    busy: () => {
      throw new Failure('UPSTREAM_FAULT', 'the gateway for SMS is busy', { vent: '90000' });
    },
    crash: () => {
      throw new Crash();
    },
    stopped: () => {
      throw new Crash();
    },
    unanswered: () => {
      throw new Failure('UPSTREAM_UNREACHABLE', 'reset', { uvisst: 'true' });
    },
  };
  const sender = (): Varselsender => ({
    kanaler: new Set(kanaler),
    kjennerIgjen: new Set(kjennerIgjen),
    send: async (varsel) => {
      await before();
      const fate = skjebne[varsel.kanal];
      if (['ok', 'crash', 'late', 'unanswered'].includes(fate)) sent.push({ ...varsel, at: now });
      return utfall[fate]();
    },
  });
  const shipmentDeps = (): ShipmentDeps => ({
    clock,
    calendar: clock,
    senders: () => senders,
    hashId: (id) => Buffer.from(id.padEnd(16, '.')),
    unitOfWork: store().unitOfWork,
    shipments: store().shipments,
    ledger: store().ledger,
    enheter: { find: async () => new Map() },
    queue: store().queue,
    payloads: { remove: async () => undefined },
    register: {
      ask: async () => {
        if (register === 'away') throw new Failure('UNAVAILABLE', 'the register does not answer');
        if (register === 'broken') throw new TypeError('an error of ours');
        await asked();
        return { spurt: now, persons: new Map(person === undefined ? [] : [[ola, person]]) };
      },
    },
    routing: () => ({ ...grunnlag, ...allWays, policy, varslingskanaler: new Set(kanaler) }),
  });
  /** The turn of one job, by a process that dies where a notice was to crash it. */
  const turn = async (job: Job, of = store()): Promise<void> => {
    let dead = false;
    const base = sender();
    const dying: Varselsender = {
      ...base,
      send: (varsel, signal) =>
        base.send(varsel, signal).catch((error: unknown) => {
          dead ||= error instanceof Crash;
          throw error;
        }),
    };
    const circuits = {
      report: (...[, reached, , vent]: Parameters<Circuits['report']>) => reports.push({ reached, vent }),
    };
    const deps = { ...shipmentDeps(), varsler: of.varsler, random: () => 0, circuits };
    const unitOfWork: Stores['unitOfWork'] = (work) => (dead ? Promise.reject(new Crash()) : of.unitOfWork(work));
    await varsle({ ...deps, unitOfWork, sender: kanaler.length === 0 ? null : dying })(job).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
  };
  const claim = (of = store()): Promise<readonly Job[]> => of.queue.claim(now, LEASE, 100, () => 100);
  /** The turns of our own notices among these; letters have theirs. */
  const ours = async (jobs: readonly Job[], of: Stores): Promise<readonly Job[]> => {
    const found: Job[] = [];
    // Other tests have left letters in the same database.
    for (const job of jobs) {
      if (!erVarsel(job.shipmentId)) await letters(job);
      const runde = erVarsel(job.shipmentId) ? await of.varsler.byId(job.shipmentId) : undefined;
      if (runde !== undefined && mine.has(runde.shipmentId)) found.push(job);
    }
    return found;
  };
  const due = async (of = store()): Promise<readonly Job[]> => ours(await claim(of), of);
  /** Every turn that is due now, and what becomes due by it. */
  const rounds = async (): Promise<void> => {
    for (let jobs = await claim(); jobs.length > 0; jobs = await claim())
      for (const job of await ours(jobs, store())) {
        const stuck = new Promise<void>((resolve) => (isHeld = resolve));
        const done = turn(job);
        running.push(done);
        await Promise.race([done, stuck]);
      }
  };
  const at = (time: string | Date): void => void (now = new Date(time));
  return {
    sent,
    /** What the circuit of notices was told. */
    reports,
    skjebne,
    due,
    turn,
    rounds,
    /** What was slow goes on, to its end. */
    release: async () => {
      for (const free of held.splice(0)) free();
      await Promise.all(running.splice(0));
    },
    at,
    shipmentDeps,
    now: () => now,
    /** Moves on and does what is due then. */
    goTo: async (time: string | Date) => {
      at(time);
      await rounds();
    },
    is: (changes: Partial<Person> | null) => void (person = changes === null ? undefined : uten(now, changes)),
    register: (state: typeof register) => void (register = state),
    policy: (changes: Partial<Avsenderpolicy>) => void (policy = { ...policy, ...changes }),
    /** Which of the other sides know a notice again by its id. */
    knowing: (...some: readonly Varslingskanal[]) => void (kjennerIgjen = some),
    ways: (...some: readonly Varslingskanal[]) => void (kanaler = some),
    /** Does the turns of letters, which nobody does otherwise. */
    letters: (work: typeof letters) => void (letters = work),
    /** The register's row becomes this one. */
    becomes: (row: Person) => void (person = row),
    /** Done while the register is asked. */
    whenAsked: (work: () => Promise<void>) => void (asked = work),
    /** Done while a notice is on its way out. */
    meanwhile: (work: () => Promise<void>) => void (before = work),
    send: async (ref: string, changes: Partial<Brev> = {}): Promise<string> => {
      const { id } = await sendForsendelse(shipmentDeps())(byPassword(), vedtak(ref, changes));
      mine.add(id);
      return id;
    },
    open: (id: string, lest: Date | null = null) => meldLest(shipmentDeps())(byPassword(), { ider: [id] }, lest),
    history: async (id: string) =>
      (await store().shipments.events(id)).map(({ type, kode }) => (kode === null ? type : `${type} ${kode}`)),
    events: (id: string) => store().shipments.events(id),
    receipts: async () => {
      const lent = await store().queue.leaseReceipts(numbers.sender, 'NORMAL', now, 1, 1_000);
      return lent.map(({ shipmentId, hendelse }) => `${shipmentId} ${hendelse.type} ${hendelse.kode ?? ''}`.trim());
    },
    lines: async (id: string) => (await store().ledger.lines(id)).map(({ post, oere }) => [post, oere] as const),
    letter: async (id: string) => {
      const found = await store().shipments.byId(id);
      if (found === undefined) throw new Error('no letter');
      return found;
    },
  };
}
