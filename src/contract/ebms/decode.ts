import type { Failure } from '../../errors.js';
import type { Trusted } from '../../security/trusted.js';
import { DS } from '../../soap/names.js';
import type { XmlElement } from '../../xml/model.js';
import { attribute, childElements, childrenNamed, is, textOf } from '../../xml/model.js';
import { ebmsFailure } from './errors.js';
import type { Action } from './names.js';
import {
  actions,
  agreementsRead,
  decodeMpc,
  decodeOrganisation,
  eb,
  ebbp,
  messagingBlock,
  PARTY_ID_TYPE,
  rolesRead,
  SERVICE,
} from './names.js';
import type {
  MessageInfo,
  Messaging,
  PartInfo,
  Party,
  ReceiptReference,
  ReceivedError,
  SignalMessage,
  UserMessage,
} from './types.js';

const invalid = (reason: string): Failure => ebmsFailure('INVALID_HEADER', reason);
const unknown = (what: string): Failure => ebmsFailure('VALUE_NOT_RECOGNIZED', `${what} is not recognized`);

/** Which elements may stand in one, in their order: name, and whether it is needed and may come again. */
type Cardinality = '1' | '?' | '+' | '*';
type Content = readonly (readonly [local: string, cardinality: Cardinality])[];

const bounds: Readonly<Record<Cardinality, readonly [least: number, most: number]>> = {
  '1': [1, 1],
  '?': [0, 1],
  '+': [1, Infinity],
  '*': [0, Infinity],
};

/** The children of `parent` by name. @throws Failure EBMS:0009 for another, one too many, one too few, or another order */
function contentOf(parent: XmlElement, content: Content): (local: string) => XmlElement[] {
  const children = childElements(parent);
  const found = new Map<string, XmlElement[]>();
  let at = 0;
  for (const [local, cardinality] of content) {
    const list: XmlElement[] = [];
    for (let e = children[at]; e !== undefined && is(e, eb.uri, local); e = children[++at]) list.push(e);
    const [least, most] = bounds[cardinality];
    if (list.length < least || list.length > most)
      throw invalid(`${parent.local} has not the right number of ${local}`);
    found.set(local, list);
  }
  if (at < children.length) throw invalid(`${parent.local} has an element that does not belong there`);
  return (local) => found.get(local) ?? [];
}

function textIn(element: XmlElement): string {
  if (childElements(element).length > 0) throw invalid(`${element.local} is not a text`);
  const text = textOf(element).trim();
  if (text === '' || text.length > 512) throw invalid(`${element.local} is empty or too long`);
  return text;
}

const optionalText = (list: readonly XmlElement[]): string | undefined => list[0] && textIn(list[0]);
const first = (list: readonly XmlElement[]): XmlElement => list[0] as XmlElement;

const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?$/;

