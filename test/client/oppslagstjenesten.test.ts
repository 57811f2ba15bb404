import { expect } from 'chai';
import type { LookupService } from '../../src/client/oppslagstjenesten.js';
import { callLookup, lookUpPersons } from '../../src/client/oppslagstjenesten.js';
import { decodeCommand, decodePaaVegneAv } from '../../src/contract/oppslagstjenesten/decode.js';
import {
  encodeHentPersoner,
  encodeHentPrintSertifikat,
  encodePersoner,
  encodePrintSertifikat,
} from '../../src/contract/oppslagstjenesten/encode.js';
import { headerBlocks } from '../../src/contract/oppslagstjenesten/names.js';
import { informasjonsbehov } from '../../src/domain/person.js';
import type { PersonSvar } from '../../src/domain/varsling.js';
import { Failure } from '../../src/errors.js';
import { protectAnswer } from '../../src/security/answer.js';
import { oppslagstjenestenPolicy } from '../../src/security/policy.js';
import { verify } from '../../src/security/signature.js';
import type { Trusted } from '../../src/security/trusted.js';
import { faultEnvelope } from '../../src/soap/fault.js';
import { contentType } from '../../src/soap/names.js';
import { textOf, childElements } from '../../src/xml/model.js';
import type { AnswerSpec } from '../support/answers.js';
import { caller, makeAnswer, party, service } from '../support/answers.js';
import { testTime, trustOf } from '../support/pki.js';
import type { Received, Stub } from './stub.js';
import { startStub } from './stub.js';

const clock = { now: () => testTime };
const trust = trustOf(caller);
const exceptions = { sha1Digest: false, timestampWithoutTransforms: false, oaepSha1Cbc: false };
const policy = oppslagstjenestenPolicy(exceptions, headerBlocks);

async function* octetsOf({ body }: Received): AsyncGenerator<Buffer> {
  yield Buffer.from(body);
}
const verified = (request: Received): Promise<Trusted> =>
  verify({ stream: octetsOf(request) }, policy, { trust, clock });

const id = '23863814839';
const known: PersonSvar = { personidentifikator: id, status: 'AKTIV', reservasjon: 'NEI' };

