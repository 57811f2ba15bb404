import { Failure } from '../errors.js';
import { limits } from '../limits.js';
import { roleOf } from '../soap/header.js';
import type { SoapVersion } from '../soap/names.js';
import { DS, EC, WSSE, WSU } from '../soap/names.js';
import type { XmlElement } from '../xml/model.js';
import { attribute, childElements, childrenNamed, is, isElement, textOf } from '../xml/model.js';
import { isNcName } from '../xml/chars.js';

/*
 * The shape of a signed message, read before any cryptography: a closed list of elements, each in its place and as often as it may be.
 * What comes out is plain values; no other code looks at the Security header again.
 */

const TOKEN_PROFILE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3';
const BASE64_BINARY = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary';

export interface Algorithm {
  readonly uri: string;
  /** InclusiveNamespaces PrefixList, for canonical forms. */
  readonly prefixes: readonly string[];
}

export interface Reference {
  readonly id: string;
  /** Null: no Transforms element, which means C14N 1.0. */
  readonly transform: Algorithm | null;
  readonly digestMethod: string;
  readonly digest: Buffer;
}

/** A reference to the content of an attachment, by its Content-ID. */
export interface AttachmentReference {
  readonly contentId: string;
  readonly transform: Algorithm | null;
  readonly digestMethod: string;
  readonly digest: Buffer;
}

export interface SecurityShape {
  readonly security: XmlElement;
  readonly timestamp: XmlElement;
  readonly token: XmlElement | null;
  /** DER of the signer's certificate, and whether it stood in KeyIdentifier instead of a token. */
  readonly certificate: Buffer;
  readonly byKeyIdentifier: boolean;
  readonly signedInfo: XmlElement;
  readonly canonicalisation: Algorithm;
  readonly signatureMethod: string;
  readonly references: readonly Reference[];
  readonly attachments: readonly AttachmentReference[];
  readonly signature: Buffer;
  /** The base64 of SignatureValue without white space: what a SignatureConfirmation repeats. */
  readonly signatureValue: string;
}

const shape = (detail: string): Failure => new Failure('INVALID_SECURITY', detail);

export const wsuId = (element: XmlElement): string | undefined => attribute(element, 'Id', WSU);

/** Children of an element that holds elements and white space only. @throws Failure INVALID_SECURITY */
export function elementsOf(parent: XmlElement): XmlElement[] {
  for (const node of parent.children) {
    if (!isElement(node) && (typeof node !== 'string' || /[^ \t\r\n]/.test(node)))
      throw shape(`text or comment in ${parent.local}`);
  }
  return childElements(parent);
}

/** Text of an element that holds text only, white space at the ends taken off. @throws Failure INVALID_SECURITY */
function plainText(parent: XmlElement): string {
  if (parent.children.some((node) => typeof node !== 'string')) throw shape(`more than text in ${parent.local}`);
  return textOf(parent).trim();
}

/** Strict base64, white space allowed. Undefined when it is anything else. */
export function decodeBase64(text: string): Buffer | undefined {
  const asItStands = Buffer.from(text, 'base64');
  if (asItStands.toString('base64') === text) return asItStands;
  const compact = text.replace(/[ \t\r\n]+/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) return undefined;
  const octets = Buffer.from(compact, 'base64');
  return octets.toString('base64') === compact ? octets : undefined;
}

function base64Of(parent: XmlElement): Buffer {
  const octets = decodeBase64(plainText(parent));
  if (octets === undefined || octets.length === 0) throw shape(`not base64 in ${parent.local}`);
  return octets;
}

const attributeOf = (element: XmlElement, name: string): string => {
  const value = attribute(element, name);
  if (value === undefined) throw shape(`${element.local} without ${name}`);
  return value;
};

/** Exactly the named children of `parent`, in this order. @throws Failure INVALID_SECURITY */
function sequence<N extends string>(parent: XmlElement, ns: string, names: readonly N[]): Record<N, XmlElement> {
  const children = elementsOf(parent);
  const fits = children.length === names.length && children.every((c, i) => is(c, ns, names[i] as string));
  if (!fits) throw shape(`${parent.local} is not ${names.join(', ')}`);
  return Object.fromEntries(names.map((name, i) => [name, children[i]])) as Record<N, XmlElement>;
}

