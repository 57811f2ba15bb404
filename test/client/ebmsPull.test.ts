import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Broker, PullOutcome, Pulled } from '../../src/client/ebmsPull.js';
import { confirm, pull } from '../../src/client/ebmsPull.js';
import { decodeMessaging, referenceOf } from '../../src/contract/ebms/decode.js';
import {
  ebmsFault,
  encodeEmptyChannel,
  encodeErrorSignal,
  encodeReceipt,
  encodeUserMessage,
  payloadReferences,
  pulledReceipt,
} from '../../src/contract/ebms/encode.js';
import { ebmsErrors } from '../../src/contract/ebms/errors.js';
import type { Mpc } from '../../src/contract/ebms/names.js';
import type { MessageInfo, Messaging, UserMessage } from '../../src/contract/ebms/types.js';
import { encodeSbd } from '../../src/contract/sdp/sbd.js';
import type { BusinessDocument } from '../../src/contract/sdp/types.js';
import { enterpriseSubject } from '../../src/sandbox/pki/identities.js';
import { signEnveloped, verifyEnveloped } from '../../src/security/enveloped.js';
import { newId, signingKey } from '../../src/security/sign.js';
import type { SigningKey } from '../../src/security/sign.js';
import { verify } from '../../src/security/signature.js';
import { signEbms } from '../../src/security/signEbms.js';
import type { Trusted } from '../../src/security/trusted.js';
import { parseMultipartType } from '../../src/soap/mime.js';
import type { XmlElement } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { caller, party } from '../support/answers.js';
import { sdp } from '../support/ebms.js';
import { swap } from '../support/messages.js';
import { makeChain, testKey, testTime, trustOf } from '../support/pki.js';
import { closedPort } from './stub.js';

const us = '310000019';
const broker = party('984661185');
const provider = party('996460320');
const deps = { trust: trustOf(caller), clock: { now: () => testTime } };
const mpc: Mpc = { prioritet: 'PRIORITERT', id: 'posthorn-1' };

const document: BusinessDocument = {
  header: {
    sender: '996460320',
    receiver: us,
    instanceIdentifier: '11111111-0000-4000-8000-000000000001',
    conversationId: '22222222-0000-4000-8000-000000000001',
    created: testTime,
  },
  payload: { type: 'kvittering', tidspunkt: testTime, hendelse: { type: 'levering' } },
};
const signedSbd = (changes: Partial<BusinessDocument['header']> = {}, key = provider.key): Promise<string> =>
  signEnveloped(encodeSbd({ ...document, header: { ...document.header, ...changes } }), key);

const infoFor = (refToMessageId: string | undefined): MessageInfo => ({
  timestamp: testTime,
  messageId: 'answer-1',
  refToMessageId,
});

interface Asked {
  readonly trusted: Trusted;
  readonly messaging: Messaging;
  /** MessageId of the PullRequest, or of the only signal. */
  readonly id: string;
}
type Reply = (asked: Asked, response: ServerResponse) => Promise<string | undefined> | string | undefined;

const envelope = async (
  messaging: XmlElement,
  body: readonly XmlElement[] = [],
  key: SigningKey = broker.key,
  now = testTime,
): Promise<string> =>
  (await signEbms({ messaging, body, bodyId: newId('id'), attachments: [], lifetime: 300 }, key, now)).envelope;

const messageFor = (id: string): UserMessage =>
  pulledReceipt({ info: infoFor(id), mpc, conversationId: document.header.instanceIdentifier }, '984661185', us);

interface Change {
  readonly message?: (good: UserMessage) => UserMessage;
  readonly sbd?: () => Promise<string>;
  readonly key?: SigningKey;
  readonly now?: Date;
}

/** A receipt as the broker hands it over, but for what is changed. */
const receipt =
  ({ message = (good) => good, sbd = signedSbd, key = broker.key, now = testTime }: Change = {}): Reply =>
  async ({ id }) =>
    envelope(encodeUserMessage(message(messageFor(id))), [parse(await sbd())], key, now);

