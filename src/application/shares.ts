import type { Job } from '../domain/shipment.js';
import type { Room } from '../domain/shipmentPorts.js';

/** How the places of a worker are shared between providers. */
export interface Shares {
  /**
   * A provider takes no more places than it leaves free: alone it has half of them, and one that is slow never has all.
   * @param free places that are free @param most a provider's at once, whatever is free
   */
  room(free: number, most: Room): Room;
  /** Counts a job as its provider's while `run` is at it. */
  counting(run: (job: Job) => Promise<void>): (job: Job) => Promise<void>;
}

/** @param wake called when a place is left that a provider was refused before */
export function createShares(wake: () => void): Shares {
  let refused = false;
  const running = new Map<string | null, number>();
  const add = (leverandoer: string | null, change: 1 | -1): void => {
    const count = (running.get(leverandoer) ?? 0) + change;
    if (count > 0) running.set(leverandoer, count);
    else running.delete(leverandoer);
  };
  return {
    room: (free, most) => (leverandoer) => {
      const own = running.get(leverandoer) ?? 0;
      const more = Math.max(0, Math.min(most(leverandoer) - own, Math.ceil((free - own) / 2)));
      if (more === 0 && own > 0) refused = true;
      return more;
    },
    counting: (run) => async (job) => {
      add(job.leverandoer, 1);
      try {
        await run(job);
      } finally {
        add(job.leverandoer, -1);
        if (refused) wake();
        refused = false;
      }
    },
  };
}
