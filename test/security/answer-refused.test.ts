import { expect } from 'chai';
import type { ErrorCode } from '../../src/errors.js';
import { openAnswer } from '../../src/security/answer.js';
import { newId, wsuIdAttribute } from '../../src/security/sign.js';
import { ds, env, SOAP12, wsse11, xenc } from '../../src/soap/names.js';
import type { XmlElement } from '../../src/xml/model.js';
import { childElements } from '../../src/xml/model.js';
import { element, plain, qualified, serialise } from '../../src/xml/write.js';
import type { AnswerSpec } from '../support/answers.js';
import { caller, callerPolicy, content, makeAnswer, openAsCaller, party, sent } from '../support/answers.js';
import { failureOf, testKey, testTime, trustOf } from '../support/pki.js';

const later = (seconds: number): Date => new Date(testTime.getTime() + seconds * 1000);

/** An element without what reading adds to it. */
const bare = (e: XmlElement): unknown => serialise(e);

const renamed = (e: XmlElement, local: string): XmlElement => ({ ...e, local });
const withText = (e: XmlElement, ...children: readonly (XmlElement | string)[]): XmlElement => ({
  ...e,
  children: [...children],
});
const withAttribute = (e: XmlElement, local: string, value: string | undefined): XmlElement => ({
  ...e,
  attributes: [...e.attributes.filter((a) => a.local !== local), ...plain({ [local]: value })],
});
const wrapper = (...children: readonly XmlElement[]): XmlElement =>
  element({ prefix: 'w', uri: 'urn:w' }, 'Wrapper', {}, children);

interface Bad {
  readonly name: string;
  readonly code: ErrorCode;
  readonly detail: RegExp;
  readonly spec: AnswerSpec | (() => AnswerSpec);
}

const bad = (name: string, code: ErrorCode, detail: RegExp, spec: Bad['spec']): Bad => ({ name, code, detail, spec });

const unconfirmed = /does not confirm/;
const confirmations: readonly Bad[] = [
  bad('without Value', 'FAILED_CHECK', unconfirmed, () => {
    const without = (e: XmlElement): XmlElement => withAttribute(e, 'Value', undefined);
    return {
      signed: ({ timestamp, body, confirmation: { id, element: e } }) => [timestamp, body, { id, element: without(e) }],
      security: ({ encryptedKey, token, signature, timestamp, confirmation }) => [
        encryptedKey,
        token,
        signature,
        timestamp,
        without(confirmation),
      ],
    };
  }),
  bad('twice, the signed one of another request', 'FAILED_CHECK', unconfirmed, {
    confirms: 'YW5vdGhlcg==',
    security: ({ encryptedKey, token, signature, timestamp, confirmation }) => [
      encryptedKey,
      token,
      signature,
      timestamp,
      element(wsse11, 'SignatureConfirmation', [...plain({ Value: sent }), wsuIdAttribute(newId('SC'))]),
      confirmation,
    ],
  }),
  bad('as a block of its own', 'INVALID_SECURITY', /may not be signed/, {
    security: ({ encryptedKey, token, signature, timestamp }) => [encryptedKey, token, signature, timestamp],
    blocks: ({ confirmation }) => [confirmation],
  }),
  bad('under another name', 'INVALID_SECURITY', /unknown child/, {
    security: ({ encryptedKey, token, signature, timestamp, confirmation }) => [
      encryptedKey,
      token,
      signature,
      timestamp,
      renamed(confirmation, 'signatureConfirmation'),
    ],
  }),
];

const keyless: AnswerSpec['security'] = ({ token, signature, timestamp, confirmation }) => [
  token,
  signature,
  timestamp,
  confirmation,
];
const usual: AnswerSpec['security'] = (parts) => [parts.encryptedKey, ...(keyless?.(parts) ?? [])];

