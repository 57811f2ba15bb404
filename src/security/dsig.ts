import { hash, timingSafeEqual, verify } from 'node:crypto';
import { Failure } from '../errors.js';
import { limits } from '../limits.js';
import { DS, EC } from '../soap/names.js';
import { canonicalise } from '../xml/c14n.js';
import { attribute, childElements, is, isElement, textOf, type XmlElement } from '../xml/model.js';
import { XML_NS } from '../xml/tag.js';
import { c14nAlgorithms, digestAlgorithms, RSA_SHA256, SHA256, signatureAlgorithms } from './algorithms.js';
import { decodeBase64, elementsOf } from './shape.js';
import type { Certificate } from './x509.js';

/** XML-DSig outside WS-Security: what the signature of a business document and that of a document package have in common. */

export const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

export const shape = (detail: string): Failure => new Failure('INVALID_SECURITY', detail);
const unsupported = (detail: string): Failure => new Failure('UNSUPPORTED_ALGORITHM', detail);

/** Children in one namespace and in this order; a name that ends in `?` may be absent. @throws Failure INVALID_SECURITY */
export function partsOf(parent: XmlElement, ns: string, names: readonly string[]): ReadonlyMap<string, XmlElement> {
  const children = elementsOf(parent);
  const found = new Map<string, XmlElement>();
  for (const name of names) {
    const local = name.replace('?', '');
    const [next] = children;
    if (next !== undefined && is(next, ns, local)) found.set(local, children.shift() as XmlElement);
    else if (local === name) throw shape(`${parent.local} without ${local} in its place`);
  }
  if (children.length > 0) throw shape(`${parent.local} with ${children[0]?.local ?? ''}`);
  return found;
}

/** The child that `partsOf` found, or would have refused to go without. */
export function part(parts: ReadonlyMap<string, XmlElement>, local: string): XmlElement {
  const found = parts.get(local);
  if (found === undefined) throw shape(`no ${local}`);
  return found;
}

/** @throws Failure INVALID_SECURITY */
export function requiredAttribute(element: XmlElement, name: string): string {
  const value = attribute(element, name);
  if (value === undefined) throw shape(`${element.local} without ${name}`);
  return value;
}

/** Text of an element that holds nothing else. @throws Failure INVALID_SECURITY */
export function onlyText(element: XmlElement): string {
  if (element.children.some((node) => typeof node !== 'string')) throw shape(`more than text in ${element.local}`);
  return textOf(element).trim();
}

/** @throws Failure INVALID_SECURITY */
export function octetsIn(element: XmlElement): Buffer {
  const octets = decodeBase64(onlyText(element));
  if (octets === undefined || octets.length === 0) throw shape(`not base64 in ${element.local}`);
  return octets;
}

/** Read in the signatures of document packages only. */
export const C14N11 = 'http://www.w3.org/2006/12/xml-c14n11';

/** C14N 1.1 differs from 1.0 in what an apex takes over of xml:id and xml:base; where there is neither, they are one. */
function c14n11(apex: XmlElement): string {
  for (let above = apex.parent; above !== null; above = above.parent) {
    if (above.attributes.some((a) => a.ns === XML_NS && (a.local === 'id' || a.local === 'base')))
      throw unsupported('C14N 1.1 below xml:id or xml:base');
  }
  return canonicalise(apex, { exclusive: false, comments: false, prefixes: [] });
}

/** How one transform turns an element into octets. */
export type CanonicalForm = (element: XmlElement) => string;

const prefixesOf = (inclusive: XmlElement): string[] =>
  (attribute(inclusive, 'PrefixList') ?? '')
    .split(/[ \t\r\n]+/)
    .filter((p) => p !== '')
    .map((p) => (p === '#default' ? '' : p));

/**
 * The canonical form that a Transform or CanonicalizationMethod names.
 * @param allowed URIs, without comments all of them
 * @throws Failure UNSUPPORTED_ALGORITHM
 */
export function formOf(element: XmlElement, allowed: readonly string[]): CanonicalForm {
  const uri = requiredAttribute(element, 'Algorithm');
  const known = allowed.includes(uri) ? c14nAlgorithms.get(uri) : undefined;
  const [inclusive, ...more] = elementsOf(element);
  if (uri === C14N11 && allowed.includes(uri) && inclusive === undefined) return c14n11;
  if (known === undefined || more.length > 0) throw unsupported(`canonical form ${uri}`);
  if (inclusive !== undefined && (!known.exclusive || !is(inclusive, EC, 'InclusiveNamespaces')))
    throw unsupported(`${uri} with ${inclusive.local}`);
  const prefixes = inclusive === undefined ? [] : prefixesOf(inclusive);
  if (prefixes.length > limits.c14nPrefixes) throw shape('too many prefixes in PrefixList');
  return (apex) => canonicalise(apex, { ...known, prefixes });
}

/** An element that names an algorithm and holds nothing. @throws Failure UNSUPPORTED_ALGORITHM */
export function demand(element: XmlElement, uri: string): void {
  const found = requiredAttribute(element, 'Algorithm');
  if (found !== uri || elementsOf(element).length > 0) throw unsupported(`${element.local} ${found}`);
}

export const demandMethods = (signatureMethod: XmlElement, digestMethods: readonly XmlElement[]): void => {
  demand(signatureMethod, RSA_SHA256);
  for (const method of digestMethods) demand(method, SHA256);
};

/** Holds octets against a digest. @throws Failure FAILED_CHECK */
export function checkDigest(octets: string | Buffer, expected: Buffer, what: string, method = SHA256): void {
  const found = hash(digestAlgorithms.get(method) ?? 'sha256', octets, 'buffer');
  if (found.length !== expected.length || !timingSafeEqual(found, expected))
    throw new Failure('FAILED_CHECK', `the digest of ${what} is another`);
}

/** @throws Failure FAILED_CHECK */
export function checkValue(signedInfo: string, value: Buffer, { publicKey }: Pick<Certificate, 'publicKey'>): void {
  const { hash: name, ...padding } = signatureAlgorithms.get(RSA_SHA256) ?? { hash: 'sha256' };
  if (!verify(name, Buffer.from(signedInfo), { key: publicKey, ...padding }, value))
    throw new Failure('FAILED_CHECK', 'the signature value is not of this SignedInfo and key');
}

/** DER of the certificates in KeyInfo/X509Data, in their order; a KeyValue beside it says nothing. @throws Failure INVALID_SECURITY */
export function certificatesIn(keyInfo: XmlElement): Buffer[] {
  const [data, ...more] = elementsOf(keyInfo).filter((e) => !is(e, DS, 'KeyValue'));
  if (data === undefined || more.length > 0 || !is(data, DS, 'X509Data')) throw shape('KeyInfo is not one X509Data');
  const certificates = elementsOf(data);
  const fits = certificates.length >= 1 && certificates.length <= limits.certificatePath;
  if (!fits || !certificates.every((c) => is(c, DS, 'X509Certificate'))) throw shape('X509Data');
  return certificates.map(octetsIn);
}

/** Every element of this name at or below `root`, in document order. */
export function descendants(root: XmlElement, ns: string, local: string): XmlElement[] {
  const found: XmlElement[] = [];
  const look = (at: XmlElement): void => {
    if (is(at, ns, local)) found.push(at);
    for (const child of at.children) if (isElement(child)) look(child);
  };
  look(root);
  return found;
}

/** The last child element: in a business document, what its header announces. */
export const lastElement = (parent: XmlElement): XmlElement | undefined => childElements(parent).at(-1);
