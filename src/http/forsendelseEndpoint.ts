import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ContentStage } from '../contract/contents/stage.js';
import { stageContents } from '../contract/forsendelse/content.js';
import type { Payloads } from '../domain/shipmentPorts.js';
import { Failure } from '../errors.js';
import { limits } from '../limits.js';
import { readWithPassword } from '../security/basic.js';
import type { PasswordTrusted } from '../security/basic.js';
import type { SignaturePolicy } from '../security/policy.js';
import type { Incoming, VerifyDeps } from '../security/signature.js';
import { verify } from '../security/signature.js';
import type { Trusted } from '../security/trusted.js';
import { asFailure } from '../soap/fault.js';
import { actionAgrees } from '../soap/header.js';
import { contentType } from '../soap/names.js';
import type { Metrics } from './metrics.js';
import { octetsOf, refuse, send } from './plain.js';
import type { SoapContext, SoapHandler } from './server.js';
import type { Answer } from './soapEndpoint.js';
import { answerFailure, report } from './soapEndpoint.js';
import { accountOf, paced, readStagedHeader, type Passwords } from './staged.js';

export interface ForsendelseEndpoint extends Passwords {
  readonly policy: SignaturePolicy;
  readonly verifyDeps: VerifyDeps;
  readonly payloads: Payloads;
  /** Octets of all documents of one letter. */
  readonly maxContents: number;
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

type Received = Trusted | PasswordTrusted;

/** A caller with a password: nothing of the body is read before it is found right. */
async function byPassword(
  endpoint: ForsendelseEndpoint,
  incoming: Incoming,
  authorization: string,
  context: SoapContext,
  stage: ContentStage,
): Promise<Received> {
  return readWithPassword(incoming, await accountOf(endpoint, authorization, context), endpoint.policy, stage);
}

async function bySignature(endpoint: ForsendelseEndpoint, incoming: Incoming, stage: ContentStage): Promise<Received> {
  if (!endpoint.timeIsRight()) throw new Failure('MESSAGE_EXPIRED', 'our own clock is wrong; see /health/ready');
  return verify(incoming, endpoint.policy, endpoint.verifyDeps, stage).catch((error: unknown) => {
    throw unsigned(error) ? new Failure('UNAUTHORIZED', 'neither password nor signature') : error;
  });
}

async function receive(
  endpoint: ForsendelseEndpoint,
  req: IncomingMessage,
  incoming: Incoming,
  context: SoapContext,
  stage: ContentStage,
): Promise<Answer> {
  const actions = readStagedHeader(req, incoming, endpoint.policy.maxBytes);
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
    const bounds = { letterBytes: endpoint.maxContents, attachments: limits.attachments };
    const stage = stageContents(endpoint.payloads, bounds, endpoint.mimetypes);
    const incoming: Incoming = { stream: paced(octetsOf(req, res), stage) };
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
