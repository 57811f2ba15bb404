import { hash } from 'node:crypto';
import { ds } from '../contract/sdp/names.js';
import { Failure } from '../errors.js';
import { C14N, EXC_C14N, RSA_SHA256, SHA1, SHA256 } from '../security/algorithms.js';
import {
  C14N11,
  certificatesIn,
  checkDigest,
  checkValue,
  demandMethods,
  formOf,
  octetsIn,
  onlyText,
  part,
  partsOf,
  requiredAttribute,
  shape,
} from '../security/dsig.js';
import { elementsOf } from '../security/shape.js';
import { isSignedBy } from '../security/signed.js';
import { digest, signatureValue, type SigningKey } from '../security/sign.js';
import type { Trust, TrustedCertificate } from '../security/trust.js';
import { parseCertificate, remembered } from '../security/x509.js';
import { canonicalise } from '../xml/c14n.js';
import { attribute, childElements, is, type XmlElement } from '../xml/model.js';
import { parse } from '../xml/tree.js';
import { element, serialise, type Ns } from '../xml/write.js';

/** META-INF/signatures.xml of a document package: one XAdES-BES signature over every file (CONTRACT.md of SDP, section 13). */

export const SIGNATURES = 'META-INF/signatures.xml';

const asic: Ns = { prefix: 'asic', uri: 'http://uri.etsi.org/2918/v1.2.1#' };
const xades: Ns = { prefix: 'xades', uri: 'http://uri.etsi.org/01903/v1.3.2#' };
const SIGNED_PROPERTIES = 'http://uri.etsi.org/01903#SignedProperties';
const [SIGNATURE_ID, PROPERTIES_ID] = ['Signature', 'SignedProperties'];
const CLOCK_DRIFT_MS = 60_000;
const forms = [C14N, EXC_C14N, C14N11];
const inclusive = { exclusive: false, comments: false, prefixes: [] };

/** A file that is signed. */
export interface SignedFile {
  readonly navn: string;
  readonly mimetype: string;
  /** SHA-256, base64. */
  readonly sha256: string;
}

const algorithm = (local: string, uri: string): XmlElement => element(ds, local, { Algorithm: uri });
const leaf = (ns: Ns, local: string, value: string): XmlElement => element(ns, local, {}, [value]);
const idOf = (i: number): string => `ID_${i}`;

/** A name as a relative URI: every segment by itself. */
const uriOf = (navn: string): string => navn.split('/').map(encodeURIComponent).join('/');

/** What a signature says of a certificate. To read one costs as much as to sign, and who signs is the same for years. */
const named = remembered((certificate: Buffer) => {
  const { issuerName, serial } = parseCertificate(certificate);
  return { issuerName, serial, sha1: hash('sha1', certificate, 'base64') };
});
const base64 = remembered((certificate: Buffer) => certificate.toString('base64'));

const properties = (files: readonly SignedFile[], certificate: Buffer, at: Date): XmlElement => {
  const { issuerName, serial, sha1 } = named(certificate);
  return element(xades, 'SignedProperties', { Id: PROPERTIES_ID }, [
    element(xades, 'SignedSignatureProperties', {}, [
      leaf(xades, 'SigningTime', at.toISOString()),
      element(xades, 'SigningCertificate', {}, [
        element(xades, 'Cert', {}, [
          element(xades, 'CertDigest', {}, [algorithm('DigestMethod', SHA1), leaf(ds, 'DigestValue', sha1)]),
          element(xades, 'IssuerSerial', {}, [
            leaf(ds, 'X509IssuerName', issuerName),
            leaf(ds, 'X509SerialNumber', serial),
          ]),
        ]),
      ]),
    ]),
    element(
      xades,
      'SignedDataObjectProperties',
      {},
      files.map(({ mimetype }, i) =>
        element(xades, 'DataObjectFormat', { ObjectReference: `#${idOf(i)}` }, [leaf(xades, 'MimeType', mimetype)]),
      ),
    ),
  ]);
};

const reference = (attributes: Readonly<Record<string, string>>, transforms: XmlElement[], value: string): XmlElement =>
  element(ds, 'Reference', attributes, [
    ...transforms,
    algorithm('DigestMethod', SHA256),
    leaf(ds, 'DigestValue', value),
  ]);

