import { limits } from '../limits.js';
import type { SoapVersion } from '../soap/names.js';
import {
  C14N,
  c14nAlgorithms,
  digestAlgorithms,
  EXC_C14N,
  RSA_SHA256,
  RSA_SHA384,
  RSA_SHA512,
  SHA1,
  SHA256,
  signatureAlgorithms,
} from './algorithms.js';
import type { Signer } from './trusted.js';

/** A header block besides Security that an endpoint understands. It must be signed when it is there. */
export interface KnownBlock {
  readonly ns: string;
  readonly local: string;
  /** Senders whose block is taken unsigned: a deliberate, per-sender exception. */
  readonly mayBeUnsigned?: (signer: Signer) => boolean;
}

/** What an endpoint demands of a signed message: one object per endpoint, one column of PROFILES' table each. */
export interface SignaturePolicy {
  readonly name: string;
  readonly versions: readonly SoapVersion[];
  /** Octets of one envelope. */
  readonly maxBytes: number;
  /** Octets of a whole message with attachments; one without is its envelope. */
  readonly maxMessageBytes: number;
  /** Whether there may be parts beside the envelope. Each that is there must be signed. */
  readonly attachments: 'none' | 'signed';
  /** Whether the envelope may be optimised by XOP. A part that an xop:Include of Body stands for is signed with Body. */
  readonly xop: boolean;
  /** Accept a Body without a child, which ebMS signals have. */
  readonly emptyBody: boolean;
  /** Algorithm URIs. */
  readonly signatures: ReadonlySet<string>;
  readonly digests: ReadonlySet<string>;
  readonly signedInfoC14n: ReadonlySet<string>;
  readonly referenceC14n: ReadonlySet<string>;
  /** Accept a certificate inside KeyIdentifier, besides a reference to a BinarySecurityToken. */
  readonly keyIdentifier: boolean;
  /** Accept a Timestamp reference without Transforms, which means C14N 1.0. */
  readonly timestampWithoutTransforms: boolean;
  /** Seconds: how old and how far ahead Created may be, and how long a message may say that it lives. */
  readonly maxAge: number;
  readonly maxAhead: number;
  readonly maxLifetime: number;
  readonly blocks: readonly KnownBlock[];
  /** Children of Security besides Timestamp, BinarySecurityToken and Signature, by `{ns}local`. Answers have some, requests none. */
  readonly alsoInSecurity: ReadonlySet<string>;
}

/** The exceptions that PROFILES names; each can be switched off, and those in force are shown at start and in /health/ready. */
export interface NamedExceptions {
  readonly sha1Digest: boolean;
  readonly timestampWithoutTransforms: boolean;
  readonly oaepSha1Cbc: boolean;
}

/** The column "Oppslagstjenesten 16-02" of PROFILES' table of signature profiles. */
export const oppslagstjenestenPolicy = (
  exceptions: NamedExceptions,
  blocks: readonly KnownBlock[],
  maxBytes: number = limits.lookupBodyBytes,
): SignaturePolicy => ({
  name: 'oppslagstjenesten',
  versions: ['1.2'],
  maxBytes,
  maxMessageBytes: maxBytes,
  attachments: 'none',
  xop: false,
  emptyBody: false,
  signatures: new Set(signatureAlgorithms.keys()),
  digests: new Set([...digestAlgorithms.keys()].filter((uri) => uri !== SHA1 || exceptions.sha1Digest)),
  signedInfoC14n: new Set(c14nAlgorithms.keys()),
  referenceC14n: new Set([EXC_C14N, C14N]),
  keyIdentifier: true,
  timestampWithoutTransforms: exceptions.timestampWithoutTransforms,
  maxAge: 300,
  maxAhead: 60,
  maxLifetime: 2100,
  blocks,
  alsoInSecurity: new Set(),
});

/** What the columns of the two profiles with attachments have in common. */
const withAttachments = {
  attachments: 'signed',
  signedInfoC14n: new Set([EXC_C14N]),
  referenceC14n: new Set([EXC_C14N]),
  keyIdentifier: false,
  timestampWithoutTransforms: false,
  maxAhead: 60,
  maxLifetime: 300,
  alsoInSecurity: new Set<string>(),
} as const;

/**
 * The column "ebMS / SDP" of PROFILES' table, for messages and for the answers to them.
 * @param blocks the Messaging block, which the contract names
 */
export const sdpPolicy = (
  blocks: readonly KnownBlock[],
  maxMessageBytes: number = limits.messageBytes,
): SignaturePolicy => ({
  ...withAttachments,
  name: 'sdp',
  xop: false,
  versions: ['1.2'],
  maxBytes: limits.messageEnvelopeBytes,
  maxMessageBytes,
  emptyBody: true,
  signatures: new Set([RSA_SHA256]),
  digests: new Set([SHA256]),
  maxAge: 180,
  blocks,
});

/** The column "Forsendelse v1" of PROFILES' table. */
export const forsendelsePolicy = (maxMessageBytes: number = limits.messageBytes): SignaturePolicy => ({
  ...withAttachments,
  name: 'forsendelse',
  xop: true,
  versions: ['1.1', '1.2'],
  maxBytes: maxMessageBytes,
  maxMessageBytes,
  emptyBody: false,
  signatures: new Set([RSA_SHA256, RSA_SHA384, RSA_SHA512]),
  digests: new Set([...digestAlgorithms.keys()].filter((uri) => uri !== SHA1)),
  maxAge: 300,
  blocks: [],
});

/** As the column "Forsendelse v1", for messages without attachments in SOAP 1.2 and for the answers to them. */
export const postkassePolicy: SignaturePolicy = {
  ...forsendelsePolicy(limits.mailboxRequestBytes),
  name: 'postkassetjenester',
  versions: ['1.2'],
  attachments: 'none',
  xop: false,
};
