import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Config } from '../config.js';
import { limits } from '../limits.js';
import { createCallerReader } from './caller.js';
import { answerClientError } from './clienterror.js';
import { createDispatch, type DispatchOptions, type EdgeLimits, type InFlight } from './dispatch.js';

export type { EdgeLimits, SoapContext, SoapHandler } from './dispatch.js';

export type EdgeConfig = Pick<
  Config,
  'host' | 'port' | 'publicUrl' | 'tlsKey' | 'tlsCert' | 'trustedProxies' | 'tlsProxy' | 'maxConnections'
>;

export interface EdgeOptions extends Pick<DispatchOptions, 'log' | 'soap' | 'app' | 'metrics'> {
  readonly config: EdgeConfig;
  /** Default: `limits`. */
  readonly times?: EdgeLimits;
}

export interface Edge {
  /** @throws Error with a sentence for people when the address cannot be had */
  listen(): Promise<{ port: number; url: string }>;
  /** Takes no more connections, finishes the requests in flight, and cuts what is left after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

function makeServer(config: EdgeConfig, times: EdgeLimits): Server {
  const options: ServerOptions = {
    maxHeaderSize: times.httpHeaderBytes,
    headersTimeout: times.httpHeadersTimeout,
    // The longest that any service gives; the dispatcher knows which one is called.
    requestTimeout: Math.max(times.httpRequestTimeout, times.httpUploadTimeout),
    keepAliveTimeout: times.httpKeepAliveTimeout,
    connectionsCheckingInterval: Math.min(1000, times.httpHeadersTimeout / 4),
  };
  const { tlsKey, tlsCert } = config;
  const server =
    tlsKey === undefined || tlsCert === undefined
      ? createServer(options)
      : createTlsServer({
          ...options,
          key: readFileSync(tlsKey),
          cert: readFileSync(tlsCert),
          minVersion: 'TLSv1.2',
          handshakeTimeout: times.httpHeadersTimeout,
        });
  server.maxConnections = config.maxConnections;
  return server;
}

const listenErrors: Readonly<Record<string, (where: string) => string>> = {
  EADDRINUSE: (where) =>
    `${where} is in use by another program. Stop that program, or set POSTHORN_PORT to another port (0 takes a free one).`,
  EACCES: (where) => `${where} may not be used by this user. Set POSTHORN_PORT to a port above 1023.`,
  EADDRNOTAVAIL: (where) => `${where} is not an address of this machine. Set POSTHORN_HOST to 127.0.0.1 or 0.0.0.0.`,
};

function listen(server: Server, { host, port, tlsKey }: EdgeConfig): Promise<{ port: number; url: string }> {
  const name = host.includes(':') ? `[${host}]` : host;
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const sentence = listenErrors[error.code ?? ''];
      reject(sentence === undefined ? error : new Error(sentence(`${name}:${port}`), { cause: error }));
    });
    server.listen(port, host, () => {
      const bound = (server.address() as AddressInfo).port;
      resolve({ port: bound, url: `${tlsKey === undefined ? 'http' : 'https'}://${name}:${bound}` });
    });
  });
}

/** Milliseconds that a connection has for its first octet while a server ends. */
const UNHEARD_MS = 500;

async function drain(server: Server, open: ReadonlySet<Socket>, inFlight: InFlight, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const response of [...inFlight.values()].flatMap((set) => [...set])) response.shouldKeepAlive = false;
  server.closeIdleConnections();
  // The request of one that has just been accepted may be on its way.
  const unheard = setTimeout(() => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
  }, UNHEARD_MS);
  const end = setTimeout(() => {
    for (const socket of open) socket.destroy();
  }, graceMs);
  await closed;
  clearTimeout(unheard);
  clearTimeout(end);
}

/**
 * The one server, http or https: its limits, its connections, and its end. Counts and logs what could not be read as a request.
 */
export function createEdge({ config, log, soap, app, metrics, times = limits }: EdgeOptions): Edge {
  const server = makeServer(config, times);
  const open = new Set<Socket>();
  const inFlight: InFlight = new Map();
  let draining = false;

  const tooSlow = (socket: Socket): void => {
    server.emit(
      'clientError',
      Object.assign(new Error('request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }),
      socket,
    );
  };
  const callerOf = createCallerReader(config);
  const dispatch = createDispatch({ callerOf, log, soap, app, metrics, times, inFlight, tooSlow });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (draining) response.shouldKeepAlive = false;
    dispatch(request, response);
  });
  // Without this, every caller that waits for it would be told to go on before anybody has looked at its header.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) =>
    server.emit('request', request, response),
  );
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.once('listening', () => server.on('error', (error) => log.error('server error', { error })));
  server.on('drop', () => metrics.connectionRefused());
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const code = answerClientError(error, socket, (inFlight.get(socket)?.size ?? 0) > 0, times.httpLinger);
    if (code === undefined) return;
    metrics.fault(code);
    log.info('connection refused', { code, reason: error.code, remote: socket.remoteAddress });
  });

  return {
    listen: () => listen(server, config),
    close: (graceMs) => {
      draining = true;
      return drain(server, open, inFlight, graceMs);
    },
  };
}