const encryption: readonly Bad[] = [
  bad('in the clear and without EncryptedKey', 'FAILED_CHECK', /exactly one EncryptedKey/, {
    security: keyless,
    body: ({ plainBody }) => plainBody,
  }),
  bad('encrypted, nothing', 'FAILED_CHECK', /digest of Body/, { encrypted: '' }),
  bad('encrypted, Body closed in it', 'FAILED_CHECK', /^decryption/, {
    encrypted: `${serialise(content)}</env:Body><env:Body xmlns:env="${SOAP12}"/>`,
  }),
  bad('encrypted, a second Body opened in it', 'FAILED_CHECK', /^decryption/, {
    encrypted: `${serialise(content)}</env:Body><env:Body xmlns:env="${SOAP12}">`,
  }),
  bad('encrypted twice over', 'FAILED_CHECK', /digest of Body/, () => ({
    encrypted: serialise(element(xenc, 'EncryptedData', { Id: 'ED-inner' })),
  })),
  bad('encrypted, beside something in the clear', 'MALFORMED_XML', /exactly one child/, {
    body: ({ body, encryptedData }) => withText(body, content, encryptedData),
  }),
  bad('encrypted, beside text', 'MALFORMED_XML', /exactly one child/, {
    body: ({ body, encryptedData }) => withText(body, 'text', encryptedData),
  }),
  bad('encrypted inside a wrapper', 'FAILED_CHECK', /is not encrypted/, {
    body: ({ body, encryptedData }) => withText(body, wrapper(encryptedData)),
  }),
  bad('encrypted in a block of Header, Body in the clear', 'FAILED_CHECK', /is not encrypted/, {
    body: ({ plainBody }) => plainBody,
    blocks: ({ encryptedData }) => [wrapper(encryptedData)],
  }),
  bad('encrypted, the EncryptedKey inside EncryptedData only', 'FAILED_CHECK', /exactly one EncryptedKey/, {
    security: keyless,
    body: ({ body, encryptedData, encryptedKey }) =>
      withText(body, withText(encryptedData, ...childElements(encryptedData), encryptedKey)),
  }),
];

const signatures: readonly Bad[] = [
  bad('no Signature', 'INVALID_SECURITY', /exactly one Signature/, {
    security: ({ encryptedKey, token, timestamp, confirmation }) => [encryptedKey, token, timestamp, confirmation],
  }),
  bad('two Signatures', 'INVALID_SECURITY', /exactly one Signature/, {
    security: (parts) => [element(ds, 'Signature'), ...(usual?.(parts) ?? [])],
  }),
  bad('no Timestamp', 'INVALID_SECURITY', /exactly one Timestamp/, {
    signed: ({ body, confirmation }) => [body, confirmation],
    security: ({ encryptedKey, token, signature, confirmation }) => [encryptedKey, token, signature, confirmation],
  }),
  bad('another Timestamp than was signed', 'INVALID_SECURITY', /may not be signed/, {
    security: ({ encryptedKey, token, signature, timestamp, confirmation }) => [
      encryptedKey,
      token,
      signature,
      { ...timestamp, attributes: [wsuIdAttribute('TS-other')] },
      confirmation,
    ],
    blocks: ({ timestamp }) => [wrapper(timestamp)],
  }),
  bad('a header block that is signed', 'INVALID_SECURITY', /may not be signed/, {
    signed: ({ timestamp, body, confirmation }) => [
      timestamp,
      body,
      confirmation,
      { id: 'B-1', element: { ...wrapper(), attributes: [wsuIdAttribute('B-1')] } },
    ],
    blocks: () => [{ ...wrapper(), attributes: [wsuIdAttribute('B-1')] }],
  }),
];

const signers: readonly Bad[] = [
  bad('an expired certificate', 'INVALID_SECURITY_TOKEN', /has expired/, () => ({
    signer: party('991825827', { leaf: { notAfter: new Date('2021-01-01') } }).key,
  })),
  bad('an authority that is not ours', 'INVALID_SECURITY_TOKEN', /no path|does not verify/, () => ({
    signer: party('991825827', {
      leaf: { issuer: { name: [{ type: 'CN', value: 'Else' }], privateKey: testKey('else').privateKey } },
    }).key,
  })),
  bad('a certificate without organisation number', 'FAILED_AUTHENTICATION', /no organisation number/, () => ({
    signer: party('991825827', { leaf: { subject: [{ type: 'CN', value: '991825827' }] } }).key,
  })),
];

const shapes: readonly Bad[] = [
  bad('a second Body', 'MALFORMED_XML', /Header and Body/, { tail: ({ plainBody }) => [plainBody] }),
  bad('a block that must be understood', 'MUST_UNDERSTAND', /Wrapper/, {
    blocks: () => [{ ...wrapper(), attributes: [qualified(env, 'mustUnderstand', '1')] }],
  }),
  bad('an Id of Body that stands in a header block too', 'MALFORMED_XML', /stands twice/, {
    blocks: ({ body }) => [{ ...wrapper(), attributes: body.attributes }],
  }),
  bad('an Id of Body as a plain id of a header block', 'MALFORMED_XML', /stands twice/, {
    blocks: ({ body }) => [{ ...wrapper(), attributes: plain({ id: body.attributes[0]?.value }) }],
  }),
];

