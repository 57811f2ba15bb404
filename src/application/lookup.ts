import { accessFor, certificateAllowed } from '../domain/access.js';
import type { AuditEvent, Calendar, Clock, Reads, ReplayKey, Tx, UnitOfWork } from '../domain/ports.js';
import type { SenderData, Tjeneste } from '../domain/sender.js';
import { Failure } from '../errors.js';

/** What the audit trail needs. */
export interface RecordDeps {
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
  /** Sixteen octets that stand for a national id in the audit trail. */
  readonly hashId: (personidentifikator: string) => Buffer;
}

/** What every look-up needs. */
export interface LookupDeps extends RecordDeps {
  readonly reads: Reads;
  readonly calendar: Calendar;
  /** The sender tables as they are now. */
  readonly senders: () => SenderData;
}

/** Who asks, for whom, by which signed request. */
export interface Requester {
  readonly organisasjon: string;
  /** The organisation acted for; undefined when none was named. */
  readonly paaVegneAv: string | undefined;
  /** SHA-256 of the signer's certificate, lower-case hex. */
  readonly fingeravtrykk: string;
  readonly replay: ReplayKey;
  readonly correlationId: string;
}

/**
 * Holds the requester against the sender tables (PROFILES, "Who is who"; R-42).
 * @returns the organisation that the look-up is made for
 * @throws Failure NO_ACCESS, INVALID_SECURITY_TOKEN
 */
export function authorise(deps: LookupDeps, requester: Requester, tjeneste: Tjeneste): string {
  const { organisasjon, paaVegneAv: owner = organisasjon, fingeravtrykk } = requester;
  const now = deps.clock.now();
  const senders = deps.senders();
  if (!certificateAllowed(senders, organisasjon, fingeravtrykk, now)) {
    throw new Failure('INVALID_SECURITY_TOKEN', `certificate ${fingeravtrykk} is not registered for ${organisasjon}`);
  }
  if (accessFor(senders, organisasjon, owner, tjeneste, now) === 'denied') {
    throw new Failure('NO_ACCESS', `${organisasjon} for ${owner}: ${tjeneste}`, { owner, service: tjeneste });
  }
  return owner;
}

/** A call as it stands in the audit trail. */
export const lookUpEvent = (
  { clock, hashId }: Omit<RecordDeps, 'unitOfWork'>,
  { organisasjon, correlationId }: Requester,
  paaVegneAv: string,
  operasjon: string,
  personer: readonly string[],
): AuditEvent => ({
  at: clock.now(),
  correlationId,
  organisasjon,
  paaVegneAv,
  operasjon,
  personer: Buffer.concat(personer.map(hashId)),
});

/**
 * Writes down a look-up before it is answered: in one durable transaction, that this signed request has been used, and who asked about
 * whom. Reads are not repeated: the same signed request is refused the second time (PROFILES, "same signed request again").
 * @param read what the answer needs, read in the same transaction: on SQLite that costs half of what a read after the commit does, which
 * finds the cache of the reading connection emptied by it
 * @throws Failure REPLAYED
 */
export async function record<T>(
  deps: RecordDeps,
  requester: Requester,
  paaVegneAv: string,
  operasjon: string,
  personer: readonly string[],
  read: (tx: Tx) => Promise<T>,
): Promise<T> {
  const { replay } = requester;
  const event = lookUpEvent(deps, requester, paaVegneAv, operasjon, personer);
  const { first, found } = await deps.unitOfWork(async (tx) => {
    if (!(await tx.remember(replay))) return { first: false, found: undefined } as const;
    await tx.appendEvent(event);
    return { first: true, found: await read(tx) } as const;
  });
  if (!first) throw new Failure('REPLAYED', 'this signed request has been answered before');
  return found;
}

/** For answers that need nothing from the register, or have it. */
export const readNothing = async (): Promise<void> => undefined;
