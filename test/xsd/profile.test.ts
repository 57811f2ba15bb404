import { expect } from 'chai';
import { errors, Failure } from '../../src/errors.js';
import type { ErrorCode } from '../../src/errors.js';
import { faultEnvelope } from '../../src/soap/fault.js';
import type { Validate } from '../support/xsd.js';
import { contract, encryptedAnswer, faults, oppslagstjenesten, validator } from '../support/xsd.js';
import * as sample from './samples.js';

type Break = readonly [title: string, find: string | RegExp, put: string];

const answerBreaks: readonly Break[] = [
  ['Timestamp before Signature', /(<ds:Signature .*<\/ds:Signature>)(<wsu:Timestamp.*<\/wsu:Timestamp>)/, '$2$1'],
  ['no SignatureConfirmation', /<wsse11:SignatureConfirmation[^>]*>/, ''],
  ['SignatureConfirmation without Value', ' Value="AAAA"', ''],
  ['two Signatures', /(<ds:Signature .*<\/ds:Signature>)/, '$1$1'],
  ['rsa-1_5', '#rsa-oaep-mgf1p', '#rsa-1_5'],
  [
    'a DigestMethod inside the key transport',
    /(#rsa-oaep-mgf1p")\/>/,
    '$1><ds:DigestMethod Algorithm="x"/></xenc:EncryptionMethod>',
  ],
  ['AES-128', '#aes256-cbc', '#aes128-cbc'],
  ['EncryptedData of an element', '#Content', '#Element'],
  ['a serial number that is not a number', '1348752607', '50:64:54:DF'],
  ['a time with four decimals', '10:00:00.000Z', '10:00:00.0000Z'],
  ['a time without zone', '10:00:00.000Z', '10:00:00.000'],
  ['a second Body', '</env:Body>', '</env:Body><env:Body/>'],
  ['text in Header', '<env:Header>', '<env:Header>x'],
  ['an undeclared header block', '<env:Header>', '<env:Header><x xmlns="urn:x"/>'],
  ['a reference to the whole document', '<ds:Reference URI="#TS-1">', '<ds:Reference URI="">'],
  ['an unknown digest', '#sha256"/><ds:DigestValue>', '#ripemd160"/><ds:DigestValue>'],
  ['base64 that is none', '<ds:SignatureValue>AAAA', '<ds:SignatureValue>A*A'],
];

const requestBreaks: readonly Break[] = [
  ['an unknown informasjonsbehov', '>Kontaktinfo<', '>Alt<'],
  ['no identifier', /<o:personidentifikator>.*<\/o:personidentifikator>/, ''],
  ['an identifier of ten digits', '>01010100000<', '>0101010000<'],
  ['PaaVegneAv twice', /(<o:PaaVegneAv>.*<\/o:PaaVegneAv>)/, '$1$1'],
  ['an Oppslagstjenesten header in a third namespace', /<(\/?)o:(Oppslagstjenesten|PaaVegneAv)/g, '<$1b:$2'],
  ['a token type that is not X.509 v3', 'x509-token-profile-1.0#X509v3', 'x509-token-profile-1.0#X509PKIPathv1'],
  ['one reference only', /<ds:Reference URI="#id-1">.*<\/ds:Reference>/, ''],
  ['an HMAC', '#rsa-sha256', '#hmac-sha256'],
  ['a KeyValue', /<wsse:SecurityTokenReference.*<\/wsse:SecurityTokenReference>/, '<ds:KeyValue/>'],
  ['an Object in the signature', '</ds:Signature>', '<ds:Object/></ds:Signature>'],
  ['three transforms', /(<ds:Transform [^>]*>)(?=<\/ds:Transforms>)/, '$1$1$1'],
];

/** Holds that each break really changes the message, and that the schema sees it. */
function refuses(validate: () => Validate, valid: string, breaks: readonly Break[]): void {
  for (const [title, find, put] of breaks) {
    it(`refuses ${title}`, () => {
      const broken = valid.replace(find, put);
      expect(broken).not.to.equal(valid);
      expect(validate()(broken)).not.to.deep.equal([]);
    });
  }
}

describe('profile schemas', () => {
  const compiled: Validate[] = [];
  const schema = (files: readonly string[]): (() => Validate) => {
    let validate: Validate | undefined;
    return () => (validate ??= compiled[compiled.push(validator(files)) - 1] as Validate);
  };
  const all = schema(oppslagstjenesten);
  const encrypted = schema(encryptedAnswer);
  const fault = schema(faults);
  after(() => compiled.forEach((validate) => validate.dispose()));

  describe('an answer', () => {
    it('is valid as recorded: EncryptedKey, token, Signature, Timestamp, SignatureConfirmation', () => {
      expect(all()(sample.answer)).to.deep.equal([]);
      expect(encrypted()(sample.answer)).to.deep.equal([]);
    });

    it('is valid decrypted, but only beside the contract', () => {
      expect(all()(sample.decryptedAnswer)).to.deep.equal([]);
      expect(encrypted()(sample.decryptedAnswer)).not.to.deep.equal([]);
    });

    it('is judged by the contract inside Body', () => {
      expect(all()(sample.decryptedAnswer.replace('>AKTIV<', '>DOED<'))).not.to.deep.equal([]);
    });

    refuses(encrypted, sample.answer, answerBreaks);
  });

  describe('a request', () => {
    const key = sample.signature(['TS-1', 'id-1'], sample.byToken);
    const orders: Readonly<Record<string, readonly string[]>> = {
      'Timestamp, token, Signature (.NET)': [sample.timestamp, sample.token, key],
      'token, Signature, Timestamp (WSS4J)': [sample.token, key, sample.timestamp],
      'token, Timestamp, Signature': [sample.token, sample.timestamp, key],
      'Signature, Timestamp, token': [key, sample.timestamp, sample.token],
      'Timestamp, Signature without a token': [
        sample.timestamp,
        sample.signature(['TS-1', 'id-1'], sample.byKeyIdentifier),
      ],
    };
    for (const [title, children] of Object.entries(orders)) {
      it(`may hold ${title}`, () => {
        expect(all()(sample.envelope(sample.security(...children), sample.hentPersoner))).to.deep.equal([]);
      });
    }

    it('may sign the Timestamp without Transforms and with SHA-1, and name prefixes', () => {
      const net = sample.request
        .replace(/(<ds:Reference URI="#TS-1">)<ds:Transforms>.*?<\/ds:Transforms>/, '$1')
        .replaceAll('http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2000/09/xmldsig#sha1')
        .replace(/(<ds:Transform [^>]*)\/>/, '$1><ec:InclusiveNamespaces PrefixList=""/></ds:Transform>')
        .replace(
          /(<ds:CanonicalizationMethod [^>]*)\/>/,
          '$1><ec:InclusiveNamespaces PrefixList="soap #default"/></ds:CanonicalizationMethod>',
        );
      expect(all()(net)).to.deep.equal([]);
    });

    it('may carry Oppslagstjenesten in the namespace of the schema or of the WSDL', () => {
      const wsdl = sample.request
        .replace(
          /<o:Oppslagstjenesten /,
          '<Oppslagstjenesten xmlns="http://kontaktinfo.difi.no/wsdl/oppslagstjeneste-16-02" ',
        )
        .replace('</o:Oppslagstjenesten>', '</Oppslagstjenesten>')
        .replace(/<(\/?)o:PaaVegneAv>/g, '<$1PaaVegneAv>');
      expect([all()(sample.request), all()(wsdl)]).to.deep.equal([[], []]);
    });

    refuses(all, sample.request, requestBreaks);
  });

  describe('a fault', () => {
    for (const code of Object.keys(errors) as ErrorCode[]) {
      it(`${code} is valid in SOAP 1.1 and 1.2, and nothing but a fault is`, () => {
        const emitted = (['1.1', '1.2'] as const).map((version) =>
          faultEnvelope(new Failure(code, 'for the log'), version, ['1.2'], '0123456789abcdef'),
        );
        for (const xml of emitted) expect(fault()(xml), xml).to.deep.equal([]);
        for (const xml of emitted) expect(fault()(xml.replaceAll('Fault>', 'Feil>')), xml).not.to.deep.equal([]);
      });
    }
  });

  describe('the contract', () => {
    const messages = schema(contract);

    it('holds 1 to 1000 persons', () => {
      const persons = (n: number): string =>
        `<o:HentPersonerRespons xmlns:o="http://kontaktinfo.difi.no/xsd/oppslagstjeneste/16-02" xmlns:b="http://begrep.difi.no">${sample.person.repeat(n)}</o:HentPersonerRespons>`;
      expect([0, 1, 1000, 1001].map((n) => messages()(persons(n)).length === 0)).to.deep.equal([
        false,
        true,
        true,
        false,
      ]);
    });
  });

  describe('the validator', () => {
    it('says what is not well-formed', () => {
      expect(all()('<env:Envelope')).to.have.length.greaterThan(0);
    });

    it('SECURITY 4: opens nothing that a message names', () => {
      const doctype = `<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY e SYSTEM "file:///etc/hostname">]>${sample.request.replace('01010100000', '&e;')}`;
      expect(all()(doctype)).to.have.length.greaterThan(0);
    });

    it('names the schemas that there are when asked for another', () => {
      expect(() => validator(['../package.json'])).to.throw(/no schema .*oppslagstjeneste-ws-16-02\.xsd/);
    });
  });
});
