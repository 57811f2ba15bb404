import {
  forgetOld,
  removeFree,
  sweepOrphans,
  type ForgetDeps,
  type RemoveDeps,
  type SweepDeps,
} from '../application/retention.js';
import type { Payloads } from '../domain/shipmentPorts.js';
import { every, whileRight, type Rounds } from '../housekeeping.js';
import type { Metrics } from '../http/metrics.js';
import type { Log } from '../log.js';

export interface RetentionDeps extends RemoveDeps, ForgetDeps, SweepDeps {
  readonly payloads: RemoveDeps['payloads'] & SweepDeps['payloads'] & Pick<Payloads, 'tidy'>;
  readonly log: Log;
  readonly timeIsRight: () => boolean;
  readonly metrics: Pick<Metrics, 'payloadsRemoved'>;
}

const ROUNDS_MS = { remove: 1_000, sweep: 6 * 3_600_000 };

/** Removes payloads that nobody needs, for as long as it is not stopped. Many processes may do it at once. */
export function keepRetention(deps: RetentionDeps, ms = ROUNDS_MS): Rounds {
  const { log, metrics, timeIsRight, payloads, clock } = deps;
  const told = (reason: 'retention' | 'orphan', removed: number): void => {
    if (removed === 0) return;
    metrics.payloadsRemoved(reason, removed);
    log.info('stored contents were removed', { reason, removed });
  };
  const toldOld = ({ messages, receipts }: { readonly messages: number; readonly receipts: number }): void => {
    if (messages > 0) log.info('messages that were passed on long ago are forgotten', { messages });
    if (receipts > 0) log.warn('receipts that nobody has fetched are forgotten', { receipts });
  };
  const [remove, forget, sweep] = [removeFree(deps), forgetOld(deps), sweepOrphans(deps)];
  const failed = (error: unknown): void => log.error('removing stored contents failed; it is tried again', { error });
  const round = (after: number, work: (signal: AbortSignal) => Promise<void>): Rounds =>
    every(after, whileRight(timeIsRight, work), failed);
  const rounds = [
    round(ms.remove, async (signal) => told('retention', await remove(signal))),
    round(ms.remove, async (signal) => toldOld(await forget(signal))),
    round(ms.sweep, async (signal) => told('orphan', await sweep(signal))),
    round(ms.sweep, (signal) => payloads.tidy(clock.now(), signal)),
  ];
  return { stop: async () => void (await Promise.all(rounds.map((round) => round.stop()))) };
}