/** An xsd:dateTime; one without a zone is taken as UTC. */
function instant(text: string): Date {
  const at = dateTime.test(text) ? new Date(/(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`) : undefined;
  if (at === undefined || Number.isNaN(at.getTime())) throw invalid('Timestamp is not a point in time');
  return at;
}

function infoOf(info: XmlElement): MessageInfo {
  const content = contentOf(info, [
    ['Timestamp', '1'],
    ['MessageId', '1'],
    ['RefToMessageId', '?'],
  ]);
  return {
    timestamp: instant(textIn(first(content('Timestamp')))),
    messageId: textIn(first(content('MessageId'))),
    refToMessageId: optionalText(content('RefToMessageId')),
  };
}

function partyOf(element: XmlElement): Party {
  const content = contentOf(element, [
    ['PartyId', '+'],
    ['Role', '1'],
  ]);
  const [party, ...others] = content('PartyId');
  if (party === undefined || others.length > 0) throw invalid(`${element.local} has more than one PartyId`);
  if (attribute(party, 'type')?.trim() !== PARTY_ID_TYPE) throw unknown('PartyId type');
  const organisasjonsnummer = decodeOrganisation(textIn(party));
  if (organisasjonsnummer === undefined) throw unknown('PartyId');
  const rolle = rolesRead.get(textIn(first(content('Role'))));
  if (rolle === undefined) throw unknown('Role');
  return { organisasjonsnummer, rolle };
}

function mpcOf(element: XmlElement) {
  const mpc = decodeMpc(attribute(element, 'mpc') ?? '');
  if (mpc === undefined) throw unknown('mpc');
  return mpc;
}

const isAction = (text: string): text is Action => (actions as readonly string[]).includes(text);

function collaborationOf(element: XmlElement): Pick<UserMessage, 'avtale' | 'action' | 'conversationId'> {
  const content = contentOf(element, [
    ['AgreementRef', '?'],
    ['Service', '1'],
    ['Action', '1'],
    ['ConversationId', '1'],
  ]);
  const agreement = optionalText(content('AgreementRef'));
  const avtale = agreement === undefined ? undefined : agreementsRead.get(agreement);
  if (agreement !== undefined && avtale === undefined) throw unknown('AgreementRef');
  if (textIn(first(content('Service'))) !== SERVICE) throw unknown('Service');
  const action = textIn(first(content('Action')));
  if (!isAction(action)) throw unknown('Action');
  return { avtale, action, conversationId: textIn(first(content('ConversationId'))) };
}

function propertiesOf(list: readonly XmlElement[]): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  for (const property of list.flatMap((e) => contentOf(e, [['Property', '+']])('Property'))) {
    const name = attribute(property, 'name') ?? '';
    if (name === '' || properties.has(name)) throw invalid('Property without a name of its own');
    properties.set(name, textIn(property));
  }
  return properties;
}

/** A PartInfo; @throws Failure EBMS:0009 for an href that is neither the Body's nor an attachment's */
function partOf(element: XmlElement): PartInfo {
  const content = contentOf(element, [
    ['Schema', '?'],
    ['Description', '*'],
    ['PartProperties', '?'],
  ]);
  const href = attribute(element, 'href');
  if (href !== undefined && !/^(?:#|cid:)./.test(href)) throw invalid('href is not to a part of the message');
  return { href, properties: propertiesOf(content('PartProperties')) };
}

function userMessageOf(element: XmlElement): UserMessage {
  const content = contentOf(element, [
    ['MessageInfo', '1'],
    ['PartyInfo', '1'],
    ['CollaborationInfo', '1'],
    ['MessageProperties', '?'],
    ['PayloadInfo', '?'],
  ]);
  const parties = contentOf(first(content('PartyInfo')), [
    ['From', '1'],
    ['To', '1'],
  ]);
  const parts = content('PayloadInfo').flatMap((e) => contentOf(e, [['PartInfo', '+']])('PartInfo').map(partOf));
  const hrefs = new Set(parts.map((p) => p.href ?? ''));
  if (hrefs.size < parts.length) throw invalid('two PartInfo about one part');
  return {
    info: infoOf(first(content('MessageInfo'))),
    mpc: mpcOf(element),
    fra: partyOf(first(parties('From'))),
    til: partyOf(first(parties('To'))),
    ...collaborationOf(first(content('CollaborationInfo'))),
    parts,
  };
}

/** A ds:Reference of a receipt. @throws Failure EBMS:0009 */
export function referenceOf(element: XmlElement): ReceiptReference {
  const [transforms] = childrenNamed(element, DS, 'Transforms');
  const [method] = childrenNamed(element, DS, 'DigestMethod');
  const [value] = childrenNamed(element, DS, 'DigestValue');
  const [uri, digestMethod] = [attribute(element, 'URI'), method && attribute(method, 'Algorithm')];
  if (uri === undefined || digestMethod === undefined || value === undefined) throw invalid('Reference in a receipt');
  const list = transforms === undefined ? [] : childrenNamed(transforms, DS, 'Transform');
  return {
    uri,
    transforms: list.map((t) => attribute(t, 'Algorithm') ?? ''),
    digestMethod,
    digest: textOf(value).replace(/[ \t\r\n]+/g, ''),
  };
}

/** What a receipt is about: the references in its NonRepudiationInformation. */
function receiptOf(receipt: XmlElement): ReceiptReference[] {
  const [information, ...others] = childElements(receipt);
  const fits = information !== undefined && is(information, ebbp.uri, 'NonRepudiationInformation');
  if (!fits || others.length > 0) throw invalid('Receipt is not one NonRepudiationInformation');
  return childElements(information).map((part) => {
    const [reference, ...more] = childElements(part);
    if (!is(part, ebbp.uri, 'MessagePartNRInformation') || reference === undefined || more.length > 0) {
      throw invalid('NonRepudiationInformation');
    }
    if (!is(reference, DS, 'Reference')) throw invalid('MessagePartNRInformation is not a Reference');
    return referenceOf(reference);
  });
}

/** An eb:Error, whatever its code: another party's words are taken as they come. */
export function errorOf(error: XmlElement): ReceivedError {
  const [description] = childrenNamed(error, eb.uri, 'Description');
  return {
    code: attribute(error, 'errorCode') ?? '',
    severity: attribute(error, 'severity') ?? '',
    shortDescription: attribute(error, 'shortDescription') ?? '',
    description: description === undefined ? '' : textOf(description).trim(),
    refToMessageInError: attribute(error, 'refToMessageInError'),
  };
}

function signalOf(element: XmlElement): SignalMessage {
  const content = contentOf(element, [
    ['MessageInfo', '1'],
    ['PullRequest', '?'],
    ['Receipt', '?'],
    ['Error', '*'],
  ]);
  const [pull] = content('PullRequest');
  const [receipt] = content('Receipt');
  const errors = content('Error').map(errorOf);
  const kinds = [pull, receipt, errors[0]].filter((kind) => kind !== undefined);
  if (kinds.length !== 1) throw invalid('SignalMessage is not one of PullRequest, Receipt and Error');
  return {
    info: infoOf(first(content('MessageInfo'))),
    pull: pull && mpcOf(pull),
    receipt: receipt && receiptOf(receipt),
    errors,
  };
}

/** Reads eb:Messaging. @throws Failure with an ebMS code: 0009 for its form, 0001 for a value that the contract does not know */
export function decodeMessagingElement(messaging: XmlElement): Messaging {
  const children = childElements(messaging);
  const [only] = children;
  if (only !== undefined && children.length === 1 && is(only, eb.uri, 'UserMessage')) {
    return { type: 'user', message: userMessageOf(only) };
  }
  const signals = children.every((e) => is(e, eb.uri, 'SignalMessage'));
  if (!signals || children.length < 1 || children.length > 2) throw invalid('Messaging is one message, or signals');
  return { type: 'signals', signals: children.map(signalOf) };
}

/** The one Messaging block of a verified message. @throws Failure as `decodeMessagingElement` */
export function decodeMessaging({ blocks }: Trusted): Messaging {
  const [block, ...more] = blocks.filter((b) => is(b, messagingBlock.ns, messagingBlock.local));
  if (block === undefined || more.length > 0) throw invalid('not exactly one Messaging');
  return decodeMessagingElement(block);
}
