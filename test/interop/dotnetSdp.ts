import { createHash, createSign, randomUUID, X509Certificate } from 'node:crypto';
import { XmlC14NMode } from 'libxml2-wasm';
import type { SubtreeC14NOptions } from 'libxml2-wasm';
import type { DotnetReceipt } from './dotnetSdpAnswers.js';
import { canonical, pem } from './dotnetlike.js';

/*
 * The habits of the official .NET client of the broker, as its public source has them (CONTRACT.md of SDP, sections 2 to 8), made with
 * engines that are not ours: libxml2 canonicalises, xmldom and xpath read. It wraps every message in multipart, signs documents in
 * exclusive canonical form, names Body in PartInfo, and takes the first digest of an answer for that of its Body.
 */

const ENV = 'http://www.w3.org/2003/05/soap-envelope';
const WSS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-';
const [WSSE, WSU] = [`${WSS}wssecurity-secext-1.0.xsd`, `${WSS}wssecurity-utility-1.0.xsd`];
const X509V3 = `${WSS}x509-token-profile-1.0#X509v3`;
const DS = 'http://www.w3.org/2000/09/xmldsig#';
const EXC_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const EB = 'http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/';
const SBDH = 'http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader';
const SDP = 'http://begrep.difi.no/sdp/schema_v10';
const PARTY = 'urn:oasis:names:tc:ebcore:partyid-type:iso6523:9908';
const ATTACHMENT = 'http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Content-Signature-Transform';
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
export const MELDINGSFORMIDLER = '984661185';

export const sha256 = (octets: string | Buffer): string => createHash('sha256').update(octets).digest('base64');
export const exclusive = (...prefixes: string[]): SubtreeC14NOptions => ({
  mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0,
  ...(prefixes.length > 0 && { inclusiveNamespacePrefixes: prefixes }),
});

/** Who signs: NAME.key.pem and NAME.cert.pem in `certs`. */
export interface DotnetKeys {
  readonly certs: string;
  readonly name: string;
}

const form = (element: string, algorithm: string, prefixes = ''): string =>
  prefixes === ''
    ? `<${element} Algorithm="${algorithm}" />`
    : `<${element} Algorithm="${algorithm}"><InclusiveNamespaces PrefixList="${prefixes}" xmlns="${EXC_C14N}" /></${element}>`;

const reference = (uri: string, digest: string, ...transforms: readonly string[]): string =>
  `<Reference URI="${uri}"><Transforms>${transforms.join('')}</Transforms>` +
  `<DigestMethod Algorithm="${SHA256}" /><DigestValue>${digest}</DigestValue></Reference>`;

/** Puts a Signature where `%SIGNATURE%` stands. @param at path to it @param prefixes of SignedInfo's canonical form */
function signed(xml: string, at: string, references: readonly string[], keyInfo: string, key: string, prefixes = '') {
  const whole = (value: string): string =>
    xml.replace(
      '%SIGNATURE%',
      `<Signature xmlns="${DS}"><SignedInfo>${form('CanonicalizationMethod', EXC_C14N, prefixes)}` +
        `<SignatureMethod Algorithm="${RSA_SHA256}" />${references.join('')}</SignedInfo>` +
        `<SignatureValue>${value}</SignatureValue><KeyInfo>${keyInfo}</KeyInfo></Signature>`,
    );
  const list = prefixes === '' ? [] : prefixes.split(' ');
  const signedInfo = canonical(whole(''), `${at}/ds:SignedInfo`, exclusive(...list));
  return whole(createSign('sha256').update(signedInfo).sign(key, 'base64'));
}

export interface DotnetLetter {
  readonly receiver: string;
  readonly conversationId: string;
  readonly personidentifikator: string;
  /** The encrypted document package. */
  readonly cms: Buffer;
  readonly mpc: string;
}

const party = (local: string, number: string): string =>
  `<ns3:${local}><ns3:Identifier Authority="iso6523-actorid-upis">9908:${number}</ns3:Identifier></ns3:${local}>`;

