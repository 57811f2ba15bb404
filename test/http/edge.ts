import { connect, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { loadConfig, type Config } from '../../src/config.js';
import { createApp, type AppOptions } from '../../src/http/app.js';
import { createCallerReader } from '../../src/http/caller.js';
import { createMetrics, type Metrics } from '../../src/http/metrics.js';
import { octetsOf } from '../../src/http/plain.js';
import { createEdge, type Edge, type EdgeLimits, type SoapHandler } from '../../src/http/server.js';
import { limits } from '../../src/limits.js';
import { createLog } from '../../src/log.js';

export const soapPath = '/service/v1';

export interface TestEdge {
  readonly edge: Edge;
  readonly port: number;
  readonly url: string;
  readonly metrics: Metrics;
  /** Everything that was logged. */
  readonly logged: () => string;
}

export interface TestEdgeOptions {
  readonly config?: Partial<Config>;
  readonly times?: Partial<EdgeLimits>;
  readonly handler?: SoapHandler;
  /** Where the handler is; `soapPath` when left out. */
  readonly paths?: readonly string[];
  readonly app?: Partial<AppOptions>;
}

/** Reads the whole body and answers with its length. */
export const countingHandler: SoapHandler = async (request, response) => {
  let octets = 0;
  for await (const chunk of octetsOf(request, response)) octets += chunk.length;
  response.end(`read ${octets}`);
};

const contract: AppOptions['contract'] = (path, query, publicUrl) =>
  path === soapPath && query === 'wsdl'
    ? { status: 200, contentType: 'text/xml; charset=utf-8', body: `<wsdl at="${publicUrl}"/>` }
    : undefined;

/** An edge on a free port, with times and limits of its own. */
export async function startEdge(options: TestEdgeOptions = {}): Promise<TestEdge> {
  const config = { ...loadConfig({ POSTHORN_PORT: '0' }), ...options.config };
  const metrics = createMetrics();
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const app = createApp({
    services: [{ name: 'Service <1>', path: soapPath, wsdl: `${soapPath}?wsdl` }],
    contract,
    ready: async () => ({ status: 'ready', checks: [] }),
    metrics,
    callerOf: createCallerReader(config),
    ...options.app,
  });
  const edge = createEdge({
    config,
    log: createLog({ level: 'debug', stream }),
    soap: new Map((options.paths ?? [soapPath]).map((path) => [path, options.handler ?? countingHandler])),
    app,
    metrics,
    times: { ...limits, httpLinger: 50, ...options.times },
  });
  const { port, url } = await edge.listen();
  return { edge, port, url, metrics, logged: () => text };
}

export interface Wire {
  readonly socket: Socket;
  /** What has come so far. */
  received(): string;
  /** Resolves with all that came when the other end has closed the connection, whichever way. */
  readonly closed: Promise<string>;
  /** Resolves when what has come contains `text`; rejects when the connection closes without it. */
  until(text: string): Promise<string>;
}

/** A connection on which a test writes octets by itself. */
export function wire(port: number, first = ''): Wire {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
  socket.on('error', () => {});
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(received)));
  if (first !== '') socket.write(first);
  const until = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (received.includes(text)) resolve(received);
      };
      look();
      socket.on('data', look);
      void closed.then((all) => reject(new Error(`closed without "${text}": ${all}`)));
    });
  return { socket, received: () => received, closed, until };
}

/** The lines of a POST to the SOAP path, up to the empty one. */
export const post = (...headers: string[]): string =>
  [`POST ${soapPath} HTTP/1.1`, 'Host: a', ...headers, '', ''].join('\r\n');

/** Status codes of the answers in what came over a connection. */
export const statuses = (received: string): number[] =>
  [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
