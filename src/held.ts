import { every } from './housekeeping.js';

export interface HeldOptions<T> {
  /** Milliseconds that work is ours when it begins, and after each renewal. */
  readonly leaseMs: number;
  /** Makes it ours for so long from now on. False: it is not ours any more. */
  readonly renew: (work: T) => Promise<boolean>;
  /** Told of a renewal that failed; the next one is tried all the same. */
  readonly failed: (error: unknown) => void;
}

/** Renewals in the time of one lease: one or two may fail. */
const IN_A_LEASE = 3;
/** Renewals at the most, that is twenty leases: what takes longer may never end, and another process may try. */
const MOST = 60;

/**
 * Does work that stays ours for as long as it takes (R35): a lease that ends means that its process has ended, and not that it is slow, so
 * that nobody begins again what is being done, or gives up what arrives.
 */
export const holding =
  <T>({ leaseMs, renew, failed }: HeldOptions<T>, run: (work: T) => Promise<void>) =>
  async (work: T): Promise<void> => {
    let left = MOST;
    const renewals = every(
      leaseMs / IN_A_LEASE,
      async () => {
        if (left > 0) left = (await renew(work)) ? left - 1 : 0;
      },
      failed,
    );
    try {
      await run(work);
    } finally {
      await renewals.stop();
    }
  };
