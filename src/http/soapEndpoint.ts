import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorCode } from '../errors.js';
import { errors, Failure } from '../errors.js';
import type { SignaturePolicy } from '../security/policy.js';
import type { Incoming, VerifyDeps } from '../security/signature.js';
import { verify } from '../security/signature.js';
import type { Trusted } from '../security/trusted.js';
import { asFailure, faultEnvelope } from '../soap/fault.js';
import { actionAgrees } from '../soap/header.js';
import { parseMediaType } from '../soap/mime.js';
import { contentType } from '../soap/names.js';
import type { Metrics } from './metrics.js';
import { octetsOf, refuse, send } from './plain.js';
import type { SoapContext, SoapHandler } from './server.js';

/** The answer to a request that passed every check, ready to send, and what it was for the metrics. */
export interface Answer {
  readonly operation: string;
  readonly envelope: string;
}

export interface SoapEndpoint {
  readonly policy: SignaturePolicy;
  readonly verifyDeps: VerifyDeps;
  readonly metrics: Metrics;
  /** False while our clock cannot be believed: then nothing is judged or signed by it (SECURITY.md 120). */
  readonly timeIsRight: () => boolean;
  /** Decodes, runs and answers a trusted request. */
  readonly handle: (trusted: Trusted, context: SoapContext) => Promise<Answer>;
}

const mediaTypes = ['application/soap+xml', 'text/xml'] as const;

const unsupportedType = (detail: string): Failure =>
  new Failure('UNSUPPORTED_MEDIA_TYPE', detail, { types: 'application/soap+xml; charset=utf-8' });

interface Envelope {
  readonly charset: string | undefined;
  readonly actions: readonly (string | undefined)[];
}

/** What the HTTP header says of the envelope. @throws Failure UNSUPPORTED_MEDIA_TYPE, TOO_LARGE */
export function readHttpHeader(req: IncomingMessage, maxBytes: number): Envelope {
  const media = parseMediaType(req.headers['content-type'] ?? '');
  const known = media !== undefined && (mediaTypes as readonly string[]).includes(media.type);
  if (!known) throw unsupportedType('Content-Type');
  if ((req.headers['content-encoding'] ?? 'identity') !== 'identity') throw unsupportedType('Content-Encoding');
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw new Failure('TOO_LARGE', 'Content-Length');
  const soapAction = req.headers['soapaction'];
  const action = typeof soapAction === 'string' ? soapAction.trim().replace(/^"(.*)"$/, '$1') : undefined;
  return { charset: media.parameters.get('charset'), actions: [media.parameters.get('action'), action] };
}

/** Answers with a SOAP fault, or with plain text where SOAP has not started. */
export function answerFailure(
  res: ServerResponse,
  failure: Failure,
  incoming: Incoming,
  policy: SignaturePolicy,
  correlationId: string,
): void {
  if (errors[failure.code].http !== 500) return refuse(res, failure.code, failure.values);
  const version = incoming.version ?? policy.versions[0] ?? '1.2';
  const fault = faultEnvelope(failure, version, policy.versions, correlationId);
  send(res, 500, { 'Content-Type': contentType[version] }, fault);
}

/**
 * The way of one SOAP request: HTTP header, verification while the body arrives, the operation, the answer; or the fault. This is the only
 * place that knows the order.
 */
export function soapEndpoint({ policy, verifyDeps, metrics, timeIsRight, handle }: SoapEndpoint): SoapHandler {
  const receive = async (req: IncomingMessage, incoming: Incoming, context: SoapContext): Promise<Answer> => {
    const { charset, actions } = readHttpHeader(req, policy.maxBytes);
    incoming.charset = charset;
    if (!timeIsRight()) throw new Failure('MESSAGE_EXPIRED', 'our own clock is wrong; see /health/ready');
    const trusted = await verify(incoming, policy, verifyDeps);
    const operation = trusted.operation.local;
    if (![trusted.action, ...actions].every((action) => actionAgrees(action, operation))) {
      throw new Failure('MALFORMED_XML', 'action and Body disagree');
    }
    return handle(trusted, context);
  };

  return async (req, res, context) => {
    const started = performance.now();
    const incoming: Incoming = { stream: octetsOf(req, res) };
    const count = (operation: string, outcome: 'ok' | 'fault'): void =>
      metrics.request(operation, outcome, (performance.now() - started) / 1000);
    try {
      const { operation, envelope } = await receive(req, incoming, context);
      send(res, 200, { 'Content-Type': contentType[incoming.version ?? '1.2'] }, Buffer.from(envelope));
      count(operation, 'ok');
    } catch (error) {
      const failure = asFailure(error);
      report(failure, context, metrics, policy.name);
      answerFailure(res, failure, incoming, policy, context.correlationId);
      count(policy.name, 'fault');
    }
  };
}

const ours: ReadonlySet<ErrorCode> = new Set(['INTERNAL', 'UNAVAILABLE']);

export function report(failure: Failure, { log }: SoapContext, metrics: Metrics, endpoint: string): void {
  const level = ours.has(failure.code) ? 'error' : 'warn';
  log[level]('request refused', { code: failure.code, detail: failure.detail });
  metrics.fault(failure.code);
  if (failure.code === 'REPLAYED') metrics.replay(endpoint);
}
