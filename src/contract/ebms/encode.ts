import type { Trusted } from '../../security/trusted.js';
import { env } from '../../soap/names.js';
import type { XmlElement, XmlNode } from '../../xml/model.js';
import { attribute, isElement } from '../../xml/model.js';
import { XML_NS } from '../../xml/tag.js';
import { element, plain, qualified, serialise } from '../../xml/write.js';
import type { EbmsErrorRow } from './errors.js';
import { ebmsErrors } from './errors.js';
import type { Mpc } from './names.js';
import {
  agreements,
  eb,
  ebbp,
  encodeMpc,
  encodeOrganisation,
  PARTY_ID_TYPE,
  roles,
  SERVICE,
  SOAP_BODY,
} from './names.js';
import type { MessageInfo, PartInfo, Party, UserMessage } from './types.js';

const text = (local: string, content: string): XmlElement => element(eb, local, {}, [content]);

const encodeInfo = ({ timestamp, messageId, refToMessageId }: MessageInfo): XmlElement =>
  element(eb, 'MessageInfo', {}, [
    text('Timestamp', timestamp.toISOString()),
    text('MessageId', messageId),
    ...(refToMessageId === undefined ? [] : [text('RefToMessageId', refToMessageId)]),
  ]);

const encodeParty = (local: 'From' | 'To', { organisasjonsnummer, rolle }: Party): XmlElement =>
  element(eb, local, {}, [
    element(eb, 'PartyId', { type: PARTY_ID_TYPE }, [encodeOrganisation(organisasjonsnummer)]),
    text('Role', roles[rolle]),
  ]);

const encodePart = ({ href, properties }: PartInfo): XmlElement =>
  element(
    eb,
    'PartInfo',
    { href },
    properties.size === 0
      ? []
      : [
          element(
            eb,
            'PartProperties',
            {},
            [...properties].map(([name, value]) => element(eb, 'Property', { name }, [value])),
          ),
        ],
  );

const messaging = (children: readonly XmlElement[]): XmlElement => element(eb, 'Messaging', {}, children);

/** eb:Messaging with a message of a user. */
export const encodeUserMessage = (m: UserMessage): XmlElement =>
  messaging([
    element(eb, 'UserMessage', { mpc: encodeMpc(m.mpc) }, [
      encodeInfo(m.info),
      element(eb, 'PartyInfo', {}, [encodeParty('From', m.fra), encodeParty('To', m.til)]),
      element(eb, 'CollaborationInfo', {}, [
        ...(m.avtale === undefined ? [] : [text('AgreementRef', agreements[m.avtale])]),
        text('Service', SERVICE),
        text('Action', m.action),
        text('ConversationId', m.conversationId),
      ]),
      element(eb, 'PayloadInfo', {}, m.parts.map(encodePart)),
    ]),
  ]);

const signal = (info: MessageInfo, content: readonly XmlElement[]): XmlElement =>
  element(eb, 'SignalMessage', {}, [encodeInfo(info), ...content]);

const pullRequest = (mpc: Mpc): XmlElement => element(eb, 'PullRequest', { mpc: encodeMpc(mpc) });

/** eb:Messaging that asks a channel for a message. */
export const encodePull = (info: MessageInfo, mpc: Mpc): XmlElement => messaging([signal(info, [pullRequest(mpc)])]);

/** An element as it was read, without what was bound around it. */
const copyOf = (node: XmlNode): XmlNode =>
  isElement(node)
    ? { ...node, declarations: [], scope: null, parent: null, children: node.children.map(copyOf) }
    : node;

/** eb:Receipt about `references`, which are copied as they stand; nothing of their message is held on to. */
export const nonRepudiation = (references: readonly XmlElement[]): XmlElement =>
  element(eb, 'Receipt', {}, [
    element(
      ebbp,
      'NonRepudiationInformation',
      {},
      references.map((reference) => element(ebbp, 'MessagePartNRInformation', {}, [copyOf(reference)])),
    ),
  ]);

/** The references of a verified message that are about its payload: attachments first, then Body (CONTRACT.md section 6). */
export function payloadReferences({ references, bodyId }: Pick<Trusted, 'references' | 'bodyId'>): XmlElement[] {
  const uri = (r: XmlElement): string => attribute(r, 'URI') ?? '';
  const toBody = `#${bodyId}`;
  return [...references.filter((r) => uri(r).startsWith('cid:')), ...references.filter((r) => uri(r) === toBody)];
}

