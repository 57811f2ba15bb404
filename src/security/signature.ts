import { Failure } from '../errors.js';
import { bodyChild, EnvelopeReader } from '../soap/envelope.js';
import type { Message, PartTaker } from '../soap/message.js';
import { capped, openMessage, refuseIncludes } from '../soap/message.js';
import type { MultipartType } from '../soap/mime.js';
import type { SoapVersion } from '../soap/names.js';
import type { XmlElement } from '../xml/model.js';
import type { Spill } from '../xml/tree.js';
import type { PlannedPart } from './attachments.js';
import { refuseMissing, takeParts } from './attachments.js';
import { BodyDigest } from './bodyDigest.js';
import type { SignaturePolicy } from './policy.js';
import type { HeaderVerdict, Planned, VerifyDeps } from './signedHeader.js';
import { checkDigest, verifyHeader } from './signedHeader.js';
import type { Trusted, TrustedPart } from './trusted.js';
import { sealTrusted } from './trusted.js';

export type { VerifyDeps } from './signedHeader.js';

/*
 * Verification of a signed SOAP message while it arrives. Everything that the Header alone can decide is decided before the first octet
 * of Body's content is taken; the Body is digested and built in the same pass; what was verified is what is decoded.
 */

/** A request as the edge hands it over; what is not `readonly` is set as soon as it is known. */
export interface Incoming {
  readonly stream: AsyncIterable<Uint8Array>;
  charset?: string | undefined;
  /** Set when the message has parts: what its Content-Type says of them. */
  multipart?: MultipartType | undefined;
  /** So that a fault can be written in it. */
  version?: SoapVersion | undefined;
  /** What the part of the envelope says of its action; it must agree with the operation. */
  partAction?: string | undefined;
}

/** Where the octets go that are not kept. */
export interface Sinks {
  readonly spill?: Spill;
  /** Undefined: parts are verified, and not kept. */
  readonly parts?: PartTaker;
}

/** A verified envelope, and what is left to verify of its message. */
interface Verified<T> {
  /** What was made of it. */
  readonly made: T;
  /** What the attachments must be. */
  readonly parts: readonly PlannedPart[];
  readonly body: BodyDigest;
  /** Set where the digest of Body needs parts that have still to come. */
  readonly missing: Planned | undefined;
}

/** A message on its way in, opened. */
interface Reading {
  readonly incoming: Incoming;
  readonly message: Message | undefined;
  readonly policy: SignaturePolicy;
  readonly deps: VerifyDeps;
  readonly sinks: Sinks;
}

const operationOf = (body: XmlElement, policy: SignaturePolicy): XmlElement =>
  policy.emptyBody && body.children.length === 0 ? body : bodyChild(body);

const trustedOf = (
  checked: HeaderVerdict,
  version: SoapVersion,
  operation: XmlElement,
  parts: readonly TrustedPart[],
): Trusted =>
  sealTrusted({
    principal: checked.signer,
    evidence: 'signature',
    version,
    operation,
    blocks: checked.blocks,
    action: checked.action,
    replay: { key: checked.replayKey, expires: checked.expires },
    signatureValue: checked.signatureValue,
    bodyId: checked.bodyPlan.reference.id,
    parts,
    references: checked.references,
  });

const open = async ({ stream, multipart }: Incoming, policy: SignaturePolicy): Promise<Message | undefined> =>
  multipart && openMessage(capped(stream, policy.maxMessageBytes), multipart, policy);

/** Reads the envelope and verifies all of it that does not depend on parts; then `make` is shown it, which has none in `parts` yet. */
async function verifyEnvelope<T>(
  { incoming, message, policy, deps, sinks }: Reading,
  parts: readonly TrustedPart[],
  make: (envelope: Trusted) => T,
): Promise<Verified<T>> {
  let verdict: HeaderVerdict | undefined;
  let digest: BodyDigest | undefined;
  const xop = message?.xop === true;
  const reader: EnvelopeReader = new EnvelopeReader(
    {
      versions: policy.versions,
      charset: message === undefined ? incoming.charset : message.charset,
      spill: sinks.spill,
    },
    {
      bodyStarts: (header, body) => {
        if (xop && header !== null) refuseIncludes(header);
        verdict = verifyHeader(header, body, reader.version as SoapVersion, policy, deps);
        digest = new BodyDigest(verdict.bodyPlan, xop);
        return digest.events;
      },
    },
  );
  let size = 0;
  try {
    for await (const chunk of message?.envelope ?? incoming.stream) {
      size += chunk.length;
      if (size > policy.maxBytes) throw new Failure('TOO_LARGE', `more than ${policy.maxBytes} octets`);
      reader.write(chunk);
    }
    const { body, version } = reader.finish();
    const [checked, bodyDigest] = [verdict as HeaderVerdict, digest as BodyDigest];
    const missing = bodyDigest.whole ? undefined : checked.bodyPlan;
    // The sooner the better: nothing of a Body that is wrong needs to be stored.
    if (missing === undefined) checkDigest(checked.bodyPlan, bodyDigest.finish());
    const made = make(trustedOf(checked, version, operationOf(body, policy), parts));
    return { made, parts: checked.parts, body: bodyDigest, missing };
  } finally {
    incoming.version = reader.version;
  }
}

/**
 * Verifies one request as its octets arrive, and gives what `make` has made of its envelope with the attachments that have come. `make`
 * is told of the envelope when it has been verified and before any attachment is read, so that nobody sends a large one in vain: what it
 * throws refuses the message. Of the attachments there is nothing then but the references to them. What it makes is all that is kept
 * of the envelope meanwhile. Resolves after the digest of the last part has been found right.
 * @throws Failure with the code of SECURITY.md section 1; nothing has been stored but what `sinks` did, and no more than the policy's
 * size been read
 */
export async function verifyInPasses<T>(
  incoming: Incoming,
  policy: SignaturePolicy,
  deps: VerifyDeps,
  make: (envelope: Trusted) => T,
  sinks: Sinks = {},
): Promise<{ readonly made: T; readonly parts: readonly TrustedPart[] }> {
  const message = await open(incoming, policy);
  try {
    const taken: TrustedPart[] = [];
    const { made, parts, body, missing } = await verifyEnvelope(
      { incoming, message, policy, deps, sinks },
      taken,
      make,
    );
    if (message !== undefined) taken.push(...(await takeParts(message, parts, body, sinks.parts)));
    refuseMissing(parts, taken);
    if (missing !== undefined) checkDigest(missing, body.finish());
    return { made, parts: taken };
  } finally {
    incoming.partAction = message?.action;
    await message?.close();
  }
}

/** As `verifyInPasses`, for whoever waits for the whole request. @throws Failure the same */
export const verify = async (
  incoming: Incoming,
  policy: SignaturePolicy,
  deps: VerifyDeps,
  sinks?: Sinks,
): Promise<Trusted> => (await verifyInPasses(incoming, policy, deps, (envelope) => envelope, sinks)).made;
