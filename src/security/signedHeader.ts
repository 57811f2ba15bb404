import { hash, timingSafeEqual, verify as verifySignature } from 'node:crypto';
import type { Clock } from '../domain/ports.js';
import { Failure } from '../errors.js';
import { checkAddressing, checkMustUnderstand } from '../soap/header.js';
import type { SoapVersion } from '../soap/names.js';
import { DS, WSSE } from '../soap/names.js';
import type { C14nMethod } from '../xml/c14n.js';
import { canonicalise } from '../xml/c14n.js';
import type { XmlElement } from '../xml/model.js';
import { childElements, childrenNamed, is } from '../xml/model.js';
import { C14N, c14nAlgorithms, digestAlgorithms, signatureAlgorithms } from './algorithms.js';
import type { PlannedPart } from './attachments.js';
import { planParts } from './attachments.js';
import type { DigestMethod } from './bodyDigest.js';
import type { KnownBlock, SignaturePolicy } from './policy.js';
import type { Algorithm, Reference, SecurityShape } from './shape.js';
import { readSecurity, wsuId } from './shape.js';
import { checkTimes, readTimestamp } from './time.js';
import type { Trust } from './trust.js';
import type { Signer } from './trusted.js';

/* What the Header of a signed SOAP message alone decides, before the first octet of Body's content is taken. */

export interface VerifyDeps {
  readonly trust: Trust;
  readonly clock: Clock;
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
