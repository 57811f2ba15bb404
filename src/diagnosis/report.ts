/** What `posthorn verify` found out about one captured envelope. Plain values; the command line writes them out. */
export interface EnvelopeReport {
  readonly soap: string;
  readonly operation: string;
  readonly certificate: CertificateReport | null;
  readonly times: TimesReport | null;
  readonly references: readonly ReferenceReport[];
  readonly signature: SignatureReport | null;
  /** The first rule of the endpoint's policy that the envelope breaks; null when it keeps all of them. */
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

/** One reference: verifies, or how it does not. */
export interface ReferenceReport {
  readonly uri: string;
  /** What the reference leads to, as a path of names; null when nothing has that Id. */
  readonly target: string | null;
  readonly transform: string;
  readonly digestMethod: string;
  readonly expected: string;
  readonly actual: string | null;
  readonly ok: boolean;
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

/** What xml-crypto, with @xmldom/xmldom and xpath, says of the same octets. */
export interface SecondOpinion {
  readonly ok: boolean;
  readonly problem: string | null;
  readonly references: readonly { readonly uri: string; readonly ok: boolean; readonly problem: string | null }[];
}
