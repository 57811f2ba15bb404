import { request as httpRequest, type ClientRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { Failure } from '../errors.js';
import { limits } from '../limits.js';
import { contentType, SOAP11, SOAP12 } from '../soap/names.js';
import type { XmlElement } from '../xml/model.js';
import { childElements, childrenNamed, is, textOf } from '../xml/model.js';
import { parse } from '../xml/tree.js';
import { USER_AGENT } from './agent.js';

/** Octets of an answer that are read at the most: 1000 persons with certificates fit several times. */
const MAX_ANSWER = 32 * 1024 * 1024;

/** Characters of another's words that are passed on. */
const MAX_TEXT = 500;

/** Another's words on one line, without control characters. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .trim()
    .slice(0, MAX_TEXT);

function fault(words: string): Failure {
  const text = oneLine(words);
  return new Failure('UPSTREAM_FAULT', text, { text });
}

/** The error that the network had; what it is wrapped in says less. */
function networkError(error: unknown): NodeJS.ErrnoException {
  const { cause } = error as Error;
  return cause instanceof Error ? cause : (error as Error);
}

/**
 * What the network said: in full, with the address, for whoever called it, and as `reason` in a word that names nobody
 * (`ECONNREFUSED`, `CERT_HAS_EXPIRED`). Where several addresses were tried, their common error has a code only.
 */
function unreachable(url: string, error: unknown): Failure {
  const { message, code, name } = networkError(error);
  const reason = typeof code === 'string' ? code : name;
  const text = oneLine(`${url}: ${message || reason}`);
  return new Failure('UPSTREAM_UNREACHABLE', text, { text, reason });
}

function reasonIn(element: XmlElement): string | undefined {
  if (is(element, SOAP12, 'Text') || is(element, '', 'faultstring')) return textOf(element).trim();
  for (const child of childElements(element)) {
    const text = reasonIn(child);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** The reason of a SOAP 1.1 or 1.2 fault; undefined when the octets are none. */
export function faultReason(octets: Buffer): string | undefined {
  try {
    const root = parse(octets);
    const body = [SOAP11, SOAP12].flatMap((ns) => childrenNamed(root, ns, 'Body'))[0];
    const child = body === undefined ? undefined : childElements(body)[0];
    return child?.local === 'Fault' ? (reasonIn(child) ?? 'no reason given') : undefined;
  } catch {
    return undefined;
  }
}

async function collect(answer: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += chunk.length;
    if (size > MAX_ANSWER) throw fault('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const read = async ({ body }: Response): Promise<Buffer> =>
  body === null ? Buffer.alloc(0) : collect(Readable.fromWeb(body as ReadableStream));

/** An answer that was read whole. */
interface Answer {
  readonly status: number;
  readonly octets: Buffer;
  /** When it may be asked again, as it says it; absent: it does not. */
  readonly retryAfter?: string;
}

const retryAfter = (value: string | null | undefined): Pick<Answer, 'retryAfter'> =>
  value === null || value === undefined ? {} : { retryAfter: value };

/**
 * One question with a short body or none, and its answer, whatever its status. Redirects are not followed.
 * @param timeout milliseconds for the whole exchange
 * @throws Failure UPSTREAM_FAULT for an answer that is too large, UPSTREAM_UNREACHABLE for the network
 */
export async function ask(
  url: string,
  init: Pick<RequestInit, 'method'> & {
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly signal?: AbortSignal;
  },
  timeout: number,
): Promise<Answer> {
  const signals = init.signal === undefined ? [] : [init.signal];
  const signal = AbortSignal.any([AbortSignal.timeout(timeout), ...signals]);
  try {
    const headers = { 'User-Agent': USER_AGENT, ...init.headers };
    const response = await fetch(url, { ...init, headers, redirect: 'error', signal });
    const later = retryAfter(response.headers.get('retry-after'));
    return { status: response.status, octets: await read(response), ...later };
  } catch (error) {
    throw sendFailure(url, error);
  }
}

/** Posts a text, as `ask`. */
export const postText = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  timeout: number,
): Promise<Answer> => ask(url, { method: 'POST', headers, body }, timeout);

/** What is no good answer. @throws Failure UPSTREAM_FAULT for a fault, or any other status than 2xx */
export function refuseFault({ status, octets }: Pick<Posted, 'status' | 'octets'>): void {
  const reason = faultReason(octets);
  if (reason !== undefined) throw fault(reason);
  if (status < 200 || status > 299) throw fault(`HTTP ${status}: ${octets.toString('utf8', 0, 200)}`);
}

/**
 * Posts a SOAP 1.2 envelope and returns the octets of the answer.
 * @param timeout milliseconds for the whole exchange
 * @throws Failure UPSTREAM_FAULT for a fault or any other status than 2xx, UPSTREAM_UNREACHABLE for the network
 */
export async function postEnvelope(url: string, envelope: string, timeout = 30_000): Promise<Buffer> {
  const headers = { 'Content-Type': contentType['1.2'], Accept: 'application/soap+xml' };
  const answer = await postText(url, headers, envelope, timeout);
  refuseFault(answer);
  return answer.octets;
}

/** A request whose octets are made while it is sent. */
export interface Upload {
  readonly contentType: string;
  /** Octets; undefined sends in chunks. */
  readonly contentLength: number | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  /** Besides, and instead of, those that every request has. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Posted extends Answer {
  readonly contentType: string;
}

/** What failed: a Failure is our own, everything else is the network's. */
const sendFailure = (url: string, error: unknown): Failure =>
  error instanceof Failure ? error : unreachable(url, error);

/** What is small goes in one piece with its head; a stream costs several turns for each chunk. */
async function sendBody({ body, contentLength: length = Infinity }: Upload, request: ClientRequest): Promise<void> {
  if (length > limits.postedAtOnceBytes) return pipeline(body, request);
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  request.end(Buffer.concat(pieces));
}

/** Ends a request that has not ended by then, as `AbortSignal.timeout` would, whose timer would outlive each request by half a minute. */
function endAfter(timeout: number, request: ClientRequest): void {
  const tooLate = (): void =>
    void request.destroy(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  const timer = setTimeout(tooLate, timeout);
  request.once('close', () => clearTimeout(timer));
}

/**
 * Posts octets as they are made and returns the answer, whatever its status. Redirects are not followed. An answer that comes before
 * everything has been sent is the answer.
 * @param timeout milliseconds for the whole exchange
 * @throws Failure UPSTREAM_UNREACHABLE for the network, UPSTREAM_FAULT for an answer that is too large, or what `upload.body` throws
 */
export function postStream(url: string, upload: Upload, timeout = 30_000): Promise<Posted> {
  const { contentType: type, contentLength: length } = upload;
  const headers = {
    'Content-Type': type,
    'User-Agent': USER_AGENT,
    Accept: 'application/soap+xml',
    ...(length === undefined ? {} : { 'Content-Length': length }),
    ...upload.headers,
  };
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void => reject(sendFailure(url, error));
    let answered = false;
    const request = send(url, { method: 'POST', headers });
    endAfter(timeout, request);
    request.on('response', (response) => {
      answered = true;
      const { statusCode: status = 0, headers: answer } = response;
      collect(response).then((octets) => {
        // What is still unsent nobody waits for.
        if (!request.writableFinished) request.destroy();
        resolve({ status, contentType: answer['content-type'] ?? '', octets, ...retryAfter(answer['retry-after']) });
      }, failed);
    });
    request.on('error', (error) => {
      if (!answered) failed(error);
    });
    sendBody(upload, request).catch((error: unknown) => {
      if (!answered) failed(error);
      request.destroy();
    });
  });
}
