import type { UnitOfWork } from '../domain/ports.js';
import { erGift } from '../domain/retry.js';
import type { Job } from '../domain/shipment.js';
import { Failure } from '../errors.js';

export interface PoisonDeps {
  readonly unitOfWork: UnitOfWork;
  /** Told of a job that nobody claims any more, and why. */
  readonly gaveUp: (error: unknown, id: string) => void;
}

/** What passes when the database is as it should be again. */
const passes = (error: unknown): boolean => error instanceof Failure && error.code === 'UNAVAILABLE';

/**
 * Gives a job up whose turns fail each time before anything can be written of its letter, as when its row is damaged. An operator sees it in
 * the queue; the sender cannot be told, for nothing of the letter can be read. What `run` throws earlier is passed on, and the turn is lost.
 */
export const givingUpPoison =
  ({ unitOfWork, gaveUp }: PoisonDeps, run: (job: Job) => Promise<void>) =>
  async (job: Job): Promise<void> => {
    try {
      await run(job);
    } catch (error) {
      if (!erGift(job) || passes(error)) throw error;
      await unitOfWork((tx) => tx.giveUpJob(job));
      gaveUp(error, job.shipmentId);
    }
  };
