import { expect } from 'chai';
import { decodeSbd, encodeSbd } from '../../src/contract/sdp/sbd.js';
import { C14N, EXC_C14N } from '../../src/security/algorithms.js';
import { signEnveloped, verifyEnveloped, type EnvelopedForm } from '../../src/security/enveloped.js';
import { signingKey } from '../../src/security/sign.js';
import { childElements, type XmlElement } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { serialise } from '../../src/xml/write.js';
import { digital, documentOf } from '../contract/sdp/support.js';
import { failureOf, makeChain, testKey, testTime, trustOf } from '../support/pki.js';

const chain = makeChain();
const trust = trustOf(chain);
const key = signingKey(chain.privateKey, chain.leaf);
const sbd = documentOf(digital);
const verify = (xml: string | XmlElement) =>
  verifyEnveloped(typeof xml === 'string' ? parse(xml) : xml, trust, testTime);
const codeOf = (xml: string): string => failureOf(() => verify(xml)).code;
const forms: readonly EnvelopedForm[] = ['inclusive', 'exclusive'];

const inBody = (xml: string, more = ''): XmlElement => {
  const envelope = parse(
    `<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns:i="urn:i" xmlns="urn:default" xml:lang="nb"><env:Body xmlns:wsu="urn:wsu" xml:space="preserve"${more}>${xml}</env:Body></env:Envelope>`,
  );
  return childElements(childElements(envelope)[0]!)[0]!;
};

