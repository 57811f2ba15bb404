import { X509Certificate } from 'node:crypto';
import { DS, WSSE, WSU } from '../../../src/soap/names.js';
import type { RequestSpec } from '../../support/messages.js';
import { BASE64, directReference, keyIdentifier, swap, token, tokenReference, X509V3 } from '../../support/messages.js';
import type { Attack, Base, Before, Variant } from './attack.js';
import { altering, refusedAs, signed, signing } from './attack.js';

/* SECURITY 52, 58, 59, 61, 63 and 77: where the key comes from. The message is signed with a good key all the time. */

const PROFILE = X509V3.replace('#X509v3', '');
const base64 = (octets: Buffer): string => octets.toString('base64');

/** The content of KeyInfo as given, the token left out unless it is kept. */
export const keyInfo =
  (make: (base: Base, tokenId: string) => string, keepToken = false): Before =>
  (base) => ({
    keyInfo: (ids) => make(base, ids.token),
    ...(keepToken ? {} : { parts: () => ({ token: '' }) }),
  });
const str =
  (content: string): (() => string) =>
  () =>
    tokenReference(content);
const issuerSerial = `<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>CN=a\\,OU=b</ds:X509IssuerName><ds:X509SerialNumber>1</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>`;
const x509Data = (der: Buffer): string =>
  `<ds:X509Data><ds:X509Certificate>${base64(der)}</ds:X509Certificate></ds:X509Data>`;
const keyValue = ({ key }: Base): string => {
  const { n, e } = new X509Certificate(key.certificate).publicKey.export({ format: 'jwk' });
  const number = (url: string): string => base64(Buffer.from(url, 'base64url'));
  return `<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>${number(n!)}</ds:Modulus><ds:Exponent>${number(e!)}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>`;
};
export const identifier = (type: string, value: string): string =>
  tokenReference(`<wsse:KeyIdentifier EncodingType="${BASE64}" ValueType="${type}">${value}</wsse:KeyIdentifier>`);

