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
  /** It came from another mailbox, with its recipient. */
  readonly flyttet: boolean;
  /** The package, encrypted to the provider. */
  readonly pakke: Buffer;
  /** Organisation number of whoever signed the package, once it is opened. */
  pakketAv: string | undefined;
  /** What was in the package, the main document first; empty until it is opened, or when it could not be. */
  documents: readonly Utpakket[];
  /** Types of the receipts that were sent and accepted, in order. */
  readonly reported: string[];
  /** When its recipient opened it, by the calendar. */
  opened: Date | null;
}

/** The broker: its number, and the certificate that it is known by (SHA-256, lower-case hex). */
export interface Broker {
  readonly organisasjonsnummer: string;
  readonly fingeravtrykk: string;
}

/** What a provider reports of a letter. */
export type Report =
  Kvitteringshendelse | { readonly type: 'feil'; readonly feiltype: 'KLIENT' | 'SERVER'; readonly detaljer: string };
