import { createHash, hash, timingSafeEqual, verify as verifySignature } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { Clock } from '../domain/ports.js';
import { Failure } from '../errors.js';
import { bodyChild, EnvelopeReader } from '../soap/envelope.js';
import { checkAddressing, checkMustUnderstand } from '../soap/header.js';
import type { MultipartType } from '../soap/mime.js';
import type { SoapVersion } from '../soap/names.js';
import { DS, WSSE } from '../soap/names.js';
import type { C14nMethod } from '../xml/c14n.js';
import { canonicalise, Canonicaliser } from '../xml/c14n.js';
import type { XmlElement, XmlEvents } from '../xml/model.js';
import { childElements, childrenNamed, is } from '../xml/model.js';
import type { Spill } from '../xml/tree.js';
import { C14N, c14nAlgorithms, digestAlgorithms, signatureAlgorithms } from './algorithms.js';
import type { PartSinks, PlannedPart } from './attachments.js';
import { openMessage, planParts, refuseMissing } from './attachments.js';
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

/** A request as the edge hands it over. `version` is set as soon as it is known, so that a fault can be written in it. */
export interface Incoming {
  readonly stream: AsyncIterable<Uint8Array>;
  charset?: string | undefined;
  /** Set when the message has parts: what its Content-Type says of them. */
  multipart?: MultipartType | undefined;
  version?: SoapVersion | undefined;
}

const failedCheck = (detail: string): Failure => new Failure('FAILED_CHECK', detail);
const unsupported = (detail: string): Failure => new Failure('UNSUPPORTED_ALGORITHM', detail);

/** The canonical form named by `algorithm`, when it is among `allowed`. @throws Failure UNSUPPORTED_ALGORITHM */
function c14nOf(algorithm: Algorithm, allowed: ReadonlySet<string>): C14nMethod {
  const form = allowed.has(algorithm.uri) ? c14nAlgorithms.get(algorithm.uri) : undefined;
  if (form === undefined || (!form.exclusive && algorithm.prefixes.length > 0)) throw unsupported('canonical form');
  return { ...form, prefixes: algorithm.prefixes };
}

export interface Planned {
  readonly reference: Reference;
  readonly target: XmlElement;
  readonly c14n: C14nMethod;
  readonly hash: string;
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

/** Feeds an element's events to a canonicaliser and a digest. */
export function digesting(planned: Planned): { events: XmlEvents; digest: Hash } {
  const digest = createHash(planned.hash);
  return { events: new Canonicaliser(planned.c14n, (octets) => digest.update(octets)), digest };
}

/** Where the octets go that are not kept. */
export interface Sinks extends Partial<PartSinks> {
  readonly spill?: Spill;
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

/**
 * Verifies one request as its octets arrive. Resolves after the digest of its last attachment has been found right.
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
  let bodyDigest: Hash | undefined;
  const message = incoming.multipart && (await openMessage(incoming.stream, incoming.multipart, policy));
  const reader: EnvelopeReader = new EnvelopeReader(
    {
      versions: policy.versions,
      charset: message === undefined ? incoming.charset : message.charset,
      spill: sinks.spill,
    },
    {
      bodyStarts: (header, body) => {
        verdict = verifyHeader(header, body, reader.version as SoapVersion, policy, deps);
        const { events, digest } = digesting(verdict.bodyPlan);
        bodyDigest = digest;
        return events;
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
    const checked = verdict as HeaderVerdict;
    checkDigest(checked.bodyPlan, (bodyDigest as Hash).digest());
    const operation = operationOf(body, policy);
    sinks.envelope?.(trustedOf(checked, version, operation, []));
    const parts = message === undefined ? [] : await message.attachments(checked.parts, sinks);
    refuseMissing(checked.parts, parts);
    return trustedOf(checked, version, operation, parts);
  } finally {
    incoming.version = reader.version;
    await message?.close();
  }
}