/** The element of a canonical form: CanonicalizationMethod or Transform. */
function algorithmOf(element: XmlElement): Algorithm {
  const [inclusive, ...more] = elementsOf(element);
  const uri = attributeOf(element, 'Algorithm');
  if (inclusive === undefined) return { uri, prefixes: [] };
  if (more.length > 0 || !is(inclusive, EC, 'InclusiveNamespaces') || elementsOf(inclusive).length > 0) {
    // What an algorithm that we do not know carries inside is judged with the algorithm.
    return { uri: `${uri} with ${inclusive.local.slice(0, 40)}`, prefixes: [] };
  }
  const prefixes = (attribute(inclusive, 'PrefixList') ?? '').split(/[ \t\r\n]+/).filter((p) => p !== '');
  if (prefixes.length > limits.c14nPrefixes) throw shape('too many prefixes in PrefixList');
  return { uri, prefixes: prefixes.map((p) => (p === '#default' ? '' : p)) };
}

function transformOf(reference: XmlElement): Algorithm | null {
  const [transforms, ...more] = childrenNamed(reference, DS, 'Transforms');
  if (transforms === undefined || more.length > 0) return null;
  const list = elementsOf(transforms);
  if (list.length > limits.referenceTransforms || !list.every((t) => is(t, DS, 'Transform'))) {
    throw shape('Transforms with other than one Transform');
  }
  const [transform, ...others] = list.map(algorithmOf);
  if (transform === undefined) throw shape('Transforms without Transform');
  // No second transform is known; two are one that is not, and judged with the algorithms.
  return others.length === 0 ? transform : { uri: `${transform.uri} and another`, prefixes: [] };
}

/** The parts of a Reference besides what it refers to. */
function digestOf(reference: XmlElement): Omit<Reference, 'id'> {
  const children = elementsOf(reference);
  const names = children.length === 2 ? ['DigestMethod', 'DigestValue'] : ['Transforms', 'DigestMethod', 'DigestValue'];
  const found = sequence(reference, DS, names);
  const method = found['DigestMethod'] as XmlElement;
  if (elementsOf(method).length > 0) throw shape('DigestMethod with content');
  return {
    transform: transformOf(reference),
    digestMethod: attributeOf(method, 'Algorithm'),
    digest: base64Of(found['DigestValue'] as XmlElement),
  };
}

function referenceOf(reference: XmlElement): Reference {
  const uri = attributeOf(reference, 'URI');
  if (!uri.startsWith('#') || !isNcName(uri.slice(1))) throw shape('a Reference that is not to a fragment');
  return { id: uri.slice(1), ...digestOf(reference) };
}

const CID = 'cid:';
const isToAttachment = (reference: XmlElement): boolean => attribute(reference, 'URI')?.startsWith(CID) === true;

/** The id is taken as it is written: one in another spelling names no part. */
const attachmentReferenceOf = (reference: XmlElement): AttachmentReference => ({
  contentId: attributeOf(reference, 'URI').slice(CID.length),
  ...digestOf(reference),
});

function signedInfoOf(
  signedInfo: XmlElement,
  mayHaveAttachments: boolean,
): Pick<SecurityShape, 'canonicalisation' | 'signatureMethod' | 'references' | 'attachments'> {
  const [canonicalisation, method, ...all] = elementsOf(signedInfo);
  const fits =
    canonicalisation !== undefined &&
    method !== undefined &&
    is(canonicalisation, DS, 'CanonicalizationMethod') &&
    is(method, DS, 'SignatureMethod') &&
    all.every((r) => is(r, DS, 'Reference'));
  if (!fits) throw shape('SignedInfo is not CanonicalizationMethod, SignatureMethod, Reference');
  if (elementsOf(method).length > 0) throw shape('SignatureMethod with content');
  const attachments = mayHaveAttachments ? all.filter(isToAttachment) : [];
  const references = mayHaveAttachments ? all.filter((r) => !isToAttachment(r)) : all;
  if (references.length === 0 || references.length > limits.signatureReferences) throw shape('number of references');
  if (attachments.length > limits.mimeParts) throw shape('number of references to attachments');
  return {
    canonicalisation: algorithmOf(canonicalisation),
    signatureMethod: attributeOf(method, 'Algorithm'),
    references: references.map(referenceOf),
    attachments: attachments.map(attachmentReferenceOf),
  };
}

const badToken = (detail: string): Failure => new Failure('INVALID_SECURITY_TOKEN', detail);