const unavailable = refusedAs('SECURITY_TOKEN_UNAVAILABLE', [
  signing(58, 'a KeyValue instead of a reference', keyInfo(keyValue)),
  signing(
    58,
    'a KeyValue beside the reference',
    keyInfo((base, id) => tokenReference(directReference(`#${id}`)) + keyValue(base), true),
  ),
  signing(
    58,
    'a KeyValue before the reference',
    keyInfo((base, id) => keyValue(base) + tokenReference(directReference(`#${id}`)), true),
  ),
  signing(
    58,
    'an X509Certificate',
    keyInfo(({ key }) => x509Data(key.certificate)),
  ),
  signing(
    58,
    'an X509Certificate inside the reference',
    keyInfo(({ key }) => tokenReference(x509Data(key.certificate))),
  ),
  signing(
    58,
    'a DEREncodedKeyValue',
    keyInfo(() => '<d:DEREncodedKeyValue xmlns:d="http://www.w3.org/2009/xmldsig11#">AAAA</d:DEREncodedKeyValue>'),
  ),
  signing(
    58,
    'a KeyName',
    keyInfo(() => '<ds:KeyName>310000019</ds:KeyName>'),
  ),
  signing(
    58,
    'an empty KeyInfo',
    keyInfo(() => '', true),
  ),
  signing(
    59,
    'a RetrievalMethod over the network',
    keyInfo(() => `<ds:RetrievalMethod URI="http://127.0.0.1:9/key" Type="${DS}rawX509Certificate"/>`),
  ),
  signing(
    59,
    'a RetrievalMethod to itself',
    keyInfo(() => '<ds:RetrievalMethod Id="r" URI="#r"/>'),
  ),
  signing(
    59,
    'a KeyInfoReference',
    keyInfo(() => '<d:KeyInfoReference xmlns:d="http://www.w3.org/2009/xmldsig11#" URI="file:///etc/passwd"/>'),
  ),
  ...['http://127.0.0.1:9/token', 'file:///etc/passwd', '', '#', '#nobody', '#xpointer(/)'].map((uri) =>
    signing(
      59,
      `a reference to "${uri}"`,
      keyInfo(() => tokenReference(directReference(uri)), true),
    ),
  ),
  signing(
    59,
    'a reference to itself',
    keyInfo(
      () =>
        `<wsse:SecurityTokenReference xmlns:wsse="${WSSE}" xmlns:wsu="${WSU}" wsu:Id="str">${directReference('#str')}</wsse:SecurityTokenReference>`,
      true,
    ),
  ),
  signing(
    61,
    'a reference when there is no token',
    keyInfo((_, id) => tokenReference(directReference(`#${id}`))),
  ),
  signing(
    61,
    'a reference of another type',
    keyInfo((_, id) => tokenReference(`<wsse:Reference URI="#${id}" ValueType="${PROFILE}#X509PKIPathv1"/>`), true),
  ),
  signing(
    61,
    'a reference without URI',
    keyInfo(() => tokenReference(`<wsse:Reference ValueType="${X509V3}"/>`), true),
  ),
  signing(
    61,
    'a KeyIdentifier without type',
    keyInfo(({ key }) => tokenReference(`<wsse:KeyIdentifier>${base64(key.certificate)}</wsse:KeyIdentifier>`)),
  ),
  signing(
    61,
    'a KeyIdentifier with a thumbprint',
    keyInfo(() =>
      identifier('http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1', 'AAAA'),
    ),
  ),
  signing(
    61,
    'a KeyIdentifier with a subject key identifier',
    keyInfo(() => identifier(`${PROFILE}#X509SubjectKeyIdentifier`, 'AAAA')),
  ),
  signing(
    61,
    'an embedded token',
    keyInfo(({ key }) => tokenReference(`<wsse:Embedded>${token('e', key.certificate)}</wsse:Embedded>`)),
  ),
  signing(
    61,
    'a reference to a reference',
    keyInfo((_, id) => tokenReference(tokenReference(directReference(`#${id}`))), true),
  ),
  signing(61, 'issuer and serial number', keyInfo(str(issuerSerial))),
  signing(
    52,
    'the reference inside a wrapper',
    keyInfo((_, id) => `<w:W xmlns:w="urn:w">${tokenReference(directReference(`#${id}`))}</w:W>`, true),
  ),
  signing(
    61,
    'two references',
    keyInfo((_, id) => tokenReference(directReference(`#${id}`)).repeat(2), true),
  ),
]);

const illShaped = refusedAs('INVALID_SECURITY', [
  signing(61, 'an empty reference', keyInfo(str(''), true)),
  signing(
    61,
    'a reference with two children',
    keyInfo((_, id) => tokenReference(directReference(`#${id}`).repeat(2)), true),
  ),
  signing(
    61,
    'a KeyIdentifier beside a token',
    keyInfo(({ key }) => keyIdentifier(key.certificate), true),
  ),
  signing(
    61,
    'text in KeyInfo',
    keyInfo((_, id) => `text${tokenReference(directReference(`#${id}`))}`, true),
  ),
  altering(63, 'two tokens, the second one referenced', (m, { other }) =>
    swap(m.text, m.token, token('other', other.certificate) + m.token),
  ),
  altering(63, 'two tokens, the first one referenced', (m, { other }) =>
    swap(m.text, m.token, m.token + token('other', other.certificate)),
  ),
  altering(65, 'an EncryptedKey in a request', (m) =>
    swap(m.text, m.token, `${m.token}<x:EncryptedKey xmlns:x="http://www.w3.org/2001/04/xmlenc#"/>`),
  ),
  altering(77, 'a UsernameToken instead of a signature', (m) => swap(m.text, m.signature, usernameToken)),
  altering(77, 'a UsernameToken beside the signature', (m) => swap(m.text, m.signature, m.signature + usernameToken)),
]);
const usernameToken =
  `<wsse:UsernameToken><wsse:Username>sender-dev</wsse:Username>` +
  `<wsse:Password Type="urn:PasswordText">sender-dev-password</wsse:Password></wsse:UsernameToken>`;

export const keyAttacks: readonly Attack[] = [...unavailable, ...illShaped];

const withKeyIdentifier = (base: Base): Partial<RequestSpec> => ({
  parts: () => ({ token: '' }),
  keyInfo: () => keyIdentifier(base.key.certificate),
});

export const keyVariants: readonly Variant[] = [
  signed('the certificate in a KeyIdentifier', withKeyIdentifier),
  signed(
    'a reference without type',
    keyInfo((_, id) => tokenReference(`<wsse:Reference URI="#${id}"/>`), true),
  ),
];
