/** Work that comes round until it is stopped. */
export interface Rounds {
  /** Begins no more, and resolves when what was begun is done. */
  stop(): Promise<void>;
}

/**
 * Does `work` every `ms`; a round that is still at it when the next is due takes that one's place. What it throws is told to `failed`,
 * and it is tried again when its time comes. The signal tells a long round that it is to end. Keeps no process from ending.
 */
export function every(
  ms: number,
  work: (signal: AbortSignal) => Promise<unknown>,
  failed: (error: unknown) => void,
): Rounds {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= work(stopping.signal)
      .then(() => undefined, failed)
      .finally(() => (running = undefined));
  }, ms).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}

type Round<T> = (signal: AbortSignal) => Promise<T>;

/** As `work`, but nothing while the time is wrong: what is over by a clock that has jumped is not over, and cannot be taken back. */
export const whileRight =
  <T>(timeIsRight: () => boolean, work: Round<T>): Round<T | undefined> =>
  async (signal) =>
    timeIsRight() ? work(signal) : undefined;
