import { expect } from 'chai';
import {
  encodeEndringer,
  encodeHentEndringer,
  encodeHentPersoner,
  encodeHentPrintSertifikat,
  encodePaaVegneAv,
  encodePersoner,
  encodePrintSertifikat,
} from '../../src/contract/oppslagstjenesten/encode.js';
import type { Informasjonsbehov } from '../../src/domain/person.js';
import { endringSvar, personSvar } from '../../src/domain/varsling.js';
import { signRequest } from '../../src/client/request.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import { protectAnswer } from '../../src/security/answer.js';
import { signingKey } from '../../src/security/sign.js';
import { sealTrusted } from '../../src/security/trusted.js';
import { parseCertificate } from '../../src/security/x509.js';
import type { XmlElement } from '../../src/xml/model.js';
import { serialise } from '../../src/xml/write.js';
import { makeChain, testOrganisation, testTime } from '../support/pki.js';
import type { Validate } from '../support/xsd.js';
import { contract, encryptedAnswer, oppslagstjenesten, validator } from '../support/xsd.js';

const everything: readonly Informasjonsbehov[] = [
  'Person',
  'Kontaktinfo',
  'Sertifikat',
  'SikkerDigitalPost',
  'VarslingsStatus',
];
const behov = new Set(everything);
const certificates = new Map(['984661185', '996460320'].map((number) => [number, 'TUlJ']));
const persons = testpersons(testTime);
const ids = persons.map((p) => p.personidentifikator);

const requests: Readonly<Record<string, XmlElement>> = {
  HentPersoner: encodeHentPersoner(everything, ids),
  HentEndringer: encodeHentEndringer(everything, 1),
  HentPrintSertifikat: encodeHentPrintSertifikat(),
};

const numbers = { fraEndringsNummer: 0, tilEndringsNummer: 11, senesteEndringsNummer: 12 };
const changes = persons.flatMap(({ person }) => (person === undefined ? [] : [endringSvar(person, behov)]));

const answers: Readonly<Record<string, XmlElement>> = {
  HentPersoner: encodePersoner(
    persons.map(({ personidentifikator, person }) => personSvar(personidentifikator, person, behov, testTime)),
    certificates,
  ),
  'HentPersoner without VarslingsStatus': encodePersoner(
    persons.map(({ personidentifikator, person }) =>
      personSvar(personidentifikator, person, new Set(everything.slice(0, 4)), testTime),
    ),
    certificates,
  ),
  HentEndringer: encodeEndringer({ ...numbers, personer: changes }, certificates),
  'HentEndringer without persons': encodeEndringer({ ...numbers, personer: [] }, certificates),
  HentPrintSertifikat: encodePrintSertifikat('310000051', 'TUlJ'),
};

describe('what we emit is valid', () => {
  const chain = makeChain();
  const key = signingKey(chain.privateKey, chain.leaf);
  let all: Validate;
  let messages: Validate;
  let protectedAnswer: Validate;
  before(() => {
    [all, messages, protectedAnswer] = [validator(oppslagstjenesten), validator(contract), validator(encryptedAnswer)];
  });
  after(() => [all, messages, protectedAnswer].forEach((validate) => validate.dispose()));

  for (const [name, content] of Object.entries(requests)) {
    it(`a signed request for ${name}, with and without PaaVegneAv`, async () => {
      for (const blocks of [[], [encodePaaVegneAv('310000019')]]) {
        const { envelope } = await signRequest(content, blocks, key, testTime);
        expect(all(envelope)).to.deep.equal([]);
      }
    });
  }

  for (const [name, content] of Object.entries(answers)) {
    it(`the answer of ${name}, in the clear and protected`, async () => {
      expect(messages(serialise(content))).to.deep.equal([]);
      const request = sealTrusted({
        principal: {
          certificate: parseCertificate(chain.leaf),
          organisasjonsnummer: testOrganisation.organisasjonsnummer,
        },
        evidence: 'signature',
        version: '1.2',
        operation: content,
        blocks: [],
        action: undefined,
        replay: { key: Buffer.alloc(32), expires: testTime },
        signatureValue: 'AAAA',
      });
      expect(protectedAnswer(await protectAnswer(content, request, key, testTime))).to.deep.equal([]);
    });
  }
});