/** A broker that verifies what it is sent and answers by `reply`; it sends nothing when that is undefined. */
async function withBroker(reply: Reply, use: (url: string, seen: readonly Asked[]) => Promise<void>): Promise<void> {
  const seen: Asked[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const type = request.headers['content-type'] ?? '';
    const trusted = await verify({ stream: request, multipart: parseMultipartType(type) }, sdp, deps);
    const messaging = decodeMessaging(trusted);
    const signals = messaging.type === 'signals' ? messaging.signals : [];
    const asked = { trusted, messaging, id: signals.at(-1)?.info.messageId ?? '' };
    seen.push(asked);
    const text = await reply(asked, response);
    if (text !== undefined) response.setHeader('Content-Type', 'application/soap+xml;charset=UTF-8').end(text);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api`, seen);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const brokerAt = (url: string, changes: Partial<Broker> = {}): Broker => ({
  ...deps,
  url,
  key: caller.key,
  organisasjonsnummer: us,
  isReceiver: (signer) => signer.certificate.fingeravtrykk === broker.parsed.fingeravtrykk,
  isProvider: (signer) => signer.fingeravtrykk === provider.parsed.fingeravtrykk,
  ...changes,
});

async function outcomeOf(reply: Reply, changes: Partial<Broker> = {}): Promise<PullOutcome> {
  let outcome: PullOutcome | undefined;
  await withBroker(reply, async (url) => {
    outcome = await pull(brokerAt(url, changes), mpc);
  });
  return outcome as PullOutcome;
}

function messageIn(outcome: PullOutcome): Pulled {
  if (outcome.type !== 'message') throw new Error(JSON.stringify(outcome));
  return outcome.pulled;
}

describe('client/ebmsPull', () => {
  describe('a pull', () => {
    it('CONTRACT 7: asks its channel by one signed signal, and gives the document whose signature still stands', async () => {
      const sent = await signedSbd();
      await withBroker(receipt({ sbd: async () => sent }), async (url, seen) => {
        const pulled = messageIn(await pull(brokerAt(url), mpc));
        expect(pulled.document).to.deep.equal(document);
        const again = verifyEnveloped(parse(pulled.sbd), deps.trust, testTime);
        expect(again.signer.fingeravtrykk).to.equal(provider.parsed.fingeravtrykk);
        const [{ messaging, trusted }] = seen as [Asked];
        expect(trusted.principal.organisasjonsnummer).to.equal(us);
        expect(messaging.type === 'signals' && messaging.signals).to.have.length(1);
        expect(messaging.type === 'signals' && messaging.signals[0]).to.deep.include({
          pull: mpc,
          receipt: undefined,
          errors: [],
        });
      });
    });

    it("keeps the provider's own namespaces: a default one, one that nothing uses, and none of the envelope's", async () => {
      const own = encodeSbd(document);
      const unused = { ...own, declarations: [...own.declarations, { prefix: 'i', uri: 'urn:unused' }] };
      const { sbd } = messageIn(
        await outcomeOf(receipt({ sbd: () => signEnveloped(unused, provider.key, 'inclusive') })),
      );
      expect(sbd).to.contain('xmlns:i="urn:unused"').and.not.contain('xmlns:env=');
      verifyEnveloped(parse(sbd), deps.trust, testTime);
    });

    it('takes a feil, in the other canonical form too', async () => {
      const feil = { type: 'feil', tidspunkt: testTime, feiltype: 'KLIENT', detaljer: 'x' } as const;
      const sbd = () => signEnveloped(encodeSbd({ ...document, payload: feil }), provider.key, 'exclusive');
      expect(messageIn(await outcomeOf(receipt({ sbd }))).document.payload).to.deep.equal(feil);
    });

    it('an empty channel is a signed warning about this question', async () => {
      const reply: Reply = ({ id }) => envelope(encodeEmptyChannel(infoFor(id)));
      expect(await outcomeOf(reply)).to.deep.equal({ type: 'empty' });
    });

    it('an empty channel that nobody has signed is an error, and so is one that is no warning', async () => {
      const row = ebmsErrors.EMPTY_CHANNEL;
      const unsigned = await outcomeOf(({ id }) => ebmsFault(infoFor(id), row, 'x'));
      expect(unsigned).to.include({ type: 'ebmsError', code: 'EBMS:0006' });
      const failure = { ...row, severity: 'failure' } as const;
      const loud = await outcomeOf(({ id }) => envelope(encodeErrorSignal(infoFor(id), failure, 'x')));
      expect(loud).to.include({ type: 'ebmsError', code: 'EBMS:0006' });
    });

    it('an error, signed or in a fault, is told', async () => {
      const row = ebmsErrors.OTHER;
      const told = { type: 'ebmsError', code: 'EBMS:0004', shortDescription: 'Other', description: 'later' };
      const fault: Reply = ({ id }, response) => {
        response.statusCode = 500;
        return ebmsFault(infoFor(id), row, 'later');
      };
      expect(await outcomeOf(fault)).to.deep.equal(told);
      const answer: Reply = ({ id }) => envelope(encodeErrorSignal(infoFor(id), row, 'later'));
      expect(await outcomeOf(answer)).to.deep.equal(told);
    });

    const otherCertificate = (() => {
      const subject = enterpriseSubject({ organisasjonsnummer: '996460320', organisasjon: 'EN PART' });
      const chain = makeChain({ leafKey: testKey('another of the provider'), leaf: { subject, serial: 78n } });
      return signingKey(chain.privateKey, chain.leaf);
    })();
    const stranger = (() => {
      const issuer = { name: [{ type: 'CN', value: 'Nobody' }] as const, privateKey: testKey('stranger').privateKey };
      const chain = makeChain({ leafKey: testKey('foreign'), leaf: { issuer } });
      return signingKey(chain.privateKey, chain.leaf);
    })();
    const message = (change: Partial<UserMessage>): Change => ({ message: (good) => ({ ...good, ...change }) });
    const part = (href: string | undefined) => ({ href, properties: new Map<string, string>() });
    const unverifiable: Readonly<Record<string, readonly [reason: RegExp, reply: Reply]>> = {
      'SECURITY 80: a certificate that nobody vouches for': [/^INVALID_SECURITY_TOKEN/, receipt({ key: stranger })],
      'SECURITY 86: signed by another organisation': [/signed by somebody else$/, receipt({ key: provider.key })],
      'SECURITY 73: an old answer': [/^MESSAGE_EXPIRED/, receipt({ now: new Date(testTime.getTime() - 181_000) })],
      'SECURITY 42: an answer that was changed': [
        /^FAILED_CHECK/,
        async (asked, r) => swap((await receipt()(asked, r)) ?? '', '>answer-1<', '>answer-2<'),
      ],
      'SECURITY 42: a document that was changed under the signature of the broker': [
        /^FAILED_CHECK/,
        receipt({ sbd: async () => (await signedSbd()).replaceAll('levering', 'aapning') }),
      ],
      'an unsigned answer': [
        /^INVALID_SECURITY/,
        async (asked, r) => ((await receipt()(asked, r)) ?? '').replace(/<wsse:Security .*<\/wsse:Security>/s, ''),
      ],
      'SECURITY 53: the answer to another question': [
        /to another message/,
        receipt({ message: (good) => ({ ...good, info: infoFor('other') }) }),
      ],
      'a message that is an answer to nothing': [
        /to another message/,
        receipt({ message: (good) => ({ ...good, info: infoFor(undefined) }) }),
      ],
      'another channel': [/another channel/, receipt(message({ mpc: { ...mpc, id: 'posthorn-2' } }))],
      'another priority': [/another channel/, receipt(message({ mpc: { ...mpc, prioritet: 'NORMAL' } }))],
      'From another organisation': [
        /not from who signed/,
        receipt(message({ fra: { organisasjonsnummer: us, rolle: 'meldingsformidler' } })),
      ],
      'From another role': [
        /not from who signed/,
        receipt(message({ fra: { organisasjonsnummer: '984661185', rolle: 'postkasse' } })),
      ],
      'To another organisation': [
        /^the answer is for somebody else/,
        receipt(message({ til: { organisasjonsnummer: '984661185', rolle: 'avsender' } })),
      ],
      'To another role': [
        /^the answer is for somebody else/,
        receipt(message({ til: { organisasjonsnummer: us, rolle: 'postkasse' } })),
      ],
      'another action': [/answer is no receipt/, receipt(message({ action: 'FormidleDigitalPost' }))],
      'a PartInfo about an attachment': [
        /attachment that is not there/,
        receipt(message({ parts: [part(undefined), part('cid:x@y')] })),
      ],
      'no PartInfo about the Body': [/does not name the Body/, receipt(message({ parts: [part('cid:x@y')] }))],
      'no document': [
        /^INVALID_SECURITY/,
        ({ id }) => envelope(encodeUserMessage(messageFor(id)), [parse('<x xmlns="urn:x"/>')]),
      ],
      'an unsigned document': [
        /^INVALID_SECURITY: .*Signature/,
        receipt({ sbd: async () => (await signedSbd()).replace(/<(\w+):Signature[ >].*<\/\1:Signature>/s, '') }),
      ],
      'SECURITY 86: a document signed by the broker itself': [
        /signed by somebody else than its sender/,
        receipt({ sbd: () => signedSbd({}, broker.key) }),
      ],
      'SECURITY 86: a document signed with another certificate of the provider': [
        /signed by somebody else than its sender/,
        receipt({ sbd: () => signedSbd({}, otherCertificate) }),
      ],
      'a document of another sender than its signer': [
        /signed by somebody else than its sender/,
        receipt({ sbd: () => signedSbd({ sender: '984661185' }) }),
      ],
      'a document for another receiver': [
        /document is for somebody else/,
        receipt({ sbd: () => signedSbd({ receiver: '310000027' }) }),
      ],
      'an empty channel of another question': [
        /to another message/,
        () => envelope(encodeEmptyChannel(infoFor('other'))),
      ],
      'a receipt where a message is asked for': [
        /neither a message nor an error/,
        ({ id, trusted }) => envelope(encodeReceipt(infoFor(id), payloadReferences(trusted))),
      ],
      'something that is no SOAP': [/no SOAP 1.2 envelope/, () => '<html/>'],
      'no octets': [/no SOAP 1.2 envelope/, () => ''],
    };
    for (const [what, [reason, reply]] of Object.entries(unverifiable)) {
      it(`${what} is unverifiable`, async () => {
        const outcome = await outcomeOf(reply);
        expect(outcome.type).to.equal('unverifiable');
        expect(outcome.type === 'unverifiable' && outcome.reason).to.match(reason);
      });
    }

    it('a letter where a receipt is asked for is unverifiable', async () => {
      const post = {
        type: 'digitalPost',
        avsender: { organisasjonsnummer: us, avsenderidentifikator: null, fakturaReferanse: null },
        fingeravtrykk: '00'.repeat(32),
        mottaker: { personidentifikator: null, postkasseadresse: 'x' },
        digital: {
          virkning: null,
          aapningskvittering: false,
          sikkerhetsnivaa: 3,
          ikkeSensitivTittel: { lang: 'nb', tekst: 'x' },
          epostVarsel: null,
          smsVarsel: null,
        },
        fysisk: null,
      } as const;
      const sbd = () => signEnveloped(encodeSbd({ ...document, payload: post }), provider.key);
      expect(await outcomeOf(receipt({ sbd }))).to.deep.equal({
        type: 'unverifiable',
        reason: 'the document is no receipt',
      });
    });

    it('another status, a cut connection and a closed port are transport', async () => {
      const busy = await outcomeOf((_, response) => {
        response.statusCode = 503;
        return 'busy';
      });
      expect(busy).to.deep.equal({ type: 'transport', reason: 'HTTP 503' });
      expect(await outcomeOf((_, response) => void response.destroy())).to.include({ type: 'transport' });
      const closed = brokerAt(`http://127.0.0.1:${await closedPort()}/`);
      expect(await pull(closed, mpc)).to.include({ type: 'transport' });
    });
  });

  describe('a confirmation', () => {
    /** Pulls once, then does `next` against `reply`. */
    async function after<T>(reply: Reply, next: (broker: Broker, pulled: Pulled) => Promise<T>) {
      let done: T | undefined;
      let asked: readonly Asked[] = [];
      const answers = [receipt(), reply];
      await withBroker(
        (a, r) => answers.shift()?.(a, r),
        async (url, seen) => {
          const b = brokerAt(url);
          done = await next(b, messageIn(await pull(b, mpc)));
          asked = seen;
        },
      );
      return { done: done as T, asked: asked[1] as Asked };
    }
    const silent: Reply = (_, response) => {
      response.statusCode = 202;
      return '';
    };

    it("CONTRACT 7, 12.6: refers to the message, with the one reference to its Body as the broker's signature has it", async () => {
      const { done, asked } = await after(silent, async (b, { confirmation }) => {
        expect(await confirm(b, confirmation)).to.deep.equal({ type: 'confirmed' });
        return confirmation;
      });
      const signals = asked.messaging.type === 'signals' ? asked.messaging.signals : [];
      expect(signals).to.have.length(1);
      expect(signals[0]?.info.refToMessageId).to.equal('answer-1');
      const references = done.references.map((text) => referenceOf(parse(text)));
      expect(references.map(({ uri }) => uri.slice(0, 4))).to.deep.equal(['#id-']);
      expect(signals[0]?.receipt).to.deep.equal(references);
    });

    it('and the next pull go in one message, the confirmation first', async () => {
      const reply: Reply = ({ id }) => envelope(encodeEmptyChannel(infoFor(id)));
      const { done, asked } = await after(reply, (b, { confirmation }) => pull(b, mpc, confirmation));
      expect(done).to.deep.equal({ type: 'empty' });
      const signals = asked.messaging.type === 'signals' ? asked.messaging.signals : [];
      expect(signals.map((s) => [s.info.refToMessageId, s.receipt?.length, s.pull])).to.deep.equal([
        ['answer-1', 1, undefined],
        [undefined, undefined, mpc],
      ]);
    });

    it('with the next pull: an error about either is told, and an empty channel about the confirmation is none', async () => {
      const about = (index: number, encode: (info: MessageInfo) => XmlElement): Reply => {
        return ({ messaging }) => {
          const signals = messaging.type === 'signals' ? messaging.signals : [];
          return envelope(encode(infoFor(signals[index]?.info.messageId)));
        };
      };
      const error = (info: MessageInfo) => encodeErrorSignal(info, ebmsErrors.OTHER, 'x');
      for (const index of [0, 1]) {
        const { done } = await after(about(index, error), (b, { confirmation }) => pull(b, mpc, confirmation));
        expect(done).to.include({ type: 'ebmsError', code: 'EBMS:0004' });
      }
      const { done } = await after(about(0, encodeEmptyChannel), (b, { confirmation }) => pull(b, mpc, confirmation));
      expect(done).to.include({ type: 'ebmsError', code: 'EBMS:0006' });
    });

    const answers: Readonly<Record<string, readonly [Reply, object]>> = {
      'a signed receipt': [
        ({ id, trusted }) => envelope(encodeReceipt(infoFor(id), payloadReferences(trusted))),
        { type: 'confirmed' },
      ],
      'the next message': [receipt(), { type: 'confirmed' }],
      'an empty channel': [({ id }) => envelope(encodeEmptyChannel(infoFor(id))), { type: 'confirmed' }],
      'a signed error': [
        ({ id }) => envelope(encodeErrorSignal(infoFor(id), ebmsErrors.VALUE_NOT_RECOGNIZED, 'x')),
        { type: 'ebmsError', code: 'EBMS:0001' },
      ],
      'an answer to another message': [
        ({ trusted }) => envelope(encodeReceipt(infoFor('other'), payloadReferences(trusted))),
        { type: 'unverifiable', reason: 'the answer is to another message' },
      ],
      'SECURITY 86: somebody else': [
        ({ id }) => envelope(encodeEmptyChannel(infoFor(id)), [], provider.key),
        { type: 'unverifiable', reason: 'the answer is signed by somebody else' },
      ],
      'something that is no SOAP': [
        () => '<html/>',
        { type: 'unverifiable', reason: 'the answer is no SOAP 1.2 envelope' },
      ],
    };
    for (const [what, [reply, expected]] of Object.entries(answers)) {
      it(`alone, answered by ${what}`, async () => {
        const { done } = await after(reply, (b, { confirmation }) => confirm(b, confirmation));
        expect(done).to.include(expected);
      });
    }

    it('alone, answered by HTTP 503, is transport', async () => {
      const reply: Reply = (_, response) => {
        response.statusCode = 503;
        return '';
      };
      const { done } = await after(reply, (b, { confirmation }) => confirm(b, confirmation));
      expect(done).to.deep.equal({ type: 'transport', reason: 'HTTP 503' });
    });
  });
});