/** The certificate in a BinarySecurityToken or KeyIdentifier: X509v3, one certificate, strict base64. */
function certificateIn(element: XmlElement): Buffer {
  const encoding = attribute(element, 'EncodingType') ?? BASE64_BINARY;
  if (attribute(element, 'ValueType') !== TOKEN_PROFILE || encoding !== BASE64_BINARY) throw badToken('token type');
  const der = decodeBase64(plainText(element));
  if (der === undefined || der.length === 0 || der.length > limits.certificateBytes) throw badToken('token content');
  return der;
}

const unavailable = (detail: string): Failure => new Failure('SECURITY_TOKEN_UNAVAILABLE', detail);

/** Follows KeyInfo to the certificate: one SecurityTokenReference with a Reference to the token, or a KeyIdentifier. */
function certificateOf(
  keyInfo: XmlElement,
  token: XmlElement | null,
): { certificate: Buffer; byKeyIdentifier: boolean } {
  const [str, ...others] = elementsOf(keyInfo);
  if (str === undefined || others.length > 0 || !is(str, WSSE, 'SecurityTokenReference')) {
    throw unavailable('KeyInfo without exactly one SecurityTokenReference');
  }
  const [target, ...more] = elementsOf(str);
  if (target === undefined || more.length > 0) throw shape('SecurityTokenReference without exactly one child');
  if (is(target, WSSE, 'KeyIdentifier')) {
    if (token !== null) throw shape('a KeyIdentifier beside a BinarySecurityToken');
    if (attribute(target, 'ValueType') !== TOKEN_PROFILE) throw unavailable('KeyIdentifier type');
    return { certificate: certificateIn(target), byKeyIdentifier: true };
  }
  if (!is(target, WSSE, 'Reference')) throw unavailable('SecurityTokenReference form');
  const named = token === null ? undefined : wsuId(token);
  if (token === null || named === undefined || attribute(target, 'URI') !== `#${named}`) {
    throw unavailable('SecurityTokenReference to something that is not the token');
  }
  if ((attribute(target, 'ValueType') ?? TOKEN_PROFILE) !== TOKEN_PROFILE) throw unavailable('Reference type');
  return { certificate: certificateIn(token), byKeyIdentifier: false };
}

function securityBlock(header: XmlElement | null, version: SoapVersion): XmlElement {
  const blocks = header === null ? [] : childrenNamed(header, WSSE, 'Security');
  const [security, ...more] = blocks;
  if (security === undefined || more.length > 0) throw shape('not exactly one Security header');
  if (roleOf(security, version) !== '') throw shape('Security for another role');
  return security;
}

/**
 * Reads the one Security header of a message.
 * @param also children that are allowed besides Timestamp, BinarySecurityToken and Signature, as `{ns}local`
 * @param mayHaveAttachments whether a Reference may be to an attachment
 * @throws Failure INVALID_SECURITY, INVALID_SECURITY_TOKEN, SECURITY_TOKEN_UNAVAILABLE
 */
export function readSecurity(
  header: XmlElement | null,
  version: SoapVersion,
  also: ReadonlySet<string> = new Set(),
  mayHaveAttachments = false,
): SecurityShape {
  const security = securityBlock(header, version);
  const children = elementsOf(security);
  const take = (ns: string, local: string): XmlElement[] => children.filter((c) => is(c, ns, local));
  const [timestamp, ...timestamps] = take(WSU, 'Timestamp');
  const [signature, ...signatures] = take(DS, 'Signature');
  const [token = null, ...tokens] = take(WSSE, 'BinarySecurityToken');
  if (timestamp === undefined || timestamps.length > 0) throw shape('not exactly one Timestamp');
  if (signature === undefined || signatures.length > 0) throw shape('not exactly one Signature');
  if (tokens.length > 0) throw shape('more than one BinarySecurityToken');
  const known = new Set<XmlElement | null>([timestamp, signature, token]);
  if (!children.every((c) => known.has(c) || also.has(`{${c.ns}}${c.local}`))) throw shape('unknown child of Security');

  const parts = sequence(signature, DS, ['SignedInfo', 'SignatureValue', 'KeyInfo']);
  return {
    security,
    timestamp,
    token,
    ...certificateOf(parts.KeyInfo, token),
    signedInfo: parts.SignedInfo,
    ...signedInfoOf(parts.SignedInfo, mayHaveAttachments),
    signature: base64Of(parts.SignatureValue),
    signatureValue: textOf(parts.SignatureValue).replace(/[ \t\r\n]+/g, ''),
  };
}
