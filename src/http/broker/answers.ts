import { randomUUID } from 'node:crypto';
import type { Utlevering } from '../../domain/formidling.js';
import {
  encodeEmptyChannel,
  encodeReceipt,
  encodeUserMessage,
  payloadReferences,
  pulledReceipt,
} from '../../contract/ebms/encode.js';
import type { Mpc } from '../../contract/ebms/names.js';
import { documentFrom } from '../../contract/sdp/stored.js';
import { signEbms } from '../../security/signEbms.js';
import type { Trusted } from '../../security/trusted.js';
import type { Content } from '../../soap/envelope.js';
import type { Broker } from './types.js';

/* What the broker says, signed (CONTRACT.md of SDP, sections 6, 7 and 12). */

type Signed = Pick<Broker, 'broker' | 'verifyDeps'>;

async function signed({ broker, verifyDeps }: Signed, messaging: Content, body: readonly Content[]): Promise<string> {
  const message = { messaging, body, bodyId: `id-${randomUUID()}`, attachments: [] };
  return (await signEbms(message, broker.key, verifyDeps.clock.now())).envelope;
}

const infoOf = ({ verifyDeps }: Signed, refToMessageId: string, messageId: string = randomUUID()) => ({
  timestamp: verifyDeps.clock.now(),
  messageId,
  refToMessageId,
});

/** We have taken a message over: its own references to Body and package, copied. */
export const transportReceipt = (deps: Signed, trusted: Trusted, messageId: string): Promise<string> =>
  signed(deps, encodeReceipt(infoOf(deps, messageId), payloadReferences(trusted)), []);

/** Nothing waits in the channel that was asked for. */
export const emptyChannel = (deps: Signed, pullId: string): Promise<string> =>
  signed(deps, encodeEmptyChannel(infoOf(deps, pullId)), []);

/** A receipt for whoever asked for it, the document as its provider made it. @param til organisation number of the asker */
export function receiptFor(deps: Signed, pullId: string, til: string, mpc: Mpc, given: Utlevering): Promise<string> {
  const message = { info: infoOf(deps, pullId, given.meldingsId), mpc, conversationId: given.instansId };
  const messaging = encodeUserMessage(pulledReceipt(message, deps.broker.organisasjonsnummer, til));
  return signed(deps, messaging, [documentFrom(given.sbd)]);
}