describe('the signature inside a business document', () => {
  for (const form of forms) {
    describe(form, () => {
      let signed: string;
      before(async () => {
        signed = await signEnveloped(encodeSbd(sbd), key, form);
      });
      const changed = (from: string, to: string): string => {
        expect(signed.split(from).length, from).to.equal(2);
        return signed.replace(from, () => to);
      };

      const transform = (uri: string): string => `<ds:Transform Algorithm="${uri}"></ds:Transform>`;
      const list = `<ec:InclusiveNamespaces xmlns:ec="${EXC_C14N}" PrefixList="ds"></ec:InclusiveNamespaces>`;
      const inside = (local: string, xml: string): string =>
        signed.replace(new RegExp(`(<ds:${local} [^>]*>)(</ds:${local}>)`), `$1${xml}$2`);

      it('verifies, names its signer, and what was verified is what is decoded', () => {
        const { signer, document } = verify(signed);
        expect(signer.organisasjonsnummer).to.equal('310000019');
        expect(decodeSbd(document)).to.deep.equal(sbd);
      });

      it('is the first child of the payload, once', () => {
        expect(signed).to.match(/<ns9:digitalPost><ds:Signature>/);
        expect(signed.split('<ds:Signature>')).to.have.length(2);
      });

      it('verifies where it stands in a SOAP Body: nothing of Envelope and Body leaks in', () => {
        expect(decodeSbd(verify(inBody(signed)).document)).to.deep.equal(sbd);
      });

      it('is given as the text that its tree is written as, wherever it stood, with what its canonical form leaves out', () => {
        const noted = changed('<ns9:avsender>', '<ns9:avsender><!-- a > b -->');
        const loud = (xml: string): string => xml.replace(/^<([^ >]+)/, '<$1 xmlns="urn:unused" xmlns:i="urn:i"');
        const seen = [signed, inBody(signed), noted, inBody(noted)].map((xml) => verify(xml));
        for (const { document, text } of seen) expect(text()).to.equal(serialise(document));
        expect(seen.map(({ text }) => text().includes('<!-- a > b -->'))).to.deep.equal([false, false, true, true]);
        if (form === 'exclusive') expect(verify(loud(signed)).text()).to.contain('xmlns:i="urn:i"');
      });

      it('covers every octet that has a meaning', () => {
        for (let at = 0; at < signed.length; at += 7) {
          const c = signed[at] as string;
          const bad = `${signed.slice(0, at)}${c === 'x' ? 'y' : 'x'}${signed.slice(at + 1)}`;
          const outcome = (() => {
            try {
              return verify(bad) && 'accepted';
            } catch (error) {
              return (error as { code?: string }).code;
            }
          })();
          expect(outcome, `octet ${at}: ${signed.slice(at - 20, at + 20)}`).to.be.oneOf([
            'MALFORMED_XML',
            'INVALID_SECURITY',
            'UNSUPPORTED_ALGORITHM',
            'INVALID_SECURITY_TOKEN',
            'FAILED_CHECK',
          ]);
        }
      });

      const cases: readonly (readonly [string, string, () => string])[] = [
        ['one letter of the title', 'FAILED_CHECK', () => changed('kommune 💌', 'kommune 💔')],
        ['another receiver in the header', 'FAILED_CHECK', () => changed('9908:996460320', '9908:984661185')],
        ['a comment in SignedInfo', 'INVALID_SECURITY', () => changed('<ds:SignedInfo>', '<ds:SignedInfo><!-- -->')],
        [
          'a second Reference',
          'INVALID_SECURITY',
          () => changed('</ds:Reference>', '</ds:Reference><ds:Reference URI="#x"></ds:Reference>'),
        ],
        ['a Reference to a fragment', 'INVALID_SECURITY', () => changed('URI=""', 'URI="#digitalPost"')],
        ['a Reference without URI', 'INVALID_SECURITY', () => changed(' URI=""', '')],
        [
          'SHA-1 digest',
          'UNSUPPORTED_ALGORITHM',
          () => signed.replace(/(DigestMethod Algorithm=")[^"]*/, '$1http://www.w3.org/2000/09/xmldsig#sha1'),
        ],
        [
          'HMAC',
          'UNSUPPORTED_ALGORITHM',
          () =>
            changed('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'http://www.w3.org/2000/09/xmldsig#hmac-sha1'),
        ],
        [
          'an XPath transform',
          'UNSUPPORTED_ALGORITHM',
          () =>
            changed(
              'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
              'http://www.w3.org/TR/1999/REC-xpath-19991116',
            ),
        ],
        [
          'no transform',
          'UNSUPPORTED_ALGORITHM',
          () => signed.replace(/<ds:Transforms>.*<\/ds:Transforms>/, '<ds:Transforms></ds:Transforms>'),
        ],
        [
          'a transform more',
          'UNSUPPORTED_ALGORITHM',
          () => changed('</ds:Transforms>', `${transform(EXC_C14N).repeat(2)}</ds:Transforms>`),
        ],
        [
          'C14N 1.0 by name',
          'UNSUPPORTED_ALGORITHM',
          () =>
            signed.replace(/(enveloped-signature"><\/ds:Transform>).*(<\/ds:Transforms>)/, `$1${transform(C14N)}$2`),
        ],
        [
          'something in the first transform',
          'UNSUPPORTED_ALGORITHM',
          () =>
            changed(
              'enveloped-signature"></ds:Transform>',
              'enveloped-signature"><ds:XPath>1</ds:XPath></ds:Transform>',
            ),
        ],
        [
          'something in DigestMethod',
          'UNSUPPORTED_ALGORITHM',
          () =>
            signed.replace(
              /(<ds:DigestMethod [^>]*>)(<\/ds:DigestMethod><ds:DigestValue>[^<]*<\/ds:DigestValue><\/ds:Reference>)/,
              '$1<ds:X></ds:X>$2',
            ),
        ],
        ['something in SignatureMethod', 'UNSUPPORTED_ALGORITHM', () => inside('SignatureMethod', '<ds:X></ds:X>')],
        ['two lists of prefixes', 'UNSUPPORTED_ALGORITHM', () => inside('CanonicalizationMethod', list.repeat(2))],
        [
          'another element than a list of prefixes',
          'UNSUPPORTED_ALGORITHM',
          () => inside('CanonicalizationMethod', '<ds:X></ds:X>'),
        ],
        [
          'SignedInfo with its comments',
          'UNSUPPORTED_ALGORITHM',
          () => signed.replace(/(CanonicalizationMethod Algorithm=")[^"]*/, `$1${EXC_C14N}WithComments`),
        ],
        [
          'a list of prefixes for C14N 1.0',
          'UNSUPPORTED_ALGORITHM',
          () =>
            inside('CanonicalizationMethod', list).replace(/(CanonicalizationMethod Algorithm=")[^"]*/, `$1${C14N}`),
        ],
        [
          'SECURITY 14: a comment in DigestValue',
          'INVALID_SECURITY',
          () => changed('</ds:DigestValue></ds:Reference>', '<!-- --></ds:DigestValue></ds:Reference>'),
        ],
        ['no signature value', 'INVALID_SECURITY', () => signed.replace(/(<ds:SignatureValue>)[^<]*/, '$1')],
        ['two X509Data', 'INVALID_SECURITY', () => signed.replace(/(<ds:X509Data>.*<\/ds:X509Data>)/, '$1$1')],
        [
          'a certificate in other data than X509Data',
          'INVALID_SECURITY',
          () => signed.replace(/X509Data>/g, 'PGPData>'),
        ],
        ['a certificate by another name', 'INVALID_SECURITY', () => signed.replace(/X509Certificate>/g, 'X509CRL>')],
        [
          'C14N 1.1 of SignedInfo',
          'UNSUPPORTED_ALGORITHM',
          () => signed.replace(/(CanonicalizationMethod Algorithm=")[^"]*/, '$1http://www.w3.org/2006/12/xml-c14n11'),
        ],
        [
          'another signature value',
          'FAILED_CHECK',
          () => signed.replace(/(<ds:SignatureValue>)[^<]*/, `$1${Buffer.alloc(256, 7).toString('base64')}`),
        ],
        [
          'two certificates',
          'INVALID_SECURITY',
          () =>
            changed(
              '</ds:X509Certificate>',
              `</ds:X509Certificate><ds:X509Certificate>${chain.issuing.toString('base64')}</ds:X509Certificate>`,
            ),
        ],
        [
          'a key by name',
          'INVALID_SECURITY',
          () => signed.replace(/<ds:X509Data>.*<\/ds:X509Data>/, '<ds:KeyName>me</ds:KeyName>'),
        ],
        [
          'an Object in the signature',
          'INVALID_SECURITY',
          () => changed('</ds:KeyInfo>', '</ds:KeyInfo><ds:Object></ds:Object>'),
        ],
        [
          'a second signature',
          'INVALID_SECURITY',
          () => changed('<ns9:avsender>', '<ds:Signature></ds:Signature><ns9:avsender>'),
        ],
        [
          'the signature after avsender',
          'INVALID_SECURITY',
          () => signed.replace(/(<ds:Signature>.*<\/ds:Signature>)(<ns9:avsender>.*<\/ns9:avsender>)/, '$2$1'),
        ],
        [
          'the signature in the header',
          'INVALID_SECURITY',
          () => signed.replace(/(<ns3:HeaderVersion>)(.*)(<ds:Signature>.*<\/ds:Signature>)/, '$3$1$2'),
        ],
        ['no signature', 'INVALID_SECURITY', () => signed.replace(/<ds:Signature>.*<\/ds:Signature>/, '')],
        ['a document around the document', 'INVALID_SECURITY', () => `<a>${signed}</a>`],
      ];
      for (const [what, code, make] of cases)
        it(`refuses ${what}: ${code}`, () => {
          expect(make()).not.to.equal(signed);
          expect(codeOf(make())).to.equal(code);
        });

      it('refuses a signer who is not believed', async () => {
        const stranger = makeChain({
          issuing: { issuer: { name: [{ type: 'CN', value: 'X' }], privateKey: testKey('stranger').privateKey } },
        });
        const other = trustOf(stranger, { intermediates: [] });
        expect(failureOf(() => verifyEnveloped(parse(signed), other, testTime)).code).to.equal(
          'INVALID_SECURITY_TOKEN',
        );
      });

      it('SECURITY 79: refuses a signer whose certificate has run out', () => {
        const late = new Date('2046-03-02T12:00:00Z');
        expect(failureOf(() => verifyEnveloped(parse(signed), trust, late)).code).to.equal('INVALID_SECURITY_TOKEN');
      });

      it('passes over a KeyValue, which e-Boks adds: it says nothing', () => {
        const xml = changed(
          '<ds:X509Data>',
          '<ds:KeyValue><ds:RSAKeyValue></ds:RSAKeyValue></ds:KeyValue><ds:X509Data>',
        );
        expect(verify(xml).signer.organisasjonsnummer).to.equal('310000019');
      });
    });
  }

  it('the default form counts every declaration of the document, used or not; the exclusive form those that are used', async () => {
    for (const [form, verdict] of [
      ['inclusive', 'FAILED_CHECK'],
      ['exclusive', 'accepted'],
    ] as const) {
      const signed = await signEnveloped(encodeSbd(sbd), key, form);
      const more = signed.replace(
        'StandardBusinessDocument xmlns',
        'StandardBusinessDocument xmlns:unused="urn:unused" xmlns',
      );
      if (verdict === 'accepted') expect(verify(more).signer).to.be.an('object');
      else expect(codeOf(more)).to.equal(verdict);
    }
  });

  it('a document with declarations of no use, in the default namespace, verifies inside and outside a Body', async () => {
    const plain = parse(
      '<StandardBusinessDocument xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader" xmlns:i="urn:unused"><StandardBusinessDocumentHeader>\n</StandardBusinessDocumentHeader><kvittering xmlns="http://begrep.difi.no/sdp/schema_v10" xmlns:i="urn:other"><levering xmlns=""/></kvittering></StandardBusinessDocument>',
    );
    for (const form of forms) {
      const signed = await signEnveloped(plain, key, form);
      expect(signed).to.contain('xmlns:i="urn:unused"');
      expect(verify(signed).signer.organisasjonsnummer).to.equal('310000019');
      expect(verify(inBody(signed, ' xmlns:i="urn:third"')).signer.organisasjonsnummer).to.equal('310000019');
    }
  });

  it('is not made twice, and not without a payload', async () => {
    const signed = await signEnveloped(encodeSbd(sbd), key);
    for (const xml of [signed, '<a/>']) {
      const failure: unknown = await signEnveloped(parse(xml), key).catch((e: unknown) => e);
      expect(failure).to.have.property('code', 'INTERNAL');
    }
  });
});
