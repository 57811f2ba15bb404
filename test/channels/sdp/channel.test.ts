import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { PDFDocument } from 'pdf-lib';
import { sdpChannel, type SdpDeps } from '../../../src/channels/sdp/channel.js';
import { outcomeOf } from '../../../src/channels/sdp/push.js';
import { documentOf } from '../../../src/channels/sdp/document.js';
import { asBroker, asSender } from '../../../src/channels/sdp/route.js';
import type { PushOutcome } from '../../../src/client/ebms.js';
import { decodeMessaging } from '../../../src/contract/ebms/decode.js';
import { ebmsFault, encodeErrorSignal, encodeReceipt, payloadReferences } from '../../../src/contract/ebms/encode.js';
import { ebmsErrors } from '../../../src/contract/ebms/errors.js';
import { decodeSbd } from '../../../src/contract/sdp/sbd.js';
import type { Dokument, Forsendelse } from '../../../src/domain/forsendelse.js';
import type { Utfall } from '../../../src/domain/retry.js';
import type { Shipment } from '../../../src/domain/shipment.js';
import { createPacker, receivePackage } from '../../../src/package/package.js';
import { enterpriseSubject } from '../../../src/sandbox/pki/identities.js';
import { verifyEnveloped } from '../../../src/security/enveloped.js';
import { newId, signingKey, type SigningKey } from '../../../src/security/sign.js';
import { signEbms } from '../../../src/security/signEbms.js';
import { verify } from '../../../src/security/signature.js';
import type { Trusted } from '../../../src/security/trusted.js';
import { parseMultipartType } from '../../../src/soap/mime.js';
import { serialise } from '../../../src/xml/write.js';
import { failing, memoryPayloads, once } from '../../package/support.js';
import { caller, party } from '../../support/answers.js';
import { sdp } from '../../support/ebms.js';
import { ids, letter, mailbox, order, printer, toMailbox, toPrint } from '../../support/letters.js';
import { makeChain, testKey, testTime, trustOf } from '../../support/pki.js';

const provider = party(mailbox);
const printService = party(printer);
const databehandler = party('310000000');
/** The broker has the number of one mailbox, and a certificate of its own. */
const subject = enterpriseSubject({ organisasjonsnummer: mailbox, organisasjon: 'EN FORMIDLER' });
const brokerChain = makeChain({ leafKey: testKey('broker'), leaf: { subject, serial: 77n } });
const broker = signingKey(brokerChain.privateKey, brokerChain.leaf);
const verifyDeps = { trust: trustOf(caller), clock: { now: () => testTime } };

interface Pushed {
  readonly trusted: Trusted;
  readonly messageId: string;
  readonly cms: Buffer;
}

type Answer = (pushed: Pushed, response: ServerResponse) => Promise<string | undefined> | string | undefined;

const info = (ref: string | undefined) => ({ timestamp: testTime, messageId: 'answer-1', refToMessageId: ref });
const signed = async (messaging: Parameters<typeof serialise>[0], key: SigningKey): Promise<string> =>
  (await signEbms({ messaging, body: [], bodyId: newId('id'), attachments: [] }, key, testTime)).envelope;

const receipt =
  (key = provider.key, ref?: string, drop = 0): Answer =>
  ({ trusted, messageId }) =>
    signed(encodeReceipt(info(ref ?? messageId), payloadReferences(trusted).slice(drop)), key);

