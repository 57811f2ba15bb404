import type { DigitalPost, FysiskPost, Kvitteringshendelse } from '../../contract/sdp/types.js';
import type { Prioritet } from '../../domain/forsendelse.js';
import type { Utpakket } from '../../package/asice.js';

/** The doubles of the national chain; each is one provider. */
export const providerNames = ['digipost', 'eboks', 'utskrift'] as const;
export type ProviderName = (typeof providerNames)[number];

/** A letter that a provider has taken over. */
export interface Letter {
  readonly messageId: string;
  readonly conversationId: string;
  /** Organisation number that receipts go to. */
  readonly sender: string;
  readonly prioritet: Prioritet;
  readonly received: Date;
  readonly post: DigitalPost | FysiskPost;
  /** What was in the package, the main document first; empty until it is opened, or when it could not be. */
  documents: readonly Utpakket[];
  /** Types of the receipts that were sent and accepted, in order. */
  readonly reported: string[];
  /** When its recipient opened it, by the calendar. */
  opened: Date | null;
}

/** What a provider reports of a letter. */
export type Report =
  Kvitteringshendelse | { readonly type: 'feil'; readonly feiltype: 'KLIENT' | 'SERVER'; readonly detaljer: string };
