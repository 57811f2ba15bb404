import { randomUUID } from 'node:crypto';
import { decodeMessaging } from '../../src/contract/ebms/decode.js';
import { encodePull, encodeReceipt, encodeUserMessage, payloadParts } from '../../src/contract/ebms/encode.js';
import { eb } from '../../src/contract/ebms/names.js';
import type { Mpc } from '../../src/contract/ebms/names.js';
import type { SignalMessage, UserMessage } from '../../src/contract/ebms/types.js';
import { encodeSbd } from '../../src/contract/sdp/sbd.js';
import type { Header, Payload } from '../../src/contract/sdp/types.js';
import { signEnveloped, type EnvelopedForm } from '../../src/security/enveloped.js';
import { sdpPolicy } from '../../src/security/policy.js';
import type { SigningKey } from '../../src/security/sign.js';
import { signEbms } from '../../src/security/signEbms.js';
import { verify } from '../../src/security/signature.js';
import type { Trust } from '../../src/security/trust.js';
import type { Trusted } from '../../src/security/trusted.js';
import { messagingBlock } from '../../src/contract/ebms/names.js';
import type { XmlElement } from '../../src/xml/model.js';
import { childElements } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { element, serialise } from '../../src/xml/write.js';
import { digital } from '../contract/sdp/support.js';
import { cms, cmsPart, contentId, contentType, multipart, rootPart, sha256 } from './ebms.js';

/* A sender of the broker's contract: messages that are good but for what a test changes, and a reader of what is answered. */

export const BROKER = '984661185';

export interface Holder {
  readonly organisasjonsnummer: string;
  readonly key: SigningKey;
}

/** What a test makes otherwise than a sender does. */
export interface LetterChanges {
  readonly at?: Date;
  readonly message?: Partial<UserMessage>;
  readonly header?: Partial<Header>;
  readonly payload?: Payload;
  readonly cms?: Buffer;
  readonly receiver?: string;
  /** Signs the envelope instead. */
  readonly key?: SigningKey;
  /** Signs the document instead. */
  readonly innerKey?: SigningKey;
  readonly form?: EnvelopedForm;
  /** Rewrites the document before it is signed. */
  readonly alter?: (document: string) => string;
  /** Rewrites the signed document. */
  readonly after?: (document: string) => string;
  readonly messaging?: XmlElement;
  readonly body?: readonly XmlElement[];
  /** What the signature says of attachments. */
  readonly attachments?: readonly { readonly contentId: string; readonly sha256: string }[];
}

export interface Sent {
  readonly envelope: string;
  readonly octets: Buffer;
  readonly type: string;
  readonly messageId: string;
  readonly conversationId: string;
  /** The signed document. */
  readonly sbd: string;
  readonly cms: Buffer;
}

const headerOf = (by: Holder, at: Date, receiver: string): Header => ({
  sender: by.organisasjonsnummer,
  receiver,
  instanceIdentifier: randomUUID(),
  conversationId: randomUUID(),
  created: at,
});

async function signedDocument(by: Holder, header: Header, payload: Payload, changes: LetterChanges): Promise<string> {
  const plain = encodeSbd({ header, payload });
  const document = changes.alter === undefined ? plain : parse(changes.alter(serialise(plain)));
  const signed = await signEnveloped(document, changes.innerKey ?? changes.key ?? by.key, changes.form);
  return changes.after?.(signed) ?? signed;
}

const messageOf = (by: Holder, header: Header, payload: Payload, at: Date): UserMessage => {
  const fysisk = payload.type === 'digitalPost' && payload.fysisk !== null;
  return {
    info: { timestamp: at, messageId: randomUUID(), refToMessageId: undefined },
    mpc: { prioritet: 'PRIORITERT', id: undefined },
    fra: { organisasjonsnummer: by.organisasjonsnummer, rolle: 'avsender' },
    til: { organisasjonsnummer: BROKER, rolle: 'meldingsformidler' },
    avtale: fysisk ? 'fysisk' : 'digital',
    action: fysisk ? 'FormidleFysiskPost' : 'FormidleDigitalPost',
    conversationId: header.conversationId,
    parts: payloadParts(contentId),
  };
};