describe('channels/sdp/channel', () => {
  let server: Server;
  let answer: Answer = receipt();
  let pushed: Pushed[] = [];

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const pieces: Buffer[] = [];
    const store = async (octets: AsyncIterable<Uint8Array>): Promise<void> => {
      for await (const piece of octets) pieces.push(Buffer.from(piece));
    };
    const parts = { claim: () => ({ include: null, store }) };
    const multipart = parseMultipartType(request.headers['content-type'] ?? '');
    const trusted = await verify({ stream: request, multipart }, sdp, verifyDeps, { parts });
    const messaging = decodeMessaging(trusted);
    const messageId = messaging.type === 'user' ? messaging.message.info.messageId : '';
    const one = { trusted, messageId, cms: Buffer.concat(pieces) };
    pushed.push(one);
    const text = await answer(one, response);
    if (text !== undefined) response.setHeader('Content-Type', 'application/soap+xml;charset=UTF-8').end(text);
  };
  before((done) => {
    server = createServer((request, response) => {
      serve(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    server.listen(0, '127.0.0.1', done);
  });
  after((done) => {
    server.closeAllConnections();
    server.close(done);
  });
  beforeEach(() => {
    pushed = [];
    answer = receipt();
  });

  /** A channel, and what its letters need in the payload store. */
  async function channel(changes: Partial<SdpDeps> = {}) {
    const payloads = memoryPayloads();
    const contents = ['%PDF main', '%PDF one', '%PDF two'];
    const blobs = await Promise.all(contents.map((c) => payloads.put(once(c))));
    const [hoveddokument, ...vedlegg] = [order.hoveddokument, ...order.vedlegg].map((d, i) => ({
      ...d,
      innhold: blobs[i] as (typeof blobs)[0],
    })) as [typeof order.hoveddokument, ...(typeof order.vedlegg)[number][]];
    const forsendelse = { ...order, hoveddokument, vedlegg };
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
    const chain = [databehandler.issuing, databehandler.root];
    const deps: SdpDeps = {
      ...verifyDeps,
      payloads,
      packer: createPacker({ payloads, clock: verifyDeps.clock, key: databehandler.key, chain }),
      databehandler: { organisasjonsnummer: '310000000', key: databehandler.key },
      via: asBroker({ organisasjonsnummer: mailbox, key: broker }),
      providers: new Map([
        [mailbox, { organisasjonsnummer: mailbox, navn: 'P', rolle: 'POSTKASSE', sertifikat: provider.leaf, url }],
        [printer, { organisasjonsnummer: printer, navn: 'U', rolle: 'UTSKRIFT', sertifikat: printService.leaf, url }],
      ]),
      ...changes,
    };
    const made = sdpChannel(deps);
    const ready = async (shipment: Shipment = letter({ forsendelse })): Promise<Shipment> => {
      const pakke = await made.prepare(shipment);
      return pakke === undefined ? shipment : { ...shipment, pakke };
    };
    return { ...made, deps, payloads, ready, forsendelse, contents };
  }

  it('R-45: counts the pages of a letter for paper when it is packed, one for what is no readable PDF', async () => {
    const pdf = await PDFDocument.create();
    for (let i = 0; i < 3; i += 1) pdf.addPage();
    const made = await channel();
    const { payloads, forsendelse } = made;
    const innhold = await payloads.put(once(Buffer.from(await pdf.save())));
    const [broken, other] = forsendelse.vedlegg as [Dokument, Dokument];
    const three = { ...forsendelse.hoveddokument, mimetype: 'application/pdf', innhold };
    const letters = { ...forsendelse, hoveddokument: three, vedlegg: [{ ...broken, mimetype: 'application/pdf' }] };
    const paper = (order: Forsendelse) => made.prepare(letter({ forsendelse: order, beslutning: toPrint }));
    expect((await paper(letters))?.sider).to.equal(4);
    const kept = { ...three, ikkePaaPapir: true as const };
    expect((await paper({ ...letters, vedlegg: [kept, { ...other, mimetype: 'text/plain' }] }))?.sider).to.equal(4);
    expect(await made.prepare(letter({ forsendelse: letters }))).not.to.have.property('sider');
  });

  /** The outcome of one push that is answered by `how`. */
  async function outcome(how: Answer, changes: Partial<SdpDeps> = {}): Promise<Utfall> {
    answer = how;
    const c = await channel(changes);
    return c.deliver(await c.ready());
  }

  for (const [what, kanal, to, beslutning, avtale, action] of [
    ['a mailbox', 'POSTKASSE', provider, toMailbox, 'digital', 'FormidleDigitalPost'],
    ['print', 'UTSKRIFT', printService, toPrint, 'fysisk', 'FormidleFysiskPost'],
  ] as const) {
    it(`R-39, CONTRACT 4, 8, 13: hands a letter to ${what}, which can verify and open all of it, and takes its receipt`, async () => {
      const c = await channel();
      answer = receipt(to.key);
      const shipment = await c.ready(letter({ forsendelse: c.forsendelse, beslutning }));
      expect(shipment.beslutning).to.include({ kanal });
      expect(await c.deliver(shipment)).to.deep.equal({ type: 'sent' });
      const [{ trusted, cms }] = pushed as [Pushed];
      expect(trusted.principal.certificate.fingeravtrykk).to.equal(
        verifyDeps.trust.check(brokerChain.leaf, testTime).fingeravtrykk,
      );
      const organisasjonsnummer = beslutning.leverandoer;
      expect(decodeMessaging(trusted)).to.deep.equal({
        type: 'user',
        message: {
          info: { timestamp: testTime, messageId: ids.message, refToMessageId: undefined },
          mpc: { prioritet: 'PRIORITERT', id: undefined },
          fra: { organisasjonsnummer: mailbox, rolle: 'meldingsformidler' },
          til: { organisasjonsnummer, rolle: 'postkasse' },
          avtale,
          action,
          conversationId: ids.conversation,
          parts: [
            { href: '#soapBody', properties: new Map() },
            {
              href: `cid:${ids.message}@posthorn`,
              properties: new Map([
                ['MimeType', 'application/cms'],
                ['Content', 'sdp:Dokumentpakke'],
              ]),
            },
          ],
        },
      });
      const { signer, document } = verifyEnveloped(trusted.operation, verifyDeps.trust, testTime);
      expect(signer.organisasjonsnummer).to.equal('310000000');
      const fingerprint = trusted.parts[0]?.sha256.toString('hex') as string;
      expect(decodeSbd(document)).to.deep.equal(documentOf(shipment, '310000000', fingerprint, testTime));
      const receiver = { privateKey: to.privateKey, certificate: to.parsed, trust: verifyDeps.trust };
      const { documents } = await receivePackage(cms, receiver, testTime);
      expect(documents.map((d) => d.innhold.toString())).to.deep.equal(c.contents);
    });
  }

  it('R-39: a letter that goes by a broker upstream is taken over by that, and its envelope is for it', async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
    const above = { url, organisasjonsnummer: mailbox, sertifikater: [brokerChain.leaf], mpcId: 'posthorn-1' };
    const us = { organisasjonsnummer: '310000000', key: databehandler.key };
    const via = asSender(us, { ...above, pause: { NORMAL: 1, PRIORITERT: 1 } });
    expect(await outcome(receipt(broker), { via })).to.deep.equal({ type: 'sent', til: 'meldingsformidler' });
    const [{ trusted }] = pushed as [Pushed];
    const messaging = decodeMessaging(trusted);
    expect(messaging.type === 'user' && messaging.message.til).to.deep.equal({
      organisasjonsnummer: mailbox,
      rolle: 'meldingsformidler',
    });
  });

  it('keeps what is pushed, and nothing in the clear beside the documents', async () => {
    const c = await channel();
    const { pakke } = await c.ready();
    expect(pakke?.meldingsId).to.equal(ids.message);
    const kept = [...c.payloads.kept.keys()].filter((ref) => ![pakke?.sbd?.ref, pakke?.cms.ref].includes(ref));
    expect(kept).to.have.length(3);
    expect(c.payloads.kept.get(pakke?.cms.ref ?? '')?.includes('%PDF')).to.equal(false);
  });

  const otherCertificate = (() => {
    const same = makeChain({
      leafKey: testKey('another of the provider'),
      leaf: { subject: enterpriseSubject({ organisasjonsnummer: mailbox, organisasjon: 'EN PART' }), serial: 78n },
    });
    return signingKey(same.privateKey, same.leaf);
  })();
  const unbelievable: Readonly<Record<string, Answer>> = {
    'SECURITY 86: signed by the broker itself, which has the number of the mailbox': receipt(broker),
    'SECURITY 86: signed with another certificate of the same organisation': receipt(otherCertificate),
    'SECURITY 86: signed by another provider': receipt(printService.key),
    'SECURITY 53: about another message': receipt(provider.key, 'another'),
    'without the package': receipt(provider.key, undefined, 1),
    'without anything': receipt(provider.key, undefined, 2),
    'SECURITY 42: changed under way': async (p, r) =>
      ((await receipt()(p, r)) as string).replace('>answer-1<', '>answer-2<'),
    'that is no SOAP': () => '<html/>',
  };
  for (const [what, how] of Object.entries(unbelievable)) {
    it(`a receipt ${what}: the letter waits`, async () => {
      expect(await outcome(how)).to.include({ type: 'deferred', kode: 'UNVERIFIABLE' });
      expect(pushed).to.have.length(1);
    });
  }

  for (const [name, type] of [
    ['VALUE_INCONSISTENT', 'rejected'],
    ['FAILED_AUTHENTICATION', 'rejected'],
    ['OTHER', 'deferred'],
  ] as const) {
    const row = ebmsErrors[name];
    it(`F30, R-40: ${row.code} in a fault and in a signed answer is ${type}`, async () => {
      const fault: Answer = ({ messageId }, response) => {
        response.statusCode = 500;
        return ebmsFault(info(messageId), row, 'x');
      };
      const answered: Answer = ({ messageId }) => signed(encodeErrorSignal(info(messageId), row, 'x'), provider.key);
      for (const how of [fault, answered]) expect(await outcome(how)).to.include({ type, kode: row.code });
    });
  }

  const silent: Readonly<Record<string, Answer>> = {
    'status 503': (_, response) => {
      response.statusCode = 503;
      return 'busy';
    },
    'a connection that is cut': (_, response) => void response.destroy(),
    'half of an answer': (_, response) => {
      response.writeHead(200, { 'content-length': 1_000 }).write('<half', () => response.destroy());
      return undefined;
    },
  };
  for (const [what, how] of Object.entries(silent)) {
    it(`F28: ${what}: the letter waits`, async () => {
      expect(await outcome(how)).to.include({ type: 'deferred', kode: 'TRANSPORT' });
    });
  }

  it('F27: a provider that stored the letter and did not answer in time gets the same octets under the same MessageId', async () => {
    const c = await channel({ timeout: 300 });
    const shipment = await c.ready();
    answer = () => undefined;
    expect(await c.deliver(shipment)).to.include({ type: 'deferred', kode: 'TRANSPORT' });
    answer = receipt();
    expect(await c.deliver(shipment)).to.deep.equal({ type: 'sent' });
    const [first, second] = pushed as [Pushed, Pushed];
    expect(second.messageId).to.equal(first.messageId);
    expect(second.cms.equals(first.cms)).to.equal(true);
    const references = ({ trusted }: Pushed) => payloadReferences(trusted).map(serialise);
    expect(references(second)).to.deep.equal(references(first));
    expect(references(first)).to.have.length(2);
  });

  it('a letter that was not packed, or was as another message, is not delivered', async () => {
    const c = await channel();
    const ready = await c.ready();
    for (const shipment of [letter(), { ...ready, meldingsId: 'another' }]) {
      expect((await failing(c.deliver(shipment))).code).to.equal('INTERNAL');
    }
    expect(pushed).to.deep.equal([]);
  });

  it('a provider without an address is UNAVAILABLE, and nothing is packed', async () => {
    const c = await channel({ providers: new Map() });
    expect((await failing(c.ready())).code).to.equal('UNAVAILABLE');
    expect(c.payloads.kept.size).to.equal(3);
  });

  it('a package that is gone is our own error, not the provider’s', async () => {
    const c = await channel();
    const ready = await c.ready();
    await c.payloads.remove(ready.pakke?.cms.ref ?? '');
    expect((await failing(c.deliver(ready))).code).to.equal('INTERNAL');
  });

  describe('outcomeOf', () => {
    const signer = { certificate: provider.parsed, organisasjonsnummer: mailbox };
    const told = { shortDescription: 'said', description: '' };
    const cases: readonly (readonly [PushOutcome, Utfall['type'], string | undefined])[] = [
      [{ type: 'accepted', receiptId: 'r', at: testTime, signer }, 'sent', undefined],
      [{ type: 'ebmsError', code: 'EBMS:0003', ...told }, 'rejected', 'EBMS:0003'],
      [{ type: 'ebmsError', code: 'EBMS:0004', ...told }, 'deferred', 'EBMS:0004'],
      [{ type: 'ebmsError', code: 'EBMS:9999', ...told }, 'deferred', 'EBMS:9999'],
      [{ type: 'unverifiable', reason: 'because' }, 'deferred', 'UNVERIFIABLE'],
      [{ type: 'transport', reason: 'because' }, 'deferred', 'TRANSPORT'],
    ];
    for (const [result, type, code] of cases) {
      it(`${result.type} ${code ?? ''} is ${type}`, () => {
        const utfall = outcomeOf(result);
        expect([utfall.type, 'kode' in utfall ? utfall.kode : undefined]).to.deep.equal([type, code]);
        if ('grunn' in utfall) for (const ord of Object.values(utfall.grunn)) expect(ord).to.match(/said|because/);
      });
    }

    it('R-39: says in Norwegian what is ours to say, and quotes what is not', () => {
      const own = outcomeOf({ type: 'unverifiable', reason: { nb: 'svaret er tomt', en: 'the answer is empty' } });
      const theirs = outcomeOf({ type: 'ebmsError', code: 'EBMS:0003', ...told });
      const silent = outcomeOf({ type: 'transport', reason: 'HTTP 503' });
      const said = [own, theirs, silent].map((utfall) => 'grunn' in utfall && utfall.grunn.nb);
      expect(said).to.deep.equal([
        'Svaret fra leverandøren er ikke til å tro på: svaret er tomt',
        'Leverandøren avviste meldingen: «said»',
        'Leverandøren kan ikke nås: HTTP 503',
      ]);
    });

    it('keeps where the provider is for the log', () => {
      const utfall = outcomeOf({ type: 'transport', reason: 'ECONNREFUSED', detail: 'http://x/: connect' });
      expect(utfall).to.deep.include({
        grunn: {
          nb: 'Leverandøren kan ikke nås: ECONNREFUSED',
          en: 'The provider cannot be reached: ECONNREFUSED',
        },
        detalj: 'http://x/: connect',
      });
    });

    it('holds no national id of the provider’s words', () => {
      for (const type of ['unverifiable', 'transport'] as const) {
        const utfall = outcomeOf({ type, reason: 'SOAP fault: unknown 23863814839' });
        expect(JSON.stringify(utfall)).to.match(/unknown …/);
      }
    });
  });
});
