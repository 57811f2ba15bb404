import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A service of a test on the loopback address, and what it was sent. */
export interface Stub {
  readonly url: string;
  readonly received: readonly Received[];
  stop(): Promise<void>;
}

export type Reply = (response: ServerResponse, request: Received) => void | Promise<void>;

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Starts a service that reads each request to its end and then answers by `reply`. */
export async function startStub(reply: Reply): Promise<Stub> {
  const received: Received[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', headers } = request;
    const one = { method, headers, body: await textOf(request) };
    received.push(one);
    await reply(response, one);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/service`,
    received,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A port of the loopback address that nobody listens on. */
export async function closedPort(): Promise<number> {
  const stub = await startStub(() => {});
  await stub.stop();
  return Number(new URL(stub.url).port);
}
