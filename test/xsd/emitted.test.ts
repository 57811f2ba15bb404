import { expect } from 'chai';
import { documentOf } from '../../src/channels/sdp/document.js';
import {
  ebmsFault,
  encodeEmptyChannel,
  encodeErrorSignal,
  encodePull,
  encodeReceipt,
  encodeUserMessage,
  payloadReferences,
  pulledReceipt,
} from '../../src/contract/ebms/encode.js';
import { ebmsErrors } from '../../src/contract/ebms/errors.js';
import { eb } from '../../src/contract/ebms/names.js';
import type { MessageInfo } from '../../src/contract/ebms/types.js';
import { checkMessage } from '../../src/contract/schemas.js';
import { encodeSbd } from '../../src/contract/sdp/sbd.js';
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
import { signEnveloped } from '../../src/security/enveloped.js';
import { signEbms } from '../../src/security/signEbms.js';
import { signingKey } from '../../src/security/sign.js';
import { sealTrusted } from '../../src/security/trusted.js';
import { parseCertificate } from '../../src/security/x509.js';
import type { XmlElement } from '../../src/xml/model.js';
import { childElements, is } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { serialise } from '../../src/xml/write.js';
import { documentOf as sbdOf, payloads } from '../contract/sdp/support.js';
import {
  cmsPart,
  ebmsMessage,
  multipart,
  rootPart,
  signedEnvelope,
  userMessage,
  verifyMessage,
} from '../support/ebms.js';
import { letter, toPrint } from '../support/letters.js';
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

const chain = makeChain();
const key = signingKey(chain.privateKey, chain.leaf);

describe('what we emit is valid', () => {
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

describe('what we emit in digital post is valid', () => {
  const info: MessageInfo = { ...userMessage.info, refToMessageId: 'request-1' };
  /** The header block of an envelope that we signed, or of a fault. */
  const headerIn = (envelope: string): XmlElement => {
    const blocks = childElements(parse(envelope)).flatMap((part) => childElements(part));
    return blocks.find((block) => is(block, eb.uri, 'Messaging')) as XmlElement;
  };
  const check = (header: XmlElement, carried?: XmlElement): void =>
    checkMessage({ blocks: [parse(serialise(header))] }, carried);

  for (const [name, made] of Object.entries({
    mailbox: letter(),
    print: letter({ beslutning: toPrint }),
  })) {
    it(`a letter to ${name}: its header, its document, and what the channel says of its package`, async () => {
      const signed = await signEnveloped(encodeSbd(documentOf(made, '310000000', 'ab'.repeat(32), testTime)), key);
      const { envelope } = await signEbms(ebmsMessage({ body: [parse(signed)] }), key, testTime);
      check(headerIn(envelope), parse(signed));
    });
  }

  for (const [name, payload] of Object.entries(payloads)) {
    it(`a document: ${name}`, async () => {
      checkMessage({ blocks: [] }, parse(await signEnveloped(encodeSbd(sbdOf(payload)), key)));
    });
  }

  it('the receipt of a message, a request for one, a receipt that is pulled, and a channel that is empty', async () => {
    const asked = await verifyMessage(multipart([rootPart(await signedEnvelope()), cmsPart()]));
    check(encodeReceipt(info, payloadReferences(asked)));
    check(encodePull(info, userMessage.mpc));
    check(encodeUserMessage(pulledReceipt({ ...userMessage, info }, '984661185', '310000019')));
    check(encodeEmptyChannel(info));
  });

  it('every error, alone and in a fault', () => {
    for (const row of Object.values(ebmsErrors)) {
      check(encodeErrorSignal(info, row, 'Why'));
      check(headerIn(ebmsFault(info, row, 'Why')));
      check(headerIn(ebmsFault({ ...info, refToMessageId: undefined }, row, 'Why')));
    }
  });
});
