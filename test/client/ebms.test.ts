import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Push, PushOutcome } from '../../src/client/ebms.js';
import { pushMessage } from '../../src/client/ebms.js';
import { decodeMessaging } from '../../src/contract/ebms/decode.js';
import {
  ebmsFault,
  encodeErrorSignal,
  encodePull,
  encodeReceipt,
  payloadReferences,
} from '../../src/contract/ebms/encode.js';
import { ebmsErrors } from '../../src/contract/ebms/errors.js';
import type { MessageInfo } from '../../src/contract/ebms/types.js';
import { newId, signingKey } from '../../src/security/sign.js';
import type { SigningKey } from '../../src/security/sign.js';
import { verify } from '../../src/security/signature.js';
import { signEbms } from '../../src/security/signEbms.js';
import type { Trusted } from '../../src/security/trusted.js';
import { parseMultipartType } from '../../src/soap/mime.js';
import { faultEnvelope } from '../../src/soap/fault.js';
import { Failure } from '../../src/errors.js';
import type { XmlElement } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { serialise } from '../../src/xml/write.js';
import { codeOf } from '../soap/mime/support.js';
import { caller, party } from '../support/answers.js';
import {
  cms,
  cmsPart,
  contentId,
  contentType,
  multipart,
  rootPart,
  sbd,
  sdp,
  sha256,
  userMessage,
} from '../support/ebms.js';
import { swap } from '../support/messages.js';
import { makeChain, testKey, testTime, trustOf } from '../support/pki.js';
import { closedPort } from './stub.js';

const provider = party('984661185');
const deps = { trust: trustOf(caller), clock: { now: () => testTime } };

const infoFor = (messageId: string | undefined): MessageInfo => ({
  timestamp: testTime,
  messageId: 'receipt-1',
  refToMessageId: messageId,
});

/** The envelope with which a provider answers `messaging`. */
const answerWith = async (messaging: XmlElement, key: SigningKey = provider.key, now = testTime): Promise<string> =>
  (await signEbms({ messaging, body: [], bodyId: newId('id'), attachments: [], lifetime: 300 }, key, now)).envelope;

type Reply = (request: Trusted, response: ServerResponse) => Promise<string | undefined> | string | undefined;

const messageId = userMessage.info.messageId;
const receipt = (request: Trusted): XmlElement => encodeReceipt(infoFor(messageId), payloadReferences(request));

