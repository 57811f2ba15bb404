import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Broker } from '../../src/client/ebmsPull.js';
import { decodeMessaging } from '../../src/contract/ebms/decode.js';
import { encodeUserMessage, pulledReceipt } from '../../src/contract/ebms/encode.js';
import type { Mpc } from '../../src/contract/ebms/names.js';
import type { MessageInfo, Messaging, UserMessage } from '../../src/contract/ebms/types.js';
import { encodeSbd } from '../../src/contract/sdp/sbd.js';
import type { BusinessDocument } from '../../src/contract/sdp/types.js';
import { signEnveloped } from '../../src/security/enveloped.js';
import { newId } from '../../src/security/sign.js';
import type { SigningKey } from '../../src/security/sign.js';
import { verify } from '../../src/security/signature.js';
import { signEbms } from '../../src/security/signEbms.js';
import type { Trusted } from '../../src/security/trusted.js';
import { parseMultipartType } from '../../src/soap/mime.js';
import type { XmlElement } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { caller, party } from './answers.js';
import { sdp } from './ebms.js';
import { testTime, trustOf } from './pki.js';

/* A broker of a test, made of our own codecs from the other end, and one who asks it for receipts. */

export const us = '310000019';
export const broker = party('984661185');
export const provider = party('996460320');
export const deps = { trust: trustOf(caller), clock: { now: () => testTime } };
export const mpc: Mpc = { prioritet: 'PRIORITERT', id: 'posthorn-1' };

export const document: BusinessDocument = {
  header: {
    sender: '996460320',
    receiver: us,
    instanceIdentifier: '11111111-0000-4000-8000-000000000001',
    conversationId: '22222222-0000-4000-8000-000000000001',
    created: testTime,
  },
  payload: { type: 'kvittering', tidspunkt: testTime, hendelse: { type: 'levering' } },
};
export const signedSbd = (changes: Partial<BusinessDocument['header']> = {}, key = provider.key): Promise<string> =>
  signEnveloped(encodeSbd({ ...document, header: { ...document.header, ...changes } }), key);

export const infoFor = (refToMessageId: string | undefined): MessageInfo => ({
  timestamp: testTime,
  messageId: 'answer-1',
  refToMessageId,
});

export interface Asked {
  readonly trusted: Trusted;
  readonly messaging: Messaging;
  /** MessageId of the PullRequest, or of the only signal. */
  readonly id: string;
}
export type Reply = (asked: Asked, response: ServerResponse) => Promise<string | undefined> | string | undefined;

export const envelope = async (
  messaging: XmlElement,
  body: readonly XmlElement[] = [],
  key: SigningKey = broker.key,
  now = testTime,
): Promise<string> =>
  (await signEbms({ messaging, body, bodyId: newId('id'), attachments: [], lifetime: 300 }, key, now)).envelope;

export const messageFor = (id: string): UserMessage =>
  pulledReceipt({ info: infoFor(id), mpc, conversationId: document.header.instanceIdentifier }, '984661185', us);

export interface Change {
  readonly message?: (good: UserMessage) => UserMessage;
  readonly sbd?: () => Promise<string>;
  readonly key?: SigningKey;
  readonly now?: Date;
}

/** A receipt as the broker hands it over, but for what is changed. */
export const receipt =
  ({ message = (good) => good, sbd = signedSbd, key = broker.key, now = testTime }: Change = {}): Reply =>
  async ({ id }) =>
    envelope(encodeUserMessage(message(messageFor(id))), [parse(await sbd())], key, now);

/** A broker that verifies what it is sent and answers by `reply`; it sends nothing when that is undefined. */
export async function withBroker(
  reply: Reply,
  use: (url: string, seen: readonly Asked[]) => Promise<void>,
): Promise<void> {
  const seen: Asked[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const type = request.headers['content-type'] ?? '';
    const trusted = await verify({ stream: request, multipart: parseMultipartType(type) }, sdp, deps);
    const messaging = decodeMessaging(trusted);
    const signals = messaging.type === 'signals' ? messaging.signals : [];
    const asked = { trusted, messaging, id: signals.at(-1)?.info.messageId ?? '' };
    seen.push(asked);
    const text = await reply(asked, response);
    if (text !== undefined) response.setHeader('Content-Type', 'application/soap+xml;charset=UTF-8').end(text);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api`, seen);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

export const brokerAt = (url: string, changes: Partial<Broker> = {}): Broker => ({
  ...deps,
  url,
  key: caller.key,
  organisasjonsnummer: us,
  isReceiver: (signer) => signer.certificate.fingeravtrykk === broker.parsed.fingeravtrykk,
  isReporter: (signer) => signer.fingeravtrykk === provider.parsed.fingeravtrykk,
  ...changes,
});
