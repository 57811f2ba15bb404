import { ventetid, type Koe } from '../domain/formidling.js';
import { limits } from '../limits.js';

/** How often senders ask for receipts: not before a while has passed since an empty answer. Each process learns it for itself. */
export interface PullPace {
  /** Whether `koe` is asked about too soon. */
  early(koe: Koe, now: Date): boolean;
  /** What the queue was found to be: an empty one is to be left alone for a while. */
  found(koe: Koe, empty: boolean, now: Date): void;
}

const keyOf = ({ eier, mpc }: Koe): string => `${eier} ${mpc.prioritet} ${mpc.id ?? ''}`;

/** @param most queues that are remembered; the one that was found empty first is forgotten first */
export function createPullPace(most: number = limits.brokerQueues): PullPace {
  const emptyAt = new Map<string, number>();
  return {
    early: (koe, now) => {
      const since = emptyAt.get(keyOf(koe));
      return since !== undefined && now.getTime() - since < ventetid[koe.mpc.prioritet];
    },
    found: (koe, empty, now) => {
      const key = keyOf(koe);
      emptyAt.delete(key);
      if (!empty) return;
      emptyAt.set(key, now.getTime());
      const [first] = emptyAt.keys();
      if (emptyAt.size > most && first !== undefined) emptyAt.delete(first);
    },
  };
}
