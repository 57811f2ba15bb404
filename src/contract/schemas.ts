import { Failure } from '../errors.js';
import type { Trusted } from '../security/trusted.js';
import type { XmlElement } from '../xml/model.js';
import { is } from '../xml/model.js';
import { schemaOf } from '../xml/schema.js';
import { ebmsFailure } from './ebms/errors.js';
import { eb, messagingBlock } from './ebms/names.js';
import { tns } from './forsendelse/names.js';
import { tns as postkasseNs } from './postkasse/names.js';
import { sbdh } from './sdp/names.js';

/* What was verified is held against schemas, after decoders have said more exactly what is wrong (PROFILES, "Validation"). */

const forsendelse = schemaOf([tns.uri, 'forsendelse.xsd']);
const postkasse = schemaOf([postkasseNs.uri, 'postkassetjenester.xsd']);
const messaging = schemaOf([eb.uri, 'profile/sdp/ebms-header-3.0.xsd']);
const document = schemaOf([sbdh.uri, 'profile/sdp/sbdh.xsd']);

function invalid(reason: string): Failure {
  return new Failure('INVALID_REQUEST', reason, { reason });
}

const checkedBy =
  (schema: (element: XmlElement) => string) =>
  (operation: XmlElement): void => {
    const reason = schema(operation);
    if (reason !== '') throw invalid(reason);
  };

/** A request of Forsendelse, with placeholders for contents. @throws Failure INVALID_REQUEST */
export const checkForsendelse = checkedBy(forsendelse);

/** A request of a mailbox provider. @throws Failure INVALID_REQUEST */
export const checkPostkasse = checkedBy(postkasse);

/**
 * A message of digital post: its header, and the business document that it carries.
 * @param carried the document that was verified; undefined when there is none
 * @param text the same, written
 * @throws Failure EBMS:0009 for the header, INVALID_REQUEST (EBMS:0003) for the document
 */
export function checkMessage({ blocks }: Pick<Trusted, 'blocks'>, carried?: XmlElement, text?: string): void {
  for (const block of blocks.filter((b) => is(b, messagingBlock.ns, messagingBlock.local))) {
    const reason = messaging(block);
    if (reason !== '') throw ebmsFailure('INVALID_HEADER', reason);
  }
  const reason = carried === undefined ? '' : document(text ?? carried, carried);
  if (reason !== '') throw invalid(reason);
}
