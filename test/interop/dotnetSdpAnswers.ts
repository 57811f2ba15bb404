import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLSerializer } from '@xmldom/xmldom';
import type { Document, Element } from '@xmldom/xmldom';
import { XmlC14NMode } from 'libxml2-wasm';
import { exclusive, MELDINGSFORMIDLER, sha256, type DotnetMessage } from './dotnetSdp.js';
import { bytes, canonical, checkReferenced, every, one, path, read } from './dotnetlike.js';

/* What the official .NET client makes of the broker's answers: its checks, in its order, and what it takes out of them. */

const envelope = (...names: readonly string[]): string => path('Envelope', ...names);
const security = (...names: readonly string[]): string => envelope('Header', 'Security', ...names);
const text = (doc: Document | Element, at: string): string => one(doc, at).textContent ?? '';

/** Signed by the broker, under an issuer of the client's list; Body, Timestamp and Messaging each signed once by their `wsu:Id`. */
function checkEnvelope(doc: Document, certs: string): void {
  const certificate = new X509Certificate(bytes(one(doc, security('BinarySecurityToken'))));
  const issuing = new X509Certificate(readFileSync(join(certs, 'issuing.pem')));
  if (!certificate.verify(issuing.publicKey)) throw new Error('the answer is signed under another issuer');
  if (!certificate.subject.split('\n').includes(`serialNumber=${MELDINGSFORMIDLER}`)) throw new Error('another signer');
  one(doc, security('Signature'));
  for (const at of [envelope('Body'), security('Timestamp'), envelope('Header', 'Messaging')]) {
    checkReferenced(doc, one(doc, at));
  }
}

const messaging = (...names: readonly string[]): string => envelope('Header', 'Messaging', ...names);

/** A transport receipt that repeats every digest of what was sent. @throws Error naming the check that failed */
export function dotnetAccepted(answer: string, sent: DotnetMessage, certs: string): void {
  const doc = read(answer);
  checkEnvelope(doc, certs);
  const part = ['SignalMessage', 'Receipt', 'NonRepudiationInformation', 'MessagePartNRInformation', 'Reference'];
  for (const [uri, digest] of sent.digests) {
    const found = text(doc, `${messaging(...part)}[@URI='${uri}']${path('DigestValue')}`);
    if (found !== digest) throw new Error(`the receipt is for another ${uri}`);
  }
  if (text(doc, messaging('SignalMessage', 'MessageInfo', 'RefToMessageId')) !== sent.messageId) {
    throw new Error('the receipt is for another message');
  }
}

/** A receipt as the client keeps it for its confirmation. */
export interface DotnetReceipt {
  readonly conversationId: string;
  /** Local name of what has happened. */
  readonly kind: string;
  readonly messageId: string;
  readonly bodyReference: string;
  readonly digest: string;
}

/** The document in a copy of its own, as the client takes it out, has the digest that its signature says. */
function checkDocument(document: Element): void {
  const xml = new XMLSerializer().serializeToString(document);
  const copy = read(xml);
  const signature = one(copy, "//*[local-name()='kvittering']/*[local-name()='Signature']");
  const said = text(signature, "*/*[local-name()='Reference']/*[local-name()='DigestValue']");
  signature.parentNode?.removeChild(signature);
  const rest = new XMLSerializer().serializeToString(copy);
  const digest = sha256(canonical(rest, '/*', { mode: XmlC14NMode.XML_C14N_1_0 }));
  if (digest !== said) throw new Error('the document is another than its provider has signed');
}

/** What was pulled; undefined for an empty queue. @throws Error naming the check that failed */
export function dotnetPulled(answer: string, certs: string): DotnetReceipt | undefined {
  const doc = read(answer);
  checkEnvelope(doc, certs);
  if (every(doc, messaging('SignalMessage', 'Receipt')).length > 0) throw new Error('a receipt where none was asked for');
  if (every(doc, messaging('SignalMessage', 'Error')).length > 0) {
    const { code } = dotnetError(answer);
    if (code !== 'EBMS:0006') throw new Error(code);
    return undefined;
  }
  checkDocument(one(doc, envelope('Body', 'StandardBusinessDocument')));
  const body = one(doc, envelope('Body')).getAttribute('wsu:Id') ?? '';
  const first = every(doc, "//*[local-name()='DigestValue']")[0]?.textContent ?? '';
  if (first !== sha256(canonical(answer, '/env:Envelope/env:Body', exclusive()))) {
    throw new Error('the first digest is not that of Body');
  }
  const scope = path('StandardBusinessDocument', 'StandardBusinessDocumentHeader', 'BusinessScope', 'Scope');
  return {
    conversationId: text(doc, `${envelope('Body')}${scope}${path('InstanceIdentifier')}`),
    kind: one(doc, "//*[local-name()='kvittering']/*[last()]").localName ?? '',
    messageId: text(doc, messaging('UserMessage', 'MessageInfo', 'MessageId')),
    bodyReference: `#${body}`,
    digest: first,
  };
}

/** An error as the client shows it, which needs every one of these. */
export function dotnetError(answer: string): { readonly code: string; readonly description: string } {
  const doc = read(answer);
  const error = one(doc, messaging('SignalMessage', 'Error'));
  for (const name of ['category', 'errorCode', 'origin', 'severity']) {
    if ((error.getAttribute(name) ?? '') === '') throw new Error(`an error without ${name}`);
  }
  if (error.getAttribute('severity') === 'failure') text(doc, envelope('Body', 'Fault', 'Code', 'Value'));
  return { code: error.getAttribute('errorCode') ?? '', description: text(error, "*[local-name()='Description']") };
}
