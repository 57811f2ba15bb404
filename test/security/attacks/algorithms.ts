import { createHmac, randomBytes, X509Certificate } from 'node:crypto';
import { EXC_C14N, RSA_SHA256, SHA256 } from '../../../src/security/algorithms.js';
import { DS } from '../../../src/soap/names.js';
import { algorithm, forms, withPrefixes } from '../../support/messages.js';
import type { Before } from './attack.js';
import { refusedAs, signing } from './attack.js';
import {
  MORE,
  MORE_2007,
  canonicalisation,
  digest,
  exclusive,
  pss,
  references,
  rsa,
  signature,
  transform,
  transforms,
  unknownForm,
} from './signing.js';

/* SECURITY 44, 45, 48-52, 54, 55, 57: algorithms and transforms that are not on the list, each signed with a good key. */

/** Two integers of 256 bits, as DSA and ECDSA write a signature. */
const twoIntegers = (): Buffer => randomBytes(64);

/** HMAC keyed with what everybody knows: our certificate. */
const confusion =
  (hash: string, uri: string, secret: (certificate: Buffer) => string | Buffer): Before =>
  ({ key }) => ({
    signature: { uri, sign: (octets) => createHmac(hash, secret(key.certificate)).update(octets).digest() },
  });
const pem = (der: Buffer): string => new X509Certificate(der).toString();

/** A transform that runs: each writes a file or loops, should anybody obey. */
const xslt = (content: string): string =>
  transform(
    'http://www.w3.org/TR/1999/REC-xslt-19991116',
    `<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0">${content}</xsl:stylesheet>`,
  );
const loop = '<xsl:template match="/" name="a"><xsl:call-template name="a"/></xsl:template>';
const xpath = (uri: string, expression: string): string => transform(uri, `<ds:XPath>${expression}</ds:XPath>`);
const strTransform = transform(
  'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform',
  `<wsse:TransformationParameters xmlns:wsse="urn:any">${algorithm('CanonicalizationMethod', EXC_C14N)}</wsse:TransformationParameters>`,
);
const strBare = transform(
  'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform',
);
const onToken =
  (transforms: string): Before =>
  () => ({
    references: (usual, ids) => [
      ...usual,
      { id: ids.token, transforms: `<ds:Transforms>${transforms}</ds:Transforms>` },
    ],
  });

const list = `<ec:InclusiveNamespaces xmlns:ec="${EXC_C14N}" PrefixList=""></ec:InclusiveNamespaces>`;

