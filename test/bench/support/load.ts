import { Agent, request } from 'node:http';
import { contentType } from '../../../src/soap/names.js';

export interface Answer {
  readonly status: number;
  readonly octets: Buffer;
}

export interface Message {
  readonly contentType: string;
  readonly authorization?: string;
  readonly body: Buffer;
}

/** A SOAP 1.2 envelope without parts. */
export const plain = (body: Buffer): Message => ({ contentType: contentType['1.2'], body });

/** Posts one message over a connection of `agent`. */
export function post(agent: Agent, url: string, { contentType: type, authorization, body }: Message): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...{ 'Content-Type': type, 'Content-Length': body.length },
      ...(authorization !== undefined && { Authorization: authorization }),
    };
    const outgoing = request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, octets: Buffer.concat(chunks) }));
      response.once('error', reject);
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

export interface Load {
  /** Answers with status 200. */
  readonly answered: number;
  readonly refused: number;
  /** What the first refusal said. */
  readonly refusal: string | undefined;
  readonly seconds: number;
  /** Milliseconds of each answered request, from its first octet sent to the last octet received. */
  readonly latencies: readonly number[];
}

/** Sends each of `messages` once, over `connections` connections that are kept alive, each sending its next when it has its answer. */
export async function fire(url: string, messages: readonly Message[], connections: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies: number[] = [];
  const refusals: string[] = [];
  let next = 0;
  const caller = async (): Promise<void> => {
    for (;;) {
      const message = messages[next++];
      if (message === undefined) return;
      const sent = performance.now();
      const { status, octets } = await post(agent, url, message);
      if (status === 200) latencies.push(performance.now() - sent);
      else refusals.push(octets.toString('utf8', 0, 600));
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: connections }, caller));
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  return { answered: latencies.length, refused: refusals.length, refusal: refusals[0], seconds, latencies };
}
