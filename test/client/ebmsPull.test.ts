import { expect } from 'chai';
import type { Broker, PullOutcome, Pulled } from '../../src/client/ebmsPull.js';
import { confirm, pull } from '../../src/client/ebmsPull.js';
import { referenceOf } from '../../src/contract/ebms/decode.js';
import {
  ebmsFault,
  encodeEmptyChannel,
  encodeErrorSignal,
  encodeReceipt,
  encodeUserMessage,
  payloadReferences,
} from '../../src/contract/ebms/encode.js';
import { ebmsErrors } from '../../src/contract/ebms/errors.js';
import type { MessageInfo, UserMessage } from '../../src/contract/ebms/types.js';
import { encodeSbd } from '../../src/contract/sdp/sbd.js';
import { enterpriseSubject } from '../../src/sandbox/pki/identities.js';
import { signEnveloped, verifyEnveloped } from '../../src/security/enveloped.js';
import { signingKey } from '../../src/security/sign.js';
import type { XmlElement } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { serialise } from '../../src/xml/write.js';
import { paaEngelsk } from '../../src/client/answer.js';
import type { Asked, Change, Reply } from '../support/brokerStub.js';
import {
  broker,
  brokerAt,
  deps,
  document,
  envelope,
  infoFor,
  messageFor,
  mpc,
  provider,
  receipt,
  signedSbd,
  us,
  withBroker,
} from '../support/brokerStub.js';
import { swap } from '../support/messages.js';
import { makeChain, testKey, testTime } from '../support/pki.js';
import { closedPort } from './stub.js';

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
      const warning = { ...ebmsErrors.OTHER, severity: 'warning' } as const;
      const other = await outcomeOf(({ id }) => envelope(encodeErrorSignal(infoFor(id), warning, 'x')));
      expect(other).to.include({ type: 'ebmsError', code: 'EBMS:0004' });
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
      'an empty channel whose error is about another message': [
        /error about another message/,
        ({ id }) => {
          const good = serialise(encodeEmptyChannel(infoFor(id)));
          return envelope(parse(good.replace(/(refToMessageInError=")[^"]*/, '$1other')));
        },
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
        expect(outcome.type === 'unverifiable' && paaEngelsk(outcome.reason)).to.match(reason);
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
        const said = 'reason' in done ? { ...done, reason: paaEngelsk(done.reason) } : done;
        expect(said).to.include(expected);
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