/** The payload of a letter of `avsender` about a package. */
export const letterAbout = (avsender: string, octets: Buffer, payload: Payload = digital): Payload =>
  'fingeravtrykk' in payload
    ? {
        ...payload,
        avsender: { ...payload.avsender, organisasjonsnummer: avsender },
        fingeravtrykk: sha256(octets),
      }
    : payload;

/** A letter, signed inside and out, with its package. */
export async function letterOf(by: Holder, changes: LetterChanges = {}): Promise<Sent> {
  const { at = new Date(), cms: octets = cms } = changes;
  const header = { ...headerOf(by, at, changes.receiver ?? '984661185'), ...changes.header };
  const payload = changes.payload ?? letterAbout(by.organisasjonsnummer, octets);
  const sbd = await signedDocument(by, header, payload, changes);
  const message = { ...messageOf(by, header, payload, at), ...changes.message };
  const { envelope } = await signEbms(
    {
      messaging: changes.messaging ?? encodeUserMessage(message),
      body: changes.body ?? [parse(sbd)],
      bodyId: 'soapBody',
      attachments: changes.attachments ?? [{ contentId, sha256: sha256(octets) }],
    },
    changes.key ?? by.key,
    at,
  );
  const { conversationId } = header;
  const parts = [rootPart(envelope), cmsPart({ content: octets })];
  const { messageId } = message.info;
  return { envelope, octets: multipart(parts), type: contentType, messageId, conversationId, sbd, cms: octets };
}

/** What a sender asks for: a receipt to be ended, the next one, or both. */
export interface Asking {
  readonly at?: Date;
  readonly key?: SigningKey;
  readonly pull?: Mpc;
  readonly messageId?: string;
  /** The verified message that holds the receipt that has been taken over. */
  readonly confirm?: Trusted;
  /** What the confirmation refers to; the message's own id when left out. */
  readonly refToMessageId?: string;
}

export const bodyReference = ({ references, bodyId }: Trusted): XmlElement[] =>
  references.filter((r) => r.attributes.some(({ local, value }) => local === 'URI' && value === `#${bodyId}`));

/** @returns the envelope of a pull, a confirmation, or both */
export async function askingFor(by: Holder, asking: Asking): Promise<string> {
  const { at = new Date(), pull, confirm, messageId = randomUUID() } = asking;
  const info = (refToMessageId?: string) => ({ timestamp: at, messageId, refToMessageId });
  const receipts =
    confirm === undefined
      ? []
      : childElements(
          encodeReceipt(
            { ...info(asking.refToMessageId ?? receivedIn(confirm).info.messageId), messageId: randomUUID() },
            bodyReference(confirm),
          ),
        );
  const pulls = pull === undefined ? [] : childElements(encodePull(info(), pull));
  const messaging = element(eb, 'Messaging', {}, [...receipts, ...pulls]);
  const message = { messaging, body: [], bodyId: 'soapBody', attachments: [] };
  return (await signEbms(message, asking.key ?? by.key, at)).envelope;
}

/** The message of a user in an answer. */
export function receivedIn(trusted: Trusted): UserMessage {
  const messaging = decodeMessaging(trusted);
  if (messaging.type !== 'user') throw new Error('the answer is no message');
  return messaging.message;
}

/** The one signal in an answer. */
export function signalIn(trusted: Trusted): SignalMessage {
  const messaging = decodeMessaging(trusted);
  const [signal, ...more] = messaging.type === 'signals' ? messaging.signals : [];
  if (signal === undefined || more.length > 0) throw new Error('the answer is not one signal');
  return signal;
}

export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Posts a message as it stands. */
export async function postMessage(
  url: string,
  octets: string | Buffer,
  type = 'application/soap+xml; charset=utf-8',
): Promise<Answered> {
  const body = new Uint8Array(Buffer.from(octets));
  const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': type }, body });
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    text: await response.text(),
  };
}

/** Believes an answer as the contract's clients do. @throws Failure */
export function believe({ text }: Answered, trust: Trust, now = new Date()): Promise<Trusted> {
  const stream = (async function* () {
    yield Buffer.from(text);
  })();
  return verify({ stream }, sdpPolicy([messagingBlock]), { trust, clock: { now: () => now } });
}