/** The signed StandardBusinessDocument, with its digest of itself in exclusive form by `ns9`. */
function documentOf(letter: DotnetLetter, sender: string, keys: DotnetKeys): string {
  const now = new Date().toISOString();
  const xml = (signature: string): string =>
    `<ns3:StandardBusinessDocument xmlns:ns3="${SBDH}" xmlns:ns5="${DS}" xmlns:ns9="${SDP}"><ns3:StandardBusinessDocumentHeader>` +
    `<ns3:HeaderVersion>1.0</ns3:HeaderVersion>${party('Sender', sender)}${party('Receiver', letter.receiver)}` +
    '<ns3:DocumentIdentification><ns3:Standard>urn:no:difi:sdp:1.0</ns3:Standard><ns3:TypeVersion>1.0</ns3:TypeVersion>' +
    `<ns3:InstanceIdentifier>${randomUUID()}</ns3:InstanceIdentifier><ns3:Type>digitalPost</ns3:Type>` +
    `<ns3:CreationDateAndTime>${now}</ns3:CreationDateAndTime></ns3:DocumentIdentification><ns3:BusinessScope><ns3:Scope>` +
    `<ns3:Type>ConversationId</ns3:Type><ns3:InstanceIdentifier>${letter.conversationId}</ns3:InstanceIdentifier>` +
    '<ns3:Identifier>urn:no:difi:sdp:1.0</ns3:Identifier></ns3:Scope></ns3:BusinessScope></ns3:StandardBusinessDocumentHeader>' +
    `<ns9:digitalPost>${signature}<ns9:avsender><ns9:organisasjon authority="iso6523-actorid-upis">9908:${sender}</ns9:organisasjon>` +
    '<ns9:fakturaReferanse /></ns9:avsender><ns9:mottaker><ns9:person>' +
    `<ns9:personidentifikator>${letter.personidentifikator}</ns9:personidentifikator>` +
    '<ns9:postkasseadresse>ola.nordmann#1234</ns9:postkasseadresse></ns9:person></ns9:mottaker><ns9:digitalPostInfo>' +
    `<ns9:virkningstidspunkt>${now}</ns9:virkningstidspunkt><ns9:aapningskvittering>false</ns9:aapningskvittering>` +
    '<ns9:sikkerhetsnivaa>3</ns9:sikkerhetsnivaa><ns9:ikkeSensitivTittel lang="no">Svar på søknad</ns9:ikkeSensitivTittel>' +
    `<ns9:varsler /></ns9:digitalPostInfo><ns9:dokumentpakkefingeravtrykk><ns5:DigestMethod Algorithm="${SHA256}" />` +
    `<ns5:DigestValue>${sha256(letter.cms)}</ns5:DigestValue></ns9:dokumentpakkefingeravtrykk></ns9:digitalPost></ns3:StandardBusinessDocument>`;
  const instance = xml('%SIGNATURE%');
  const digest = sha256(canonical(instance.replace('%SIGNATURE%', ''), '/*', exclusive('ns9')));
  const certificate = new X509Certificate(pem(keys.certs, keys.name, 'cert')).raw.toString('base64');
  return signed(
    instance,
    '/*/*[2]/ds:Signature',
    [reference('', digest, form('Transform', `${DS}enveloped-signature`), form('Transform', EXC_C14N, 'ns9'))],
    `<X509Data><X509Certificate>${certificate}</X509Certificate></X509Data>`,
    pem(keys.certs, keys.name, 'key'),
  );
}

/** A message as it goes out, and what the client remembers of it. */
export interface DotnetMessage {
  readonly contentType: string;
  readonly octets: Buffer;
  readonly messageId: string;
  /** Digests that a receipt must repeat, by URI. */
  readonly digests: ReadonlyMap<string, string>;
}

interface Part {
  readonly type: string;
  readonly id: string;
  readonly content: Buffer;
}

