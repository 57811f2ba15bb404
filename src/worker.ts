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
  /** There may be work: look at once, or a moment after the last look, so that what comes together is claimed together. */
  wake(): void;
  /** Takes no more, and resolves when what was begun is done. */
  stop(): Promise<void>;
}

/** A rest that whoever wakes the worker ends, at the cost of a flag: it is woken for each letter that is done. */
function resting(): { readonly woken: boolean; wake(): void; rest(ms: number): Promise<void> } {
  let [woken, end]: [boolean, (() => void) | undefined] = [false, undefined];
  return {
    get woken() {
      return woken;
    },
    wake() {
      woken = true;
      end?.();
    },
    rest: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        end = () => {
          clearTimeout(timer);
          resolve();
        };
        if (woken) end();
      }),
  };
}

/** Milliseconds between two looks that somebody asked for. */
const WOKEN_MS = 10;

/** Runs what it can claim, up to `concurrency` at once, until it is stopped. */
export function startWorker<T>({ claim, run, failed, concurrency, pollMs }: WorkerOptions<T>): Worker {
  const running = new Set<Promise<void>>();
  let stopped = false;
  let pause = resting();
  let looked = 0;

  const begin = (work: T): void => {
    const done: Promise<void> = run(work)
      .catch(failed)
      .finally(() => running.delete(done));
    running.add(done);
  };
  const look = async (): Promise<number> => {
    const free = concurrency - running.size;
    if (free <= 0) return 0;
    looked = performance.now();
    const found = await claim(free);
    found.forEach(begin);
    return found.length;
  };
  const loop = async (): Promise<void> => {
    while (!stopped) {
      const own = resting();
      pause = own;
      const found = await look().catch((error: unknown) => {
        failed(error);
        return 0;
      });
      if (found > 0 && running.size < concurrency) continue;
      // With its hands full there is nothing to look for, whoever asks.
      if (running.size >= concurrency) await Promise.race(running);
      else await own.rest(pollMs);
      if (own.woken && !stopped) await sleep(looked + WOKEN_MS - performance.now());
    }
    await Promise.all(running);
  };
  const ended = loop();
  return {
    wake: () => pause.wake(),
    stop: () => {
      stopped = true;
      pause.wake();
      return ended;
    },
  };
}
