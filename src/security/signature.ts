import { hash, timingSafeEqual, verify as verifySignature } from 'node:crypto';
import type { Clock } from '../domain/ports.js';
import { Failure } from '../errors.js';
import { bodyChild, EnvelopeReader } from '../soap/envelope.js';
import { checkAddressing, checkMustUnderstand } from '../soap/header.js';
import type { Message, PartTaker } from '../soap/message.js';
import { capped, openMessage, refuseIncludes } from '../soap/message.js';
import type { MultipartType } from '../soap/mime.js';
import type { SoapVersion } from '../soap/names.js';
import { DS, WSSE } from '../soap/names.js';
import type { C14nMethod } from '../xml/c14n.js';
import { canonicalise } from '../xml/c14n.js';
import type { XmlElement } from '../xml/model.js';
import { childElements, childrenNamed, is } from '../xml/model.js';
import type { Spill } from '../xml/tree.js';
import { C14N, c14nAlgorithms, digestAlgorithms, signatureAlgorithms } from './algorithms.js';
import type { PlannedPart } from './attachments.js';
import { planParts, refuseMissing, takeParts } from './attachments.js';
import type { DigestMethod } from './bodyDigest.js';
import { BodyDigest } from './bodyDigest.js';
import type { KnownBlock, SignaturePolicy } from './policy.js';
import type { Algorithm, Reference, SecurityShape } from './shape.js';
import { readSecurity, wsuId } from './shape.js';
import { checkTimes, readTimestamp } from './time.js';
import type { Trust } from './trust.js';
import type { Signer, Trusted, TrustedPart } from './trusted.js';
import { sealTrusted } from './trusted.js';

/*
 * Verification of a signed SOAP message while it arrives. Everything that the Header alone can decide is decided before the first octet
 * of Body's content is taken; the Body is digested and built in the same pass; what was verified is what is decoded.
 */

export interface VerifyDeps {
  readonly trust: Trust;
  readonly clock: Clock;
}

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

const failedCheck = (detail: string): Failure => new Failure('FAILED_CHECK', detail);
const unsupported = (detail: string): Failure => new Failure('UNSUPPORTED_ALGORITHM', detail);

/** The canonical form named by `algorithm`, when it is among `allowed`. @throws Failure UNSUPPORTED_ALGORITHM */
function c14nOf(algorithm: Algorithm, allowed: ReadonlySet<string>): C14nMethod {
  const form = allowed.has(algorithm.uri) ? c14nAlgorithms.get(algorithm.uri) : undefined;
  if (form === undefined || (!form.exclusive && algorithm.prefixes.length > 0)) throw unsupported('canonical form');
  return { ...form, prefixes: algorithm.prefixes };
}

export interface Planned extends DigestMethod {
  readonly reference: Reference;
  readonly target: XmlElement;
}

/** Refuses every algorithm that the policy does not name, before anything is computed with it. */
function plan(reference: Reference, target: XmlElement, isTimestamp: boolean, policy: SignaturePolicy): Planned {
  const { transform, digestMethod } = reference;
  if (transform === null && !(isTimestamp && policy.timestampWithoutTransforms)) throw unsupported('no transform');
  const digest = policy.digests.has(digestMethod) ? digestAlgorithms.get(digestMethod) : undefined;
  if (digest === undefined) throw unsupported('digest');
  const c14n =
    transform === null ? c14nOf({ uri: C14N, prefixes: [] }, new Set([C14N])) : c14nOf(transform, policy.referenceC14n);
  return { reference, target, c14n, hash: digest };
}

const blockOf = (policy: SignaturePolicy, element: XmlElement): KnownBlock | undefined =>
  policy.blocks.find((b) => is(element, b.ns, b.local));

/** Each reference to the element in its exact position; nothing else may be signed. */
function resolve(shape: SecurityShape, header: XmlElement, body: XmlElement, policy: SignaturePolicy): Planned[] {
  const blocks = childElements(header).filter((e) => blockOf(policy, e) !== undefined);
  const also = childElements(shape.security).filter((e) => policy.alsoInSecurity.has(`{${e.ns}}${e.local}`));
  const places = [shape.timestamp, body, ...blocks, ...(shape.token === null ? [] : [shape.token]), ...also];
  const planned = shape.references.map((reference) => {
    const target = places.find((place) => wsuId(place) === reference.id);
    if (target === undefined) throw new Failure('INVALID_SECURITY', 'a reference to something that may not be signed');
    return plan(reference, target, target === shape.timestamp, policy);
  });
  const targets = new Set(planned.map((p) => p.target));
  if (targets.size < planned.length) throw new Failure('INVALID_SECURITY', 'two references to one element');
  if (!targets.has(shape.timestamp) || !targets.has(body)) throw failedCheck('Timestamp or Body is not signed');
  return planned;
}

export function checkDigest(planned: Planned, actual: Buffer): void {
  const { digest } = planned.reference;
  if (digest.length !== actual.length || !timingSafeEqual(digest, actual)) {
    throw failedCheck(`digest of ${planned.target.local} does not match`);
  }
}

/** Checks SignatureValue over the canonical SignedInfo with the signer's key; returns the canonical form. */
function checkSignature(shape: SecurityShape, signer: Signer, policy: SignaturePolicy): string {
  const c14n = c14nOf(shape.canonicalisation, policy.signedInfoC14n);
  const algorithm = policy.signatures.has(shape.signatureMethod)
    ? signatureAlgorithms.get(shape.signatureMethod)
    : undefined;
  if (algorithm === undefined) throw unsupported('signature method');
  const canonical = canonicalise(shape.signedInfo, c14n);
  const key = { key: signer.certificate.publicKey, ...algorithm };
  if (!verifySignature(algorithm.hash, Buffer.from(canonical), key, shape.signature)) {
    throw failedCheck('SignatureValue does not match');
  }
  return canonical;
}

