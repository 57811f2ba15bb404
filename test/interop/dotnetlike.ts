import {
  constants,
  createDecipheriv,
  createHash,
  createSign,
  privateDecrypt,
  randomUUID,
  X509Certificate,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DOMParser } from '@xmldom/xmldom';
import type { Document, Element } from '@xmldom/xmldom';
import { XmlC14NMode, XmlDocument } from 'libxml2-wasm';
import type { SubtreeC14NOptions } from 'libxml2-wasm';
import { select } from 'xpath';

/*
 * The habits of the official .NET client, both ways (CONTRACT.md sections 4 and "What a real client checks"), made with engines that
 * are not ours: libxml2 canonicalises, xmldom and xpath read.
 */

const ENV = 'http://www.w3.org/2003/05/soap-envelope';
const WSS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-';
const WSSE = `${WSS}wssecurity-secext-1.0.xsd`;
const WSU = `${WSS}wssecurity-utility-1.0.xsd`;
const WSSE11 = 'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd';
const X509V3 = `${WSS}x509-token-profile-1.0#X509v3`;
const DS = 'http://www.w3.org/2000/09/xmldsig#';
const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const EXC_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const OPPSLAG = 'http://kontaktinfo.difi.no/xsd/oppslagstjeneste/16-02';
const TJENESTEEIER = '991825827';

const namespaces = { env: ENV, wsse: WSSE, wsu: WSU, wsse11: WSSE11, ds: DS, xenc: XENC };

/** The file NAME.key.pem or NAME.cert.pem of a key folder. */
export const pem = (certs: string, name: string, kind: 'key' | 'cert'): string =>
  readFileSync(`${certs}/${name}.${kind}.pem`, 'utf8');

export interface DotnetRequest {
  /** Folder of NAME.key.pem and NAME.cert.pem. */
  readonly certs: string;
  /** Whose key signs; `sender` when left out. */
  readonly name?: string;
  /** The child of Body, with its own namespace declarations. */
  readonly body: string;
  /** Organisation number; the header block that holds it is never signed. */
  readonly paaVegneAv?: string;
  /** Now when left out. */
  readonly created?: Date;
}

export interface SignedEnvelope {
  readonly xml: string;
  /** The text of SignatureValue, which the answer must confirm. */
  readonly signatureValue: string;
}

/** Body of HentPersoner as the .NET serialiser writes it: one default namespace. */
export const hentPersonerBody = (behov: readonly string[], ids: readonly string[]): string =>
  `<HentPersonerForespoersel xmlns="${OPPSLAG}">` +
  behov.map((b) => `<informasjonsbehov>${b}</informasjonsbehov>`).join('') +
  ids.map((id) => `<personidentifikator>${id}</personidentifikator>`).join('') +
  '</HentPersonerForespoersel>';

/** Body of HentEndringer, likewise. */
export const hentEndringerBody = (behov: readonly string[], fra: number): string =>
  `<HentEndringerForespoersel fraEndringsNummer="${fra}" xmlns="${OPPSLAG}">` +
  behov.map((b) => `<informasjonsbehov>${b}</informasjonsbehov>`).join('') +
  '</HentEndringerForespoersel>';

/** Body of HentPrintSertifikat, likewise. */
export const hentPrintSertifikatBody = `<HentPrintSertifikatForespoersel xmlns="${OPPSLAG}" />`;

/** The canonical form, by libxml2, of the first element at `path`; prefixes as in `namespaces`. */
export function canonical(xml: string, path: string, options: SubtreeC14NOptions): string {
  using doc = XmlDocument.fromString(xml);
  return doc.get(path, namespaces)?.canonicalizeToString(options) ?? '';
}

const sha1 = (text: string): string => createHash('sha1').update(text).digest('base64');