describe('client/oppslagstjenesten', () => {
  let stub: Stub | undefined;
  afterEach(async () => {
    await stub?.stop();
    stub = undefined;
  });

  /** A service that answers what `reply` makes of a request that was verified. */
  async function serviceWith(
    reply: (trusted: Trusted) => string | Promise<string>,
    changes: Partial<LookupService> = {},
    status = 200,
  ): Promise<LookupService> {
    stub = await startStub(async (response, request) => {
      const answer = await reply(await verified(request));
      response.writeHead(status, { 'Content-Type': contentType['1.2'] }).end(answer);
    });
    return { url: stub.url, key: caller.key, expected: '991825827', trust, clock, ...changes };
  }
  const honest = (trusted: Trusted): Promise<string> =>
    protectAnswer(encodePersoner([known], new Map()), trusted, service.key, testTime);

  async function refusal(call: Promise<unknown>): Promise<Failure> {
    const outcome = await call.then(
      () => 'an answer',
      (error: unknown) => error,
    );
    if (outcome instanceof Failure) return outcome;
    throw outcome instanceof Error ? outcome : new Error('nothing was refused');
  }

  it('asks what it is told to, for whom it is told, and gives the persons', async () => {
    let asked: Trusted | undefined;
    const target = await serviceWith((trusted) => honest((asked = trusted)));
    expect(await lookUpPersons(target, ['Person', 'Sertifikat'], [id, id], '310000027')).to.deep.equal([known]);
    expect(decodeCommand(asked as Trusted)).to.deep.equal({
      operasjon: 'HentPersoner',
      behov: new Set(['Person', 'Sertifikat']),
      personer: [id, id],
    });
    expect(decodePaaVegneAv(asked as Trusted)).to.equal('310000027');
  });

  it('names nobody when nobody is acted for', async () => {
    let blocks: number | undefined;
    const target = await serviceWith((trusted) => {
      blocks = trusted.blocks.length;
      return honest(trusted);
    });
    await lookUpPersons(target, [], [id]);
    expect(blocks).to.equal(0);
  });

  it('gives the answering element of any operation', async () => {
    const target = await serviceWith((trusted) =>
      protectAnswer(encodePrintSertifikat('310000051', 'TUlJ'), trusted, service.key, testTime),
    );
    const answer = await callLookup(target, encodeHentPrintSertifikat());
    expect(childElements(answer).map(textOf)).to.deep.equal(['310000051', 'TUlJ']);
    const { code, detail } = await refusal(lookUpPersons(target, [], [id]));
    expect([code, detail]).to.deep.equal(['MALFORMED_XML', 'Body holds no HentPersonerRespons']);
  });

  it('takes an answer about 1000 persons with certificates', async () => {
    const certificates = new Map([['984661185', service.leaf.toString('base64')]]);
    const svar = { ...known, visSertifikat: '984661185' };
    const target = await serviceWith(async (trusted) => {
      const answer = await protectAnswer(
        encodePersoner(Array<PersonSvar>(1000).fill(svar), certificates),
        trusted,
        service.key,
        testTime,
      );
      expect(Math.max(...answer.split(/[<>]/).map((piece) => piece.length))).to.be.greaterThan(1024 * 1024);
      return answer;
    });
    const persons = await lookUpPersons(target, informasjonsbehov, [id]);
    expect(persons).to.have.length(1000);
    expect(new Set(persons.map((p) => p.x509Sertifikat))).to.deep.equal(new Set(certificates.values()));
  });

  describe('who answers', () => {
    it('must be the organisation that is expected', async () => {
      const target = await serviceWith(honest, { expected: '310000051' });
      const { code, detail } = await refusal(lookUpPersons(target, [], [id]));
      expect(code).to.equal('FAILED_AUTHENTICATION');
      expect(detail).to.equal('the answer is signed by 991825827, not 310000051');
    });

    it('may be anybody the trust store vouches for, when nobody is expected', async () => {
      const other = party('310000051');
      const sign = (trusted: Trusted): Promise<string> =>
        protectAnswer(encodePersoner([known], new Map()), trusted, other.key, testTime);
      expect(await lookUpPersons(await serviceWith(sign, { expected: undefined }), [], [id])).to.deep.equal([known]);
      await stub?.stop();
      expect((await refusal(lookUpPersons(await serviceWith(sign), [], [id]))).code).to.equal('FAILED_AUTHENTICATION');
    });

    it('must be one the trust store vouches for', async () => {
      const nobody = {
        check: () => {
          throw new Failure('INVALID_SECURITY_TOKEN', 'nobody');
        },
      };
      const target = await serviceWith(honest, { expected: undefined, trust: nobody });
      expect((await refusal(lookUpPersons(target, [], [id]))).code).to.equal('INVALID_SECURITY_TOKEN');
    });
  });

  describe('SECURITY 53, 69: refuses an answer', () => {
    type Make = (trusted: Trusted) => AnswerSpec;
    const right: Make = ({ signatureValue }) => ({ confirms: signatureValue });
    const rows: readonly (readonly [name: string, code: string, make: Make])[] = [
      ['that confirms another request', 'FAILED_CHECK', () => ({ confirms: 'b3RoZXI=' })],
      [
        'that confirms nothing',
        'FAILED_CHECK',
        () => ({
          signed: ({ timestamp, body }) => [timestamp, body],
          security: ({ encryptedKey, token, signature, timestamp }) => [encryptedKey, token, signature, timestamp],
        }),
      ],
      [
        'whose confirmation is not signed',
        'FAILED_CHECK',
        (t) => ({ ...right(t), signed: ({ timestamp, body }) => [timestamp, body] }),
      ],
      ['in the clear', 'FAILED_CHECK', (t) => ({ ...right(t), body: ({ plainBody }) => plainBody })],
      ['that is encrypted for another', 'FAILED_CHECK', (t) => ({ ...right(t), recipient: service.parsed })],
      [
        'whose Body is not signed',
        'FAILED_CHECK',
        (t) => ({ ...right(t), signed: ({ timestamp, confirmation }) => [timestamp, confirmation] }),
      ],
      [
        'that is past its sixty seconds',
        'MESSAGE_EXPIRED',
        (t) => ({ ...right(t), created: new Date(testTime.getTime() - 60_000) }),
      ],
      [
        'that is from the future',
        'MESSAGE_EXPIRED',
        (t) => ({ ...right(t), created: new Date(testTime.getTime() + 61_000) }),
      ],
      [
        'under a certificate that has expired',
        'INVALID_SECURITY_TOKEN',
        (t) => ({
          ...right(t),
          signer: party('991825827', { leaf: { notAfter: new Date('2021-01-01') } }).key,
        }),
      ],
    ];

    it('but not one that is as it should be', async () => {
      const target = await serviceWith((trusted) => makeAnswer(right(trusted)));
      expect(await lookUpPersons(target, [], [id])).to.deep.equal([known]);
    });

    for (const [name, code, make] of rows) {
      it(name, async () => {
        const target = await serviceWith((trusted) => makeAnswer(make(trusted)));
        expect((await refusal(callLookup(target, encodeHentPersoner([], [id])))).code).to.equal(code);
      });
    }

    it('that was given to an earlier request of ours', async () => {
      let first: string | undefined;
      const target = await serviceWith(async (trusted) => (first ??= await honest(trusted)));
      expect(await lookUpPersons(target, [], [id])).to.deep.equal([known]);
      expect((await refusal(lookUpPersons(target, [], [id]))).code).to.equal('FAILED_CHECK');
    });

    it('that is no answer', async () => {
      for (const [answer, code] of [
        ['', 'MALFORMED_XML'],
        ['<html/>', 'MALFORMED_XML'],
        ['OK', 'MALFORMED_XML'],
      ] as const) {
        expect((await refusal(lookUpPersons(await serviceWith(() => answer), [], [id]))).code).to.equal(code);
        await stub?.stop();
      }
    });
  });

  it('tells the reason of a fault', async () => {
    const failure = new Failure('NO_ACCESS', '', { owner: '310000019', service: 'OPPSLAGSTJENESTEN' });
    const target = await serviceWith(() => faultEnvelope(failure, '1.2', ['1.2'], 'id'), {}, 500);
    const { code, detail } = await refusal(lookUpPersons(target, [], [id]));
    expect([code, detail]).to.deep.equal([
      'UPSTREAM_FAULT',
      'Invalid service usage: Service owner 310000019 does not have access to OPPSLAGSTJENESTEN',
    ]);
  });
});