function multipart(parts: readonly [Part, ...Part[]]): Pick<DotnetMessage, 'contentType' | 'octets'> {
  const boundary = randomUUID();
  const written = parts.map(({ type, id, content }, i) =>
    Buffer.concat([
      Buffer.from(
        `${i === 0 ? '' : '\r\n'}--${boundary}\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: binary\r\n` +
          `Content-ID: <${id}>\r\nContent-Disposition: form-data\r\n\r\n`,
      ),
      content,
    ]),
  );
  const contentType = `Multipart/Related; boundary="${boundary}"; type="application/soap+xml"; start="<${parts[0].id}>"`;
  return { contentType, octets: Buffer.concat([...written, Buffer.from(`\r\n--${boundary}--\r\n`)]) };
}

/** A signed message around `content` of Messaging, with `body` and perhaps a package. */
function message(keys: DotnetKeys, content: (messageId: string) => string, body = '', attached?: Part): DotnetMessage {
  const [messageId, token, timestamp, messaging] = ['', 'X509-', 'TS-', 'id-'].map((prefix) => prefix + randomUUID());
  const now = new Date();
  const certificate = new X509Certificate(pem(keys.certs, keys.name, 'cert')).raw.toString('base64');
  const xml =
    `<?xml version="1.0" encoding="utf-8"?><env:Envelope xmlns:env="${ENV}"><env:Header>` +
    `<wsse:Security xmlns:wsu="${WSU}" env:mustUnderstand="true" xmlns:wsse="${WSSE}">` +
    `<wsse:BinarySecurityToken wsu:Id="${token}" EncodingType="${WSS}soap-message-security-1.0#Base64Binary" ` +
    `ValueType="${X509V3}">${certificate}</wsse:BinarySecurityToken><wsu:Timestamp wsu:Id="${timestamp}">` +
    `<wsu:Created>${now.toISOString()}</wsu:Created><wsu:Expires>${new Date(now.getTime() + 120_000).toISOString()}</wsu:Expires>` +
    `</wsu:Timestamp>%SIGNATURE%</wsse:Security><eb:Messaging xmlns:wsu="${WSU}" env:mustUnderstand="true" wsu:Id="${messaging}" ` +
    `xmlns:eb="${EB}">${content(messageId as string)}</eb:Messaging></env:Header>` +
    `<env:Body xmlns:wsu="${WSU}" wsu:Id="soapBody">${body}</env:Body></env:Envelope>`;
  const unsigned = xml.replace('%SIGNATURE%', '');
  const digest = (at: string, ...prefixes: string[]) => sha256(canonical(unsigned, at, exclusive(...prefixes)));
  const digests = new Map([
    ['#soapBody', digest('/env:Envelope/env:Body')],
    ...(attached === undefined ? [] : [[`cid:${attached.id}`, sha256(attached.content)] as const]),
  ]);
  const references = [
    reference('#soapBody', digests.get('#soapBody') ?? '', form('Transform', EXC_C14N)),
    reference(`#${timestamp}`, digest('//wsu:Timestamp', 'wsse', 'env'), form('Transform', EXC_C14N, 'wsse env')),
    reference(`#${messaging}`, digest('/env:Envelope/env:Header/*[2]'), form('Transform', EXC_C14N)),
    ...(attached === undefined
      ? []
      : [reference(`cid:${attached.id}`, sha256(attached.content), form('Transform', ATTACHMENT))]),
  ];
  const keyInfo =
    `<wsse:SecurityTokenReference xmlns:wsse="${WSSE}"><wsse:Reference URI="#${token}" ValueType="${X509V3}" />` +
    '</wsse:SecurityTokenReference>';
  const at = '/env:Envelope/env:Header/wsse:Security/ds:Signature';
  const envelope = signed(xml, at, references, keyInfo, pem(keys.certs, keys.name, 'key'), 'env');
  const root = {
    type: 'application/soap+xml',
    id: `${randomUUID()}@meldingsformidler.sdp.difi.no`,
    content: Buffer.from(envelope),
  };
  const written = multipart(attached === undefined ? [root] : [root, attached]);
  return { ...written, messageId: messageId as string, digests };
}