/** A provider that verifies what it is sent and answers by `reply`; it sends nothing when that is undefined. */
async function withProvider(
  reply: Reply,
  use: (url: string, seen: readonly Trusted[]) => Promise<void>,
): Promise<void> {
  const seen: Trusted[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const type = request.headers['content-type'] ?? '';
    const trusted = await verify({ stream: request, multipart: parseMultipartType(type) }, sdp, deps);
    seen.push(trusted);
    const text = await reply(trusted, response);
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

const push = (url: string, changes: Partial<Push> = {}): Push => ({
  ...deps,
  url,
  userMessage,
  sbd,
  attachment: {
    contentId,
    size: cms.length,
    sha256: sha256(cms),
    open: async function* () {
      yield cms.subarray(0, 5);
      yield cms.subarray(5);
    },
  },
  key: caller.key,
  isReceiver: (signer) => signer.certificate.fingeravtrykk === provider.parsed.fingeravtrykk,
  ...changes,
});

async function outcomeOf(reply: Reply, changes: Partial<Push> = {}): Promise<PushOutcome> {
  let outcome: PushOutcome | undefined;
  await withProvider(reply, async (url) => {
    outcome = await pushMessage(push(url, changes));
  });
  return outcome as PushOutcome;
}

/** What is wrong with an answer, in both languages. */
const reasonOf = (outcome: PushOutcome): { readonly nb: string; readonly en: string } => {
  if (outcome.type === 'unverifiable' && typeof outcome.reason === 'object') return outcome.reason;
  return expect.fail(`no reason in both languages: ${outcome.type}`);
};

describe('client/ebms', () => {
  it('sends what the provider can verify, and takes its receipt', async () => {
    await withProvider(
      (request) => answerWith(receipt(request)),
      async (url, seen) => {
        const outcome = await pushMessage(push(url));
        expect(outcome).to.deep.include({ type: 'accepted', receiptId: 'receipt-1', at: testTime });
        expect(seen[0]?.parts.map((p) => [p.contentId, p.contentType, p.size])).to.deep.equal([
          [contentId, 'application/cms', cms.length],
        ]);
        expect(seen[0] && decodeMessaging(seen[0])).to.deep.equal({ type: 'user', message: userMessage });
        expect(serialise(seen[0]?.operation as XmlElement)).to.contain('xmlns:i="urn:unused"');
      },
    );
  });

  it('sends an envelope alone when there is no package', async () => {
    await withProvider(
      (request) => answerWith(receipt(request)),
      async (url, seen) => {
        expect((await pushMessage(push(url, { attachment: undefined }))).type).to.equal('accepted');
        expect(seen[0]?.parts).to.deep.equal([]);
      },
    );
  });

  it('sends a large package as it is made', async () => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const size = 100 * chunk.length;
    const attachment = {
      contentId,
      size,
      sha256: sha256(Buffer.alloc(size, 'x')),
      open: async function* () {
        for (let i = 0; i < 100; i++) yield chunk;
      },
    };
    expect((await outcomeOf((request) => answerWith(receipt(request)), { attachment })).type).to.equal('accepted');
  });

  const row = ebmsErrors.VALUE_INCONSISTENT;
  const told = {
    type: 'ebmsError',
    code: 'EBMS:0003',
    shortDescription: 'ValueInconsistent',
    description: 'not the same',
  };

  it('tells the ebMS error of a fault, whatever the status', async () => {
    for (const status of [200, 400, 500]) {
      const outcome = await outcomeOf((_, response) => {
        response.statusCode = status;
        return ebmsFault(infoFor(messageId), row, 'not\n the  same');
      });
      expect(outcome).to.deep.equal(told);
    }
    const unreferred = await outcomeOf(() => ebmsFault(infoFor(undefined), row, 'not the same'));
    expect(unreferred).to.deep.equal(told);
  });

  it('tells a signed ebMS error', async () => {
    const outcome = await outcomeOf(() => answerWith(encodeErrorSignal(infoFor(messageId), row, 'not the same')));
    expect(outcome).to.deep.equal(told);
  });

  const stranger = (() => {
    const chain = makeChain({
      leafKey: testKey('foreign'),
      leaf: { issuer: { name: [{ type: 'CN', value: 'Nobody' }], privateKey: testKey('stranger').privateKey } },
    });
    return signingKey(chain.privateKey, chain.leaf);
  })();
  const old = new Date(testTime.getTime() - 181_000);

  const unverifiable: Readonly<Record<string, readonly [reason: RegExp, reply: Reply]>> = {
    'SECURITY 80: a certificate that nobody vouches for': [
      /^(FAILED_AUTHENTICATION|INVALID_SECURITY_TOKEN)/,
      (r) => answerWith(receipt(r), stranger),
    ],
    'SECURITY 86: the certificate of another organisation': [
      /somebody else/,
      (r) => answerWith(receipt(r), caller.key),
    ],
    'SECURITY 73: an old answer': [/^MESSAGE_EXPIRED/, (r) => answerWith(receipt(r), provider.key, old)],
    'SECURITY 42: an answer that was changed': [
      /^FAILED_CHECK/,
      async (r) => swap(await answerWith(receipt(r)), '>receipt-1<', '>receipt-2<'),
    ],
    'an unsigned answer': [
      /^INVALID_SECURITY/,
      async (r) => (await answerWith(receipt(r))).replace(/<wsse:Security .*<\/wsse:Security>/s, ''),
    ],
    'SECURITY 53: the receipt of another message': [
      /another message/,
      (r) => answerWith(encodeReceipt(infoFor('other'), payloadReferences(r))),
    ],
    'a receipt without reference to a message': [
      /another message/,
      (r) => answerWith(encodeReceipt(infoFor(undefined), payloadReferences(r))),
    ],
    'a receipt without the attachment': [
      /does not confirm cid:/,
      (r) => answerWith(encodeReceipt(infoFor(messageId), payloadReferences(r).slice(1))),
    ],
    'a receipt without the Body': [
      /does not confirm #soapBody/,
      (r) => answerWith(encodeReceipt(infoFor(messageId), payloadReferences(r).slice(0, 1))),
    ],
    'a receipt that is no receipt': [
      /does not confirm/,
      () => answerWith(encodePull(infoFor(messageId), userMessage.mpc)),
    ],
    'an error about another message': [/another message/, () => ebmsFault(infoFor('other'), row, 'x')],
    'something that is no SOAP': [/no SOAP 1.2 envelope/, () => '<html/>'],
    'no octets': [/no SOAP 1.2 envelope/, () => ''],
  };
  for (const [what, [reason, reply]] of Object.entries(unverifiable)) {
    it(`${what} is unverifiable`, async () => {
      const outcome = await outcomeOf(reply);
      expect(outcome.type).to.equal('unverifiable');
      const { nb, en } = reasonOf(outcome);
      expect(en).to.match(reason);
      // It gets into the history of the letter.
      expect(nb).to.match(/^(svaret|en feil|kvitteringen|Meldingen) /);
    });
  }

  const altered: Readonly<Record<string, readonly [from: RegExp, to: string]>> = {
    'other octets': [/<ds:DigestValue>./, '<ds:DigestValue>_'],
    'another attachment': [/URI="cid:/, 'URI="cid:x'],
    'another digest method': [/xmlenc#sha256/, 'xmlenc#sha512'],
    'another transform': [/#Attachment-Content-Signature-Transform/, '#Attachment-Complete-Signature-Transform'],
    'a transform less': [/<ds:Transform .*?<\/ds:Transform>/, ''],
    'a transform more': [/(<ds:Transform .*?<\/ds:Transform>)/, '$1$1'],
  };
  for (const [what, [from, to]] of Object.entries(altered)) {
    it(`a receipt for ${what} is unverifiable`, async () => {
      const outcome = await outcomeOf((r) => {
        const good = serialise(receipt(r));
        expect(good).to.match(from);
        return answerWith(parse(good.replace(from, to)));
      });
      expect(outcome).to.deep.equal({
        type: 'unverifiable',
        reason: {
          nb: `kvitteringen bekrefter ikke cid:${contentId}`,
          en: `the receipt does not confirm cid:${contentId}`,
        },
      });
    });
  }

  it('SECURITY 42: an answer with an attachment is unverifiable, though it is signed', async () => {
    const outcome = await outcomeOf(async (r, response) => {
      const attachments = [{ contentId, sha256: sha256(cms) }];
      const message = { messaging: receipt(r), body: [], bodyId: newId('id'), attachments };
      const { envelope } = await signEbms(message, provider.key, testTime);
      response.setHeader('Content-Type', contentType).end(multipart([rootPart(envelope), cmsPart()]));
      return undefined;
    });
    expect(reasonOf(outcome).en).to.match(/^INVALID_SECURITY/);
  });

  it('a fault without an ebMS error, another status, and a cut connection are transport', async () => {
    const fault = await outcomeOf(() => faultEnvelope(new Failure('INTERNAL', 'x'), '1.2', ['1.2'], 'c'));
    expect(fault).to.include({ type: 'transport' });
    const inUtf16 = await outcomeOf((_, response) => {
      const text = `\ufeff${faultEnvelope(new Failure('INTERNAL', 'x'), '1.2', ['1.2'], 'c')}`;
      response.end(Buffer.from(text, 'utf16le'));
      return undefined;
    });
    expect(inUtf16).to.deep.equal(fault);
    const busy = await outcomeOf((_, response) => {
      response.statusCode = 503;
      return 'busy';
    });
    expect(busy).to.deep.equal({ type: 'transport', reason: 'HTTP 503' });
  });

  it('where nobody answers, the reason names no address, and the detail does', async () => {
    const cut = await outcomeOf((_, response) => void response.destroy());
    expect(cut).to.include({ type: 'transport', reason: 'ECONNRESET' });
    const host = `127.0.0.1:${await closedPort()}`;
    const detail = `http://${host}/: connect ECONNREFUSED ${host}`;
    expect(await pushMessage(push(`http://${host}/`))).to.deep.equal({
      type: 'transport',
      reason: 'ECONNREFUSED',
      detail,
    });
  });

  it('no answer in time is transport, although the message has come', async () => {
    await withProvider(
      () => undefined,
      async (url, seen) => {
        const outcome = await pushMessage(push(url, { timeout: 300 }));
        expect(outcome).to.include({ type: 'transport', reason: 'TimeoutError' });
        expect(seen).to.have.length(1);
      },
    );
  });

  it('an answer before everything was sent is the answer', async () => {
    const server = createServer((_, response) => {
      response.writeHead(500, { 'Content-Type': 'application/soap+xml', Connection: 'close' });
      response.end(ebmsFault(infoFor(undefined), row, 'not the same'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    let stopped = false;
    const endless = async function* (): AsyncGenerator<Buffer> {
      while (!stopped) {
        yield Buffer.alloc(1000);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    try {
      const { port } = server.address() as AddressInfo;
      const attachment = { contentId, size: 1e9, sha256: sha256(cms), open: endless };
      expect(await pushMessage(push(`http://127.0.0.1:${port}/`, { attachment }))).to.deep.equal(told);
    } finally {
      stopped = true;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('what we cannot do ourselves is thrown', async () => {
    const failing = {
      contentId,
      size: 1,
      sha256: sha256(cms),
      open: async function* (): AsyncGenerator<Buffer> {
        yield Buffer.alloc(1);
        throw new Failure('INTERNAL', 'the payload is gone');
      },
    };
    await withProvider(
      (r) => answerWith(receipt(r)),
      async (url) => {
        expect(await codeOf(pushMessage(push(url, { attachment: failing })))).to.equal('INTERNAL');
        const shorter = { ...failing, size: 2, open: () => [Buffer.alloc(1)] as unknown as AsyncIterable<Buffer> };
        expect(await codeOf(pushMessage(push(url, { attachment: shorter })))).to.equal('INTERNAL');
      },
    );
  });
});
