import { setTimeout as sleep } from 'node:timers/promises';

export interface WorkerOptions<T> {
  /** Takes at most `limit` pieces of work, none of which somebody else has. */
  readonly claim: (limit: number) => Promise<readonly T[]>;
  /** Does one. What it throws is told to `failed`; the work comes back when its lease ends. */
  readonly run: (work: T) => Promise<void>;
  readonly failed: (error: unknown) => void;
  /** Pieces of work at once. */
  readonly concurrency: number;
  /** Milliseconds between looks when there was nothing to do. */
  readonly pollMs: number;
}

export interface Worker {
  /** There may be work: look at once. */
  wake(): void;
  /** Takes no more, and resolves when what was begun is done. */
  stop(): Promise<void>;
}

/** Runs what it can claim, up to `concurrency` at once, until it is stopped. */
export function startWorker<T>({ claim, run, failed, concurrency, pollMs }: WorkerOptions<T>): Worker {
  const running = new Set<Promise<void>>();
  let stopped = false;
  let pause = new AbortController();

  const begin = (work: T): void => {
    const done: Promise<void> = run(work)
      .catch(failed)
      .finally(() => running.delete(done));
    running.add(done);
  };
  const look = async (): Promise<number> => {
    const free = concurrency - running.size;
    if (free <= 0) return 0;
    const found = await claim(free);
    found.forEach(begin);
    return found.length;
  };
  const loop = async (): Promise<void> => {
    while (!stopped) {
      pause = new AbortController();
      const { signal } = pause;
      const found = await look().catch((error: unknown) => {
        failed(error);
        return 0;
      });
      if (found > 0 && running.size < concurrency) continue;
      const rest = sleep(pollMs, undefined, { signal }).catch(() => undefined);
      await Promise.race([rest, ...(running.size >= concurrency ? running : [])]);
    }
    await Promise.all(running);
  };
  const ended = loop();
  return {
    wake: () => pause.abort(),
    stop: () => {
      stopped = true;
      pause.abort();
      return ended;
    },
  };
}
