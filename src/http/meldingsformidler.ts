import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeMessaging } from '../contract/ebms/decode.js';
import { ebmsFault, encodeReceipt, payloadReferences } from '../contract/ebms/encode.js';
import { ebmsErrorFor, ebmsFailure } from '../contract/ebms/errors.js';
import { messagingBlock } from '../contract/ebms/names.js';
import type { UserMessage } from '../contract/ebms/types.js';
import { isReceipt, mottattKvittering } from '../contract/sdp/mottatt.js';
import { decodeSbd } from '../contract/sdp/sbd.js';
import type { BusinessDocument } from '../contract/sdp/types.js';
import type { MottattKvittering } from '../domain/receipts.js';
import type { Leverandoer } from '../domain/sender.js';
import { errors, Failure } from '../errors.js';
import { verifyEnveloped } from '../security/enveloped.js';
import { sdpPolicy } from '../security/policy.js';
import type { SigningKey } from '../security/sign.js';
import { signEbms } from '../security/signEbms.js';
import type { Incoming, VerifyDeps } from '../security/signature.js';
import { verify } from '../security/signature.js';
import type { Trusted } from '../security/trusted.js';
import { fingerprint } from '../security/x509.js';
import type { Content } from '../soap/envelope.js';
import { asFailure } from '../soap/fault.js';
import { parseMediaType, parseMultipartType } from '../soap/mime.js';
import { contentType } from '../soap/names.js';
import type { Metrics } from './metrics.js';
import { refuse, send } from './plain.js';
import type { SoapContext, SoapHandler } from './server.js';

/** The broker's address; callers put two organisation numbers after it, which decide nothing (CONTRACT.md of SDP, section 1). */
export const BROKER_PATH = '/meldingsformidler/api';
const number = '(?:9908|0192)(?::|%3[Aa])\\d{9}';
const brokerPath = new RegExp(`^${BROKER_PATH}(?:/${number}/${number})?/?$`);
export const isBrokerPath = (path: string): boolean => brokerPath.test(path);

export interface BrokerDeps {
  readonly verifyDeps: VerifyDeps;
  readonly metrics: Metrics;
  readonly timeIsRight: () => boolean;
  readonly broker: { readonly organisasjonsnummer: string; readonly key: SigningKey };
  /** Organisation number that receipts of our own letters are addressed to. */
  readonly databehandler: string;
  /** Whoever may send receipts, each known by its registered certificate. */
  readonly leverandoerer: readonly Leverandoer[];
  /** False: it belongs to no letter of ours. */
  readonly motta: (kvittering: MottattKvittering) => Promise<boolean>;
  /** Keeps a receipt that nobody waits for, and gives the reference that it is kept under. */
  readonly keep: (document: Content) => Promise<string>;
}

const policy = sdpPolicy([messagingBlock]);

/** The provider whose registered certificate this is: a number alone proves no role, for two roles share one. */
function supplierBy(deps: BrokerDeps, fingeravtrykk: string): Leverandoer {
  const found = deps.leverandoerer.find(({ sertifikat }) => fingerprint(sertifikat) === fingeravtrykk);
  if (found === undefined) throw ebmsFailure('FAILED_AUTHENTICATION', 'The signer is not registered as a provider');
  return found;
}

/** The message as its envelope says. */
function messageOf(trusted: Trusted): UserMessage {
  const messaging = decodeMessaging(trusted);
  if (messaging.type !== 'user') throw ebmsFailure('VALUE_NOT_RECOGNIZED', 'Only receipts of providers are taken here');
  return messaging.message;
}

/** Holds what the envelope says against who signed it, and against what came with it. */
function judge(message: UserMessage, trusted: Trusted, deps: BrokerDeps): void {
  const supplier = supplierBy(deps, trusted.principal.certificate.fingeravtrykk);
  if (message.fra.organisasjonsnummer !== supplier.organisasjonsnummer || message.fra.rolle !== 'postkasse') {
    throw ebmsFailure('VALUE_INCONSISTENT', 'From is not the organisation of the signing certificate');
  }
  if (
    message.til.organisasjonsnummer !== deps.broker.organisasjonsnummer ||
    message.til.rolle !== 'meldingsformidler'
  ) {
    throw ebmsFailure('VALUE_INCONSISTENT', 'To is another than this broker');
  }
  if (message.action !== 'KvitteringsForespoersel') {
    throw ebmsFailure('VALUE_NOT_RECOGNIZED', 'Action is not KvitteringsForespoersel');
  }
  const only = message.parts.every(({ href }) => href === undefined || href === `#${trusted.bodyId}`);
  if (trusted.parts.length > 0 || !only) throw ebmsFailure('MIME_INCONSISTENCY', 'A receipt has no attachment');
}