/** The default-namespace Signature: no Transforms for Timestamp (so C14N 1.0 in its context), an empty PrefixList for Body. */
function signatureOf(unsigned: string, ids: { timestamp: string; body: string; token: string }, key: string): string {
  const timestamp = sha1(canonical(unsigned, '//wsu:Timestamp', { mode: XmlC14NMode.XML_C14N_1_0 }));
  const body = sha1(canonical(unsigned, '/env:Envelope/env:Body', { mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 }));
  const digested = (value: string): string =>
    `<DigestMethod Algorithm="${DS}sha1" /><DigestValue>${value}</DigestValue>`;
  const signature = (value: string): string =>
    `<Signature xmlns="${DS}"><SignedInfo><CanonicalizationMethod Algorithm="${EXC_C14N}" />` +
    '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" />' +
    `<Reference URI="#${ids.timestamp}">${digested(timestamp)}</Reference>` +
    `<Reference URI="#${ids.body}"><Transforms><Transform Algorithm="${EXC_C14N}">` +
    `<InclusiveNamespaces PrefixList="" xmlns="${EXC_C14N}" /></Transform></Transforms>${digested(body)}</Reference>` +
    `</SignedInfo><SignatureValue>${value}</SignatureValue><KeyInfo><SecurityTokenReference xmlns="${WSSE}">` +
    `<Reference URI="#${ids.token}" ValueType="${X509V3}" /></SecurityTokenReference></KeyInfo></Signature>`;
  const signedInfo = canonical(signature(''), '//ds:SignedInfo', { mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 });
  return signature(createSign('sha256').update(signedInfo).sign(key, 'base64'));
}

/** A signed request as the .NET client sends it: Timestamp (30 minutes), BinarySecurityToken, Signature; no mustUnderstand. */
export function dotnetEnvelope({
  certs,
  name = 'sender',
  body,
  paaVegneAv,
  created = new Date(),
}: DotnetRequest): SignedEnvelope {
  const ids = { timestamp: `TS-${randomUUID()}`, body: `id-${randomUUID()}`, token: `X509-${randomUUID()}` };
  const expires = new Date(created.getTime() + 30 * 60_000);
  const block =
    paaVegneAv === undefined
      ? ''
      : `<ns:Oppslagstjenesten xmlns:ns="${OPPSLAG}"><ns:PaaVegneAv>${paaVegneAv}</ns:PaaVegneAv></ns:Oppslagstjenesten>`;
  const token = new X509Certificate(pem(certs, name, 'cert')).raw.toString('base64');
  const envelope = (signature: string): string =>
    `<?xml version="1.0" encoding="utf-8"?><env:Envelope xmlns:env="${ENV}"><env:Header>${block}` +
    `<wsse:Security xmlns:wsu="${WSU}" xmlns:wsse="${WSSE}"><wsu:Timestamp wsu:Id="${ids.timestamp}">` +
    `<wsu:Created>${created.toISOString()}</wsu:Created><wsu:Expires>${expires.toISOString()}</wsu:Expires></wsu:Timestamp>` +
    `<wsse:BinarySecurityToken wsu:Id="${ids.token}" EncodingType="${WSS}soap-message-security-1.0#Base64Binary" ` +
    `ValueType="${X509V3}">${token}</wsse:BinarySecurityToken>${signature}</wsse:Security></env:Header>` +
    `<env:Body wsu:Id="${ids.body}" xmlns:wsu="${WSU}">${body}</env:Body></env:Envelope>`;
  const signature = signatureOf(envelope(''), ids, pem(certs, name, 'key'));
  const signatureValue = /<SignatureValue>(.*)<\/SignatureValue>/.exec(signature)?.[1] ?? '';
  return { xml: envelope(signature), signatureValue };
}

/** The HTTP headers that the .NET client sends: SOAP 1.2's media type without action, and SOAP 1.1's empty SOAPAction besides. */
const dotnetHeaders = { 'Content-Type': 'application/soap+xml; charset=utf-8', SOAPAction: '""' };

