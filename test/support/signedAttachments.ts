import { ATTACHMENT_CONTENT, SHA256 } from '../../src/security/algorithms.js';
import type { SigningKey } from '../../src/security/sign.js';
import {
  digest,
  signatureOf,
  signatureValue,
  signedInfoOf,
  timestampElement,
  tokenElement,
  wsuIdAttribute,
} from '../../src/security/sign.js';
import { ds, envelopeNs, wsse } from '../../src/soap/names.js';
import type { SoapVersion } from '../../src/soap/names.js';
import { canonicalise } from '../../src/xml/c14n.js';
import type { XmlElement, XmlNode } from '../../src/xml/model.js';
import { element, serialise } from '../../src/xml/write.js';
import type { Part } from './partsMessage.js';

/* Messages with attachments as WSS4J signs them: Timestamp, Body, and a reference to each attachment. */

/** An attachment as its signature names it: SHA-256 in base64. */
export interface DigestedPart {
  readonly contentId: string;
  readonly digest: string;
}

const attachmentReference = ({ contentId, digest: value }: DigestedPart) =>
  element(ds, 'Reference', { URI: `cid:${contentId}` }, [
    element(ds, 'Transforms', {}, [element(ds, 'Transform', { Algorithm: ATTACHMENT_CONTENT })]),
    element(ds, 'DigestMethod', { Algorithm: SHA256 }),
    element(ds, 'DigestValue', {}, [value]),
  ]);

/** @param body with the Id `body-1`; @param bodyDigest SHA-256 of its canonical form in base64, whatever stands for a part of it */
export async function signedWithDigests(
  body: XmlElement,
  bodyDigest: string,
  version: SoapVersion,
  key: SigningKey,
  now: Date,
  attachments: readonly DigestedPart[],
): Promise<string> {
  const ns = envelopeNs[version];
  const timestamp = timestampElement('TS-1', now, 120);
  const usual = signedInfoOf([
    ['TS-1', digest(canonicalise(timestamp))],
    ['body-1', bodyDigest],
  ]);
  const signedInfo = { ...usual, children: [...usual.children, ...attachments.map(attachmentReference)] };
  const value = await signatureValue(canonicalise(signedInfo), key);
  const security = element(wsse, 'Security', {}, [
    timestamp,
    tokenElement('X509-1', key),
    signatureOf(signedInfo, value, 'X509-1', '1'),
  ]);
  return serialise(element(ns, 'Envelope', {}, [element(ns, 'Header', {}, [security]), body]));
}

/** @param content of Body */
export function signedWithAttachments(
  content: XmlNode,
  version: SoapVersion,
  key: SigningKey,
  now: Date,
  attachments: readonly Part[],
): Promise<string> {
  const body = element(envelopeNs[version], 'Body', [wsuIdAttribute('body-1')], [content]);
  const digested = attachments.map(({ contentId, content: octets }) => ({ contentId, digest: digest(octets) }));
  return signedWithDigests(body, digest(canonicalise(body)), version, key, now, digested);
}
