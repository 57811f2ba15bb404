import { X509Certificate } from 'node:crypto';
import { limits } from '../../../src/limits.js';
import type { Message } from '../../support/messages.js';
import { BASE64, swap, token, X509V3 } from '../../support/messages.js';
import type { After, Attack, Base, Variant } from './attack.js';
import { altered, altering, refusedAs, signing } from './attack.js';
import { identifier, keyInfo } from './keys.js';

/* SECURITY 60 and 62: what is in the token, which is not signed. */

const base64 = (octets: Buffer): string => octets.toString('base64');
const pem = (der: Buffer): string => new X509Certificate(der).toString();

/** The signed token with something else in it; it is not what is signed. */
const inToken =
  (change: (m: Message, base: Base) => string): After =>
  (m, base) =>
    swap(m.text, m.token, change(m, base));
const content = (make: (der: Buffer, base: Base) => string): After =>
  inToken((m, base) => m.token.replace(/>[^<]+</, () => `>${make(base.key.certificate, base)}<`));
const padded =
  (size: number) =>
  (der: Buffer): string =>
    base64(Buffer.concat([der, Buffer.alloc(size - der.length)]));

const badTokens = refusedAs('INVALID_SECURITY_TOKEN', [
  altering(
    60,
    'a token that is not base64',
    content((der) => `*${base64(der).slice(1)}`),
  ),
  altering(
    60,
    'a token in base64 of URLs',
    content((der) => `${base64(der).slice(0, -4)}-_-_`),
  ),
  altering(
    60,
    'a token of no octets',
    content(() => ' '),
  ),
  altering(
    60,
    'a token that is not DER',
    content(() => base64(Buffer.from('not a certificate'))),
  ),
  altering(
    60,
    'a token with its last octet missing',
    content((der) => base64(der.subarray(0, -1))),
  ),
  altering(
    60,
    'a token with one octet more',
    content((der) => base64(Buffer.concat([der, Buffer.of(0)]))),
  ),
  altering(
    60,
    'a token of two certificates',
    content((der, { other }) => base64(Buffer.concat([der, other.certificate]))),
  ),
  altering(
    60,
    'a token in PEM',
    content((der) => base64(Buffer.from(pem(der)))),
  ),
  altering(60, 'a token at the limit that is no certificate', content(padded(limits.certificateBytes))),
  altering(60, 'a token above the limit', content(padded(limits.certificateBytes + 1))),
  altering(
    60,
    'a token with PKCS#7 inside',
    inToken((m) => m.token.replace('#X509v3', '#PKCS7')),
  ),
  altering(
    60,
    'a token with a path inside',
    inToken((m) => m.token.replace('#X509v3', '#X509PKIPathv1')),
  ),
  altering(
    60,
    'a token without type',
    inToken((m) => m.token.replace(` ValueType="${X509V3}"`, '')),
  ),
  altering(
    60,
    'a token in hexadecimal',
    inToken((m) => m.token.replace('#Base64Binary', '#HexBinary')),
  ),
  signing(
    60,
    'a KeyIdentifier that is not base64',
    keyInfo(() => identifier(X509V3, '*')),
  ),
]);

const others: readonly Attack[] = [
  {
    security: 60,
    wrong: 'an element in the token',
    code: 'INVALID_SECURITY',
    after: inToken((m) => swap(m.token, '</wsse:B', '<x xmlns=""/></wsse:B')),
  },
  {
    security: 60,
    wrong: 'a comment in the token',
    code: 'INVALID_SECURITY',
    after: inToken((m) => swap(m.token, '</wsse:B', '<!-- x --></wsse:B')),
  },
  {
    security: 60,
    wrong: 'a token longer than a Header may be',
    code: 'MALFORMED_XML',
    after: content(() => 'A'.repeat(300_000)),
  },
  {
    security: 62,
    wrong: 'the token of another honest party',
    code: 'FAILED_CHECK',
    after: inToken((m, { other }) => token(m.ids.token, other.certificate)),
  },
];

export const tokenAttacks: readonly Attack[] = [...badTokens, ...others];

export const tokenVariants: readonly Variant[] = [
  altered(
    'a token in lines',
    content((der) => base64(der).replace(/.{64}/g, '$&\n')),
  ),
  altered(
    'a token without encoding',
    inToken((m) => m.token.replace(` EncodingType="${BASE64}"`, '')),
  ),
];
