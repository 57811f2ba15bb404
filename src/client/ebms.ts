import { decodeMessaging } from '../contract/ebms/decode.js';
import { encodeUserMessage } from '../contract/ebms/encode.js';
import { SOAP_BODY } from '../contract/ebms/names.js';
import type { ReceiptReference, UserMessage } from '../contract/ebms/types.js';
import { SHA256 } from '../security/algorithms.js';
import type { MadeReference, SignedEbms } from '../security/signEbms.js';
import { signEbms } from '../security/signEbms.js';
import type { Signer, Trusted } from '../security/trusted.js';
import { parse } from '../xml/tree.js';
import type { Attachment, Correspondent, Refusal } from './ebmsExchange.js';
import { exchange, otherMessage, refused, unverifiable, uploadOf } from './ebmsExchange.js';

export interface Push extends Correspondent {
  readonly userMessage: UserMessage;
  /** The signed StandardBusinessDocument. Its namespaces are kept as they stand. */
  readonly sbd: string;
  readonly attachment: Attachment | undefined;
}

/** What became of a message. `accepted`: the receiver has taken it over, and has signed for every part of it. */
export type PushOutcome =
  { readonly type: 'accepted'; readonly receiptId: string; readonly at: Date; readonly signer: Signer } | Refusal;

const confirms = (received: ReceiptReference, sent: MadeReference): boolean =>
  received.uri === sent.uri &&
  received.digestMethod === SHA256 &&
  received.digest === sent.digest &&
  received.transforms.length === sent.transforms.length &&
  received.transforms.every((t, i) => t === sent.transforms[i]);

/** Reads a verified answer: a receipt for this message and every part of it, or an error. */
function judge(answer: Trusted, messageId: string, sent: SignedEbms): PushOutcome {
  const messaging = decodeMessaging(answer);
  const signal = messaging.type === 'signals' ? messaging.signals[0] : undefined;
  if (signal === undefined) return unverifiable('the answer is no signal', 'svaret er ikke noe signal');
  if (signal.info.refToMessageId !== messageId) return otherMessage;
  const [error] = signal.errors;
  if (error !== undefined) return refused(error, [messageId]);
  const { receipt = [] } = signal;
  const missing = sent.payload.find((part) => !receipt.some((r) => confirms(r, part)));
  if (missing !== undefined)
    return unverifiable(`the receipt does not confirm ${missing.uri}`, `kvitteringen bekrefter ikke ${missing.uri}`);
  return { type: 'accepted', receiptId: signal.info.messageId, at: signal.info.timestamp, signer: answer.principal };
}

/**
 * Sends one message, and verifies the receipt. Nothing that the other side does is an exception: only what we ourselves cannot do is.
 * @throws Failure of `attachment.open`, or INTERNAL when its size is another than it was said
 */
export async function pushMessage(push: Push): Promise<PushOutcome> {
  const { userMessage, attachment, sbd, key, clock } = push;
  const sent = await signEbms(
    {
      messaging: encodeUserMessage(userMessage),
      body: [parse(sbd)],
      bodyId: SOAP_BODY,
      attachments: attachment === undefined ? [] : [attachment],
    },
    key,
    clock.now(),
  );
  const { messageId } = userMessage.info;
  return exchange<PushOutcome>(push, uploadOf(sent.envelope, attachment), [messageId], (answer) =>
    judge(answer, messageId, sent),
  );
}
