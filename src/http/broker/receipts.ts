import { ebmsFailure } from '../../contract/ebms/errors.js';
import type { UserMessage } from '../../contract/ebms/types.js';
import { isReceipt, mottattKvittering } from '../../contract/sdp/mottatt.js';
import type { BraktKvittering } from '../../domain/receipts.js';
import type { Leverandoer } from '../../domain/sender.js';
import type { Trusted } from '../../security/trusted.js';
import { transportReceipt } from './answers.js';
import { attachedDigests, checkParties, documentOf, noekkelOf } from './parties.js';
import type { Broker, Rest } from './types.js';

/* Receipts of mailbox and print providers (CONTRACT.md of SDP, sections 10 and 13), each answered with a signed receipt. */

function checkBody(envelope: Trusted, { parts }: UserMessage): void {
  const only = parts.every(({ href }) => href === undefined || href === `#${envelope.bodyId}`);
  if (attachedDigests(envelope).length > 0 || !only) {
    throw ebmsFailure('MIME_INCONSISTENCY', 'A receipt has no attachment');
  }
}

/** A receipt of a provider, for a letter of ours or for a sender who fetches it. @throws Failure with an ebMS code */
export function fromProvider(envelope: Trusted, message: UserMessage, provider: Leverandoer, deps: Broker): Rest {
  const from = provider.organisasjonsnummer;
  checkParties(message, from, 'postkasse', deps);
  checkBody(envelope, message);
  const { document, signer, content, text } = documentOf(envelope, ['kvittering', 'feil'], deps);
  if (!deps.providers.byCertificate.has(signer.fingeravtrykk)) {
    throw ebmsFailure('FAILED_AUTHENTICATION', 'The signer of the document is not registered as a provider');
  }
  const { header } = document;
  if (header.sender !== from) throw ebmsFailure('VALUE_INCONSISTENT', 'The sender of the document is not From');
  if (!isReceipt(document)) throw ebmsFailure('FEATURE_NOT_SUPPORTED', 'The document is no receipt');
  const kvittering: BraktKvittering = {
    ...mottattKvittering(document, deps.verifyDeps.clock.now()),
    mottaker: header.receiver,
    melding: noekkelOf(envelope, message),
    mpc: message.mpc,
    instansId: header.instanceIdentifier,
    sbd: text,
  };
  const receipt = transportReceipt(deps, envelope, message.info.messageId);
  return async (_parts, _stage, { log }) => {
    if (!(await deps.motta(kvittering))) {
      if (header.receiver !== deps.databehandler) {
        throw ebmsFailure('VALUE_INCONSISTENT', 'The receiver of the document is not known here');
      }
      const { konversasjonsId, leverandoer, type } = kvittering;
      log.error('a receipt for no letter of ours is kept', {
        ref: await deps.keep(content),
        konversasjonsId,
        leverandoer,
        type,
      });
    }
    return { operation: message.action, envelope: await receipt() };
  };
}
