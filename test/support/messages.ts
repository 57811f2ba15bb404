import { createHash, randomUUID, sign as signOctets, type KeyObject } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { tns } from '../../src/contract/oppslagstjenesten/names.js';
import { C14N, EXC_C14N, RSA_SHA256, SHA256 } from '../../src/security/algorithms.js';
import { DS, EC, SOAP12, WSSE, WSU } from '../../src/soap/names.js';
import { canonicalise } from '../../src/xml/c14n.js';
import type { C14nMethod } from '../../src/xml/c14n.js';
import type { XmlElement } from '../../src/xml/model.js';
import { attribute, childElements, is } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';

/*
 * Signed look-up requests as text, good but for what a test changes: before signing by a member of RequestSpec, after signing by surgery
 * on the text. Every part declares its own namespaces, so that a signed part that is moved elsewhere keeps its canonical form.
 */

const WSS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-';
export const X509V3 = `${WSS}x509-token-profile-1.0#X509v3`;
export const BASE64 = `${WSS}soap-message-security-1.0#Base64Binary`;

/** A canonical form with its URI. */
export interface Form {
  readonly uri: string;
  readonly method: C14nMethod;
  /** PrefixList as written; `method.prefixes` says what it means. */
  readonly prefixList?: string;
}

const form = (uri: string, exclusive: boolean, comments: boolean): Form => ({
  uri,
  method: { exclusive, comments, prefixes: [] },
});

export const forms = {
  exclusive: form(EXC_C14N, true, false),
  exclusiveWithComments: form(`${EXC_C14N}WithComments`, true, true),
  inclusive: form(C14N, false, false),
  inclusiveWithComments: form(`${C14N}#WithComments`, false, true),
} as const;

/** The same form with InclusiveNamespaces: the list as written. */
export const withPrefixes = (base: Form, prefixList: string): Form => ({
  ...base,
  prefixList,
  method: {
    ...base.method,
    prefixes: prefixList
      .split(/\s+/)
      .filter((p) => p !== '')
      .map((p) => (p === '#default' ? '' : p)),
  },
});

