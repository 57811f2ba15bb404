import { Agent } from 'node:http';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { post, type Message } from './load.js';
import type { Entrance } from './senders.js';
import type { Server } from './server.js';

/** A letter that is to come so many milliseconds after the start of a round. */
export interface Arrival {
  readonly sender: number;
  readonly at: number;
}

export interface Wave {
  /** Senders, and how much each of them sends in proportion to the others. */
  readonly weights: readonly number[];
  /** Letters a second, of all of them. */
  readonly rate: number;
  readonly seconds: number;
  /** Who sends all that is due in a second at its beginning. */
  readonly bursting?: number | undefined;
}

/** Letters of senders who know nothing of each other: pauses as chance gives them. */
export function arrivals({ weights, rate, seconds, bursting }: Wave): Arrival[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  const all = weights.flatMap((weight, sender) => {
    const pause = (sum * 1000) / (weight * rate);
    const own: Arrival[] = [];
    for (let at = 0; ;) {
      at -= Math.log(1 - Math.random()) * pause;
      if (at >= seconds * 1000) return own;
      own.push({ sender, at: sender === bursting ? Math.floor(at / 1000) * 1000 : at });
    }
  });
  return all.sort((a, b) => a.at - b.at);
}

export interface Measured {
  readonly sender: number;
  /** Milliseconds from the first octet of the request to the answer, and to the delivery. */
  readonly accepted: number;
  readonly delivered: number;
}

const now = (): number => performance.timeOrigin + performance.now();
/** Milliseconds for the last letters of a wave. */
const PATIENCE = 120_000;

async function deliveries(file: string): Promise<Map<string, number>> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return new Map(
    text.split('\n').map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

/**
 * Sends each letter at its time, whether others are answered or not, and waits until all are delivered.
 * @param log what a gateway of `support/gateway` writes @throws Error when one is refused, or does not arrive
 */
export async function sendAll(
  server: Server,
  entrance: Entrance,
  due: readonly Arrival[],
  log: string,
): Promise<{ readonly letters: Measured[]; readonly cpu: number }> {
  const ready = due.map(({ sender }): Message => entrance.letter(sender));
  const agent = new Agent({ keepAlive: true });
  const before = await server.usage();
  const start = now();
  const sent = await Promise.all(
    due.map(async ({ sender, at }, n) => {
      await sleep(start + at - now());
      const message = ready[n] as Message;
      const began = now();
      const answer = await post(agent, server.url + entrance.path, message);
      if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.octets.toString('utf8', 0, 600)}`);
      return { sender, began, accepted: now() - began, reference: entrance.referenceOf(message, answer) };
    }),
  );
  agent.destroy();
  for (const until = now() + PATIENCE; ; await sleep(100)) {
    const there = await deliveries(log);
    const missing = sent.find(({ reference }) => !there.has(reference));
    if (missing === undefined) {
      const spent = Math.max(...there.values()) - start;
      const letters = sent.map(({ sender, began, accepted, reference }) => ({
        ...{ sender, accepted, delivered: (there.get(reference) ?? NaN) - began },
      }));
      return { letters, cpu: ((await server.usage()).cpu - before.cpu) / 1000 / spent };
    }
    if (now() > until) throw new Error(`${missing.reference} is not delivered`);
  }
}
