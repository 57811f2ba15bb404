import { accessFor, certificateAllowed } from '../domain/access.js';
import { hjelpetekst, type Brukerstoette } from '../domain/brukerstoette.js';
import type { Enhet, Enhetsoppslag } from '../domain/enhet.js';
import type { Forsendelse } from '../domain/forsendelse.js';
import { mottakertype } from '../domain/identifier.js';
import type { LedgerReads } from '../domain/ledgerPorts.js';
import type { Person } from '../domain/person.js';
import type { Calendar, Clock, ReplayKey, Tx } from '../domain/ports.js';
import { decide } from '../domain/routing/decide.js';
import type { Beslutning } from '../domain/routing/decision.js';
import { describe } from '../domain/routing/describe.js';
import type { Bestilling, Fakta, SvarUtFakta } from '../domain/routing/facts.js';
import { skalSpoerreRegisteret } from '../domain/routing/facts.js';
import type { Tospraaklig } from '../domain/routing/words.js';
import type { SenderData } from '../domain/sender.js';
import type { Shipment } from '../domain/shipment.js';
import type { Payloads, Queue, ShipmentReads, ShipmentTx } from '../domain/shipmentPorts.js';
import { Failure } from '../errors.js';

/** The contact and reservation register, wherever it is. */
export interface PersonRegister {
  /**
   * The persons found, by identifier; unknown ones are absent.
   * @param avsender organisation number of the body that asks
   * @throws Failure UNAVAILABLE: a look-up that fails is no answer, and never turns a letter into print
   */
  ask(
    ids: readonly string[],
    avsender: string,
  ): Promise<{ readonly spurt: Date; readonly persons: ReadonlyMap<string, Person> }>;
}

/** What the rules are told of this installation, and of one sender. */
export type Rutegrunnlag = Omit<Fakta, 'forsendelse' | 'register' | 'enhet' | 'now' | 'svarut'>;

/** The writes that use cases about shipments make. */
export type ShipmentWork = <T>(
  work: (tx: ShipmentTx & Pick<Tx, 'remember' | 'appendEvent' | 'insertVarsel'>) => Promise<T>,
) => Promise<T>;

/** What use cases about shipments need. */
export interface ShipmentDeps {
  readonly clock: Clock;
  readonly calendar: Calendar;
  readonly senders: () => SenderData;
  /** Sixteen octets that stand for a national id in the audit trail. */
  readonly hashId: (personidentifikator: string) => Buffer;
  readonly unitOfWork: ShipmentWork;
  readonly shipments: ShipmentReads;
  readonly ledger: Pick<LedgerReads, 'prisbilde'>;
  readonly queue: Pick<Queue, 'leaseReceipts'>;
  readonly payloads: Pick<Payloads, 'remove'>;
  readonly register: PersonRegister;
  readonly enheter: Enhetsoppslag;
  /** Who helps recipients; absent: nobody is named. */
  readonly brukerstoette?: readonly Brukerstoette[];
  /** `avsender` is the body whose letter it is. */
  readonly routing: (avsender: string) => Rutegrunnlag;
}

/** Who calls, for whom, and by what proof. */
export interface Caller {
  readonly organisasjon: string;
  /** The body acted for; undefined: the caller itself. */
  readonly avsender: string | undefined;
  /** What a signed request has: SHA-256 of the certificate, lower-case hex, and what recognises the request. Null for a password. */
  readonly signature: { readonly fingeravtrykk: string; readonly replay: ReplayKey } | null;
  readonly correlationId: string;
}

/** A decision and what it says in words. */
export interface Forklart {
  readonly beslutning: Beslutning;
  readonly tekst: Tospraaklig;
  readonly virkningstidspunkt: Date | null;
}

/**
 * Holds the caller against the sender tables.
 * @returns the body whose letters these are
 * @throws Failure NO_ACCESS, INVALID_SECURITY_TOKEN
 */
export function authorise(deps: Pick<ShipmentDeps, 'clock' | 'senders'>, caller: Caller): string {
  const { organisasjon, avsender: owner = organisasjon, signature } = caller;
  const now = deps.clock.now();
  const senders = deps.senders();
  if (signature !== null && !certificateAllowed(senders, organisasjon, signature.fingeravtrykk, now)) {
    throw new Failure(
      'INVALID_SECURITY_TOKEN',
      `certificate ${signature.fingeravtrykk} is not that of ${organisasjon}`,
    );
  }
  if (accessFor(senders, organisasjon, owner, 'FORSENDELSE', now) === 'denied') {
    throw new Failure('NO_ACCESS', `${organisasjon} for ${owner}: FORSENDELSE`, { owner, service: 'FORSENDELSE' });
  }
  return owner;
}

type Hasher = Pick<ShipmentDeps, 'clock' | 'hashId'>;
type Asker = Pick<Caller, 'organisasjon' | 'correlationId'>;

/** The look-up as it stands in the audit trail. */
const auditEvent = (deps: Hasher, caller: Asker, owner: string, operasjon: string, ids: readonly string[]) => ({
  at: deps.clock.now(),
  correlationId: caller.correlationId,
  organisasjon: caller.organisasjon,
  paaVegneAv: owner,
  operasjon,
  personer: Buffer.concat(ids.map(deps.hashId)),
});

