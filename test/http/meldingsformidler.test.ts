import { gzipSync } from 'node:zlib';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { expect } from 'chai';
import type { BraktKvittering } from '../../src/domain/receipts.js';
import { decodeMessaging, errorOf, referenceOf } from '../../src/contract/ebms/decode.js';
import { encodePull, encodeUserMessage, payloadParts } from '../../src/contract/ebms/encode.js';
import { eb } from '../../src/contract/ebms/names.js';
import type { UserMessage } from '../../src/contract/ebms/types.js';
import { encodeSbd } from '../../src/contract/sdp/sbd.js';
import type { Header, Payload } from '../../src/contract/sdp/types.js';
import { Failure } from '../../src/errors.js';
import { BROKER_PATH, isBrokerPath, meldingsformidler, type BrokerDeps } from '../../src/http/meldingsformidler.js';
import { createPullPace } from '../../src/application/pullPace.js';
import { createMetrics } from '../../src/http/metrics.js';
import { createLog } from '../../src/log.js';
import { enterpriseSubject } from '../../src/sandbox/pki/identities.js';
import { signEnveloped } from '../../src/security/enveloped.js';
import { signingKey, type SigningKey } from '../../src/security/sign.js';
import { signEbms } from '../../src/security/signEbms.js';
import { SOAP12 } from '../../src/soap/names.js';
import type { XmlElement } from '../../src/xml/model.js';
import { attribute, childElements, is, textOf } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { serialise } from '../../src/xml/write.js';
import { digital } from '../contract/sdp/support.js';
import { caller, party } from '../support/answers.js';
import { cms, cmsPart, contentId, contentType, multipart, rootPart, sha256, verifyMessage } from '../support/ebms.js';
import { ids, mailbox } from '../support/letters.js';
import { memoryPayloads } from '../support/memoryPayloads.js';
import { makeChain, testKey, testTime, trustOf } from '../support/pki.js';

const provider = party(mailbox);
const otherProvider = party('996460320');
const stranger = party('310000019');
/** The broker has the number of one mailbox, and a certificate of its own. */
const brokerChain = makeChain({
  leafKey: testKey('broker'),
  leaf: { subject: enterpriseSubject({ organisasjonsnummer: mailbox, organisasjon: 'EN FORMIDLER' }), serial: 77n },
});
const broker = signingKey(brokerChain.privateKey, brokerChain.leaf);

const header: Header = {
  sender: mailbox,
  receiver: '310000000',
  instanceIdentifier: 'AAAAAAAA-0000-4000-8000-000000000001',
  conversationId: ids.conversation,
  created: testTime,
};
const levering: Payload = { type: 'kvittering', tidspunkt: testTime, hendelse: { type: 'levering' } };
const message: UserMessage = {
  info: { timestamp: testTime, messageId: '356255a8-0000-4000-8000-000000000009', refToMessageId: undefined },
  mpc: { prioritet: 'NORMAL', id: undefined },
  fra: { organisasjonsnummer: mailbox, rolle: 'postkasse' },
  til: { organisasjonsnummer: mailbox, rolle: 'meldingsformidler' },
  avtale: 'digital',
  action: 'KvitteringsForespoersel',
  conversationId: header.instanceIdentifier,
  parts: payloadParts(),
};

/** What a test makes otherwise than a provider does. */
interface Changes {
  readonly message?: Partial<UserMessage>;
  readonly header?: Partial<Header>;
  readonly payload?: Payload;
  /** Rewrites the document before it is signed. */
  readonly alter?: (document: string) => string;
  readonly key?: SigningKey;
  readonly innerKey?: SigningKey;
  readonly messaging?: XmlElement;
  readonly body?: readonly XmlElement[];
  readonly bodyId?: string;
  readonly attached?: boolean;
  readonly at?: Date;
}