/** eb:Messaging with a receipt. */
export const withReceipt = (info: MessageInfo, receipt: XmlElement): XmlElement => messaging([signal(info, [receipt])]);

/** eb:Messaging with the receipt of a message: `references` are copied from it as they stand. */
export const encodeReceipt = (info: MessageInfo, references: readonly XmlElement[]): XmlElement =>
  withReceipt(info, nonRepudiation(references));

/** eb:Messaging that confirms a message and asks for the next at once, in this order (CONTRACT.md section 7). */
export const encodeReceiptAndPull = (
  receipt: MessageInfo,
  references: readonly XmlElement[],
  pull: MessageInfo,
  mpc: Mpc,
): XmlElement => messaging([signal(receipt, [nonRepudiation(references)]), signal(pull, [pullRequest(mpc)])]);

const xml = { prefix: 'xml', uri: XML_NS } as const;

/** eb:Error with every attribute that the known clients look for. */
const encodeError = (row: EbmsErrorRow, description: string, refToMessageInError: string | undefined): XmlElement =>
  element(
    eb,
    'Error',
    plain({
      category: row.category,
      errorCode: row.code,
      origin: row.origin,
      refToMessageInError,
      severity: row.severity,
      shortDescription: row.shortDescription,
    }),
    [element(eb, 'Description', [qualified(xml, 'lang', 'en')], [description])],
  );

/** eb:Messaging with an error: what it is about is what `info` refers to. */
export const encodeErrorSignal = (info: MessageInfo, row: EbmsErrorRow, description: string): XmlElement =>
  messaging([signal(info, [encodeError(row, description, info.refToMessageId)])]);

/** eb:Messaging for who asks a channel that has no message: a warning, which goes out signed and as no fault (CONTRACT.md section 7). */
export const encodeEmptyChannel = (info: MessageInfo): XmlElement =>
  encodeErrorSignal(info, ebmsErrors.EMPTY_CHANNEL, 'No message waits in this channel');

/**
 * The SOAP fault of an ebMS error: unsigned, `env:Sender` whatever the error, the short description as its reason, and the error in full
 * in the header (CONTRACT.md section 11).
 */
export const ebmsFault = (info: MessageInfo, row: EbmsErrorRow, description: string): string => {
  const block = encodeErrorSignal(info, row, description);
  const understood = { ...block, attributes: [qualified(env, 'mustUnderstand', 'true')] };
  const fault = element(env, 'Fault', {}, [
    element(env, 'Code', {}, [element(env, 'Value', {}, ['env:Sender'])]),
    element(env, 'Reason', {}, [element(env, 'Text', [qualified(xml, 'lang', 'en')], [row.shortDescription])]),
  ]);
  return serialise(
    element(env, 'Envelope', {}, [element(env, 'Header', {}, [understood]), element(env, 'Body', {}, [fault])]),
  );
};

/** What a message says of its parts: the Body, and the document package when there is one (CONTRACT.md section 4). */
export const payloadParts = (contentId?: string): PartInfo[] => [
  { href: `#${SOAP_BODY}`, properties: new Map() },
  ...(contentId === undefined
    ? []
    : [
        {
          href: `cid:${contentId}`,
          properties: new Map([
            ['MimeType', 'application/cms'],
            ['Content', 'sdp:Dokumentpakke'],
          ]),
        },
      ]),
];

/**
 * The message in which the broker hands a business receipt to who asked for it. It has exactly one PartInfo, without href, since the Body
 * of an answer has an Id of its own (CONTRACT.md sections 4 and 7).
 * @param fra organisation number of the broker
 * @param til organisation number of the asker
 */
export const pulledReceipt = (
  message: Pick<UserMessage, 'info' | 'mpc' | 'conversationId'>,
  fra: string,
  til: string,
): UserMessage => ({
  ...message,
  fra: { organisasjonsnummer: fra, rolle: 'meldingsformidler' },
  til: { organisasjonsnummer: til, rolle: 'avsender' },
  avtale: 'digital',
  action: 'KvitteringsForespoersel',
  parts: [{ href: undefined, properties: new Map() }],
});