/** The certificate's path, dates, usage and revocation, and the organisation number in it. */
function identify(der: Buffer, deps: VerifyDeps, now: Date): Signer {
  const certificate = deps.trust.check(der, now);
  const { organisasjonsnummer } = certificate;
  if (organisasjonsnummer === undefined) {
    throw new Failure('FAILED_AUTHENTICATION', 'no organisation number in the certificate');
  }
  return { certificate, organisasjonsnummer };
}

function checkBlocks(
  header: XmlElement,
  planned: readonly Planned[],
  policy: SignaturePolicy,
  signer: Signer,
): XmlElement[] {
  const signed = new Set(planned.map((p) => p.target));
  const blocks: XmlElement[] = [];
  for (const element of childElements(header)) {
    const block = blockOf(policy, element);
    if (block === undefined) continue;
    if (!signed.has(element) && block.mayBeUnsigned?.(signer) !== true)
      throw failedCheck(`${block.local} is not signed`);
    blocks.push(element);
  }
  return blocks;
}

export interface HeaderVerdict {
  readonly signer: Signer;
  readonly blocks: readonly XmlElement[];
  readonly action: string | undefined;
  readonly bodyPlan: Planned;
  /** Every element that a reference covers, Body among them. */
  readonly signed: ReadonlySet<XmlElement>;
  /** What the attachments must be. */
  readonly parts: readonly PlannedPart[];
  readonly references: readonly XmlElement[];
  readonly replayKey: Buffer;
  readonly expires: Date;
  readonly signatureValue: string;
}

/** Everything that the Header decides: shape, algorithms, times, certificate, signature, and the digests of what lies in the Header. */
export function verifyHeader(
  header: XmlElement | null,
  body: XmlElement,
  version: SoapVersion,
  policy: SignaturePolicy,
  deps: VerifyDeps,
): HeaderVerdict {
  const known = new Set([`{${WSSE}}Security`, ...policy.blocks.map((b) => `{${b.ns}}${b.local}`)]);
  checkMustUnderstand(header, version, known);
  const action = checkAddressing(header);
  const shape = readSecurity(header, version, policy.alsoInSecurity, policy.attachments === 'signed');
  if (shape.byKeyIdentifier && !policy.keyIdentifier) {
    throw new Failure('SECURITY_TOKEN_UNAVAILABLE', 'KeyIdentifier is not accepted here');
  }
  const block = header as XmlElement;
  const planned = resolve(shape, block, body, policy);
  const parts = planParts(shape.attachments, policy);
  const now = deps.clock.now();
  const times = readTimestamp(shape.timestamp);
  checkTimes(times, now, policy);
  const signer = identify(shape.certificate, deps, now);
  const canonical = checkSignature(shape, signer, policy);
  for (const p of planned) {
    if (p.target !== body) checkDigest(p, hash(p.hash, canonicalise(p.target, p.c14n), 'buffer'));
  }
  return {
    signer,
    blocks: checkBlocks(block, planned, policy, signer),
    action,
    bodyPlan: planned.find((p) => p.target === body) as Planned,
    signed: new Set(planned.map((p) => p.target)),
    parts,
    references: childrenNamed(shape.signedInfo, DS, 'Reference'),
    replayKey: hash('sha256', `${signer.organisasjonsnummer} ${hash('sha256', canonical, 'hex')}`, 'buffer'),
    expires: new Date(times.created.getTime() + (policy.maxAge + policy.maxAhead) * 1000),
    signatureValue: shape.signatureValue,
  };
}

/** Where the octets go that are not kept. */
export interface Sinks {
  readonly spill?: Spill;
  /** Undefined: parts are verified, and not kept. */
  readonly parts?: PartTaker;
  /**
   * Told of the envelope when it has been verified and before any attachment is read, so that nobody sends a large one in vain: what it
   * throws refuses the message. Of the attachments there is nothing yet but the references to them.
   */
  readonly envelope?: (envelope: Trusted) => void;
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

/**
 * Verifies one request as its octets arrive. Resolves after the digest of its last part has been found right.
 * @throws Failure with the code of SECURITY.md section 1; nothing has been stored but what `sinks` did, and no more than the policy's
 * size been read
 */
export async function verify(
  incoming: Incoming,
  policy: SignaturePolicy,
  deps: VerifyDeps,
  sinks: Sinks = {},
): Promise<Trusted> {
  let verdict: HeaderVerdict | undefined;
  let digest: BodyDigest | undefined;
  const message = await open(incoming, policy);
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
    const missing = !bodyDigest.whole;
    // The sooner the better: nothing of a Body that is wrong needs to be stored.
    if (!missing) checkDigest(checked.bodyPlan, bodyDigest.finish());
    const operation = operationOf(body, policy);
    sinks.envelope?.(trustedOf(checked, version, operation, []));
    const parts = message === undefined ? [] : await takeParts(message, checked.parts, bodyDigest, sinks.parts);
    refuseMissing(checked.parts, parts);
    if (missing) checkDigest(checked.bodyPlan, bodyDigest.finish());
    return trustedOf(checked, version, operation, parts);
  } finally {
    incoming.version = reader.version;
    incoming.partAction = message?.action;
    await message?.close();
  }
}