const escaped = (text: string): string => text.replace(/[&<>"\t\n\r]/g, (c) => `&#${c.charCodeAt(0)};`);

/** An element that names an algorithm. */
export const algorithm = (local: string, uri: string, content = ''): string =>
  `<ds:${local} Algorithm="${escaped(uri)}">${content}</ds:${local}>`;

const formElement = (local: string, { uri, prefixList }: Form): string =>
  algorithm(
    local,
    uri,
    prefixList === undefined
      ? ''
      : `<ec:InclusiveNamespaces xmlns:ec="${EC}" PrefixList="${prefixList}"></ec:InclusiveNamespaces>`,
  );

/** One reference to make. */
export interface ReferenceSpec {
  /** wsu:Id of the element that is digested. */
  readonly id: string;
  /** `#id` when left out. */
  readonly uri?: string;
  /** How the element is digested; null stands for no Transforms, which means C14N 1.0. */
  readonly form?: Form | null;
  /** What to write as Transforms instead of what `form` gives. */
  readonly transforms?: string;
  readonly digest?: { readonly uri: string; readonly hash: string };
}

/** The Ids of the parts of one request. */
export type Ids = Readonly<Record<'timestamp' | 'token' | 'block' | 'body', string>>;

/** The parts of a request, each as XML that stands on its own; '' where there is none. */
export interface Parts {
  readonly timestamp: string;
  readonly token: string;
  readonly block: string;
  readonly body: string;
}

export interface MessageKey {
  readonly privateKey: KeyObject;
  /** DER. */
  readonly certificate: Buffer;
}

export interface SignatureSpec {
  readonly uri: string;
  readonly sign: (octets: Buffer, key: KeyObject) => Buffer;
}

/** What to put into a request. Everything but the key has a default that makes a good one. */
export interface RequestSpec {
  readonly key: MessageKey;
  /** Created; the present time when left out. */
  readonly at?: Date;
  /** The child of Body. */
  readonly operation?: string;
  /** Organisation number acted for; no header block when left out. */
  readonly paaVegneAv?: string;
  readonly parts?: (parts: Parts, ids: Ids) => Partial<Parts>;
  readonly references?: (usual: readonly ReferenceSpec[], ids: Ids) => readonly ReferenceSpec[];
  readonly canonicalisation?: Form;
  readonly signature?: SignatureSpec;
  /** Changes SignedInfo when its digests are made and before it is signed. */
  readonly signedInfo?: (xml: string) => string;
  /** Content of KeyInfo. */
  readonly keyInfo?: (ids: Ids) => string;
  /** Puts the message together otherwise than `envelope`. */
  readonly layout?: (parts: Parts & { readonly signature: string }) => string;
}

/** A signed request and its parts. */
export interface Message extends Parts {
  readonly text: string;
  /** The ds:Signature element. */
  readonly signature: string;
  /** The text of SignatureValue. */
  readonly signatureValue: string;
  readonly ids: Ids;
}

const { uri: TNS } = tns;

/** HentPersoner for `ids`, with Person. */
export const hentPersoner = (...ids: readonly string[]): string =>
  `<o:HentPersonerForespoersel xmlns:o="${TNS}"><o:informasjonsbehov>Person</o:informasjonsbehov>` +
  ids.map((id) => `<o:personidentifikator>${id}</o:personidentifikator>`).join('') +
  '</o:HentPersonerForespoersel>';

export const hentEndringer = (fra: string): string =>
  `<o:HentEndringerForespoersel xmlns:o="${TNS}" fraEndringsNummer="${fra}"></o:HentEndringerForespoersel>`;

export const hentPrintSertifikat = `<o:HentPrintSertifikatForespoersel xmlns:o="${TNS}"/>`;

/** wsu:Timestamp; `created` and `expires` as written. */
export const timestamp = (id: string, created: string, expires: string | null): string =>
  `<wsu:Timestamp xmlns:wsu="${WSU}" wsu:Id="${id}"><wsu:Created>${created}</wsu:Created>` +
  `${expires === null ? '' : `<wsu:Expires>${expires}</wsu:Expires>`}</wsu:Timestamp>`;

export const token = (id: string, certificate: Buffer): string =>
  `<wsse:BinarySecurityToken xmlns:wsse="${WSSE}" xmlns:wsu="${WSU}" EncodingType="${BASE64}" ValueType="${X509V3}" ` +
  `wsu:Id="${id}">${certificate.toString('base64')}</wsse:BinarySecurityToken>`;

/** The header block that names whom a look-up is for; `ns` is the messages' namespace when left out. */
export const paaVegneAvBlock = (id: string, number: string, ns = TNS): string =>
  `<o:Oppslagstjenesten xmlns:o="${ns}" xmlns:wsu="${WSU}" wsu:Id="${id}"><o:PaaVegneAv>${number}</o:PaaVegneAv>` +
  '</o:Oppslagstjenesten>';

export const body = (id: string, content: string): string =>
  `<env:Body xmlns:env="${SOAP12}" xmlns:wsu="${WSU}" wsu:Id="${id}">${content}</env:Body>`;

/** A SecurityTokenReference with `content`. */
export const tokenReference = (content: string): string =>
  `<wsse:SecurityTokenReference xmlns:wsse="${WSSE}">${content}</wsse:SecurityTokenReference>`;

export const directReference = (uri: string): string => `<wsse:Reference URI="${uri}" ValueType="${X509V3}"/>`;

/** The certificate itself in a KeyIdentifier, as one official client sends it. */
export const keyIdentifier = (certificate: Buffer): string =>
  tokenReference(
    `<wsse:KeyIdentifier EncodingType="${BASE64}" ValueType="${X509V3}">${certificate.toString('base64')}</wsse:KeyIdentifier>`,
  );

/** The message in its usual order. */
export const envelope = ({
  timestamp,
  token,
  signature,
  block,
  body,
}: Parts & { readonly signature: string }): string =>
  `<env:Envelope xmlns:env="${SOAP12}"><env:Header>` +
  `<wsse:Security xmlns:wsse="${WSSE}" env:mustUnderstand="true">${timestamp}${token}${signature}</wsse:Security>` +
  `${block}</env:Header>${body}</env:Envelope>`;

/** The first element, in document order, that `wanted` holds for. */
function find(root: XmlElement, wanted: (e: XmlElement) => boolean): XmlElement {
  const search = (e: XmlElement): XmlElement | undefined =>
    wanted(e)
      ? e
      : childElements(e).reduce<XmlElement | undefined>((found, child) => found ?? search(child), undefined);
  const found = search(root);
  if (found === undefined) throw new Error('the message does not hold what is to be signed');
  return found;
}

const rsaSha256: SignatureSpec = { uri: RSA_SHA256, sign: (octets, key) => signOctets('sha256', octets, key) };
const sha256 = { uri: SHA256, hash: 'sha256' };

function referenceElement(draft: XmlElement, spec: ReferenceSpec): string {
  const { id, uri = `#${id}`, form: chosen = forms.exclusive, digest = sha256 } = spec;
  const target = find(draft, (e) => attribute(e, 'Id', WSU) === id);
  const octets = canonicalise(target, (chosen ?? forms.inclusive).method);
  const transforms = chosen === null ? '' : `<ds:Transforms>${formElement('Transform', chosen)}</ds:Transforms>`;
  const value = createHash(digest.hash).update(octets).digest('base64');
  return (
    `<ds:Reference URI="${escaped(uri)}">${spec.transforms ?? transforms}` +
    `${algorithm('DigestMethod', digest.uri)}<ds:DigestValue>${value}</ds:DigestValue></ds:Reference>`
  );
}

function partsOf(spec: RequestSpec, ids: Ids): Parts {
  const { key, at = new Date(), operation = hentPersoner('23863814839'), paaVegneAv } = spec;
  const usual: Parts = {
    timestamp: timestamp(ids.timestamp, at.toISOString(), new Date(at.getTime() + 120_000).toISOString()),
    token: token(ids.token, key.certificate),
    block: paaVegneAv === undefined ? '' : paaVegneAvBlock(ids.block, paaVegneAv),
    body: body(ids.body, operation),
  };
  return { ...usual, ...spec.parts?.(usual, ids) };
}

/** Makes and signs a request. What `spec` leaves out is as it should be. */
export function goodRequest(spec: RequestSpec): Message {
  const fresh = (prefix: string): string => `${prefix}-${randomUUID()}`;
  const ids: Ids = { timestamp: fresh('TS'), token: fresh('X509'), block: fresh('PV'), body: fresh('B') };
  const { canonicalisation = forms.exclusive, signature: method = rsaSha256, layout = envelope } = spec;
  const parts = partsOf(spec, ids);
  const draft = parse(layout({ ...parts, signature: '' }));
  const usual = [ids.timestamp, ids.body, ...(parts.block === '' ? [] : [ids.block])].map((id) => ({ id }));
  const references = (spec.references?.(usual, ids) ?? usual).map((r) => referenceElement(draft, r));
  const signedInfo =
    `<ds:SignedInfo>${formElement('CanonicalizationMethod', canonicalisation)}` +
    `${algorithm('SignatureMethod', method.uri)}${references.join('')}</ds:SignedInfo>`;
  const keyInfo = spec.keyInfo?.(ids) ?? tokenReference(directReference(`#${ids.token}`));
  const signatureWith = (value: string): string =>
    `<ds:Signature xmlns:ds="${DS}">${spec.signedInfo?.(signedInfo) ?? signedInfo}` +
    `<ds:SignatureValue>${value}</ds:SignatureValue><ds:KeyInfo>${keyInfo}</ds:KeyInfo></ds:Signature>`;
  const unsigned = parse(layout({ ...parts, signature: signatureWith('') }));
  const octets = canonicalise(
    find(unsigned, (e) => is(e, DS, 'SignedInfo')),
    canonicalisation.method,
  );
  const signatureValue = method.sign(Buffer.from(octets), spec.key.privateKey).toString('base64');
  const signature = signatureWith(signatureValue);
  return { ...parts, ids, signature, signatureValue, text: layout({ ...parts, signature }) };
}

/** `text` with its one occurrence of `from` replaced; anything but one is the test's own mistake. */
export function swap(text: string, from: string, to: string): string {
  const pieces = text.split(from);
  if (from === '' || pieces.length !== 2) throw new Error(`not exactly once in the message: ${from.slice(0, 80)}`);
  return pieces.join(to);
}

/** An answer of the gateway. `fault`, `subcode` and `reason` are undefined when it is no SOAP fault. */
export interface PostAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly fault: string | undefined;
  readonly subcode: string | undefined;
  readonly reason: string | undefined;
}

const agent = new Agent({ keepAlive: true });
export const soapHeaders = { 'Content-Type': 'application/soap+xml; charset=utf-8' };

/** Posts octets as they are to `gateway`. @param headers all that are sent, besides Host and the length */
export function post(
  gateway: { readonly url: string },
  octets: string | Buffer,
  headers: Readonly<Record<string, string | readonly string[]>> = soapHeaders,
): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    const content = Buffer.from(octets);
    const request = httpRequest(
      gateway.url,
      { method: 'POST', agent, headers: { ...(headers as Record<string, string>), 'Content-Length': content.length } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const [fault, subcode] = [...text.matchAll(/<env:Value(?: [^>]*)?>([^<]*)</g)].map((match) => match[1]);
          const reason = /<env:Text [^>]*>([^<]*)</.exec(text)?.[1];
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, fault, subcode, reason });
        });
      },
    );
    request.on('error', reject);
    request.end(content);
  });
}
