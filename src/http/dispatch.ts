import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { errors, type ErrorCode } from '../errors.js';
import type { limits } from '../limits.js';
import type { Log } from '../log.js';
import type { Caller } from './caller.js';
import type { Metrics } from './metrics.js';
import { refuse } from './plain.js';

export interface SoapContext extends Caller {
  /** Random for each request, never the client's; also the answer's header X-Correlation-Id. */
  readonly correlationId: string;
  /** Has the correlation id and the caller's address on every line. */
  readonly log: Log;
}

/**
 * Answers one POST to a SOAP path. May answer before the whole body is there: by `send` or `refuse`, which let the caller read it.
 * (A body is read by `octetsOf`, or leaving the loop cuts the connection, and who waits for 100 Continue waits for ever.) A rejection is logged and answered as INTERNAL.
 */
export type SoapHandler = ((
  request: IncomingMessage,
  response: ServerResponse,
  context: SoapContext,
) => Promise<void>) & {
  /** Requests may take `httpUploadTimeout` to come. A handler that says so refuses strangers by the header. */
  readonly patient?: true;
};

export type EdgeLimits = Pick<
  { readonly [K in keyof typeof limits]: number },
  | 'httpHeaderBytes'
  | 'httpHeadersTimeout'
  | 'httpRequestTimeout'
  | 'httpUploadTimeout'
  | 'httpKeepAliveTimeout'
  | 'httpExchangeTimeout'
  | 'httpLinger'
  | 'httpPipeline'
>;

/** Requests in flight, by connection. */
export type InFlight = Map<Socket, Set<ServerResponse>>;

export interface DispatchOptions {
  readonly callerOf: (request: IncomingMessage) => Caller;
  readonly log: Log;
  /** Path, without query → its handler. */
  readonly soap: { get(path: string): SoapHandler | undefined };
  /** Everything else, and GET on SOAP paths. */
  readonly app: (request: IncomingMessage, response: ServerResponse) => unknown;
  readonly metrics: Metrics;
  readonly times: EdgeLimits;
  readonly inFlight: InFlight;
  /** A request has taken too long to come: ends its connection, with an answer where there is none. */
  readonly tooSlow: (socket: Socket) => void;
}

const plainCodes = new Map(
  Object.entries(errors)
    .filter(([, row]) => row.http < 500)
    .map(([code, row]) => [row.http, code as ErrorCode]),
);

/** The path without query; an absolute request target (as proxies send) loses its scheme and host. */
function pathOf(request: IncomingMessage): string {
  request.url = (request.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '');
  return request.url.split('?', 1)[0] ?? '/';
}

function responsesOn(socket: Socket, inFlight: InFlight): Set<ServerResponse> {
  const known = inFlight.get(socket);
  if (known !== undefined) return known;
  const responses = new Set<ServerResponse>();
  inFlight.set(socket, responses);
  socket.once('close', () => inFlight.delete(socket));
  return responses;
}

/** Keeps `inFlight`, ends requests and exchanges that take too long, and cuts connections whose request was answered before it had all come. */
function follow(request: IncomingMessage, response: ServerResponse, options: DispatchOptions, patient: boolean): void {
  const { inFlight, times, tooSlow } = options;
  const { socket } = request;
  const responses = responsesOn(socket, inFlight).add(response);
  const more = patient ? times.httpUploadTimeout - times.httpRequestTimeout : 0;
  const timers = [
    setTimeout(() => request.complete || tooSlow(socket), times.httpRequestTimeout + more).unref(),
    setTimeout(() => socket.destroy(), times.httpExchangeTimeout + more).unref(),
  ];
  response.once('close', () => {
    timers.forEach(clearTimeout);
    responses.delete(response);
    if (!request.complete) setTimeout(() => request.complete || socket.destroy(), times.httpLinger).unref();
  });
}

/**
 * Takes each request: a POST to a SOAP path goes straight to its handler, everything else to `app`. Counts and logs what never
 * reached a handler; what a handler refuses is the handler's to count.
 */
export function createDispatch(options: DispatchOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const { callerOf, log, soap, app, metrics, times, inFlight } = options;
  const route = async (
    request: IncomingMessage,
    response: ServerResponse,
    context: SoapContext,
    handler: SoapHandler | undefined,
  ): Promise<void> => {
    const busy = (inFlight.get(request.socket)?.size ?? 0) > times.httpPipeline;
    if (handler !== undefined && request.method === 'POST' && !busy) return handler(request, response, context);
    response.once('finish', () => told(request, response, context.log));
    if (busy) response.shouldKeepAlive = false;
    if (busy) refuse(response, 'TOO_MANY_REQUESTS');
    else if (handler === undefined || request.method === 'GET' || request.method === 'HEAD') app(request, response);
    else refuse(response, 'METHOD_NOT_ALLOWED', {}, { Allow: 'GET, HEAD, POST' });
  };
  const told = ({ method, url, headers }: IncomingMessage, { statusCode }: ServerResponse, to: Log): void => {
    const code = plainCodes.get(statusCode);
    if (code === undefined) return;
    metrics.fault(code);
    to.info('request refused', { code, method, url, agent: headers['user-agent'] });
  };
  const failed = (error: unknown, request: IncomingMessage, response: ServerResponse, to: Log): void => {
    if (response.destroyed) return to.info('caller left before the answer', { error });
    metrics.fault('INTERNAL');
    to.error('request failed', { error });
    if (response.headersSent) request.socket.destroy();
    else refuse(response, 'INTERNAL');
  };

  return (request, response) => {
    const correlationId = randomUUID();
    response.setHeader('X-Correlation-Id', correlationId);
    const handler = soap.get(pathOf(request));
    follow(request, response, options, handler?.patient === true);
    const caller = callerOf(request);
    const context = { ...caller, correlationId, log: log.child({ correlationId, remote: caller.remote }) };
    route(request, response, context, handler).catch((error: unknown) => failed(error, request, response, context.log));
  };
}
