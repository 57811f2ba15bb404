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
  decodeLest,
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
  encodeMeldLest,
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
import { postText, refuseFault } from './post.js';

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

/** A letter of 50 MB over a slow line. */
const TIMEOUT_MS = 120_000;

/** Refusals before SOAP starts that a caller can do something about. */
const refusals: Readonly<Record<number, ErrorCode>> = {
  401: 'UNAUTHORIZED',
  413: 'TOO_LARGE',
  429: 'TOO_MANY_REQUESTS',
};

function exchange(service: ForsendelseService, envelope: string) {
  const { url, brukernavn, passord, version, timeout = TIMEOUT_MS } = service;
  const headers = {
    'Content-Type': contentType[version],
    Authorization: `Basic ${Buffer.from(`${brukernavn}:${passord}`).toString('base64')}`,
    ...(version === '1.1' && { SOAPAction: '""' }),
  };
  return postText(url, headers, envelope, timeout);
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
  const answer = await exchange(service, plainEnvelope(request, service.version));
  const refusal = refusals[answer.status];
  if (refusal !== undefined) throw new Failure(refusal, `HTTP ${answer.status}`);
  refuseFault(answer);
  return contentOf(answer.octets, service.version);
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

/** Says that the recipient has opened a letter in the sender's own portal. @returns the state that it is in then */
export const reportOpened = async (service: ForsendelseService, utvalg: Utvalg, lest?: Date): Promise<string> =>
  decodeLest(await callForsendelse(service, encodeMeldLest(utvalg, lest, service.avsender))).tilstand;
