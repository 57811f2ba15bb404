import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
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
  let requests = 0;
  const pass = async (request: IncomingMessage) => {
    const said = await octetsOf(request);
    const answer = await forward(origin(), request, tap.change?.(said, 'request') ?? said);
    const octets = await octetsOf(answer);
    return { answer, octets: tap.change?.(octets, 'answer') ?? octets };
  };
  const server = createServer((request, response) => {
    requests++;
    if (tap.dead) return void request.socket.destroy();
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
    requests: () => requests,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return tap;
}
