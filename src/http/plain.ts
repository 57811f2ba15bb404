import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { errors, errorText, type ErrorCode, type Language } from '../errors.js';
import { limits } from '../limits.js';

/** Nothing of the request is still on its way. (A request without a body is not `complete` before its first turn is over.) */
const isWhole = ({ complete, headers }: IncomingMessage): boolean =>
  complete || (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0);

/**
 * The body of a request. A caller that waits to be told so (Expect: 100-continue) is told when the first octet is asked for: one that is
 * refused by its header sends nothing. Leaving a loop over it does not cut the connection.
 */
export const octetsOf = (request: IncomingMessage, response: ServerResponse): AsyncIterable<Buffer> => ({
  [Symbol.asyncIterator]: () => {
    if (request.headers.expect !== undefined && !response.headersSent) response.writeContinue();
    return request.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  },
});

/**
 * Sends a whole answer, at any time. When the request's body is still on its way, the caller can read the answer at once, the rest
 * of the body is thrown away for `lingerMs`, and then the connection is cut: a cut at once would take the answer away from a
 * caller who is still writing. Does nothing when an answer has begun.
 */
export function send(
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  body: string | Buffer,
  lingerMs: number = limits.httpLinger,
): void {
  if (response.headersSent || response.destroyed) return;
  const request = response.req;
  const whole = isWhole(request);
  if (!whole) response.shouldKeepAlive = false;
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  if (whole) {
    response.end(body);
    return;
  }
  response.write(body);
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, lingerMs);
  request.unpipe();
  request.once('end', end).once('close', end).resume();
}

/** Seconds after which to try again. */
const retryAfter: Partial<Readonly<Record<ErrorCode, string>>> = { TOO_MANY_REQUESTS: '5', BUSY: '60' };

/** Answers a request that does not reach SOAP: status and text of the error table, as plain text (PROFILES, "Faults and HTTP"). */
export function refuse(
  response: ServerResponse,
  code: ErrorCode,
  values: Readonly<Record<string, string>> = {},
  headers: OutgoingHttpHeaders = {},
  language: Language = 'en',
): void {
  const type = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };
  const later = retryAfter[code] === undefined ? {} : { 'Retry-After': retryAfter[code] };
  send(response, errors[code].http, { ...type, ...later, ...headers }, `${errorText(code, language, values)}\n`);
}
