import { X509Certificate } from 'node:crypto';
import { DOMParser, type Element } from '@xmldom/xmldom';
import { SignedXml } from 'xml-crypto';
import { useNamespaces } from 'xpath';
import { DS, SOAP12, WSSE, WSU } from './names.js';

/** What the signature of a request proved. */
export interface Verified {
  readonly certificate: X509Certificate;
  /** SHA-256 of the certificate, lower-case hex. */
  readonly fingerprint: string;
  /** The text of SignatureValue. */
  readonly signatureValue: string;
}

const select = useNamespaces({ env: SOAP12, wsse: WSSE, wsu: WSU, ds: DS });
const security = '/env:Envelope/env:Header/wsse:Security';

function only(path: string, root: Node): Element {
  const found = select(path, root);
  if (!Array.isArray(found) || found.length !== 1) throw new Error(`not exactly one ${path}`);
  return found[0] as unknown as Element;
}

function checkTime(timestamp: Element, now: Date): void {
  const root = timestamp as unknown as Node;
  const created = new Date(only('wsu:Created', root).textContent ?? '');
  const expires = new Date(only('wsu:Expires', root).textContent ?? '');
  const age = now.getTime() - created.getTime();
  if (!(age <= 300_000 && age >= -60_000 && now < expires)) throw new Error('the request is too old or too new');
}

function checkCertificate(certificate: X509Certificate, issuer: X509Certificate, now: Date): void {
  const valid = new Date(certificate.validFrom) <= now && now <= new Date(certificate.validTo);
  if (!valid || !certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey))
    throw new Error('the certificate is not one that we trust');
}

/** Verifies requests by xml-crypto: the signature, both references (Timestamp and Body), the certificate and the times. */
export function createVerify(issuingPem: Buffer): (xml: string, now: Date) => Verified {
  const issuer = new X509Certificate(issuingPem);
  return (xml, now) => {
    const document = new DOMParser().parseFromString(xml, 'text/xml') as unknown as Node;
    const timestamp = only(`${security}/wsu:Timestamp`, document);
    const body = only('/env:Envelope/env:Body', document);
    const signatureNode = only(`${security}/ds:Signature`, document);
    const token = only(`${security}/wsse:BinarySecurityToken`, document).textContent ?? '';
    const certificate = new X509Certificate(Buffer.from(token, 'base64'));
    const signature = new SignedXml({ publicCert: certificate.publicKey, idMode: 'wssecurity' });
    signature.loadSignature(signatureNode as unknown as Node);
    if (!signature.checkSignature(xml)) throw new Error('the signature does not verify');
    const uris = signature.getReferences().map(({ uri }) => uri);
    for (const part of [timestamp, body])
      if (!uris.includes(`#${part.getAttributeNS(WSU, 'Id')}`)) throw new Error(`${part.localName} is not signed`);
    checkTime(timestamp, now);
    checkCertificate(certificate, issuer, now);
    return {
      certificate,
      fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
      signatureValue: only('ds:SignatureValue', signatureNode as unknown as Node).textContent ?? '',
    };
  };
}
