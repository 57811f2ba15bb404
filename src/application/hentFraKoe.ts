import type { Koe, Utlevering } from '../domain/formidling.js';
import type { FormidlingReads } from '../domain/formidlingPorts.js';
import type { Clock, ReplayKey, UnitOfWork } from '../domain/ports.js';
import { Failure } from '../errors.js';
import { limits } from '../limits.js';

export interface Bekreftelse {
  /** MessageId of the delivery. */
  readonly meldingsId: string;
  /** Whether it is about what was handed out then. */
  readonly gjelder: (utlevert: Utlevering) => boolean;
}

export interface HentFraKoeDeps {
  readonly formidlinger: Pick<FormidlingReads, 'utlevert'>;
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
}

/** @throws Failure CONFIRMATION_MISMATCH, with nothing written: the receipt comes again when its lease ends */
async function judge(
  { formidlinger }: HentFraKoeDeps,
  eier: string,
  { meldingsId, gjelder }: Bekreftelse,
): Promise<void> {
  const utlevert = await formidlinger.utlevert(eier, meldingsId);
  if (utlevert !== undefined && !gjelder(utlevert)) {
    throw new Failure('CONFIRMATION_MISMATCH', `the confirmation of ${meldingsId} is about other content`);
  }
}

/** What a sender asks for in one message: a receipt to be ended, one to be handed out, or both. */
export interface Forespoersel {
  /** Organisation number of the asker. */
  readonly eier: string;
  /** A receipt that it has taken over. */
  readonly bekreft: Bekreftelse | undefined;
  readonly hent: Koe['mpc'] | undefined;
  /** Recognises the same request when it comes again: the first answer is given again. */
  readonly replay: ReplayKey;
}

export interface Svar {
  /** False: it was ended before, or is nobody's of the asker. */
  readonly bekreftet: boolean;
  /** Undefined when nothing waits, or nothing was asked for. */
  readonly utlevering: Utlevering | undefined;
}

/**
 * Ends the last receipt and lends the next, in one transaction; a receipt that is not ended comes again.
 * @throws Failure CONFIRMATION_MISMATCH
 */
export const hentFraKoe =
  (deps: HentFraKoeDeps) =>
  async ({ eier, bekreft, hent, replay }: Forespoersel): Promise<Svar> => {
    if (bekreft !== undefined) await judge(deps, eier, bekreft);
    return deps.unitOfWork(async (tx) => {
      const now = deps.clock.now();
      const bekreftet = bekreft !== undefined && (await tx.confirmKoekvittering(eier, bekreft.meldingsId));
      if (hent === undefined) return { bekreftet, utlevering: undefined };
      const until = new Date(now.getTime() + limits.receiptLease);
      const utlevering = (await tx.remember(replay))
        ? await tx.leaseKoekvittering({ eier, mpc: hent }, now, until, replay.key)
        : await tx.leasedBy(replay.key, now);
      return { bekreftet, utlevering };
    });
  };