/** The tree with two values still to come: the digest of SignedProperties and the signature. */
function unsigned(files: readonly SignedFile[], certificates: readonly Buffer[], at: Date): XmlElement {
  const [certificate] = certificates as [Buffer];
  return element(asic, 'XAdESSignatures', {}, [
    element(ds, 'Signature', { Id: SIGNATURE_ID }, [
      element(ds, 'SignedInfo', {}, [
        algorithm('CanonicalizationMethod', C14N),
        algorithm('SignatureMethod', RSA_SHA256),
        ...files.map(({ navn, sha256 }, i) => reference({ Id: idOf(i), URI: uriOf(navn) }, [], sha256)),
        reference(
          { Type: SIGNED_PROPERTIES, URI: `#${PROPERTIES_ID}` },
          [element(ds, 'Transforms', {}, [algorithm('Transform', C14N)])],
          '',
        ),
      ]),
      element(ds, 'SignatureValue'),
      element(ds, 'KeyInfo', {}, [
        element(
          ds,
          'X509Data',
          {},
          certificates.map((c) => leaf(ds, 'X509Certificate', base64(c))),
        ),
      ]),
      element(ds, 'Object', {}, [
        element(xades, 'QualifyingProperties', { Target: `#${SIGNATURE_ID}` }, [properties(files, certificate, at)]),
      ]),
    ]),
  ]);
}

/** The last element that is reached by taking the child of each name in turn. */
function at(root: XmlElement, ...path: readonly string[]): XmlElement {
  return path.reduce((parent, local) => {
    const found = childElements(parent).findLast((child) => child.local === local);
    if (found === undefined) throw new Failure('INTERNAL', `XAdES: no ${local}`);
    return found;
  }, root);
}

/**
 * Signs files: RSA-SHA256 over C14N 1.0.
 * @param chain DER of the certificates above the signer's, the issuer first: receivers get all of them
 */
export async function signFiles(
  files: readonly SignedFile[],
  key: SigningKey,
  chain: readonly Buffer[],
  now: Date,
): Promise<string> {
  // Inclusive canonical forms depend on what stands around, so both parts are taken from the document as it will be read.
  const root = parse(serialise(unsigned(files, [key.certificate, ...chain], now)));
  const signedProperties = at(root, 'Signature', 'Object', 'QualifyingProperties', 'SignedProperties');
  at(root, 'Signature', 'SignedInfo', 'Reference', 'DigestValue').children.push(
    digest(canonicalise(signedProperties, inclusive)),
  );
  const value = await signatureValue(canonicalise(at(root, 'Signature', 'SignedInfo'), inclusive), key);
  at(root, 'Signature', 'SignatureValue').children.push(value);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${serialise(root)}`;
}

/** The file that a Reference names. Some signers write a space as +, as in web forms. */
function nameOf(reference: XmlElement, files: ReadonlyMap<string, Buffer>): string {
  const uri = requiredAttribute(reference, 'URI');
  try {
    const names = [uri, uri.replaceAll('+', ' ')].map(decodeURIComponent);
    return names.find((name) => files.has(name)) ?? uri;
  } catch {
    throw shape('a Reference that is no name');
  }
}

/** SignedProperties, which are one, signed once, and about this signature. */
function propertiesOf(signature: XmlElement, object: XmlElement, uri: string): XmlElement {
  const [qualifying, ...more] = elementsOf(object);
  if (qualifying === undefined || more.length > 0 || !is(qualifying, xades.uri, 'QualifyingProperties'))
    throw shape('Object is not QualifyingProperties');
  if (requiredAttribute(qualifying, 'Target') !== `#${requiredAttribute(signature, 'Id')}`)
    throw shape('QualifyingProperties of another signature');
  const found = part(partsOf(qualifying, xades.uri, ['SignedProperties']), 'SignedProperties');
  if (uri !== `#${requiredAttribute(found, 'Id')}`) throw shape('SignedProperties are not what is signed');
  return found;
}

const certificateHashes: Readonly<Record<string, string>> = { [SHA1]: SHA1, [SHA256]: SHA256 };

/** The signed words about signer and time agree with the signature. */
function checkProperties(signedProperties: XmlElement, certificate: Buffer, now: Date): void {
  const parts = partsOf(signedProperties, xades.uri, ['SignedSignatureProperties', 'SignedDataObjectProperties?']);
  const own = partsOf(part(parts, 'SignedSignatureProperties'), xades.uri, ['SigningTime', 'SigningCertificate']);
  const time = new Date(onlyText(part(own, 'SigningTime')));
  if (!(time.getTime() <= now.getTime() + CLOCK_DRIFT_MS)) throw shape('SigningTime in the future');
  const [cert] = elementsOf(part(own, 'SigningCertificate'));
  if (cert === undefined || !is(cert, xades.uri, 'Cert')) throw shape('SigningCertificate without Cert');
  const named = partsOf(cert, xades.uri, ['CertDigest', 'IssuerSerial']);
  const value = partsOf(part(named, 'CertDigest'), ds.uri, ['DigestMethod', 'DigestValue']);
  const issuer = partsOf(part(named, 'IssuerSerial'), ds.uri, ['X509IssuerName', 'X509SerialNumber']);
  const method = certificateHashes[requiredAttribute(part(value, 'DigestMethod'), 'Algorithm')];
  if (method === undefined) throw new Failure('UNSUPPORTED_ALGORITHM', 'CertDigest');
  checkDigest(certificate, octetsIn(part(value, 'DigestValue')), 'the certificate', method);
  if (onlyText(part(issuer, 'X509SerialNumber')) !== parseCertificate(certificate).serial)
    throw shape('SigningCertificate with another number');
}

