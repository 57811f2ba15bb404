import type { ReplayKey } from '../domain/ports.js';
import type { SoapVersion } from '../soap/names.js';
import type { XmlElement } from '../xml/model.js';
import type { Certificate } from './x509.js';

/** Who signed: a certificate that the trust store vouches for, and the organisation it names. */
export interface Signer {
  readonly certificate: Certificate;
  /** Nine digits. */
  readonly organisasjonsnummer: string;
}

/** An attachment whose content has been verified. The type is what its sender says, and is not covered by the signature. */
export interface TrustedPart {
  readonly contentId: string;
  readonly contentType: string | undefined;
  /** Octets. */
  readonly size: number;
  /** SHA-256 of the content, 32 octets. */
  readonly sha256: Buffer;
}

declare const seal: unique symbol;

/**
 * A request that has passed every check of its endpoint's policy. Decoders take nothing else, and only the verifiers of this folder
 * can make one, so that a forgotten check does not compile.
 */
export interface Trusted {
  readonly [seal]: true;
  readonly principal: Signer;
  readonly evidence: 'signature';
  readonly version: SoapVersion;
  /** The one child of Body; Body itself when the policy lets it be empty and it is. */
  readonly operation: XmlElement;
  /** Header blocks that the policy knows, in document order. */
  readonly blocks: readonly XmlElement[];
  /** The content of wsa:Action, when there is one; it must agree with `operation`. */
  readonly action: string | undefined;
  /** Recognises the same signed request when it comes again. The operation decides what that means. */
  readonly replay: ReplayKey;
  /** The base64 of SignatureValue without white space, for SignatureConfirmation. */
  readonly signatureValue: string;
  /** The value of Body's wsu:Id, which a reference names. */
  readonly bodyId: string;
  /** The attachments that a reference of the signature names, in the order in which they came; any other part is one that Body includes. */
  readonly parts: readonly TrustedPart[];
  /** The ds:Reference elements as they stood: to Body, to attachments, to the rest, in document order. */
  readonly references: readonly XmlElement[];
}

/** What only messages with attachments and receipts are asked about. */
type OfAttachments = 'bodyId' | 'parts' | 'references';

/** For the makers of Trusted in this folder only. */
export const sealTrusted = (
  checked: Omit<Trusted, typeof seal | OfAttachments> & Partial<Pick<Trusted, OfAttachments>>,
): Trusted => ({ bodyId: '', parts: [], references: [], ...checked }) as unknown as Trusted;
