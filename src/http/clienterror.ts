import type { Socket } from 'node:net';
import { errors, errorText, type ErrorCode } from '../errors.js';

const codes: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
  HPE_HEADER_OVERFLOW: 'HEADER_TOO_LARGE',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'TOO_LARGE',
};

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
};

const answered = new WeakSet<Socket>();

function wire(code: ErrorCode): string {
  const { http } = errors[code];
  const body = `${errorText(code, 'en')}\n`;
  return [
    `HTTP/1.1 ${http} ${reasons[http] ?? 'Error'}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

/**
 * Answers what could not be read as a request (bad, ambiguous or oversized framing, too slow) and cuts the connection. A connection
 * that failed below HTTP, or whose request already has a handler with an answer of its own, is only cut.
 * @returns the error that was answered, or undefined when there is nothing to tell
 */
export function answerClientError(
  error: NodeJS.ErrnoException,
  socket: Socket,
  busy: boolean,
  lingerMs: number,
): ErrorCode | undefined {
  if (answered.has(socket)) return undefined;
  answered.add(socket);
  const code = codes[error.code ?? ''] ?? (error.code?.startsWith('HPE_') === true ? 'BAD_HTTP' : undefined);
  if (code === undefined || !socket.writable) {
    socket.destroy();
    return undefined;
  }
  const cut = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(cut));
  socket.end(wire(code));
  return busy || socket.bytesRead > 0 ? code : undefined;
}
