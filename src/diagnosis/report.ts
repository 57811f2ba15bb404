/** What `posthorn verify` found out about one captured envelope. Plain values; the command line writes them out. */
export interface EnvelopeReport {
  readonly soap: string;
  readonly operation: string;
  readonly certificate: CertificateReport | null;
  readonly times: TimesReport | null;
  /** Null: Body is in the clear. */
  readonly encryption: EncryptionReport | null;
  /** What a SignatureConfirmation says, which answers have and requests have not. */
  readonly confirmation: ConfirmationReport | null;
  readonly references: readonly ReferenceReport[];
  readonly signature: SignatureReport | null;
  /** The first rule of the endpoint's policy that the envelope breaks; null when it keeps all that can be checked. */
  readonly broken: BrokenRule | null;
  readonly second: SecondOpinion;
}

export interface BrokenRule {
  readonly code: string;
  readonly detail: string;
}

export interface CertificateReport {
  readonly subject: string;
  readonly issuer: string;
  readonly serial: string;
  readonly organisasjonsnummer: string | null;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Null when no authorities were named to hold it against. */
  readonly trusted: boolean | null;
}

export interface TimesReport {
  readonly created: Date;
  readonly expires: Date | null;
}

export interface EncryptionReport {
  readonly opened: boolean;
  /** Why Body could not be opened. */
  readonly problem: string | null;
}

export interface ConfirmationReport {
  /** The SignatureValue of the request that is answered, as it stands here. */
  readonly value: string;
  readonly signed: boolean;
}

/** One reference: verifies, or how it does not. */
export interface ReferenceReport {
  readonly uri: string;
  /** What the reference leads to, as a path of names; null when nothing has that Id. */
  readonly target: string | null;
  readonly transform: string;
  readonly digestMethod: string;
  readonly expected: string;
  readonly actual: string | null;
  /** Null: cannot be checked, for what it leads to is encrypted. */
  readonly ok: boolean | null;
  /** The canonical octets that were digested, when the digest is another than expected. */
  readonly canonical: string | null;
  readonly problem: string | null;
}

export interface SignatureReport {
  readonly method: string;
  readonly canonicalisation: string;
  readonly ok: boolean;
  /** The canonical SignedInfo, when the signature does not match it. */
  readonly canonical: string | null;
  readonly problem: string | null;
}

/** Null: cannot be checked, for what it leads to is encrypted. */
export interface OpinionOnReference {
  readonly uri: string;
  readonly ok: boolean | null;
  readonly problem: string | null;
}

/** What xml-crypto, with @xmldom/xmldom and xpath, says of the same octets; null of a whole that is encrypted. */
export interface SecondOpinion {
  readonly ok: boolean | null;
  readonly problem: string | null;
  readonly references: readonly OpinionOnReference[];
}
