import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeMessaging } from '../../src/contract/ebms/decode.js';
import { encodeReceipt, payloadReferences } from '../../src/contract/ebms/encode.js';
import { messagingBlock } from '../../src/contract/ebms/names.js';
import type { MessageInfo, Messaging } from '../../src/contract/ebms/types.js';
import type { DevelopmentPki } from '../../src/sandbox/pki/development.js';
import { parseCrl } from '../../src/security/crl.js';
import { sdpPolicy } from '../../src/security/policy.js';
import { signingKey, type SigningKey } from '../../src/security/sign.js';
import { signEbms } from '../../src/security/signEbms.js';
import { verify } from '../../src/security/signature.js';
import { createTrust, type Trust } from '../../src/security/trust.js';
import type { Trusted } from '../../src/security/trusted.js';
import type { PartTaker } from '../../src/soap/message.js';
import { parseMediaType, parseMultipartType } from '../../src/soap/mime.js';
import { contentType } from '../../src/soap/names.js';
import type { XmlElement } from '../../src/xml/model.js';

/*
 * A broker that reads with our codecs and answers what a test says: for what a client makes of answers that the real one never gives.
 */

/** A message as it arrived, verified. */
export interface Asked {
  readonly path: string;
  readonly contentType: string;
  readonly octets: Buffer;
  readonly trusted: Trusted;
  readonly messaging: Messaging;
  /** The document package; empty when there is none. */
  readonly cms: Buffer;
  /** MessageId of the message, or of its last signal. */
  readonly messageId: string;
}

export interface Reply {
  readonly status: number;
  readonly contentType?: string;
  readonly body: string;
}

export interface StubBroker {
  readonly url: string;
  readonly trust: Trust;
  readonly asked: Asked[];
  /** Changed by tests. An exception that it throws is given to the client as text with HTTP 599. */
  answer: (asked: Asked) => Promise<Reply>;
  stop(): Promise<void>;
}

export const trustOf = (pki: DevelopmentPki): Trust => {
  const crls = pki.crls.map(parseCrl);
  return createTrust({
    anchors: [pki.root],
    intermediates: [pki.issuing],
    crls: () => crls,
    revocation: 'require',
  });
};

async function readAsked(path: string, type: string, octets: Buffer, trust: Trust): Promise<Asked> {
  const cms: Buffer[] = [];
  const store = async (pieces: AsyncIterable<Uint8Array>) => {
    for await (const piece of pieces) cms.push(Buffer.from(piece));
  };
  const parts: PartTaker = { claim: () => ({ include: null, store }) };
  const stream = (async function* () {
    yield octets;
  })();
  const charset = parseMediaType(type)?.parameters.get('charset');
  const incoming = { stream, charset, multipart: parseMultipartType(type) };
  const deps = { trust, clock: { now: () => new Date() } };
  const trusted = await verify(incoming, sdpPolicy([messagingBlock]), deps, { parts });
  const messaging = decodeMessaging(trusted);
  const { info } = messaging.type === 'user' ? messaging.message : messaging.signals.at(-1)!;
  return { path, contentType: type, octets, trusted, messaging, cms: Buffer.concat(cms), messageId: info.messageId };
}

/** Starts it on a free port; it answers every message with a receipt until it is told otherwise. */
export async function startStubBroker(pki: DevelopmentPki): Promise<StubBroker> {
  const trust = trustOf(pki);
  const asked: Asked[] = [];
  const server = createServer((req, res) => {
    const pieces: Buffer[] = [];
    req.on('data', (piece: Buffer) => void pieces.push(piece));
    req.on('end', () => {
      const { url: path = '', headers } = req;
      readAsked(path, headers['content-type'] ?? '', Buffer.concat(pieces), trust)
        .then((message) => {
          asked.push(message);
          return stub.answer(message);
        })
        .catch((error: unknown): Reply => ({ status: 599, contentType: 'text/plain', body: String(error) }))
        .then(({ status, contentType: type = contentType['1.2'], body }) => {
          res.writeHead(status, body === '' ? {} : { 'Content-Type': type }).end(body);
        }, console.error);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { meldingsformidler } = pki.identities;
  const stub: StubBroker = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    trust,
    asked,
    answer: (message) => receiptFor(message, signingKey(meldingsformidler.privateKey, meldingsformidler.certificate)),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return stub;
}

export const infoFor = ({ messageId }: Asked): MessageInfo => ({
  timestamp: new Date(),
  messageId: randomUUID(),
  refToMessageId: messageId,
});

/** A signed envelope as answers are. */
export async function signedAnswer(
  messaging: XmlElement,
  key: SigningKey,
  body: readonly XmlElement[] = [],
  now = new Date(),
): Promise<Reply> {
  const { envelope } = await signEbms({ messaging, body, bodyId: `id-${randomUUID()}`, attachments: [] }, key, now);
  return { status: 200, body: envelope };
}

/** The transport receipt of a message. @param references what it confirms */
export const receiptFor = (
  asked: Asked,
  key: SigningKey,
  references: readonly XmlElement[] = payloadReferences(asked.trusted),
  now?: Date,
): Promise<Reply> => signedAnswer(encodeReceipt(infoFor(asked), references), key, [], now);
