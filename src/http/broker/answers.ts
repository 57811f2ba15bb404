import { randomUUID } from 'node:crypto';
import type { Utlevering } from '../../domain/formidling.js';
import {
  encodeEmptyChannel,
  encodeUserMessage,
  nonRepudiation,
  payloadReferences,
  pulledReceipt,
  withReceipt,
} from '../../contract/ebms/encode.js';
import type { Mpc } from '../../contract/ebms/names.js';
import { documentFrom } from '../../contract/sdp/stored.js';
import type { ReceiptReference } from '../../contract/ebms/types.js';
import { ebmsBodyDigest, signEbms } from '../../security/signEbms.js';
import type { Trusted } from '../../security/trusted.js';
import type { Content } from '../../soap/envelope.js';
import type { Broker } from './types.js';

/* What the broker says, signed (CONTRACT.md of SDP, sections 6, 7 and 12). */

/** Of a delivery it follows from the MessageId, so that a confirmation can be held against the Body that had it. */
const bodyIdOf = (id: string): string => `id-${id}`;

type Signed = Pick<Broker, 'broker' | 'verifyDeps'>;

async function signed(
  { broker, verifyDeps }: Signed,
  messaging: Content,
  body: readonly Content[],
  bodyId = bodyIdOf(randomUUID()),
): Promise<string> {
  const message = { messaging, body, bodyId, attachments: [] };
  return (await signEbms(message, broker.key, verifyDeps.clock.now())).envelope;
}

const infoOf = ({ verifyDeps }: Signed, refToMessageId: string, messageId: string = randomUUID()) => ({
  timestamp: verifyDeps.clock.now(),
  messageId,
  refToMessageId,
});

/** Says that we have taken a message over: its own references to Body and package, copied. */
export function transportReceipt(deps: Signed, trusted: Trusted, messageId: string): () => Promise<string> {
  const receipt = nonRepudiation(payloadReferences(trusted));
  return () => signed(deps, withReceipt(infoOf(deps, messageId), receipt), []);
}

/** Nothing waits in the channel that was asked for. */
export const emptyChannel = (deps: Signed, pullId: string): Promise<string> =>
  signed(deps, encodeEmptyChannel(infoOf(deps, pullId)), []);

/** A receipt for whoever asked for it, the document as its provider made it. @param til organisation number of the asker */
export function receiptFor(deps: Signed, pullId: string, til: string, mpc: Mpc, given: Utlevering): Promise<string> {
  const message = { info: infoOf(deps, pullId, given.meldingsId), mpc, conversationId: given.instansId };
  const messaging = encodeUserMessage(pulledReceipt(message, deps.broker.organisasjonsnummer, til));
  return signed(deps, messaging, [documentFrom(given.sbd)], bodyIdOf(given.meldingsId));
}

/**
 * Whether a confirmation is about what was handed out: its reference to that Body, or whatever it refers to where none is to the Body,
 * has the digest. One without references confirms by the MessageId alone (CONTRACT.md section 7).
 */
export function isAbout(references: readonly ReceiptReference[], { sbd, meldingsId }: Utlevering): boolean {
  const bodyId = bodyIdOf(meldingsId);
  const toBody = references.filter(({ uri }) => uri === `#${bodyId}`);
  if (references.length === 0) return true;
  const digest = ebmsBodyDigest({ body: [documentFrom(sbd)], bodyId });
  return (toBody.length > 0 ? toBody : references).every((reference) => reference.digest === digest);
}