export const algorithmAttacks = refusedAs('UNSUPPORTED_ALGORITHM', [
  signing(44, 'the digest of nothing under a transform that gives nothing', () => ({
    references: (usual) =>
      usual.map((r) => ({ ...r, transforms: `<ds:Transforms>${transform('urn:nothing')}</ds:Transforms>` })),
    signedInfo: (xml) =>
      xml.replace(/<ds:DigestValue>[^<]*/, '<ds:DigestValue>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='),
  })),
  signing(45, 'SignedInfo in C14N 1.1', canonicalisation(unknownForm('http://www.w3.org/2006/12/xml-c14n11'))),
  signing(45, 'SignedInfo in an unknown form', canonicalisation(unknownForm('urn:unknown'))),
  signing(
    45,
    'SignedInfo in an inclusive form with a PrefixList',
    canonicalisation(withPrefixes(forms.inclusive, 'env')),
  ),
  signing(45, 'references in C14N 1.1', references({ form: unknownForm('http://www.w3.org/2006/12/xml-c14n11') })),
  signing(45, 'references in an exclusive form with comments', references({ form: forms.exclusiveWithComments })),
  signing(45, 'references in an inclusive form with comments', references({ form: forms.inclusiveWithComments })),
  signing(
    45,
    'references in an inclusive form with a PrefixList',
    references({ form: withPrefixes(forms.inclusive, 'env') }),
  ),
  signing(45, 'an exclusive form with unknown content', transforms(transform(EXC_C14N, '<x xmlns=""/>'))),
  signing(45, 'an exclusive form with two lists', transforms(transform(EXC_C14N, list + list))),
  signing(
    45,
    'an exclusive form with a list that has content',
    transforms(transform(EXC_C14N, list.replace('></', '><x xmlns=""/></'))),
  ),
  signing(48, 'an XSLT transform that loops', transforms(xslt(loop))),
  signing(48, 'an XSLT transform after a good one', transforms(exclusive, xslt(loop))),
  signing(48, 'an XSLT transform before a good one', transforms(xslt(loop), exclusive)),
  signing(49, 'an XPath transform', transforms(xpath('http://www.w3.org/TR/1999/REC-xpath-19991116', 'not(//x)'))),
  signing(
    49,
    'an XPath transform with here()',
    transforms(exclusive, xpath('http://www.w3.org/TR/1999/REC-xpath-19991116', 'here()/ancestor::*')),
  ),
  signing(
    49,
    'two XPath filters',
    transforms(
      transform(
        'http://www.w3.org/2002/06/xmldsig-filter2',
        '<f:XPath xmlns:f="urn:f">/</f:XPath><f:XPath xmlns:f="urn:f">/</f:XPath>',
      ),
    ),
  ),
  signing(49, 'a base64 transform', transforms(transform(`${DS}base64`))),
  signing(
    50,
    'the enveloped-signature transform on an element beside the signature',
    transforms(transform(`${DS}enveloped-signature`), exclusive),
  ),
  signing(51, 'a decryption transform', transforms(transform('http://www.w3.org/2002/07/decrypt#XML'), exclusive)),
  signing(52, 'an STR-Transform on the token', onToken(strTransform)),
  signing(52, 'an STR-Transform without parameters', onToken(strBare)),
  signing(54, 'RSA-SHA1', rsa('sha1', `${DS}rsa-sha1`)),
  signing(54, 'RSA-MD5', rsa('md5', `${MORE}rsa-md5`)),
  signing(54, 'RSA-RIPEMD160', rsa('ripemd160', `${MORE}rsa-ripemd160`)),
  signing(54, 'RSA-SHA224', rsa('sha224', `${MORE}rsa-sha224`)),
  signing(54, 'RSA-PSS with SHA-1', signature(`${MORE_2007}sha1-rsa-MGF1`, pss('sha1', 20))),
  signing(54, 'RSA-PSS with parameters in the message', signature(`${MORE_2007}rsa-pss`, pss('sha256', 32))),
  signing(54, 'DSA-SHA1', signature(`${DS}dsa-sha1`, twoIntegers)),
  signing(54, 'ECDSA-SHA256', signature(`${MORE}ecdsa-sha256`, twoIntegers)),
  signing(54, 'an MD5 digest', digest(`${MORE}md5`, 'md5')),
  signing(54, 'a SHA-224 digest', digest(`${MORE}sha224`, 'sha224')),
  signing(54, 'a RIPEMD-160 digest', digest('http://www.w3.org/2001/04/xmlenc#ripemd160', 'ripemd160')),
  signing(54, 'no transform on Body, which would mean a form of no name', () => ({
    references: (usual) => usual.map((r, i) => (i === 0 ? r : { ...r, form: null })),
  })),
  signing(55, 'HMAC-SHA1 keyed with our certificate in PEM', confusion('sha1', `${DS}hmac-sha1`, pem)),
  signing(55, 'HMAC-SHA256 keyed with our certificate in PEM', confusion('sha256', `${MORE}hmac-sha256`, pem)),
  signing(
    55,
    'HMAC-SHA256 keyed with our certificate in DER',
    confusion('sha256', `${MORE}hmac-sha256`, (der) => der),
  ),
  signing(57, 'a signature method in capitals', signature(RSA_SHA256.toUpperCase())),
  signing(57, 'a signature method with a space behind', signature(`${RSA_SHA256} `)),
  signing(57, 'a signature method without name', signature('')),
  signing(57, 'a signature method called constructor', signature('constructor')),
  signing(57, 'a digest method in capitals', digest(SHA256.toUpperCase(), 'sha256')),
  signing(57, 'a digest method with a space before', digest(` ${SHA256}`, 'sha256')),
  signing(57, 'a digest method called __proto__', digest('__proto__', 'sha256')),
  signing(57, 'a form with a space behind', references({ form: unknownForm(`${EXC_C14N} `) })),
]);
