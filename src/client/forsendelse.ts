import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type {
  BekreftetSvar,
  ForklaringISvar,
  KvitteringISvar,
  SendtSvar,
  StatusISvar,
} from '../contract/forsendelse/answers.js';
import {
  decodeBekreftet,
  decodeForklaringer,
  decodeKvitteringer,
  decodeSendt,
  decodeStatuser,
  decodeTrukket,
} from '../contract/forsendelse/answers.js';
import type { Utvalg } from '../contract/forsendelse/decode.js';
import {
  encodeBekreftKvitteringer,
  encodeForklarForsendelse,
  encodeHentKvitteringer,
  encodeHentStatus,
  encodeSendForsendelse,
  encodeTrekkTilbakeForsendelse,
} from '../contract/forsendelse/request.js';
import type { BrevInn } from '../contract/forsendelse/request.js';
import type { Prioritet } from '../domain/forsendelse.js';
import type { ErrorCode } from '../errors.js';
import { Failure } from '../errors.js';
import { plainEnvelope } from '../security/signAnswer.js';
import type { SoapVersion } from '../soap/names.js';
import { contentType, envelopeNs } from '../soap/names.js';
import type { XmlElement } from '../xml/model.js';
import { childElements, childrenNamed, is } from '../xml/model.js';
import { parse } from '../xml/tree.js';
import { faultReason, oneLine } from './post.js';

/** How to reach a Forsendelse v1 service, and as whom (HTTP Basic). */
export interface ForsendelseService {
  readonly url: string;
  readonly brukernavn: string;
  readonly passord: string;
  readonly version: SoapVersion;
  /** Organisation number of the body acted for; undefined: the account's own. */
  readonly avsender?: string;
  /** Milliseconds for one whole exchange. */
  readonly timeout?: number;
}

/** Octets of an answer that are read at the most: 100 letters with their histories fit several times. */
const MAX_ANSWER = 32 * 1024 * 1024;

/** A letter of 50 MB over a slow line. */
const TIMEOUT_MS = 120_000;

const upstream = (code: 'UPSTREAM_FAULT' | 'UPSTREAM_UNREACHABLE', words: string): Failure => {
  const text = oneLine(words);
  return new Failure(code, text, { text });
};

/** Refusals before SOAP starts that a caller can do something about. */
const refusals: Readonly<Record<number, ErrorCode>> = {
  401: 'UNAUTHORIZED',
  413: 'TOO_LARGE',
  429: 'TOO_MANY_REQUESTS',
};

const networkReason = (error: unknown): string => {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : message;
};

async function octetsOf({ body }: Response): Promise<Buffer> {
  if (body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of Readable.fromWeb(body as ReadableStream) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_ANSWER) throw upstream('UPSTREAM_FAULT', 'the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function exchange(service: ForsendelseService, envelope: string): Promise<{ status: number; octets: Buffer }> {
  const { url, brukernavn, passord, version, timeout = TIMEOUT_MS } = service;
  const headers = {
    'Content-Type': contentType[version],
    Authorization: `Basic ${Buffer.from(`${brukernavn}:${passord}`).toString('base64')}`,
    ...(version === '1.1' && { SOAPAction: '""' }),
  };
  const signal = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(url, { method: 'POST', headers, body: envelope, redirect: 'error', signal });
    return { status: response.status, octets: await octetsOf(response) };
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw upstream('UPSTREAM_UNREACHABLE', `${url}: ${networkReason(error)}`);
  }
}

function contentOf(octets: Buffer, version: SoapVersion): XmlElement {
  const { uri } = envelopeNs[version];
  const root = parse(octets);
  const body = is(root, uri, 'Envelope') ? childrenNamed(root, uri, 'Body')[0] : undefined;
  const content = body && childElements(body)[0];
  if (content === undefined) throw new Failure('MALFORMED_XML', `the answer is no SOAP ${version} envelope`);
  return content;
}

/**
 * One call with the account's password.
 * @returns the answering element
 * @throws Failure UNAUTHORIZED, TOO_LARGE or TOO_MANY_REQUESTS, UPSTREAM_FAULT in the service's words, UPSTREAM_UNREACHABLE for the
 * network, MALFORMED_XML for an answer that is none
 */
export async function callForsendelse(service: ForsendelseService, request: XmlElement): Promise<XmlElement> {
  const { status, octets } = await exchange(service, plainEnvelope(request, service.version));
  const refusal = refusals[status];
  if (refusal !== undefined) throw new Failure(refusal, `HTTP ${status}`);
  const reason = faultReason(octets);
  if (reason !== undefined) throw upstream('UPSTREAM_FAULT', reason);
  if (status !== 200) throw upstream('UPSTREAM_FAULT', `HTTP ${status}: ${octets.toString('utf8', 0, 200)}`);
  return contentOf(octets, service.version);
}

/** Sends a letter. The same reference with the same content is the same letter. @throws Failure, as all of these */
export const sendLetter = async (service: ForsendelseService, brev: BrevInn): Promise<SendtSvar> =>
  decodeSendt(await callForsendelse(service, encodeSendForsendelse(brev, service.avsender)));

/** What would happen to a letter, for each recipient. */
export const explainLetter = async (
  service: ForsendelseService,
  ordre: Parameters<typeof encodeForklarForsendelse>[0],
): Promise<ForklaringISvar[]> =>
  decodeForklaringer(await callForsendelse(service, encodeForklarForsendelse(ordre, service.avsender)));

export const letterStatus = async (service: ForsendelseService, utvalg: Utvalg): Promise<StatusISvar[]> =>
  decodeStatuser(await callForsendelse(service, encodeHentStatus(utvalg, service.avsender)));

/** Receipts that wait, oldest first. They come again unless they are confirmed (R-37). */
export const fetchReceipts = async (
  service: ForsendelseService,
  prioritet: Prioritet,
  antall: number,
): Promise<KvitteringISvar[]> =>
  decodeKvitteringer(await callForsendelse(service, encodeHentKvitteringer(prioritet, antall, service.avsender)));

export const confirmReceipts = async (service: ForsendelseService, ider: readonly string[]): Promise<BekreftetSvar> =>
  decodeBekreftet(await callForsendelse(service, encodeBekreftKvitteringer(ider, service.avsender)));

/** Takes a letter back that has not been handed on. @returns the state that it is in then */
export const withdrawLetter = async (service: ForsendelseService, id: string): Promise<string> =>
  decodeTrukket(await callForsendelse(service, encodeTrekkTilbakeForsendelse({ ider: [id] }, service.avsender)))
    .tilstand;
