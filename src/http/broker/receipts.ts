import { createHash } from 'node:crypto';
import type { MottattKvittering } from '../../application/mottaKvittering.js';
import { ebmsFailure } from '../../contract/ebms/errors.js';
import type { UserMessage } from '../../contract/ebms/types.js';
import { documentText } from '../../contract/sdp/stored.js';
import type { BusinessDocument, Feil, Kvittering } from '../../contract/sdp/types.js';
import type { Leverandoer } from '../../domain/sender.js';
import type { Trusted } from '../../security/trusted.js';
import { transportReceipt } from './answers.js';
import { attachedDigests, checkParties, documentOf, noekkelOf } from './parties.js';
import type { Broker, Rest } from './types.js';

/* Receipts of mailbox and print providers (CONTRACT.md of SDP, sections 10 and 13), each answered with a signed receipt. */

/** The document is the receipt: it is the same one in whichever message it comes, and a message that is repeated brings the same one. */
function replayOf(trusted: Trusted, { header, payload }: BusinessDocument): MottattKvittering['replay'] {
  const digest = createHash('sha256');
  const { sender, conversationId, instanceIdentifier } = header;
  const pieces = ['sbd', sender, conversationId.toLowerCase(), instanceIdentifier.toLowerCase(), payload.type];
  for (const piece of pieces) digest.update(`${piece}\0`);
  // Providers repeat for hours, so a signature's minutes are not enough.
  return { key: digest.digest(), expires: new Date(trusted.replay.expires.getTime() + 30 * 86_400_000) };
}

type Reported = Pick<MottattKvittering, 'type' | 'feiltype' | 'detaljer'>;

function reportedIn(payload: Kvittering | Feil): Reported {
  if (payload.type === 'feil') return { type: 'feil', feiltype: payload.feiltype, detaljer: payload.detaljer ?? '' };
  const { hendelse } = payload;
  const detaljer =
    hendelse.type === 'varslingfeilet' ? [hendelse.varslingskanal, hendelse.beskrivelse ?? ''].join(' ').trim() : '';
  return { type: hendelse.type, feiltype: null, detaljer };
}

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
  const { document, signer, content } = documentOf(envelope, ['kvittering', 'feil'], deps);
  if (!deps.providers.byCertificate.has(signer.fingeravtrykk)) {
    throw ebmsFailure('FAILED_AUTHENTICATION', 'The signer of the document is not registered as a provider');
  }
  const { header, payload } = document;
  if (header.sender !== from) throw ebmsFailure('VALUE_INCONSISTENT', 'The sender of the document is not From');
  if (payload.type !== 'kvittering' && payload.type !== 'feil') {
    throw ebmsFailure('FEATURE_NOT_SUPPORTED', 'The document is no receipt');
  }
  const kvittering: MottattKvittering = {
    ...reportedIn(payload),
    konversasjonsId: header.conversationId,
    leverandoer: from,
    mottaker: header.receiver,
    replay: replayOf(envelope, document),
    melding: noekkelOf(envelope, message),
    mpc: message.mpc,
    instansId: header.instanceIdentifier,
    sbd: documentText(content),
  };
  return async (trusted, _stage, { log }) => {
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
    return { operation: message.action, envelope: await transportReceipt(deps, trusted, message.info.messageId) };
  };
}
