import { ebmsFailure } from '../../contract/ebms/errors.js';
import { actionOf } from '../../contract/ebms/names.js';
import { checkParts } from '../../contract/ebms/parts.js';
import type { UserMessage } from '../../contract/ebms/types.js';
import type { DigitalPost, FlyttetDigitalPost, FysiskPost, Header } from '../../contract/sdp/types.js';
import type { Art, Regning } from '../../domain/formidling.js';
import type { Leverandoer } from '../../domain/sender.js';
import type { Trusted } from '../../security/trusted.js';
import { transportReceipt } from './answers.js';
import {
  attachedDigests,
  checkParties,
  documentOf,
  noekkelOf,
  underskriverOf,
  type SignedDocument,
} from './parties.js';
import type { Broker, Rest } from './types.js';

/*
 * Letters that are passed on: from senders to mailboxes and print (CONTRACT.md of SDP, sections 4 to 9 and 13), and those that move from
 * one mailbox to another. The package is never opened, and the document is only read.
 */

type Letter = DigitalPost | FysiskPost | FlyttetDigitalPost;

const artOf = (letter: Letter): Art => {
  if (letter.type === 'flyttetDigitalPost') return 'flyttet';
  return letter.fysisk === null ? 'digital' : 'fysisk';
};

const inconsistent = (reason: string) => ebmsFailure('VALUE_INCONSISTENT', reason);

/** What the envelope says must be what the document is. Both readings of ConversationId are in use (CONTRACT.md section 4). */
function checkEnvelope(message: UserMessage, header: Header, art: Art): void {
  if (message.action !== actionOf[art]) throw inconsistent('Action is not what the document is');
  if ((message.avtale ?? art) !== art) throw inconsistent('AgreementRef is not what the document is');
  const ids = [header.instanceIdentifier, header.conversationId].map((id) => id.toLowerCase());
  if (!ids.includes(message.conversationId.toLowerCase())) {
    throw inconsistent('ConversationId is neither that of the document nor its InstanceIdentifier');
  }
}

/** @throws Failure EBMS:0001 when nobody that is known takes such letters under that number */
function checkReceiver({ receiver }: Header, art: Art, { providers }: Broker): void {
  const rolle: Leverandoer['rolle'] = art === 'fysisk' ? 'UTSKRIFT' : 'POSTKASSE';
  if (!providers.takers.has(`${receiver} ${rolle}`)) {
    throw ebmsFailure('VALUE_NOT_RECOGNIZED', 'The receiver of the document is not known here');
  }
}

/** One package, and the one that the document is about. */
function checkPackage(envelope: Trusted, { fingeravtrykk }: Letter): void {
  const [digest, ...more] = attachedDigests(envelope);
  if (digest === undefined || more.length > 0) {
    throw ebmsFailure('MIME_INCONSISTENCY', 'A letter has one document package');
  }
  if (Buffer.from(digest, 'base64').toString('hex') !== fingeravtrykk) {
    throw inconsistent('dokumentpakkefingeravtrykk is not the digest of the attachment');
  }
}

/** The body whose letter it is is charged, by the reference that it wants on its bill; .NET writes an empty one. */
const regningFor = (letter: Letter): Regning | null => {
  if (letter.type === 'flyttetDigitalPost') return null;
  const { organisasjonsnummer: avsender, fakturaReferanse } = letter.avsender;
  return { avsender, kostnadskode: fakturaReferanse === '' ? null : fakturaReferanse };
};

/** Everything that the envelope alone can tell. @returns what is left to do */
function judged(envelope: Trusted, message: UserMessage, signed: SignedDocument, letter: Letter, deps: Broker): Rest {
  const { header } = signed.document;
  const art = artOf(letter);
  checkEnvelope(message, header, art);
  checkReceiver(header, art, deps);
  checkPackage(envelope, letter);
  const melding = {
    eier: envelope.principal.organisasjonsnummer,
    mpc: message.mpc,
    meldingsId: message.info.messageId,
    art,
    leverandoer: header.receiver,
    konversasjonsId: header.conversationId,
    dokumentavsender: header.sender,
  };
  const more = { noekkel: noekkelOf(envelope, message), regning: regningFor(letter) };
  // Not more of the document than its text waits with the letter for the disk.
  const { text: sbd } = signed;
  const { bodyId } = envelope;
  const receipt = transportReceipt(deps, envelope, message.info.messageId);
  return async (parts, stage, { log }) => {
    checkParts(message, { parts, bodyId });
    const { conversationId } = message;
    const innhold = { conversationId, sbd, cms: stage.take() };
    const isNew = await deps.taImot({ ...melding, ...more, innhold });
    const { instanceIdentifier } = header;
    log.info(isNew ? 'message taken over' : 'message seen before', { ...melding, instanceIdentifier });
    return { operation: message.action, envelope: await receipt() };
  };
}

/**
 * A letter of a sender: signed by itself, or by somebody whom it has let act for it.
 * @throws Failure with an ebMS code
 */
export function fromSender(envelope: Trusted, message: UserMessage, deps: Broker): Rest {
  const { organisasjonsnummer: signer } = envelope.principal;
  // Only a registered certificate makes a provider.
  if (message.fra.rolle === 'postkasse') {
    throw ebmsFailure('FAILED_AUTHENTICATION', 'The signer is not registered as a provider');
  }
  checkParties(message, signer, 'avsender', deps);
  if (message.action !== 'FormidleDigitalPost' && message.action !== 'FormidleFysiskPost') {
    throw ebmsFailure('VALUE_NOT_RECOGNIZED', `Action ${message.action} is for providers (R-28)`);
  }
  const signed = documentOf(envelope, ['digitalPost'], deps);
  const { header, payload } = signed.document;
  if (payload.type !== 'digitalPost') throw inconsistent('The document is no letter');
  const avsender = payload.avsender.organisasjonsnummer;
  if (header.sender !== signer && header.sender !== avsender) {
    throw inconsistent('The sender of the document is neither From nor the body whose letter it is');
  }
  deps.kanFormidle(underskriverOf(envelope), avsender);
  deps.kanFormidle(signed.signer, avsender);
  return judged(envelope, message, signed, payload, deps);
}

/** A letter that its recipient takes along from one mailbox to another: both are providers. @throws Failure with an ebMS code */
export function fromMailbox(envelope: Trusted, message: UserMessage, provider: Leverandoer, deps: Broker): Rest {
  checkParties(message, provider.organisasjonsnummer, 'postkasse', deps);
  const signed = documentOf(envelope, ['flyttetDigitalPost'], deps);
  const { header, payload } = signed.document;
  if (payload.type !== 'flyttetDigitalPost') throw inconsistent('The document is no moved letter');
  if (!deps.providers.byCertificate.has(signed.signer.fingeravtrykk)) {
    throw ebmsFailure('FAILED_AUTHENTICATION', 'The signer of the document is not registered as a provider');
  }
  if (header.sender !== provider.organisasjonsnummer) throw inconsistent('The sender of the document is not From');
  return judged(envelope, message, signed, payload, deps);
}
