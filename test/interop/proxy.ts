import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What an answer becomes on its way; called with the answers in their order. */
export type Change = (answer: string) => string;

async function octetsOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Headers that belong to one connection only, or to a body that is sent anew. */
const ownHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'transfer-encoding',
  'host',
  'expect',
]);

/** A man in the middle of a gateway: SOAP answers pass through `change`, everything else as it is. */
export async function startProxy(target: string, change: Change): Promise<{ url: string; stop(): Promise<void> }> {
  const origin = new URL(target).origin;
  const forward = async (request: IncomingMessage): Promise<{ status: number; type: string; text: string }> => {
    const headers = Object.entries(request.headers).filter(([name]) => !ownHeaders.has(name)) as [string, string][];
    const body = request.method === 'POST' ? new Uint8Array(await octetsOf(request)) : null;
    const response = await fetch(origin + (request.url ?? ''), { method: request.method ?? 'GET', headers, body });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? 'text/plain';
    return { status: response.status, type, text: request.method === 'POST' ? change(text) : text };
  };
  const server = createServer((request, response) => {
    forward(request).then(
      ({ status, type, text }) => {
        // The contract names the gateway as we called it; the client is to come back to us.
        const body = Buffer.from(text.replaceAll(origin, own()));
        response.writeHead(status, { 'Content-Type': type, 'Content-Length': body.length }).end(body);
      },
      (error: unknown) => response.destroy(error as Error),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: own() + new URL(target).pathname,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