/** Posts an envelope as the .NET client does. */
export async function dotnetPost(url: string, { xml }: SignedEnvelope): Promise<{ status: number; text: string }> {
  const response = await fetch(url, { method: 'POST', headers: dotnetHeaders, body: xml });
  return { status: response.status, text: await response.text() };
}

export const read = (xml: string): Document => new DOMParser().parseFromString(xml, 'application/xml');

export function every(doc: Document | Element, path: string): Element[] {
  const found: unknown = select(path, doc as unknown as Node);
  return Array.isArray(found) ? (found as Element[]) : [];
}

export function one(doc: Document | Element, path: string): Element {
  const [element, ...more] = every(doc, path);
  if (element === undefined || more.length > 0) throw new Error(`expected one ${path}`);
  return element;
}

export const path = (...names: readonly string[]): string => names.map((n) => `/*[local-name()='${n}']`).join('');
export const bytes = (element: Element): Buffer => Buffer.from(element.textContent ?? '', 'base64');

/** AES-CBC under a key wrapped by OAEP with SHA-1, whatever the algorithm URIs say; returns the inner XML of Body. */
function decrypt(doc: Document, key: string): string {
  const wrapped = bytes(one(doc, path('Envelope', 'Header', 'Security', 'EncryptedKey', 'CipherData', 'CipherValue')));
  const octets = bytes(one(doc, path('Envelope', 'Body', 'EncryptedData', 'CipherData', 'CipherValue')));
  const contentKey = privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, wrapped);
  const decipher = createDecipheriv('aes-256-cbc', contentKey, octets.subarray(0, 16)).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(octets.subarray(16)), decipher.final()]);
  return plain.subarray(0, -(plain.at(-1) ?? 0)).toString('utf8');
}

/** `element` is named by exactly one Reference, through an attribute literally called `wsu:Id`, and by no other element. */
export function checkReferenced(doc: Document, element: Element): void {
  const id = element.getAttribute('wsu:Id') ?? '';
  const references = every(doc, `//*[local-name()='SignedInfo']/*[local-name()='Reference'][@URI='#${id}']`);
  const holders = every(doc, `//*[@*[name()='wsu:Id']='${id}']`);
  if (id === '' || references.length !== 1 || holders.length !== 1 || holders[0] !== element) {
    throw new Error(`${element.localName} is not referenced by its wsu:Id exactly once`);
  }
}

function checkTimes(doc: Document, now: number): void {
  const at = (name: string): number =>
    Date.parse(one(doc, path('Envelope', 'Header', 'Security', 'Timestamp', name)).textContent ?? '');
  const age = now - at('Created');
  if (!(age >= -5 * 60_000 && age <= 2000_000 && at('Expires') > now))
    throw new Error('the answer is not of this time');
}

function checkSigner(doc: Document): void {
  const certificate = new X509Certificate(
    bytes(one(doc, path('Envelope', 'Header', 'Security', 'BinarySecurityToken'))),
  );
  if (!certificate.subject.split('\n').some((line) => line === `serialNumber=${TJENESTEEIER}`)) {
    throw new Error(`the answer is not signed by ${TJENESTEEIER}`);
  }
}

/**
 * Opens an answer with the checks of the .NET client, in its order; the signature value is not among them.
 * @returns the inner XML of Body
 * @throws Error naming the check that failed
 */
export function dotnetOpen(answer: string, sent: SignedEnvelope, certs: string, name = 'sender'): string {
  const doc = read(answer);
  one(doc, path('Envelope', 'Header', 'Security', 'Signature'));
  const inner = decrypt(doc, pem(certs, name, 'key'));
  const confirmation = one(doc, "//*[local-name()='SignatureConfirmation']");
  for (const element of [one(doc, "//*[local-name()='Body']"), confirmation]) checkReferenced(doc, element);
  if (confirmation.getAttribute('Value') !== sent.signatureValue)
    throw new Error('the answer confirms another request');
  checkTimes(doc, Date.now());
  checkSigner(doc);
  return inner;
}