/** Persons that the register is asked about; never a business. */
export const spurtOm = (mottakere: readonly Forsendelse['mottaker'][], grunnlag: Rutegrunnlag): string[] => [
  ...new Set(mottakere.flatMap((m) => (skalSpoerreRegisteret(m, grunnlag.identifikatorer) ? [m.id] : []))),
];

/** Writes down in the caller's transaction who asked about whom. Writes nothing when nobody was asked about. */
export async function audit(
  tx: Pick<Tx, 'appendEvent'>,
  deps: Hasher,
  caller: Asker,
  owner: string,
  operasjon: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length > 0) await tx.appendEvent(auditEvent(deps, caller, owner, operasjon, ids));
}

/**
 * Writes down a read before it is answered. The same signed request is not answered twice; a password is shown anew each time.
 * @throws Failure REPLAYED
 */
export async function recordRead(
  deps: ShipmentDeps,
  caller: Caller,
  owner: string,
  operasjon: string,
  ids: readonly string[] = [],
): Promise<void> {
  const { signature } = caller;
  if (signature === null && ids.length === 0) return;
  const first = await deps.unitOfWork(async (tx) => {
    if (signature !== null && !(await tx.remember(signature.replay))) return false;
    await audit(tx, deps, caller, owner, operasjon, ids);
    return true;
  });
  if (!first) throw new Failure('REPLAYED', 'this signed request has been answered before');
}

/** The businesses among the recipients that Enhetsregisteret knows. */
function virksomheter({ enheter }: Pick<ShipmentDeps, 'enheter'>, bestillinger: readonly Bestilling[]) {
  const ids = bestillinger.flatMap(({ mottaker: { id } }) =>
    id !== null && mottakertype(id) === 'VIRKSOMHET' ? [id] : [],
  );
  return ids.length === 0 ? new Map<string, Enhet>() : enheter.find([...new Set(ids)]);
}

/** Decides about letters of one body, with one question to the register. `svarut`: of letters that came that way. @throws Failure UNAVAILABLE */
export async function vurder(
  deps: Pick<ShipmentDeps, 'routing' | 'register' | 'enheter' | 'brukerstoette' | 'calendar'>,
  owner: string,
  bestillinger: readonly Bestilling[],
  svarut?: SvarUtFakta,
): Promise<readonly Forklart[]> {
  const grunnlag = deps.routing(owner);
  const ids = spurtOm(
    bestillinger.map((b) => b.mottaker),
    grunnlag,
  );
  const answer = ids.length === 0 ? null : await deps.register.ask(ids, owner);
  const kjente = await virksomheter(deps, bestillinger);
  const now = deps.calendar.now();
  return bestillinger.map((forsendelse) => {
    const { id } = forsendelse.mottaker;
    const asked = answer !== null && id !== null && ids.includes(id);
    const register = asked ? { spurt: answer.spurt, person: answer.persons.get(id) } : null;
    const enhet = kjente.get(id ?? '');
    return forklart(
      decide({ ...grunnlag, ...(svarut && { svarut }), ...(enhet && { enhet }), forsendelse, register, now }),
      forsendelse.virkningstidspunkt,
      deps.brukerstoette,
    );
  });
}

/** A decision with its words, and with who can help, where that is known. */
export function forklart(
  beslutning: Beslutning,
  virkningstidspunkt: Date | null,
  brukerstoette: readonly Brukerstoette[] = [],
): Forklart {
  const hjelp = hjelpetekst(brukerstoette, beslutning);
  const tekst = (i: 'nb' | 'en') =>
    [describe(beslutning, i, virkningstidspunkt), ...(hjelp === undefined ? [] : [hjelp[i]])].join(' ');
  return { beslutning, virkningstidspunkt, tekst: { nb: tekst('nb'), en: tekst('en') } };
}

/** Letters by id or by the sender's reference. */
export type Utvalg = { readonly ider: readonly string[] } | { readonly eksterneRefer: readonly string[] };

/**
 * The letters of one body, in the order asked for.
 * @throws Failure UNKNOWN_SHIPMENT when one of them is not there, is another's, or came by SvarUt: nobody learns which
 */
export function finn(deps: Pick<ShipmentDeps, 'shipments'>, owner: string, utvalg: Utvalg): Promise<Shipment[]> {
  const { shipments } = deps;
  const found =
    'ider' in utvalg
      ? utvalg.ider.map((id) => shipments.byId(id))
      : utvalg.eksterneRefer.map((ref) => shipments.byRef(owner, ref));
  return Promise.all(
    found.map(async (promised) => {
      const shipment = await promised;
      const { avsender, svarut } = shipment?.forsendelse ?? {};
      if (shipment === undefined || avsender !== owner || svarut !== undefined) {
        throw new Failure('UNKNOWN_SHIPMENT', `not a letter of ${owner}`);
      }
      return shipment;
    }),
  );
}
