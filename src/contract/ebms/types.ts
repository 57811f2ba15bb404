import type { Action, Avtale, Mpc, Rolle } from './names.js';

/*
 * What eb:Messaging holds (CONTRACT.md sections 4, 6, 7): one message of a user, or signals.
 */

export interface MessageInfo {
  readonly timestamp: Date;
  /** Unique to one message; a UUID when it is ours. */
  readonly messageId: string;
  readonly refToMessageId: string | undefined;
}

export interface Party {
  /** Nine digits. */
  readonly organisasjonsnummer: string;
  readonly rolle: Rolle;
}

export interface PartInfo {
  /** `#soapBody`, or `cid:` and a Content-ID; undefined is the Body too. */
  readonly href: string | undefined;
  /** PartProperties by name. */
  readonly properties: ReadonlyMap<string, string>;
}

export interface UserMessage {
  readonly info: MessageInfo;
  readonly mpc: Mpc;
  readonly fra: Party;
  readonly til: Party;
  /** Undefined when the sender leaves it to the default. */
  readonly avtale: Avtale | undefined;
  readonly action: Action;
  readonly conversationId: string;
  readonly parts: readonly PartInfo[];
}

/** A ds:Reference in a receipt. */
export interface ReceiptReference {
  readonly uri: string;
  /** Algorithms. */
  readonly transforms: readonly string[];
  readonly digestMethod: string;
  /** Base64 without white space. */
  readonly digest: string;
}

/** An eb:Error as it was received. */
export interface ReceivedError {
  readonly code: string;
  readonly severity: string;
  readonly shortDescription: string;
  readonly description: string;
  readonly refToMessageInError: string | undefined;
}

export interface SignalMessage {
  readonly info: MessageInfo;
  /** The channel that is asked for a message. */
  readonly pull: Mpc | undefined;
  /** What a receipt confirms; undefined when the signal is no receipt. */
  readonly receipt: readonly ReceiptReference[] | undefined;
  readonly errors: readonly ReceivedError[];
}

/** The content of eb:Messaging. Two signals come together when a receipt and the next request for one are sent at once. */
export type Messaging =
  | { readonly type: 'user'; readonly message: UserMessage }
  | { readonly type: 'signals'; readonly signals: readonly SignalMessage[] };