async function envelopeOf(changes: Changes = {}): Promise<string> {
  const key = changes.key ?? provider.key;
  const plain = encodeSbd({ header: { ...header, ...changes.header }, payload: changes.payload ?? levering });
  const document = changes.alter === undefined ? plain : parse(changes.alter(serialise(plain)));
  const body = changes.body ?? [parse(await signEnveloped(document, changes.innerKey ?? key))];
  const messaging = changes.messaging ?? encodeUserMessage({ ...message, ...changes.message });
  const attachments = changes.attached === true ? [{ contentId, sha256: sha256(cms) }] : [];
  const { bodyId = 'soapBody', at = testTime } = changes;
  return (await signEbms({ messaging, body, bodyId, attachments }, key, at)).envelope;
}

describe('http/meldingsformidler', () => {
  let server: Server;
  let taken: BraktKvittering[];
  let kept: string[];
  let logged: string;
  let change: Partial<BrokerDeps>;
  const metrics = createMetrics();
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged += chunk.toString();
      done();
    },
  });
  const context = {
    ...{ publicUrl: 'http://a', secure: false, remote: '127.0.0.1', correlationId: 'call-1' },
    log: createLog({ level: 'debug', stream }),
  };
  const supplier = (organisasjonsnummer: string, sertifikat: Buffer) =>
    ({ organisasjonsnummer, navn: 'P', rolle: 'POSTKASSE', sertifikat }) as const;
  const deps = (): BrokerDeps => ({
    verifyDeps: { trust: trustOf(caller), clock: { now: () => testTime } },
    metrics,
    timeIsRight: () => true,
    broker: { organisasjonsnummer: mailbox, key: broker },
    databehandler: '310000000',
    leverandoerer: [supplier(mailbox, provider.leaf), supplier('996460320', otherProvider.leaf)],
    motta: async (one) => {
      if (one.mottaker !== '310000000') return false;
      taken.push(one);
      return true;
    },
    keep: async (document) => `kept-${kept.push(serialise(document))}`,
    payloads: memoryPayloads(),
    maxPackage: 1000,
    kanFormidle: () => {
      throw new Failure('NO_ACCESS', 'nobody may send here');
    },
    kanHente: () => {
      throw new Failure('NO_ACCESS', 'nobody may fetch here');
    },
    taImot: () => Promise.reject(new Error('nothing is taken over here')),
    hent: () => Promise.reject(new Error('nothing is handed out here')),
    pace: createPullPace(),
    throttle: false,
    ...change,
  });
  before((done) => {
    server = createServer((request, response) => void meldingsformidler(deps())(request, response, context));
    server.listen(0, '127.0.0.1', done);
  });
  after((done) => {
    server.closeAllConnections();
    server.close(done);
  });
  beforeEach(() => {
    [taken, kept, logged, change] = [[], [], '', {}];
  });

  const post = async (
    octets: string | Buffer,
    type = 'application/soap+xml; charset=utf-8',
    more: Readonly<Record<string, string>> = {},
  ) => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${BROKER_PATH}`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': type, ...more },
      body: new Uint8Array(Buffer.from(octets)),
    });
    const answerType = response.headers.get('content-type') ?? '';
    return { status: response.status, type: answerType, text: await response.text() };
  };

  it('FEATURES 3: a part may bring a Content-Disposition, as one client puts on all, and may be the only one', async () => {
    const root = rootPart(await envelopeOf());
    const header = `${root.header}\r\nContent-Transfer-Encoding: binary\r\nContent-Disposition: form-data`;
    const { status, text } = await post(multipart([{ ...root, header }]), contentType);
    expect(status, text).to.equal(200);
    expect(taken).to.have.length(1);
  });

  /** The ebMS error of a fault, held to what CONTRACT.md section 11 says of every fault. */
  function faultOf({ status, type, text }: Awaited<ReturnType<typeof post>>) {
    expect([status, type]).to.deep.equal([500, 'application/soap+xml; charset=utf-8']);
    const [head, body] = childElements(parse(Buffer.from(text))) as [XmlElement, XmlElement];
    const [signal] = childElements(childElements(head)[0] as XmlElement) as [XmlElement];
    const [info, error] = childElements(signal) as [XmlElement, XmlElement];
    const fault = childElements(body)[0] as XmlElement;
    expect(is(fault, SOAP12, 'Fault')).to.equal(true);
    const ref = childElements(info).find((e) => is(e, eb.uri, 'RefToMessageId'));
    const { code, severity, description, refToMessageInError } = errorOf(error);
    expect([severity, attribute(error, 'errorCode')]).to.deep.equal(['failure', code]);
    expect(refToMessageInError).to.equal(ref && textOf(ref));
    return { code, description, about: refToMessageInError };
  }

  it('R-39, CONTRACT 6: takes a receipt, and answers with a signed receipt of what was sent', async () => {
    const envelope = await envelopeOf();
    const answer = await post(envelope);
    expect([answer.status, answer.type]).to.deep.equal([200, 'application/soap+xml; charset=utf-8']);
    const [type, octets] = ['application/soap+xml', Buffer.from(answer.text)];
    const trusted = await verifyMessage(octets, type);
    expect(trusted.principal.certificate.fingeravtrykk).to.equal(
      trustOf(caller).check(brokerChain.leaf, testTime).fingeravtrykk,
    );
    expect(childElements(trusted.operation)).to.deep.equal([]);
    const messaging = decodeMessaging(trusted);
    const [signal, ...more] = messaging.type === 'signals' ? messaging.signals : [];
    expect(more).to.deep.equal([]);
    expect(signal?.info).to.deep.include({ timestamp: testTime, refToMessageId: message.info.messageId });
    expect(signal?.info.messageId).to.match(/^[0-9a-f-]{36}$/);
    const asked = await verifyMessage(Buffer.from(envelope), type);
    const body = asked.references.map(referenceOf).filter(({ uri }) => uri === '#soapBody');
    expect(body).to.have.length(1);
    expect(signal?.receipt).to.deep.equal(body);
  });

  it('refuses what its schema does not allow, and hands nothing on: EBMS:0009 for the header, EBMS:0003 for the document', async () => {
    const header = parse(serialise(encodeUserMessage(message)).replace('<eb:MessageInfo>', '<eb:MessageInfo a="b">'));
    expect(faultOf(await post(await envelopeOf({ messaging: header })))).to.include({
      code: 'EBMS:0009',
      about: message.info.messageId,
    });
    const alter = (document: string): string => document.replace('<ns9:levering>', '<ns9:levering a="b">');
    const { code, description } = faultOf(await post(await envelopeOf({ alter })));
    expect([code, description]).to.deep.equal([
      'EBMS:0003',
      'Invalid request: the schema does not allow a of levering as it stands',
    ]);
    expect(taken).to.deep.equal([]);
  });

  it('hands on what the receipt says', async () => {
    await post(await envelopeOf());
    expect(taken).to.have.length(1);
    expect(taken[0]).to.deep.include({
      type: 'levering',
      feiltype: null,
      detaljer: '',
      konversasjonsId: ids.conversation,
      leverandoer: mailbox,
    });
    expect(taken[0]?.replay.key).to.have.length(32);
    expect((taken[0]?.replay.expires.getTime() ?? 0) - testTime.getTime()).to.be.above(30 * 86_400_000);
    expect(kept).to.deep.equal([]);
  });

  const said: readonly (readonly [Payload, Partial<BraktKvittering>])[] = [
    [
      { type: 'feil', tidspunkt: testTime, feiltype: 'SERVER', detaljer: 'Nede' },
      { type: 'feil', feiltype: 'SERVER', detaljer: 'Nede' },
    ],
    [
      { type: 'feil', tidspunkt: testTime, feiltype: 'KLIENT', detaljer: null },
      { type: 'feil', feiltype: 'KLIENT', detaljer: '' },
    ],
    [
      { ...levering, hendelse: { type: 'varslingfeilet', varslingskanal: 'SMS', beskrivelse: 'Ukjent' } },
      { type: 'varslingfeilet', feiltype: null, detaljer: 'SMS Ukjent' },
    ],
    [
      { ...levering, hendelse: { type: 'varslingfeilet', varslingskanal: 'EPOST', beskrivelse: null } },
      { type: 'varslingfeilet', feiltype: null, detaljer: 'EPOST' },
    ],
    ...(['mottak', 'aapning', 'returpost'] as const).map(
      (type) =>
        [
          { ...levering, hendelse: { type } },
          { type, feiltype: null, detaljer: '' },
        ] as const,
    ),
  ];
  for (const [payload, expected] of said) {
    it(`CONTRACT 10: ${JSON.stringify(expected)}`, async () => {
      expect((await post(await envelopeOf({ payload }))).status).to.equal(200);
      expect(taken[0]).to.deep.include(expected);
    });
  }

  it('takes what an official client sends: the prefixless Body reference, multipart with one part, the other spelling of a mailbox', async () => {
    const envelope = await envelopeOf({ message: { parts: [{ href: undefined, properties: new Map() }] } });
    expect((await post(multipart([rootPart(envelope)]), contentType)).status).to.equal(200);
    const old = parse(
      serialise(encodeUserMessage(message)).replace('urn:sdp:postkasseleverandør', 'urn:sdp:postkasse'),
    );
    expect((await post(await envelopeOf({ messaging: old }))).status).to.equal(200);
    expect(
      (await post(await envelopeOf({ bodyId: 'id-7', message: { parts: [{ href: '#id-7', properties: new Map() }] } })))
        .status,
    ).to.equal(200);
  });

  it('knows a receipt again in another message, and two receipts apart', async () => {
    const again = { info: { ...message.info, messageId: 'another' } };
    await post(await envelopeOf());
    await post(await envelopeOf({ message: again }));
    await post(await envelopeOf({ header: { instanceIdentifier: header.instanceIdentifier.toLowerCase() } }));
    await post(await envelopeOf({ header: { instanceIdentifier: 'BBBBBBBB-0000-4000-8000-000000000001' } }));
    const keys = taken.map(({ replay }) => replay.key.toString('hex'));
    expect([keys[1], keys[2]]).to.deep.equal([keys[0], keys[0]]);
    expect(keys[3]).not.to.equal(keys[0]);
  });

  it('keeps a receipt that belongs to no letter, says so in the log, and receipts it', async () => {
    change = { motta: async () => false };
    expect((await post(await envelopeOf())).status).to.equal(200);
    expect(kept).to.have.length(1);
    expect(kept[0]).to.contain('StandardBusinessDocument').and.to.contain('SignatureValue');
    expect(logged).to.contain('kept-1').and.to.contain('"level":"error"');
  });

  it('our own trouble is EBMS:0004, which providers repeat', async () => {
    for (const error of [new Failure('UNAVAILABLE', 'secret'), new Error('secret')]) {
      change = { motta: () => Promise.reject(error) };
      const answer = await post(await envelopeOf());
      expect(faultOf(answer)).to.include({ code: 'EBMS:0004', about: message.info.messageId });
      expect(answer.text).not.to.contain('secret');
    }
    change = { timeIsRight: () => false };
    expect(faultOf(await post(await envelopeOf()))).to.include({ code: 'EBMS:0004', about: undefined });
    expect([taken, kept]).to.deep.equal([[], []]);
  });

  const unsigned = (): XmlElement => encodeSbd({ header, payload: levering });
  const info = { timestamp: testTime, messageId: 'pull-1', refToMessageId: undefined };
  const later = (seconds: number): Date => new Date(testTime.getTime() + seconds * 1000);
  const known = message.info.messageId;
  const refusals: Readonly<Record<string, readonly [code: string, about: string | undefined, changes: Changes]>> = {
    'SECURITY 86: another number in From': [
      'EBMS:0003',
      known,
      { message: { fra: { organisasjonsnummer: '996460320', rolle: 'postkasse' } } },
    ],
    'SECURITY 86: From and document of another provider, in an envelope of this one': [
      'EBMS:0003',
      known,
      {
        message: { fra: { organisasjonsnummer: '996460320', rolle: 'postkasse' } },
        innerKey: otherProvider.key,
        header: { sender: '996460320' },
      },
    ],
    'another role in From': [
      'EBMS:0003',
      known,
      { message: { fra: { organisasjonsnummer: mailbox, rolle: 'avsender' } } },
    ],
    'another number in To': [
      'EBMS:0003',
      known,
      { message: { til: { organisasjonsnummer: '310000000', rolle: 'meldingsformidler' } } },
    ],
    'another role in To': [
      'EBMS:0003',
      known,
      { message: { til: { organisasjonsnummer: mailbox, rolle: 'avsender' } } },
    ],
    'another Action': ['EBMS:0001', known, { message: { action: 'FormidleDigitalPost' } }],
    'SECURITY 86: the broker’s own certificate, which has the number of the mailbox': [
      'EBMS:0101',
      known,
      { key: broker },
    ],
    'SECURITY 86: a signer that is trusted and no provider': ['EBMS:0101', known, { key: stranger.key }],
    'SECURITY 86: a document signed by the broker': ['EBMS:0101', known, { innerKey: broker }],
    'SECURITY 86: a document signed by another provider': ['EBMS:0003', known, { innerKey: otherProvider.key }],
    'SECURITY 86: a document of another provider, signed by that one': [
      'EBMS:0003',
      known,
      { innerKey: otherProvider.key, header: { sender: '996460320' } },
    ],
    'a document from another sender': ['EBMS:0003', known, { header: { sender: '996460320' } }],
    'a document for another receiver': ['EBMS:0003', known, { header: { receiver: '310000019' } }],
    'an unsigned document': ['EBMS:0103', known, { body: [unsigned()] }],
    'a letter': ['EBMS:0008', known, { payload: digital }],
    'an unknown payload': ['EBMS:0008', known, { alter: (d) => d.replace(/kvittering\b/g, 'flyttetDigitalPost') }],
    'a document that is none of the contract': [
      'EBMS:0003',
      known,
      { alter: (d) => d.replace(/levering\b/g, 'leveret') },
    ],
    'another Body': ['EBMS:0008', known, { body: [parse('<a xmlns="urn:a"/>')] }],
    'an empty Body': ['EBMS:0008', known, { body: [] }],
    'a PartInfo about an attachment that is not there': [
      'EBMS:0007',
      known,
      { message: { parts: payloadParts(contentId) } },
    ],
    'a PartInfo about something else in the envelope': [
      'EBMS:0007',
      known,
      { message: { parts: [{ href: '#id-1', properties: new Map() }] } },
    ],
    'SECURITY 86: a request for a message, of somebody who may not fetch': [
      'EBMS:0101',
      'pull-1',
      { messaging: encodePull(info, message.mpc), body: [], key: stranger.key },
    ],
    'SECURITY 73: an old message': ['EBMS:0103', undefined, { at: later(-181) }],
    'SECURITY 74: a message from the future': ['EBMS:0103', undefined, { at: later(61) }],
  };
  for (const [what, [code, about, changes]] of Object.entries(refusals)) {
    it(`${what} is ${code}, and nothing is stored`, async () => {
      expect(faultOf(await post(await envelopeOf(changes)))).to.include({ code, about });
      expect([taken, kept]).to.deep.equal([[], []]);
      expect(logged).to.contain('message refused');
    });
  }

  it('an attachment is EBMS:0007, and nothing is stored', async () => {
    const octets = multipart([rootPart(await envelopeOf({ attached: true })), cmsPart()]);
    expect(faultOf(await post(octets, contentType))).to.include({ code: 'EBMS:0007', about: known });
    expect([taken, kept]).to.deep.equal([[], []]);
  });

  const altered: Readonly<Record<string, readonly [code: string, alter: (envelope: string) => string]>> = {
    'SECURITY 42: a Body that was changed': ['EBMS:0101', (e) => e.replace(/(tidspunkt>)2026/, '$12025')],
    'SECURITY 42: a signature that was changed': [
      'EBMS:0101',
      (e) => e.replace(/(<ds:SignatureValue>)(.)/, (_, tag: string, c: string) => tag + (c === 'A' ? 'B' : 'A')),
    ],
    'a message without a signature': ['EBMS:0103', (e) => e.replace(/<ds:Signature .*?<\/ds:Signature>/s, '')],
  };
  for (const [what, [code, alter]] of Object.entries(altered)) {
    it(`${what} is ${code}, and nothing is stored`, async () => {
      const envelope = await envelopeOf();
      expect(alter(envelope)).not.to.equal(envelope);
      expect(faultOf(await post(alter(envelope)))).to.include({ code, about: undefined });
      expect([taken, kept]).to.deep.equal([[], []]);
    });
  }

  it('octets that are no XML are refused before SOAP', async () => {
    for (const garbage of ['garbage', '', '<a', '{"a":1}']) {
      const answer = await post(garbage);
      expect([answer.status, answer.type]).to.deep.equal([400, 'text/plain; charset=utf-8']);
    }
    expect([taken, kept]).to.deep.equal([[], []]);
  });

  it('SECURITY 91: compressed messages are refused before SOAP, and other types too', async () => {
    const envelope = await envelopeOf();
    const answers = [
      await post(gzipSync(envelope), undefined, { 'Content-Encoding': 'gzip' }),
      await post(envelope, 'application/json'),
      await post(envelope, ''),
    ];
    for (const { status, type } of answers) expect([status, type]).to.deep.equal([415, 'text/plain; charset=utf-8']);
    expect([taken, kept]).to.deep.equal([[], []]);
  });

  it('SECURITY 88: a multipart whose boundary is broken is refused before SOAP', async () => {
    const answer = await post(await envelopeOf(), 'multipart/related; boundary="";');
    expect([answer.status, answer.type]).to.deep.equal([400, 'text/plain; charset=utf-8']);
    expect([taken, kept]).to.deep.equal([[], []]);
  });

  it('too many octets are refused before SOAP', async () => {
    const answer = await post((await envelopeOf()) + ' '.repeat(1024 * 1024));
    expect([answer.status, answer.type]).to.deep.equal([413, 'text/plain; charset=utf-8']);
    expect([taken, kept]).to.deep.equal([[], []]);
  });

  it('CONTRACT 1: knows its address with and without two organisation numbers', () => {
    const [a, b] = ['9908:984661185', '0192%3A310000000'];
    for (const path of ['', '/', `/${a}/${b}`, `/${a}/${b}/`, `/${b.toLowerCase()}/${a}`]) {
      expect(isBrokerPath(BROKER_PATH + path), path).to.equal(true);
    }
    for (const path of [
      'x',
      '//',
      `/${a}`,
      `/${a}/${b}/${a}`,
      `/${a}/${b}//`,
      '/9909:984661185/9908:310000000',
      `/${a}/9908:31000000`,
      `/${a}/${b}\n`,
    ]) {
      expect(isBrokerPath(BROKER_PATH + path), path).to.equal(false);
    }
    for (const path of ['/Meldingsformidler/api', `/x${BROKER_PATH}`, '/meldingsformidler']) {
      expect(isBrokerPath(path), path).to.equal(false);
    }
  });
});
