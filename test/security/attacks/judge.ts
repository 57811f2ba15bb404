import { headerBlocks } from '../../../src/contract/oppslagstjenesten/names.js';
import { oppslagstjenestenPolicy } from '../../../src/security/policy.js';
import type { NamedExceptions, SignaturePolicy } from '../../../src/security/policy.js';
import type { Incoming } from '../../../src/security/signature.js';
import { verify } from '../../../src/security/signature.js';
import type { Trust } from '../../../src/security/trust.js';
import type { Trusted } from '../../../src/security/trusted.js';
import { asFailure } from '../../../src/soap/fault.js';
import { enterpriseSubject } from '../../../src/sandbox/pki/identities.js';
import { makeChain, testKey, testTime, trustOf } from '../../support/pki.js';
import type { Base } from './attack.js';

/* The verifier alone: octets in memory, a clock that stands still, a trust in the test chain. */

export const chain = makeChain();
const other = makeChain({
  leaf: { subject: enterpriseSubject({ organisasjonsnummer: '310000027', organisasjon: 'ANDRE' }), serial: 77n },
  leafKey: testKey('other'),
});

export const base: Base = { key: chain.keyStore, other: other.keyStore, at: testTime };
export const trust = trustOf(chain);

const all: NamedExceptions = { sha1Digest: true, timestampWithoutTransforms: true, oaepSha1Cbc: true };

/** The policy of the look-up service, with every named exception unless `exceptions` says otherwise. */
export const lookupPolicy = (
  exceptions: Partial<NamedExceptions> = {},
  changes: Partial<SignaturePolicy> = {},
): SignaturePolicy => ({ ...oppslagstjenestenPolicy({ ...all, ...exceptions }, headerBlocks), ...changes });

export interface Court {
  readonly policy?: SignaturePolicy;
  readonly trust?: Trust;
  readonly at?: Date;
  readonly charset?: string;
}

async function* stream(octets: Buffer, chunk: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < octets.length; at += chunk) yield octets.subarray(at, at + chunk);
}

const incoming = (octets: string | Buffer, charset: string | undefined): Incoming => ({
  stream: stream(Buffer.from(octets), 1024),
  charset,
});

/** What `verify` makes of a request. @throws Failure */
export const trusted = (octets: string | Buffer, court: Court = {}): Promise<Trusted> =>
  verify(incoming(octets, court.charset), court.policy ?? lookupPolicy(), {
    trust: court.trust ?? trust,
    clock: { now: () => court.at ?? testTime },
  });

/** `trusted`, or the code of the refusal; INTERNAL when the verifier fell over. */
export async function verdict(octets: string | Buffer, court: Court = {}): Promise<string> {
  try {
    await trusted(octets, court);
    return 'trusted';
  } catch (error) {
    return asFailure(error).code;
  }
}
