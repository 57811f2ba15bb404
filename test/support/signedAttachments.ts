import { createHash } from 'node:crypto';
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
import type { XmlNode } from '../../src/xml/model.js';
import { element, serialise } from '../../src/xml/write.js';
import type { Part } from './partsMessage.js';

/* Messages with attachments as WSS4J signs them: Timestamp, Body, and a reference to each attachment. */

const attachmentReference = ({ contentId, content }: Part) =>
  element(ds, 'Reference', { URI: `cid:${contentId}` }, [
    element(ds, 'Transforms', {}, [element(ds, 'Transform', { Algorithm: ATTACHMENT_CONTENT })]),
    element(ds, 'DigestMethod', { Algorithm: SHA256 }),
    element(ds, 'DigestValue', {}, [createHash('sha256').update(content).digest('base64')]),
  ]);

/** @param content of Body */
export async function signedWithAttachments(
  content: XmlNode,
  version: SoapVersion,
  key: SigningKey,
  now: Date,
  attachments: readonly Part[],
): Promise<string> {
  const ns = envelopeNs[version];
  const timestamp = timestampElement('TS-1', now, 120);
  const body = element(ns, 'Body', [wsuIdAttribute('body-1')], [content]);
  const usual = signedInfoOf([
    ['TS-1', digest(canonicalise(timestamp))],
    ['body-1', digest(canonicalise(body))],
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
