import type { Koe, Utlevering } from '../domain/formidling.js';
import type { Clock, ReplayKey, UnitOfWork } from '../domain/ports.js';
import { limits } from '../limits.js';

/** What a sender asks for in one message: a receipt to be ended, one to be handed out, or both. */
export interface Forespoersel {
  /** Organisation number of the asker. */
  readonly eier: string;
  /** MessageId of a receipt that it has taken over. */
  readonly bekreft: string | undefined;
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

/** Ends the last receipt and lends the next, in one transaction; a receipt that is not ended comes again. */
export const hentFraKoe =
  ({ unitOfWork, clock }: { readonly unitOfWork: UnitOfWork; readonly clock: Clock }) =>
  ({ eier, bekreft, hent, replay }: Forespoersel): Promise<Svar> =>
    unitOfWork(async (tx) => {
      const now = clock.now();
      const bekreftet = bekreft !== undefined && (await tx.confirmKoekvittering(eier, bekreft));
      if (hent === undefined) return { bekreftet, utlevering: undefined };
      const until = new Date(now.getTime() + limits.receiptLease);
      const utlevering = (await tx.remember(replay))
        ? await tx.leaseKoekvittering({ eier, mpc: hent }, now, until, replay.key)
        : await tx.leasedBy(replay.key, now);
      return { bekreftet, utlevering };
    });
