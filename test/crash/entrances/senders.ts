import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from './types.js';

/** Milliseconds that a client rests between letters, and before it sends one again. */
const REST_MS = 50;
/** Milliseconds after which whoever is not acknowledged says what the last answer was, and ends the run. */
const PATIENCE_MS = 180_000;

/** A letter that is sent until somebody has answered for it. */
export interface Outgoing {
  readonly ref: string;
  /** @param time 0 at first. @returns undefined: acknowledged; else what was answered instead */
  readonly send: (time: number) => Promise<string | undefined>;
}

export interface Senders {
  readonly acknowledged: ReadonlySet<string>;
  readonly repeated: () => number;
  /** Resolves when each has had its last letter acknowledged. */
  readonly sent: Promise<void>;
}

/**
 * Clients that send each letter again until it is acknowledged, and the next while there are few on their way.
 * @param arrived letters that have arrived
 */
export function startSenders(
  { clients, more, onTheirWay }: Pick<World, 'clients' | 'more' | 'onTheirWay'>,
  letter: (index: number, client: number) => Promise<Outgoing>,
  arrived: () => number,
): Senders {
  const acknowledged = new Set<string>();
  let [repeated, index] = [0, 0];
  const untilAcknowledged = async ({ ref, send }: Outgoing): Promise<void> => {
    const end = Date.now() + PATIENCE_MS;
    for (let time = 0; ; time++) {
      if (time === 1) repeated++;
      const wrong = await send(time).catch((error: unknown) => String(error));
      if (wrong === undefined) return void acknowledged.add(ref);
      if (Date.now() > end) throw new Error(`${ref} is not acknowledged: ${wrong}`);
      await sleep(REST_MS);
    }
  };
  const client = async (_: unknown, number: number): Promise<void> => {
    for (;;) {
      while (acknowledged.size - arrived() >= onTheirWay) await sleep(REST_MS);
      if (!more()) return;
      await untilAcknowledged(await letter(index++, number));
      await sleep(REST_MS);
    }
  };
  const sent = Promise.all(Array.from({ length: clients }, client)).then(() => undefined);
  return { acknowledged, repeated: () => repeated, sent };
}
