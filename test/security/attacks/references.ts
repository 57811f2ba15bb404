import { C14N, RSA_SHA256, SHA1 } from '../../../src/security/algorithms.js';
import { DS } from '../../../src/soap/names.js';
import { algorithm, forms, swap, withPrefixes } from '../../support/messages.js';
import { refusedAs, signing } from './attack.js';
import {
  canonicalisation,
  exclusive,
  inReference,
  many,
  references,
  signedInfo,
  transform,
  transforms,
  uri,
} from './signing.js';

/* SECURITY 40, 45-47, 50, 56: the shape of SignedInfo, each signed as it stands. */

export const referenceAttacks = refusedAs('INVALID_SECURITY', [
  signing(14, 'a comment in a DigestValue', inReference('</ds:DigestValue>', '<!-- x --></ds:DigestValue>')),
  signing(40, 'a comment in SignedInfo, which its form keeps', () => ({
    canonicalisation: forms.exclusiveWithComments,
    signedInfo: (xml) => swap(xml, '</ds:SignedInfo>', '<!-- x --></ds:SignedInfo>'),
  })),
  signing(
    40,
    'two DigestValues',
    inReference('<ds:DigestValue>', '<ds:DigestValue>AAAA</ds:DigestValue><ds:DigestValue>'),
  ),
  signing(
    40,
    'two DigestMethods',
    inReference('<ds:DigestMethod', `${algorithm('DigestMethod', SHA1)}<ds:DigestMethod`),
  ),
  signing(
    40,
    'two Transforms elements',
    inReference('<ds:Transforms>', `<ds:Transforms>${exclusive}</ds:Transforms><ds:Transforms>`),
  ),
  signing(
    40,
    'two CanonicalizationMethods',
    inReference('<ds:SignatureMethod', `${algorithm('CanonicalizationMethod', C14N)}<ds:SignatureMethod`),
  ),
  signing(
    40,
    'two SignatureMethods',
    inReference('<ds:Reference', `${algorithm('SignatureMethod', `${DS}hmac-sha1`)}<ds:Reference`),
  ),
  signing(
    40,
    'SignatureMethod first',
    signedInfo((xml) =>
      xml.replace(/(<ds:Canon.*?<\/ds:Canon[^>]*>)(<ds:SignatureMethod.*?<\/ds:SignatureMethod>)/, '$2$1'),
    ),
  ),
  signing(
    40,
    'no DigestValue',
    signedInfo((xml) => xml.replace(/<ds:DigestValue>[^<]*<\/ds:DigestValue>/, '')),
  ),
  signing(
    40,
    'an element of another name in a Reference',
    inReference('<ds:Transforms>', '<ds:Transform/><ds:Transforms>'),
  ),
  signing(
    40,
    'an element of another name in SignedInfo',
    signedInfo((xml) => swap(xml, '</ds:SignedInfo>', '<ds:Object/></ds:SignedInfo>')),
  ),
  signing(40, 'text in a Reference', inReference('<ds:Transforms>', 'text<ds:Transforms>')),
  signing(40, 'content in DigestMethod', inReference('</ds:DigestMethod>', '<ds:Salt/></ds:DigestMethod>')),
  signing(40, 'no references', () => ({ references: () => [] })),
  signing(45, 'a PrefixList of 65', references({ form: withPrefixes(forms.exclusive, many(65)) })),
  signing(45, 'a PrefixList of 9,000 in SignedInfo', canonicalisation(withPrefixes(forms.exclusive, many(9_000)))),
  ...(
    [
      ['empty', () => ''],
      ['only a mark', () => '#'],
      ['without a mark', (id) => id],
      ['an XPointer to everything', () => '#xpointer(/)'],
      ['an XPointer to the Id', (id) => `#xpointer(id('${id}'))`],
      ['a query', (id) => `?q#${id}`],
      ['http', (id) => `http://127.0.0.1:9/x#${id}`],
      ['a file', (id) => `file:///etc/passwd#${id}`],
      ['an attachment that is not there', () => 'cid:part'],
      ['percent-encoded', (id) => `#${id.replace('-', '%2D')}`],
      ['with a quote', (id) => `#${id}'`],
      ['with a space', (id) => `#${id} `],
      ['two marks', (id) => `##${id}`],
    ] as const satisfies readonly (readonly [string, (id: string) => string])[]
  ).map(([what, make]) => signing(46, `a reference URI: ${what}`, uri(make))),
  signing(
    46,
    'a reference without URI',
    signedInfo((xml) => xml.replace(/ URI="[^"]*"/, '')),
  ),
  signing(
    46,
    'a reference URI: another character than the mark',
    uri((id) => `x${id}`),
  ),
  signing(46, 'an Id that is no name, and a reference to it', () => ({
    parts: (p, ids) => ({ body: p.body.replace(ids.body, 'B 1') }),
    references: ([first]) => [first!, { id: 'B 1' }],
  })),
  signing(
    49,
    'an element of another name in Transforms',
    transforms(exclusive.replaceAll('ds:Transform', 'ds:Object')),
  ),
  signing(47, '17 references', () => ({ references: (usual) => Array.from({ length: 17 }, (_, i) => usual[i % 2]!) })),
  signing(47, 'three transforms', transforms(exclusive, exclusive, exclusive)),
  signing(47, 'Transforms without a Transform', transforms()),
  signing(47, 'two references to one element', () => ({ references: (usual) => [...usual, usual[1]!] })),
  signing(47, 'the same reference only, twice', () => ({ references: ([, body]) => [body!, body!] })),
  signing(50, 'an enveloped signature over the whole', () => ({
    references: ([first, ...rest]) => [
      {
        ...first!,
        uri: '',
        transforms: `<ds:Transforms>${transform(`${DS}enveloped-signature`)}${exclusive}</ds:Transforms>`,
      },
      ...rest,
    ],
  })),
  ...[0, 8, 40].map((bits) =>
    signing(
      56,
      `HMACOutputLength ${bits}`,
      inReference('</ds:SignatureMethod>', `<ds:HMACOutputLength>${bits}</ds:HMACOutputLength></ds:SignatureMethod>`),
    ),
  ),
  signing(57, 'no signature method name', inReference(`SignatureMethod Algorithm="${RSA_SHA256}"`, 'SignatureMethod')),
]);
