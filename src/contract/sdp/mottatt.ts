import { createHash } from 'node:crypto';
import type { ReplayKey } from '../../domain/ports.js';
import type { MottattKvittering } from '../../domain/receipts.js';
import type { BusinessDocument, Feil, Header, Kvittering } from './types.js';

/** Milliseconds that a document is remembered: providers repeat for hours, and a broker keeps for 30 days. */
const REMEMBERED = 31 * 86_400_000;

/** The document is the receipt: it is the same one in whichever message it comes, and a message that is repeated brings the same one. */
function replayOf(header: Header, type: string, now: Date): ReplayKey {
  const digest = createHash('sha256');
  const { sender, conversationId, instanceIdentifier } = header;
  const pieces = ['sbd', sender, conversationId.toLowerCase(), instanceIdentifier.toLowerCase(), type];
  for (const piece of pieces) digest.update(`${piece}\0`);
  return { key: digest.digest(), expires: new Date(now.getTime() + REMEMBERED) };
}

/** A document that reports of a letter. */
export type ReceiptDocument = BusinessDocument & { readonly payload: Kvittering | Feil };

export const isReceipt = (document: BusinessDocument): document is ReceiptDocument =>
  document.payload.type === 'kvittering' || document.payload.type === 'feil';

/** What a verified document reports. @param now when it was received */
export function mottattKvittering({ header, payload }: ReceiptDocument, now: Date): MottattKvittering {
  const base = {
    konversasjonsId: header.conversationId,
    leverandoer: header.sender,
    replay: replayOf(header, payload.type, now),
  };
  if (payload.type === 'feil') {
    return { ...base, type: 'feil', feiltype: payload.feiltype, detaljer: payload.detaljer ?? '' };
  }
  const { hendelse } = payload;
  const detaljer =
    hendelse.type === 'varslingfeilet' ? [hendelse.varslingskanal, hendelse.beskrivelse ?? ''].join(' ').trim() : '';
  return { ...base, type: hendelse.type, feiltype: null, detaljer };
}
