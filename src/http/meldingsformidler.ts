import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeMessaging } from '../contract/ebms/decode.js';
import { ebmsFault } from '../contract/ebms/encode.js';
import { ebmsErrorFor, ebmsFailure } from '../contract/ebms/errors.js';
import { messagingBlock } from '../contract/ebms/names.js';
import type { Messaging, UserMessage } from '../contract/ebms/types.js';
import { errors, Failure } from '../errors.js';
import { sdpPolicy } from '../security/policy.js';
import type { Incoming } from '../security/signature.js';
import { verifyInPasses } from '../security/signature.js';
import type { Trusted } from '../security/trusted.js';
import { asFailure } from '../soap/fault.js';
import { parseMediaType, parseMultipartType } from '../soap/mime.js';
import { contentType } from '../soap/names.js';
import { fromMailbox, fromSender } from './broker/letters.js';
import { providerBy, providersOf } from './broker/parties.js';
import { fromProvider } from './broker/receipts.js';
import { aboutSignals, fromAsker } from './broker/signals.js';
import { stagePackage, type Stage } from './broker/stage.js';
import type { Answer, Broker, BrokerDeps, Rest } from './broker/types.js';
import { octetsOf, refuse, send } from './plain.js';
import type { SoapContext, SoapHandler } from './server.js';

export type { BrokerDeps } from './broker/types.js';

/** The broker's address; callers put two organisation numbers after it, which decide nothing (CONTRACT.md of SDP, section 1). */
export const BROKER_PATH = '/meldingsformidler/api';
const number = '(?:9908|0192)(?::|%3[Aa])\\d{9}';
const brokerPath = new RegExp(`^${BROKER_PATH}(?:/${number}/${number})?/?$`);
export const isBrokerPath = (path: string): boolean => brokerPath.test(path);

const policy = sdpPolicy([messagingBlock]);

/** Whose message it is: the registered certificate of a provider says what its signer is, and everybody else is a sender. */
function judgeMessage(envelope: Trusted, message: UserMessage, deps: Broker): Rest {
  const provider = providerBy(deps, envelope.principal);
  if (provider === undefined) return fromSender(envelope, message, deps);
  if (message.action === 'KvitteringsForespoersel') return fromProvider(envelope, message, provider, deps);
  if (message.action === 'FlyttetDigitalPost') return fromMailbox(envelope, message, provider, deps);
  throw ebmsFailure('VALUE_NOT_RECOGNIZED', `Action ${message.action} is for senders`);
}

const judge = (envelope: Trusted, messaging: Messaging, deps: Broker): Rest =>
  messaging.type === 'user'
    ? judgeMessage(envelope, messaging.message, deps)
    : fromAsker(envelope, messaging.signals, deps);

const aboutOf = (messaging: Messaging): string | undefined =>
  messaging.type === 'user' ? messaging.message.info.messageId : aboutSignals(messaging.signals);

/** `about`: MessageId of the verified message that is refused. */
function answerFailure(
  failure: Failure,
  about: string | undefined,
  deps: BrokerDeps,
  context: SoapContext,
  res: ServerResponse,
): void {
  const ours = failure.code === 'INTERNAL' || failure.code === 'UNAVAILABLE';
  context.log[ours ? 'error' : 'warn']('message refused', { code: failure.code, detail: failure.detail });
  deps.metrics.fault(failure.code);
  // Octets that are no XML are refused before SOAP (PROFILES, "Faults and HTTP").
  if (failure.code === 'MALFORMED_XML') return refuse(res, 'BAD_HTTP');
  if (errors[failure.code].http !== 500) return refuse(res, failure.code, failure.values);
  const info = { timestamp: deps.verifyDeps.clock.now(), messageId: randomUUID(), refToMessageId: about };
  const { description, ...row } = ebmsErrorFor(failure);
  send(res, 500, { 'Content-Type': contentType['1.2'] }, ebmsFault(info, row, description));
}

const types = 'application/soap+xml; charset=utf-8, multipart/related';

/**
 * The message that the HTTP header announces; compressed ones are not taken, nor those that are too large.
 * @throws Failure UNSUPPORTED_MEDIA_TYPE, MALFORMED_XML, TOO_LARGE
 */
function incomingOf(req: IncomingMessage, res: ServerResponse): Incoming {
  const header = req.headers['content-type'] ?? '';
  const multipart = parseMultipartType(header);
  const media = multipart === undefined ? parseMediaType(header) : undefined;
  const known = multipart !== undefined || media?.type === 'application/soap+xml';
  if (!known || (req.headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new Failure('UNSUPPORTED_MEDIA_TYPE', 'Content-Type or Content-Encoding', { types });
  }
  if (Number(req.headers['content-length'] ?? 0) > policy.maxMessageBytes) {
    throw new Failure('TOO_LARGE', 'Content-Length');
  }
  return { stream: octetsOf(req, res), charset: media?.parameters.get('charset'), multipart };
}

/** One message on its way through the door. */
interface Exchange {
  readonly stage: Stage;
  /** MessageId, as soon as its signature has been verified. */
  about: string | undefined;
}

async function receive(open: () => Incoming, exchange: Exchange, deps: Broker, context: SoapContext): Promise<Answer> {
  // Not the sender's fault, so it must be one that the sender repeats.
  if (!deps.timeIsRight()) throw new Failure('UNAVAILABLE', 'our own clock is wrong; see /health/ready');
  const judged = (envelope: Trusted): Rest => {
    const messaging = decodeMessaging(envelope);
    exchange.about = aboutOf(messaging);
    return judge(envelope, messaging, deps);
  };
  const { stage } = exchange;
  const { made: rest, parts } = await verifyInPasses(open(), policy, deps.verifyDeps, judged, { parts: stage });
  return rest(parts, stage, context);
}

/**
 * The broker: takes letters of senders and receipts of providers, each answered with a signed receipt, and hands receipts to the senders
 * that ask for them (CONTRACT.md of SDP, sections 4 to 13). What the envelope alone can tell is judged before an attachment is read.
 */
export function meldingsformidler(given: BrokerDeps): SoapHandler {
  const deps: Broker = { ...given, providers: providersOf(given) };
  return async (req, res, context) => {
    const started = performance.now();
    const count = (operation: string, outcome: 'ok' | 'fault'): void =>
      deps.metrics.request(operation, outcome, (performance.now() - started) / 1000);
    const stage = stagePackage(deps.payloads, deps.maxPackage);
    const exchange: Exchange = { stage, about: undefined };
    try {
      const { operation, envelope } = await receive(() => incomingOf(req, res), exchange, deps, context);
      if (envelope === undefined) send(res, 202, {}, '');
      else send(res, 200, { 'Content-Type': contentType['1.2'] }, envelope);
      count(operation, 'ok');
    } catch (error) {
      answerFailure(asFailure(error), exchange.about, deps, context, res);
      count(policy.name, 'fault');
    } finally {
      await stage.discard();
    }
  };
}
