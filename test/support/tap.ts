import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { request as send } from 'node:http';

export type Direction = 'request' | 'answer';

/** A man in the middle of HTTP: passes messages on, changes them, or lets nobody through. */
export interface Tap {
  /** Scheme, host and port. */
  readonly url: string;
  /** What a message becomes on its way; undefined: what it was. */
  change: ((octets: Buffer, direction: Direction) => Buffer) | undefined;
  /** Connections are cut before anything has been passed on. */
  dead: boolean;
  /** Requests are taken, and nobody answers; once it is over their connections are cut. */
  hanging: boolean;
  /** Each request is passed on twice, and the second answer counts. */
  twice: boolean;
  /** Requests that came, those that were cut among them. */
  readonly requests: () => number;
  stop(): Promise<void>;
}

async function octetsOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What stands for one connection only. */
const own: ReadonlySet<string> = new Set(['connection', 'transfer-encoding', 'keep-alive', 'host']);

const passed = (headers: IncomingHttpHeaders, length: number): Record<string, string | string[] | number> => {
  const kept = Object.entries(headers).filter(([name]) => !own.has(name));
  return { ...(Object.fromEntries(kept) as Record<string, string | string[]>), 'content-length': length };
};

function forward(origin: string, request: IncomingMessage, octets: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = passed(request.headers, octets.length);
    send(origin + (request.url ?? ''), { method: request.method, headers }, resolve)
      .on('error', reject)
      .end(octets);
  });
}

/** @param origin scheme, host and port of what is tapped, asked at each request */
export async function startTap(origin: () => string): Promise<Tap> {
  let [requests, hanging] = [0, false];
  const held = new Set<Socket>();
  const letGo = (): void => held.forEach((socket) => socket.destroy());
  const pass = async (request: IncomingMessage) => {
    const said = await octetsOf(request);
    const sent = tap.change?.(said, 'request') ?? said;
    if (tap.twice) await octetsOf(await forward(origin(), request, sent));
    const answer = await forward(origin(), request, sent);
    const octets = await octetsOf(answer);
    return { answer, octets: tap.change?.(octets, 'answer') ?? octets };
  };
  const server = createServer((request, response) => {
    requests++;
    if (tap.dead) return void request.socket.destroy();
    if (tap.hanging) {
      held.add(request.socket.once('close', () => held.delete(request.socket)));
      return void request.resume();
    }
    pass(request).then(
      ({ answer, octets }) => {
        response.writeHead(answer.statusCode ?? 502, passed(answer.headers, octets.length)).end(octets);
      },
      () => request.socket.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const tap: Tap = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    change: undefined,
    dead: false,
    get hanging() {
      return hanging;
    },
    set hanging(now: boolean) {
      hanging = now;
      if (!now) letGo();
    },
    twice: false,
    requests: () => requests,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return tap;
}