/** The signer's certificate; those that follow must be its issuers, though belief rests on our own ones. */
function endOfChain(ders: readonly Buffer[]): Buffer {
  const chain = ders.map(parseCertificate);
  const top = chain.at(-1);
  for (const [i, certificate] of chain.entries()) {
    const issuer = chain[i + 1] ?? (top?.subject.der.equals(top.issuer.der) === true ? top : undefined);
    if (issuer === undefined) continue;
    if (!issuer.subject.der.equals(certificate.issuer.der) || !isSignedBy(certificate, issuer.publicKey))
      throw new Failure('INVALID_SECURITY_TOKEN', 'X509Data is not a chain');
  }
  return ders[0] as Buffer;
}

interface References {
  readonly methods: readonly XmlElement[];
  /** Digest of each file by its name. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly properties: { readonly uri: string; readonly transforms: XmlElement; readonly digest: Buffer };
}

function referencesOf(list: readonly XmlElement[], present: ReadonlyMap<string, Buffer>): References {
  const files = new Map<string, Buffer>();
  const methods: XmlElement[] = [];
  let properties: References['properties'] | undefined;
  for (const one of list) {
    const own = attribute(one, 'Type') === SIGNED_PROPERTIES;
    const members = partsOf(one, ds.uri, [...(own ? ['Transforms'] : []), 'DigestMethod', 'DigestValue']);
    methods.push(part(members, 'DigestMethod'));
    const value = octetsIn(part(members, 'DigestValue'));
    const name = own ? requiredAttribute(one, 'URI') : nameOf(one, present);
    if (own ? properties !== undefined : files.has(name)) throw shape('two References to the same');
    if (own) properties = { uri: name, transforms: part(members, 'Transforms'), digest: value };
    else files.set(name, value);
  }
  if (properties === undefined) throw shape('SignedProperties are not signed');
  return { methods, files, properties };
}

/** Every file is signed, and nothing that is no file. */
function checkFiles(signed: ReadonlyMap<string, Buffer>, files: ReadonlyMap<string, Buffer>): void {
  for (const name of signed.keys()) if (!files.has(name)) throw shape('a Reference to a file that is not there');
  for (const [name, octets] of files) {
    const expected = signed.get(name);
    if (expected === undefined) throw shape('a file that is not signed');
    checkDigest(octets, expected, 'a file');
  }
}

/**
 * Verifies signatures.xml against the files of the package, those in META-INF left out.
 * @throws Failure MALFORMED_XML, INVALID_SECURITY, UNSUPPORTED_ALGORITHM, INVALID_SECURITY_TOKEN, FAILED_CHECK
 */
export function verifyFiles(
  signatures: Buffer,
  files: ReadonlyMap<string, Buffer>,
  trust: Trust,
  now: Date,
): TrustedCertificate {
  const root = parse(signatures);
  const [signature, ...more] = elementsOf(root);
  if (!is(root, asic.uri, 'XAdESSignatures') || signature === undefined || more.length > 0)
    throw shape('XAdESSignatures is not one signature');
  if (!is(signature, ds.uri, 'Signature')) throw shape('XAdESSignatures is not one signature');
  const parts = partsOf(signature, ds.uri, ['SignedInfo', 'SignatureValue', 'KeyInfo', 'Object']);
  const signedInfo = part(parts, 'SignedInfo');
  const [canonicalisation, method, ...list] = elementsOf(signedInfo);
  if (!canonicalisation || !method || !is(canonicalisation, ds.uri, 'CanonicalizationMethod'))
    throw shape('SignedInfo');
  if (!is(method, ds.uri, 'SignatureMethod') || !list.every((r) => is(r, ds.uri, 'Reference')))
    throw shape('SignedInfo');
  const { methods, files: signed, properties: own } = referencesOf(list, files);
  demandMethods(method, methods);
  const signedForm = formOf(canonicalisation, forms);
  const transform = part(partsOf(own.transforms, ds.uri, ['Transform']), 'Transform');
  const signedProperties = propertiesOf(signature, part(parts, 'Object'), own.uri);
  const certificate = endOfChain(certificatesIn(part(parts, 'KeyInfo')));
  const signer = trust.check(certificate, now);
  checkValue(signedForm(signedInfo), octetsIn(part(parts, 'SignatureValue')), signer);
  checkDigest(formOf(transform, forms)(signedProperties), own.digest, 'SignedProperties');
  checkProperties(signedProperties, certificate, now);
  checkFiles(signed, files);
  return signer;
}
