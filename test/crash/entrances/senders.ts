import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from './types.js';

/** Milliseconds that a client rests between letters, and before it sends one again. */
const REST_MS = 50;
/** Milliseconds after which whoever is not acknowledged says what the last answer was, and ends the run. */
const PATIENCE_MS = 180_000;

/** `taken`: acknowledged, with what of the answer the same letter is answered with for ever; else what was answered instead. */
export type Answer = { readonly taken: true; readonly as: string } | { readonly taken: false; readonly why: string };

export const taken = (as: string): Answer => ({ taken: true, as });
export const refused = (why: string): Answer => ({ taken: false, why });

/** A letter that is sent until somebody has answered for it. */
export interface Outgoing {
  readonly ref: string;
  /** @param time 0 at first */
  readonly send: (time: number) => Promise<Answer>;
  /** Sent again it is another letter. */
  readonly anonymous?: true;
}

/** Letters that are sent once more in the end: at the most so many of those that were answered at once, and of the others. */
const AGAIN = 20;

export interface Senders {
  readonly acknowledged: ReadonlySet<string>;
  readonly repeated: () => number;
  /** Sends some letters once more. @returns those that are answered otherwise than at first */
  readonly again: () => Promise<readonly string[]>;
  /** Resolves when each has had its last letter acknowledged. */
  readonly sent: Promise<void>;
}

interface Kept {
  readonly send: Outgoing['send'];
  readonly as: string;
}

/** The latest of them. */
function keep(kept: Map<string, Kept>, ref: string, one: Kept): void {
  kept.set(ref, one);
  for (const oldest of [...kept.keys()].slice(0, -AGAIN)) kept.delete(oldest);
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
  const kept = { first: new Map<string, Kept>(), repeated: new Map<string, Kept>() };
  const untilAcknowledged = async ({ ref, send, anonymous }: Outgoing): Promise<void> => {
    const end = Date.now() + PATIENCE_MS;
    for (let time = 0; ; time++) {
      if (time === 1) repeated++;
      const answer = await send(time).catch((error: unknown) => refused(String(error)));
      if (answer.taken) {
        acknowledged.add(ref);
        if (anonymous === undefined) keep(kept[time === 0 ? 'first' : 'repeated'], ref, { send, as: answer.as });
        return;
      }
      if (Date.now() > end) throw new Error(`${ref} is not acknowledged: ${answer.why}`);
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
  const again = async (): Promise<readonly string[]> => {
    const changed: string[] = [];
    for (const [ref, { send, as }] of [...kept.first, ...kept.repeated]) {
      const answer = await send(1);
      if (!answer.taken || answer.as !== as) changed.push(ref);
    }
    return changed;
  };
  return { acknowledged, repeated: () => repeated, again, sent };
}
