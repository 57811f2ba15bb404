import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ContentStage } from '../contract/contents/stage.js';
import { stageContents } from '../contract/forsendelse/content.js';
import type { Payloads } from '../domain/shipmentPorts.js';
import { Failure } from '../errors.js';
import { readWithPassword } from '../security/basic.js';
import type { PasswordTrusted } from '../security/basic.js';
import type { PasswordDoor } from '../security/password.js';
import type { SignaturePolicy } from '../security/policy.js';
import type { Incoming, VerifyDeps } from '../security/signature.js';
import { verify } from '../security/signature.js';
import type { Trusted } from '../security/trusted.js';
import { asFailure } from '../soap/fault.js';
import { actionAgrees } from '../soap/header.js';
import { parseMediaType, parseMultipartType } from '../soap/mime.js';
import { contentType } from '../soap/names.js';
import type { Metrics } from './metrics.js';
import { refuse, send } from './plain.js';
import type { SoapContext, SoapHandler } from './server.js';
import type { Answer } from './soapEndpoint.js';
import { answerFailure, readHttpHeader, report } from './soapEndpoint.js';

export interface ForsendelseEndpoint {
  readonly policy: SignaturePolicy;
  readonly verifyDeps: VerifyDeps;
  readonly door: PasswordDoor;
  /** Take a password over plain HTTP. Never in production (SECURITY.md 77). */
  readonly plainPasswords: boolean;
  readonly payloads: Payloads;
  /** Types that documents may have. */
  readonly mimetypes?: readonly string[];
  readonly metrics: Metrics;
  /** False while our clock cannot be believed: then no signature is judged or made by it (SECURITY.md 120). */
  readonly timeIsRight: () => boolean;
  /** Decodes, runs and answers a trusted request; owns the stage's contents from when it has called `release`. */
  readonly handle: (trusted: Trusted | PasswordTrusted, stage: ContentStage, correlationId: string) => Promise<Answer>;
}

const challenge = { 'WWW-Authenticate': 'Basic realm="Posthorn Forsendelse", charset="UTF-8"' };

/** Nothing proves who the caller is. Clients that wait to be asked for a password send such a request first (RFC 7617, section 2). */
const unsigned = (error: unknown): boolean =>
  error instanceof Failure && error.code === 'INVALID_SECURITY' && error.detail === 'not exactly one Security header';

/** Asks for the next piece of a request only when the store has the last one. */
async function* paced(stream: AsyncIterable<Uint8Array>, stage: ContentStage): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    yield chunk;
    await stage.drained();
  }
}

type Received = Trusted | PasswordTrusted;

/** A caller with a password: nothing of the body is read before it is found right. */
async function byPassword(
  endpoint: ForsendelseEndpoint,
  incoming: Incoming,
  authorization: string,
  context: SoapContext,
  stage: ContentStage,
): Promise<Received> {
  if (!context.secure && !endpoint.plainPasswords) throw new Failure('UNAUTHORIZED', 'a password over plain HTTP');
  const account = await endpoint.door(authorization, context.remote);
  return readWithPassword(incoming, account, endpoint.policy, stage);
}

async function bySignature(endpoint: ForsendelseEndpoint, incoming: Incoming, stage: ContentStage): Promise<Received> {
  if (!endpoint.timeIsRight()) throw new Failure('MESSAGE_EXPIRED', 'our own clock is wrong; see /health/ready');
  return verify(incoming, endpoint.policy, endpoint.verifyDeps, stage).catch((error: unknown) => {
    throw unsigned(error) ? new Failure('UNAUTHORIZED', 'neither password nor signature') : error;
  });
}

/** What the HTTP header says of a message with parts. @throws Failure UNSUPPORTED_MEDIA_TYPE, TOO_LARGE */
function readPartsHeader(
  { headers }: IncomingMessage,
  type: string,
  maxBytes: number,
): readonly (string | undefined)[] {
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new Failure('UNSUPPORTED_MEDIA_TYPE', 'Content-Encoding', { types: 'multipart/related' });
  }
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw new Failure('TOO_LARGE', 'Content-Length');
  const soapAction = headers['soapaction'];
  const action = typeof soapAction === 'string' ? soapAction.trim().replace(/^"(.*)"$/, '$1') : undefined;
  return [parseMediaType(type)?.parameters.get('action'), action];
}

/** Says in `incoming` what comes. @returns what the HTTP header calls the operation */
function readHeader(req: IncomingMessage, incoming: Incoming, maxBytes: number): readonly (string | undefined)[] {
  const type = req.headers['content-type'] ?? '';
  incoming.multipart = parseMultipartType(type);
  if (incoming.multipart !== undefined) return readPartsHeader(req, type, maxBytes);
  const { charset, actions } = readHttpHeader(req, maxBytes);
  incoming.charset = charset;
  return actions;
}

async function receive(
  endpoint: ForsendelseEndpoint,
  req: IncomingMessage,
  incoming: Incoming,
  context: SoapContext,
  stage: ContentStage,
): Promise<Answer> {
  const actions = readHeader(req, incoming, endpoint.policy.maxBytes);
  const { authorization } = req.headers;
  const trusted = await (authorization === undefined
    ? bySignature(endpoint, incoming, stage)
    : byPassword(endpoint, incoming, authorization, context, stage));
  const operation = trusted.operation.local;
  if (![trusted.action, incoming.partAction, ...actions].every((action) => actionAgrees(action, operation))) {
    throw new Failure('MALFORMED_XML', 'action and Body disagree');
  }
  return endpoint.handle(trusted, stage, context.correlationId);
}

/** The way of one request to Forsendelse: a caller with an Authorization header shows a password; everybody else must have signed. */
export function forsendelseEndpoint(endpoint: ForsendelseEndpoint): SoapHandler {
  const { policy, metrics } = endpoint;

  const refused = (res: ServerResponse, failure: Failure, incoming: Incoming, context: SoapContext): void => {
    report(failure, context, metrics, policy.name);
    if (failure.code === 'UNAUTHORIZED') refuse(res, failure.code, failure.values, challenge);
    else answerFailure(res, failure, incoming, policy, context.correlationId);
  };

  return async (req, res, context) => {
    const started = performance.now();
    const stage = stageContents(endpoint.payloads, undefined, endpoint.mimetypes);
    const octets = req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    const incoming: Incoming = { stream: paced(octets, stage) };
    const count = (operation: string, outcome: 'ok' | 'fault'): void =>
      metrics.request(operation, outcome, (performance.now() - started) / 1000);
    try {
      const { operation, envelope } = await receive(endpoint, req, incoming, context, stage);
      send(res, 200, { 'Content-Type': contentType[incoming.version ?? '1.2'] }, Buffer.from(envelope));
      count(operation, 'ok');
    } catch (error) {
      refused(res, asFailure(error), incoming, context);
      count(policy.name, 'fault');
    } finally {
      await stage.discard();
    }
  };
}