const receipts: readonly string[] = ['kvittering', 'feil'];

/** The signed document in Body, from the same provider, for us. */
function documentOf(trusted: Trusted, from: string, deps: BrokerDeps, now: Date): [BusinessDocument, Content] {
  if (trusted.operation.local !== 'StandardBusinessDocument') {
    throw ebmsFailure('FEATURE_NOT_SUPPORTED', 'Body holds no StandardBusinessDocument');
  }
  const { signer, document } = verifyEnveloped(trusted.operation, deps.verifyDeps.trust, now);
  supplierBy(deps, signer.fingeravtrykk);
  if (
    !document.children.some((child) => typeof child !== 'string' && 'local' in child && receipts.includes(child.local))
  ) {
    throw ebmsFailure('FEATURE_NOT_SUPPORTED', 'The document is no receipt');
  }
  const decoded = decodeSbd(document);
  if (decoded.header.sender !== from || signer.organisasjonsnummer !== from) {
    throw ebmsFailure('VALUE_INCONSISTENT', 'The sender of the document is not From');
  }
  if (decoded.header.receiver !== deps.databehandler) {
    throw ebmsFailure('VALUE_INCONSISTENT', 'The receiver of the document is not known here');
  }
  return [decoded, document];
}

async function receive(
  trusted: Trusted,
  message: UserMessage,
  deps: BrokerDeps,
  { log }: SoapContext,
): Promise<string> {
  const now = deps.verifyDeps.clock.now();
  judge(message, trusted, deps);
  const [document, element] = documentOf(trusted, message.fra.organisasjonsnummer, deps, now);
  if (!isReceipt(document)) throw ebmsFailure('FEATURE_NOT_SUPPORTED', 'Letters are not taken here');
  const kvittering = mottattKvittering(document, now);
  if (!(await deps.motta(kvittering))) {
    const ref = await deps.keep(element);
    const { konversasjonsId, leverandoer, type } = kvittering;
    log.error('a receipt for no letter of ours is kept', { ref, konversasjonsId, leverandoer, type });
  }
  const info = { timestamp: now, messageId: randomUUID(), refToMessageId: message.info.messageId };
  const messaging = encodeReceipt(info, payloadReferences(trusted));
  const { envelope } = await signEbms(
    { messaging, body: [], bodyId: `id-${randomUUID()}`, attachments: [] },
    deps.broker.key,
    now,
  );
  return envelope;
}

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

/** The message that the HTTP header announces; compressed ones are not taken. @throws Failure UNSUPPORTED_MEDIA_TYPE, MALFORMED_XML */
function incomingOf(req: IncomingMessage): Incoming {
  const header = req.headers['content-type'] ?? '';
  const media = parseMediaType(header);
  const multipart = parseMultipartType(header);
  const known = multipart !== undefined || media?.type === 'application/soap+xml';
  if (!known || (req.headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new Failure('UNSUPPORTED_MEDIA_TYPE', 'Content-Type or Content-Encoding', { types });
  }
  const stream = req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  return { stream, charset: media?.parameters.get('charset'), multipart };
}

/** Takes the receipts of mailbox and print providers (CONTRACT.md of SDP, sections 10 to 13), each answered with a signed receipt. */
export function meldingsformidler(deps: BrokerDeps): SoapHandler {
  return async (req, res, context) => {
    const started = performance.now();
    const count = (outcome: 'ok' | 'fault'): void =>
      deps.metrics.request('meldingsformidler', outcome, (performance.now() - started) / 1000);
    let about: string | undefined;
    try {
      // Not the sender's fault, so it must be one that the sender repeats.
      if (!deps.timeIsRight()) throw new Failure('UNAVAILABLE', 'our own clock is wrong; see /health/ready');
      const trusted = await verify(incomingOf(req), policy, deps.verifyDeps);
      const message = messageOf(trusted);
      about = message.info.messageId;
      const envelope = await receive(trusted, message, deps, context);
      send(res, 200, { 'Content-Type': contentType['1.2'] }, envelope);
      count('ok');
    } catch (error) {
      answerFailure(asFailure(error), about, deps, context, res);
      count('fault');
    }
  };
}
