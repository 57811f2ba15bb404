import { Failure } from '../errors.js';
import { DS, ds, EC } from '../soap/names.js';
import { canonicalise, canonicaliseAround, type C14nMethod } from '../xml/c14n.js';
import { childElements, type XmlElement } from '../xml/model.js';
import { parse, standalone } from '../xml/tree.js';
import { element, serialise } from '../xml/write.js';
import { C14N, EXC_C14N, RSA_SHA256, SHA256 } from './algorithms.js';
import {
  certificatesIn,
  checkDigest,
  checkValue,
  demandMethods,
  descendants,
  ENVELOPED,
  formOf,
  lastElement,
  octetsIn,
  part,
  partsOf,
  requiredAttribute,
  shape,
  type CanonicalForm,
} from './dsig.js';
import { elementsOf } from './shape.js';
import { digest, signatureValue, type SigningKey } from './sign.js';
import type { Trust, TrustedCertificate } from './trust.js';

/*
 * The signature inside a StandardBusinessDocument (CONTRACT.md of SDP, section 8): enveloped, of the whole document with that document
 * as root, first child of the payload. Two forms are on the wire: no canonical form named, which means C14N 1.0, and exclusive C14N.
 */

export type EnvelopedForm = 'inclusive' | 'exclusive';

const inclusive: C14nMethod = { exclusive: false, comments: false, prefixes: [] };

const algorithm = (local: string, uri: string, children: readonly XmlElement[] = []): XmlElement =>
  element(ds, local, { Algorithm: uri }, children);

const prefixList = (prefix: string): XmlElement =>
  element({ prefix: 'ec', uri: EC }, 'InclusiveNamespaces', { PrefixList: prefix === '' ? '#default' : prefix });

/**
 * Signs a document whose last child element is to hold the signature: rsa-sha256, SHA-256, X509Data with the signer's certificate.
 * @returns the document as text; its UTF-8 is what the signature stands for, so it must go on as it is
 * @throws Failure INTERNAL when the document has no payload, or is signed
 */
export async function signEnveloped(
  document: XmlElement,
  key: SigningKey,
  form: EnvelopedForm = 'inclusive',
): Promise<string> {
  const root = parse(serialise(document));
  const payload = lastElement(root);
  if (payload === undefined || descendants(root, DS, 'Signature').length > 0)
    throw new Failure('INTERNAL', 'a document to sign has a payload and no signature');
  const { prefix } = payload;
  const exclusive = { exclusive: true, comments: false, prefixes: [prefix] };
  const transforms = form === 'inclusive' ? [] : [algorithm('Transform', EXC_C14N, [prefixList(prefix)])];
  const signedInfo = element(ds, 'SignedInfo', {}, [
    algorithm('CanonicalizationMethod', EXC_C14N),
    algorithm('SignatureMethod', RSA_SHA256),
    element(ds, 'Reference', { URI: '' }, [
      element(ds, 'Transforms', {}, [algorithm('Transform', ENVELOPED), ...transforms]),
      algorithm('DigestMethod', SHA256),
      element(ds, 'DigestValue', {}, [digest(canonicalise(root, form === 'inclusive' ? inclusive : exclusive))]),
    ]),
  ]);
  const value = await signatureValue(canonicalise(signedInfo), key);
  payload.children.unshift(
    element(ds, 'Signature', {}, [
      signedInfo,
      element(ds, 'SignatureValue', {}, [value]),
      element(ds, 'KeyInfo', {}, [element(ds, 'X509Data', {}, [element(ds, 'X509Certificate', {}, [key.token])])]),
    ]),
  );
  return serialise(root);
}

/** The form of the one reference: to the whole document, enveloped, and then exclusive C14N; undefined: the default form. */
function referenceForm(transforms: XmlElement): CanonicalForm | undefined {
  const [enveloped, form, ...more] = elementsOf(transforms);
  const first = enveloped && requiredAttribute(enveloped, 'Algorithm');
  if (first !== ENVELOPED || more.length > 0 || childElements(enveloped as XmlElement).length > 0)
    throw new Failure('UNSUPPORTED_ALGORITHM', `transforms that begin with ${first ?? 'nothing'}`);
  return form && formOf(form, [EXC_C14N]);
}

/** The canonical form of `root` without `signature`, which is a child of `parent`. */
function without(signature: XmlElement, parent: XmlElement, root: XmlElement, form: CanonicalForm): string {
  const at = parent.children.indexOf(signature);
  parent.children.splice(at, 1);
  const canonical = form(root);
  parent.children.splice(at, 0, signature);
  return canonical;
}

/** What was signed of a document, and the whole of it as text: `serialise` writes what the default form does, and comments too. */
function writtenForms(signature: XmlElement, parent: XmlElement, root: XmlElement, form: CanonicalForm | undefined) {
  const text = (): string => serialise(root);
  if (form !== undefined) return { signed: without(signature, parent, root, form), text };
  const { before, inner, after, commented } = canonicaliseAround(root, signature, inclusive);
  return { signed: before + after, text: commented ? text : (): string => before + inner + after };
}

/** A document whose signature verified. */
export interface Enveloped {
  readonly signer: TrustedCertificate;
  /** The document that was verified, as one of its own; nothing else may be decoded. */
  readonly document: XmlElement;
  /** The same as text, with the namespaces that it has. */
  readonly text: () => string;
}

/**
 * Verifies the one signature of a document. Where the element stood (a SOAP Body) does not count: its own declarations do.
 * @throws Failure INVALID_SECURITY for another shape, UNSUPPORTED_ALGORITHM, INVALID_SECURITY_TOKEN, FAILED_CHECK
 */
export function verifyEnveloped(received: XmlElement, trust: Trust, at: Date): Enveloped {
  const document = standalone(received);
  const payload = lastElement(document);
  const [signature, ...more] = descendants(document, DS, 'Signature');
  if (payload === undefined || signature === undefined || more.length > 0) throw shape('not exactly one Signature');
  if (childElements(payload)[0] !== signature) throw shape('Signature is not the first child of the payload');
  const parts = partsOf(signature, DS, ['SignedInfo', 'SignatureValue', 'KeyInfo']);
  const signedInfo = part(parts, 'SignedInfo');
  const info = partsOf(signedInfo, DS, ['CanonicalizationMethod', 'SignatureMethod', 'Reference']);
  const reference = part(info, 'Reference');
  const members = partsOf(reference, DS, ['Transforms', 'DigestMethod', 'DigestValue']);
  if (requiredAttribute(reference, 'URI') !== '') throw shape('a Reference to less than the document');
  const certificates = certificatesIn(part(parts, 'KeyInfo'));
  const [certificate] = certificates;
  if (certificate === undefined || certificates.length > 1) throw shape('other than one certificate');
  demandMethods(part(info, 'SignatureMethod'), [part(members, 'DigestMethod')]);
  const signedForm = formOf(part(info, 'CanonicalizationMethod'), [EXC_C14N, C14N]);
  const form = referenceForm(part(members, 'Transforms'));
  const signer = trust.check(certificate, at);
  checkValue(signedForm(signedInfo), octetsIn(part(parts, 'SignatureValue')), signer);
  const { signed, text } = writtenForms(signature, payload, document, form);
  checkDigest(signed, octetsIn(part(members, 'DigestValue')), 'the document');
  return { signer, document, text };
}
