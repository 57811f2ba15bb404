import { sign, X509Certificate } from 'node:crypto';
import { RSA_SHA256, SHA1 } from '../../../src/security/algorithms.js';
import { forms, swap, withPrefixes } from '../../support/messages.js';
import type { After, Attack, Base, Variant } from './attack.js';
import { altered, altering, refusedAs, signed, signing } from './attack.js';
import {
  MORE,
  MORE_2007,
  canonicalisation,
  digest,
  many,
  pss,
  references,
  rsa,
  signature,
  signedInfo,
} from './signing.js';

/* SECURITY 64: SignatureValue; and what a sender may choose. */

/** The number that `octets` are, big-endian. */
const numberOf = (octets: Buffer): bigint => BigInt(`0x${octets.toString('hex')}`);
const modulus = ({ key }: Base): bigint =>
  numberOf(Buffer.from(new X509Certificate(key.certificate).publicKey.export({ format: 'jwk' }).n!, 'base64url'));
const octetsOfNumber = (n: bigint): Buffer => {
  const hex = n.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
};
const value =
  (change: (octets: Buffer, base: Base) => Buffer | string): After =>
  (m, base) => {
    const changed = change(Buffer.from(m.signatureValue, 'base64'), base);
    return swap(m.text, m.signatureValue, typeof changed === 'string' ? changed : changed.toString('base64'));
  };

export const valueAttacks: readonly Attack[] = [
  ...refusedAs('FAILED_CHECK', [
    altering(
      64,
      'a value one octet shorter',
      value((v) => v.subarray(0, -1)),
    ),
    altering(
      64,
      'a zero before the value',
      value((v) => Buffer.concat([Buffer.of(0), v])),
    ),
    altering(
      64,
      'a zero behind the value',
      value((v) => Buffer.concat([v, Buffer.of(0)])),
    ),
    altering(
      64,
      'the value plus the modulus',
      value((v, base) => octetsOfNumber(numberOf(v) + modulus(base))),
    ),
    altering(
      64,
      'the modulus minus the value',
      value((v, base) => octetsOfNumber(modulus(base) - numberOf(v))),
    ),
    altering(
      64,
      'the modulus',
      value((_, base) => octetsOfNumber(modulus(base))),
    ),
    altering(
      64,
      'zeros',
      value((v) => Buffer.alloc(v.length)),
    ),
    altering(
      64,
      'the number one',
      value(() => Buffer.of(1)),
    ),
    altering(
      64,
      'one bit changed',
      value((v) => Buffer.concat([v.subarray(0, -1), Buffer.of(v.at(-1)! ^ 1)])),
    ),
    signing(64, 'PSS under the name of PKCS#1', signature(RSA_SHA256, pss('sha256', 32))),
    signing(64, 'PKCS#1 under the name of PSS', signature(`${MORE_2007}sha256-rsa-MGF1`)),
    signing(64, 'PSS with an empty salt', signature(`${MORE_2007}sha256-rsa-MGF1`, pss('sha256', 0))),
    signing(
      64,
      'SHA-512 under the name of SHA-256',
      signature(RSA_SHA256, (octets, key) => sign('sha512', octets, key)),
    ),
  ]),
  ...refusedAs('INVALID_SECURITY', [
    altering(
      64,
      'an empty value',
      value(() => ''),
    ),
    altering(
      64,
      'base64 of URLs',
      value((v) => v.toString('base64url')),
    ),
    altering(
      64,
      'base64 without its end',
      value((v) => v.toString('base64').replace(/=+$/, '')),
    ),
    altering(
      15,
      'base64 with bits that stand for nothing',
      value((v) => v.toString('base64').replace(/.==$/, (end) => `${String.fromCharCode(end.charCodeAt(0) + 1)}==`)),
    ),
    altering(
      15,
      'base64 with a character between',
      value((v) => v.toString('base64').replace(/^..../, '$&*')),
    ),
  ]),
];

export const valueVariants: readonly Variant[] = [
  signed('SignedInfo in the exclusive form with comments', canonicalisation(forms.exclusiveWithComments)),
  signed('SignedInfo in the inclusive form', canonicalisation(forms.inclusive)),
  signed('SignedInfo in the inclusive form with comments', canonicalisation(forms.inclusiveWithComments)),
  signed('SignedInfo with a PrefixList', canonicalisation(withPrefixes(forms.exclusive, 'env'))),
  signed('references in the inclusive form', references({ form: forms.inclusive })),
  signed('a PrefixList of 64', references({ form: withPrefixes(forms.exclusive, many(64)) })),
  signed(
    'a PrefixList in any order, with odd space (BSP R5414, R5415)',
    references({ form: withPrefixes(forms.exclusive, '  wsu \t#default\n env  o ') }),
  ),
  signed('an empty PrefixList', references({ form: withPrefixes(forms.exclusive, '') })),
  signed('the Timestamp without transforms', () => ({
    references: ([first, ...rest]) => [{ ...first!, form: null }, ...rest],
  })),
  signed('SHA-1 digests', digest(SHA1, 'sha1')),
  signed('SHA-384 digests', digest(`${MORE}sha384`, 'sha384')),
  signed('SHA-512 digests', digest('http://www.w3.org/2001/04/xmlenc#sha512', 'sha512')),
  signed('RSA-SHA384', rsa('sha384', `${MORE}rsa-sha384`)),
  signed('RSA-SHA512', rsa('sha512', `${MORE}rsa-sha512`)),
  signed('RSA-PSS with SHA-256', signature(`${MORE_2007}sha256-rsa-MGF1`, pss('sha256', 32))),
  signed('RSA-PSS with SHA-384', signature(`${MORE_2007}sha384-rsa-MGF1`, pss('sha384', 48))),
  signed('RSA-PSS with SHA-512', signature(`${MORE_2007}sha512-rsa-MGF1`, pss('sha512', 64))),
  signed('references in another order', () => ({ references: (usual) => [...usual].reverse() })),
  signed('the token signed too', () => ({ references: (usual, ids) => [...usual, { id: ids.token }] })),
  altered(
    'SignatureValue in lines',
    value((v) => v.toString('base64').replace(/.{76}/g, '$&\r\n')),
  ),
  signed(
    'space in SignedInfo',
    signedInfo((xml) => xml.replace(/></g, '>\n <')),
  ),
];