describe('security/answer: what the caller refuses', () => {
  it('nothing of an answer that is as it should be', async () => {
    expect(bare(openAsCaller(await makeAnswer()).content)).to.equal(bare(content));
  });

  for (const [title, cases] of [
    ['SECURITY 53: a SignatureConfirmation', confirmations],
    ['SECURITY 51, 69: Body', encryption],
    ['a signature:', signatures],
    ['a signer:', signers],
    ['an envelope:', shapes],
  ] as const) {
    describe(title, () => {
      for (const { name, code, detail, spec } of cases) {
        it(name, async () => {
          const answer = await makeAnswer(typeof spec === 'function' ? spec() : spec);
          const failure = failureOf(() => openAsCaller(answer));
          expect([failure.code, failure.detail]).to.satisfy(
            ([c, d]: [string, string]) => c === code && detail.test(d),
            failure.message,
          );
        });
      }
    });
  }

  it('SECURITY 53: a good answer, replayed to another request of ours', async () => {
    const answer = Buffer.from(await makeAnswer());
    const deps = { trust: trustOf(caller), clock: { now: () => testTime } };
    const open = (value: string) => openAnswer(answer, value, caller.privateKey, callerPolicy, deps);
    expect(open(sent).signer.organisasjonsnummer).to.equal('991825827');
    expect(failureOf(() => open('b3RoZXI=')).code).to.equal('FAILED_CHECK');
  });

  it('an answer that is older than it lives, and one from the future', async () => {
    const answer = await makeAnswer();
    const outcome = (seconds: number): string => {
      try {
        return openAsCaller(answer, later(seconds)).signer.organisasjonsnummer;
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect([-60, 0, 59, 59.999].map(outcome)).to.deep.equal(Array(4).fill('991825827'));
    expect([-61, 60, 61, 3600].map(outcome)).to.deep.equal(Array(4).fill('MESSAGE_EXPIRED'));
  });

  it('another version of SOAP, another root, Header and Body the other way round, no Header', async () => {
    const answer = await makeAnswer();
    const [, start, header, body, end] =
      /^(<env:Envelope [^>]*>)(<env:Header>.*<\/env:Header>)(<env:Body.*<\/env:Body>)(.*)$/.exec(
        answer,
      ) as unknown as string[];
    const variants = [
      answer.replaceAll(SOAP12, 'http://schemas.xmlsoap.org/soap/envelope/'),
      answer.replace('<env:Envelope', '<env:Envelop').replace('</env:Envelope', '</env:Envelop'),
      `${start}${body}${header}${end}`,
      `${start}${body}${end}`,
      `${start}${header}${end}`,
      '<html/>',
    ];
    expect(bare(openAsCaller(`${start}${header}${body}${end}`).content)).to.equal(bare(content));
    for (const variant of variants) expect(failureOf(() => openAsCaller(variant)).code).to.equal('MALFORMED_XML');
  });

  it('no answer at all, and octets that are no XML', () => {
    for (const octets of ['', 'Bad gateway', '<a']) {
      expect(failureOf(() => openAsCaller(octets)).code).to.equal('MALFORMED_XML');
    }
  });

  for (const [name, place, code] of [
    ['Created', /(<wsu:Created>.*?\.00)/, 'FAILED_CHECK'],
    ['Expires', /(<wsu:Expires>.*?\.00)/, 'FAILED_CHECK'],
    ['a digest', /(<ds:DigestValue>)/, 'FAILED_CHECK'],
    ['SignatureValue', /(<ds:SignatureValue>)/, 'FAILED_CHECK'],
    ['the confirmation', /(SignatureConfirmation [^>]*Value=")/, 'FAILED_CHECK'],
    ['the key, encrypted', /(<xenc:CipherValue>)/, 'FAILED_CHECK'],
    ['the first block of Body, encrypted', /(<env:Body.*<xenc:CipherValue>)/, 'FAILED_CHECK'],
    ['a later block of Body, encrypted', /(<env:Body.*<xenc:CipherValue>.{200})/, 'FAILED_CHECK'],
    ['the certificate', /(<wsse:BinarySecurityToken[^>]*>.{600})/, 'INVALID_SECURITY_TOKEN'],
  ] as const) {
    it(`one character changed in ${name}`, async () => {
      const answer = await makeAnswer();
      const at = answer.search(place) + (place.exec(answer)?.[1]?.length ?? NaN);
      const changed = /[1B]/.test(answer.charAt(at)) ? '2' : /\d/.test(answer.charAt(at)) ? '1' : 'B';
      const tampered = answer.slice(0, at) + changed + answer.slice(at + 1);
      expect(failureOf(() => openAsCaller(tampered)).code).to.equal(code);
    });
  }
});
