import { attribute, childElements, is, type XmlElement } from '../../xml/model.js';
import { element } from '../../xml/write.js';
import { decodeFeil, decodeKvittering, encodeFeil, encodeKvittering } from './kvittering.js';
import { ACTOR_ID, ds, ICD, PARTY_TYPE, sbdh, sdp, STANDARD } from './names.js';
import { decodeFlyttet, decodePost, encodeFlyttet, encodePost } from './post.js';
import { Children, dateTime, inside, invalid, matching, organisation, text } from './read.js';
import type { BusinessDocument, Header, Payload } from './types.js';

/** StandardBusinessDocument (CONTRACT.md of SDP, section 8). */

const VERSION = '1.0';
const CONVERSATION = 'ConversationId';
const uuid = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const authorities: readonly (string | undefined)[] = [ACTOR_ID, PARTY_TYPE];

const decoders: Readonly<Record<string, (children: Children) => Payload>> = {
  digitalPost: decodePost,
  flyttetDigitalPost: decodeFlyttet,
  kvittering: decodeKvittering,
  feil: decodeFeil,
};

const exactly = (found: XmlElement, value: string): void => {
  if (text(found).trim() !== value) throw invalid(`${found.local} is not ${value}`);
};

const decodeParty = (party: XmlElement): string =>
  inside(
    party,
    (children) => {
      const identifier = children.one('Identifier');
      if (!authorities.includes(attribute(identifier, 'Authority')))
        throw invalid(`Authority of ${party.local} is neither ${ACTOR_ID} nor ${PARTY_TYPE}`);
      return organisation(identifier);
    },
    sbdh.uri,
  );

const decodeIdentification = (found: XmlElement, type: string): Pick<Header, 'instanceIdentifier' | 'created'> =>
  inside(
    found,
    (children) => {
      exactly(children.one('Standard'), STANDARD);
      exactly(children.one('TypeVersion'), VERSION);
      const instanceIdentifier = matching(children.one('InstanceIdentifier'), uuid, 'a UUID');
      exactly(children.one('Type'), type);
      return { instanceIdentifier, created: dateTime(children.one('CreationDateAndTime')) };
    },
    sbdh.uri,
  );

const decodeScope = (found: XmlElement): string =>
  inside(
    found,
    (scopes) =>
      inside(
        scopes.one('Scope'),
        (children) => {
          exactly(children.one('Type'), CONVERSATION);
          const id = matching(children.one('InstanceIdentifier'), uuid, 'a UUID');
          exactly(children.one('Identifier'), STANDARD);
          return id;
        },
        sbdh.uri,
      ),
    sbdh.uri,
  );

const decodeHeader = (header: XmlElement, type: string): Header =>
  inside(
    header,
    (children) => {
      exactly(children.one('HeaderVersion'), VERSION);
      const sender = decodeParty(children.one('Sender'));
      const receiver = decodeParty(children.one('Receiver'));
      const identification = decodeIdentification(children.one('DocumentIdentification'), type);
      return { sender, receiver, ...identification, conversationId: decodeScope(children.one('BusinessScope')) };
    },
    sbdh.uri,
  );

/**
 * A payload, its Signature passed over: verifying is a step of its own.
 * @throws Failure INVALID_REQUEST
 */
export function decodePayload(root: XmlElement): Payload {
  const decoder = root.ns === sdp.uri && Object.hasOwn(decoders, root.local) ? decoders[root.local] : undefined;
  if (decoder === undefined) throw invalid(`a payload other than ${Object.keys(decoders).join(', ')}`);
  return inside(root, (children) => {
    children.optional('Signature', ds.uri);
    return decoder(children);
  });
}

/** A document as `verifyEnveloped` returns it. @throws Failure INVALID_REQUEST */
export function decodeSbd(document: XmlElement): BusinessDocument {
  if (!is(document, sbdh.uri, 'StandardBusinessDocument')) throw invalid('not a StandardBusinessDocument');
  const children = new Children(document, sbdh.uri);
  const header = children.one('StandardBusinessDocumentHeader');
  const [root, ...more] = childElements(document).slice(1);
  if (root === undefined || more.length > 0) throw invalid('a StandardBusinessDocument has one payload');
  return { header: decodeHeader(header, root.local), payload: decodePayload(root) };
}

const leaf = (local: string, value: string): XmlElement => element(sbdh, local, {}, [value]);
const party = (local: string, number: string): XmlElement =>
  element(sbdh, local, {}, [element(sbdh, 'Identifier', { Authority: PARTY_TYPE }, [`${ICD}:${number}`])]);

const encodeHeader = (header: Header, type: string): XmlElement =>
  element(sbdh, 'StandardBusinessDocumentHeader', {}, [
    leaf('HeaderVersion', VERSION),
    party('Sender', header.sender),
    party('Receiver', header.receiver),
    element(sbdh, 'DocumentIdentification', {}, [
      leaf('Standard', STANDARD),
      leaf('TypeVersion', VERSION),
      leaf('InstanceIdentifier', header.instanceIdentifier),
      leaf('Type', type),
      leaf('CreationDateAndTime', header.created.toISOString()),
    ]),
    element(sbdh, 'BusinessScope', {}, [
      element(sbdh, 'Scope', {}, [
        leaf('Type', CONVERSATION),
        leaf('InstanceIdentifier', header.conversationId),
        leaf('Identifier', STANDARD),
      ]),
    ]),
  ]);

export function encodePayload(payload: Payload): XmlElement {
  switch (payload.type) {
    case 'digitalPost':
      return encodePost(payload);
    case 'flyttetDigitalPost':
      return encodeFlyttet(payload);
    case 'kvittering':
      return encodeKvittering(payload);
    case 'feil':
      return encodeFeil(payload);
  }
}

/** The document without its signature, for `signEnveloped`. It declares what it needs itself. */
export const encodeSbd = ({ header, payload }: BusinessDocument): XmlElement =>
  element(
    sbdh,
    'StandardBusinessDocument',
    {},
    [encodeHeader(header, payload.type), encodePayload(payload)],
    [ds, sdp],
  );