const info = (messageId: string, refTo?: string): string =>
  `<eb:MessageInfo><eb:Timestamp>${new Date().toISOString()}</eb:Timestamp><eb:MessageId>${messageId}</eb:MessageId>` +
  `${refTo === undefined ? '' : `<eb:RefToMessageId>${refTo}</eb:RefToMessageId>`}</eb:MessageInfo>`;

const partyId = (number: string, role: string): string =>
  `<eb:PartyId type="${PARTY}">9908:${number}</eb:PartyId><eb:Role>urn:sdp:${role}</eb:Role>`;

/** A letter. Its ConversationId in ebMS is that of the document's scope. */
export function dotnetLetter(letter: DotnetLetter, sender: string, keys: DotnetKeys): DotnetMessage {
  const id = `${randomUUID()}@meldingsformidler.sdp.difi.no`;
  const agreement = 'http://begrep.difi.no/SikkerDigitalPost/1.0/transportlag/Meldingsutveksling/FormidleDigitalPostForsendelse';
  const content = (messageId: string): string =>
    `<eb:UserMessage mpc="${letter.mpc}">${info(messageId)}<eb:PartyInfo><eb:From>${partyId(sender, 'avsender')}</eb:From>` +
    `<eb:To>${partyId(MELDINGSFORMIDLER, 'meldingsformidler')}</eb:To></eb:PartyInfo><eb:CollaborationInfo>` +
    `<eb:AgreementRef>${agreement}</eb:AgreementRef><eb:Service>SDP</eb:Service><eb:Action>FormidleDigitalPost</eb:Action>` +
    `<eb:ConversationId>${letter.conversationId}</eb:ConversationId></eb:CollaborationInfo><eb:PayloadInfo>` +
    `<eb:PartInfo href="#soapBody" /><eb:PartInfo href="cid:${id}"><eb:PartProperties>` +
    '<eb:Property name="MimeType">application/cms</eb:Property><eb:Property name="Content">sdp:Dokumentpakke</eb:Property>' +
    '</eb:PartProperties></eb:PartInfo></eb:PayloadInfo></eb:UserMessage>';
  const attached = { type: 'application/cms', id, content: letter.cms };
  return message(keys, content, documentOf(letter, sender, keys), attached);
}

export const dotnetPull = (mpc: string, keys: DotnetKeys): DotnetMessage =>
  message(keys, (id) => `<eb:SignalMessage>${info(id)}<eb:PullRequest mpc="${mpc}" /></eb:SignalMessage>`);

/** Its confirmation repeats the first digest of the answer, with an empty PrefixList, whatever the answer had. */
export const dotnetConfirm = ({ messageId, bodyReference, digest }: DotnetReceipt, keys: DotnetKeys): DotnetMessage =>
  message(
    keys,
    (id) =>
      `<eb:SignalMessage>${info(id, messageId)}<eb:Receipt>` +
      '<ns7:NonRepudiationInformation xmlns:ns7="http://docs.oasis-open.org/ebxml-bp/ebbp-signals-2.0">' +
      `<ns7:MessagePartNRInformation><ds:Reference URI="${bodyReference}" xmlns:ds="${DS}"><ds:Transforms>` +
      `<ds:Transform Algorithm="${EXC_C14N}"><ec:InclusiveNamespaces PrefixList="" xmlns:ec="${EXC_C14N}" /></ds:Transform>` +
      `</ds:Transforms><ds:DigestMethod Algorithm="${SHA256}" /><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>` +
      '</ns7:MessagePartNRInformation></ns7:NonRepudiationInformation></eb:Receipt></eb:SignalMessage>',
  );

/** Posts as the client does; it reads every answer as XML, whatever its status. */
export async function dotnetSend(url: string, { contentType, octets }: DotnetMessage): Promise<string> {
  const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': contentType }, body: new Uint8Array(octets) });
  return response.text();
}
