import { expect } from 'chai';
import { decodeMessaging, decodeMessagingElement } from '../../../src/contract/ebms/decode.js';
import {
  ebmsFault,
  encodeEmptyChannel,
  encodeErrorSignal,
  encodePull,
  encodeReceipt,
  encodeReceiptAndPull,
  encodeUserMessage,
  payloadParts,
  payloadReferences,
  pulledReceipt,
} from '../../../src/contract/ebms/encode.js';
import { ebmsErrorFor, ebmsErrorOf, ebmsErrors, ebmsFailure } from '../../../src/contract/ebms/errors.js';
import { eb } from '../../../src/contract/ebms/names.js';
import type { MessageInfo, Messaging } from '../../../src/contract/ebms/types.js';
import { errors, Failure } from '../../../src/errors.js';
import type { ErrorCode } from '../../../src/errors.js';
import { ATTACHMENT_CONTENT, EXC_C14N, SHA256 } from '../../../src/security/algorithms.js';
import { sealTrusted } from '../../../src/security/trusted.js';
import { DS } from '../../../src/soap/names.js';
import { canonicalise } from '../../../src/xml/c14n.js';
import type { XmlElement } from '../../../src/xml/model.js';
import { attribute, childElements, is } from '../../../src/xml/model.js';
import { parse } from '../../../src/xml/tree.js';
import { element, serialise } from '../../../src/xml/write.js';
import { answered } from '../../support/answers.js';
import {
  cms,
  cmsPart,
  contentId,
  multipart,
  rootPart,
  sha256,
  signedEnvelope,
  userMessage,
  verifyMessage,
} from '../../support/ebms.js';
import { swap } from '../../support/messages.js';
import { failureOf, testTime } from '../../support/pki.js';

const good = serialise(encodeUserMessage(userMessage));
const info: MessageInfo = { timestamp: testTime, messageId: 'answer-1', refToMessageId: 'request-1' };
const read = (xml: string): Messaging => decodeMessagingElement(parse(xml));
const codeOf = (xml: string): string | undefined => failureOf(() => read(xml)).values['ebms'];
const descendants = (e: XmlElement): XmlElement[] => [e, ...childElements(e).flatMap(descendants)];
const removed = (local: string, text = good): string => {
  const without = text.replace(new RegExp(`<eb:${local}(?: [^>]*)?>.*?</eb:${local}>`, 's'), '');
  if (without === text) throw new Error(`no ${local}`);
  return without;
};

describe('contract/ebms', () => {
  it('reads the message that it writes', () => {
    expect(read(good)).to.deep.equal({ type: 'user', message: userMessage });
    const bare = {
      ...userMessage,
      info,
      avtale: undefined,
      parts: [{ href: undefined, properties: new Map<string, string>() }],
    };
    expect(read(serialise(encodeUserMessage(bare)))).to.deep.equal({ type: 'user', message: bare });
  });

  it('reads the signals that it writes', () => {
    const mpc = { prioritet: 'NORMAL', id: undefined } as const;
    expect(read(serialise(encodePull(info, mpc)))).to.deep.equal({
      type: 'signals',
      signals: [{ info, pull: mpc, receipt: undefined, errors: [] }],
    });
    const { description, ...row } = { ...ebmsErrors.EMPTY_CHANNEL, description: 'There is no message' };
    expect(read(serialise(encodeErrorSignal(info, row, description)))).to.deep.equal({
      type: 'signals',
      signals: [
        {
          info,
          pull: undefined,
          receipt: undefined,
          errors: [
            {
              code: 'EBMS:0006',
              severity: 'warning',
              shortDescription: 'EmptyMessagePartitionChannel',
              description,
              refToMessageInError: 'request-1',
            },
          ],
        },
      ],
    });
  });

  it('a receipt repeats the references of the message about its payload: attachments, then Body', async () => {
    const request = await verifyMessage(multipart([rootPart(await signedEnvelope()), cmsPart()]));
    const receipt = serialise(encodeReceipt(info, payloadReferences(request)));
    const messaging = read(receipt);
    const [signal] = messaging.type === 'signals' ? messaging.signals : [];
    expect(signal?.receipt?.map((r) => [r.uri, r.transforms, r.digestMethod])).to.deep.equal([
      [`cid:${contentId}`, [ATTACHMENT_CONTENT], SHA256],
      ['#soapBody', [EXC_C14N], SHA256],
    ]);
    expect(signal?.receipt?.[0]?.digest).to.equal(Buffer.from(sha256(cms), 'hex').toString('base64'));
    const inReceipt = descendants(parse(receipt)).filter((e) => is(e, DS, 'Reference'));
    expect(inReceipt.map((e) => canonicalise(e))).to.deep.equal(payloadReferences(request).map((e) => canonicalise(e)));
  });

  it('takes what real clients send: the old agreement, both spellings of a mailbox, either prefix, no href', () => {
    const variants = [
      [good, 'SikkerDigitalPost/1.0/transportlag/Meldingsutveksling', 'SikkerDigitalPost/Meldingsutveksling'],
      [good, ' href="#soapBody"', ''],
      [good, '9908:984661185', '0192:984661185'],
      [good, testTime.toISOString(), testTime.toISOString().replace('Z', '+00:00')],
    ] as const;
    for (const [xml, from, to] of variants) {
      const messaging = read(swap(xml, from, to));
      expect(messaging.type === 'user' && messaging.message.info.timestamp).to.deep.equal(testTime);
    }
    for (const role of ['urn:sdp:postkasse', 'urn:sdp:postkasseleverandør']) {
      const messaging = read(swap(good, 'urn:sdp:meldingsformidler', role));
      expect(messaging.type === 'user' && messaging.message.til.rolle).to.equal('postkasse');
    }
  });

  it('takes a receipt and the next pull in one message, as one client sends them', () => {
    const two = serialise(encodeReceiptAndPull(info, [], info, userMessage.mpc));
    const messaging = read(two);
    expect(messaging.type === 'signals' && messaging.signals.map((s) => s.pull === undefined)).to.deep.equal([
      true,
      false,
    ]);
  });

  const refused: Readonly<Record<string, readonly [code: string, xml: () => string]>> = {
    'an unknown Action': ['EBMS:0001', () => swap(good, '>FormidleDigitalPost<', '>FormidleAlt<')],
    'an unknown Service': ['EBMS:0001', () => swap(good, '>SDP<', '>urn:sdp:service:sdp<')],
    'an unknown AgreementRef': ['EBMS:0001', () => swap(good, 'FormidleDigitalPostForsendelse<', 'X<')],
    'an unknown Role': ['EBMS:0001', () => swap(good, 'urn:sdp:avsender', 'urn:sdp:alle')],
    'an unknown mpc': ['EBMS:0001', () => swap(good, 'urn:prioritert:wf:try:b', 'urn:hastig')],
    'no mpc': ['EBMS:0001', () => swap(good, ' mpc="urn:prioritert:wf:try:b"', '')],
    'a PartyId that is no organisation number': ['EBMS:0001', () => swap(good, '9908:310000019', '9908:31000001')],
    'a PartyId of another type': [
      'EBMS:0001',
      () => good.replace('urn:oasis:names:tc:ebcore:partyid-type:iso6523:9908', 'urn:x'),
    ],
    'no MessageId': ['EBMS:0009', () => removed('MessageId')],
    'an empty MessageId': ['EBMS:0009', () => good.replace(/(<eb:MessageId>)[^<]*/, '$1 ')],
    'a MessageId of 513 characters': ['EBMS:0009', () => good.replace(/(<eb:MessageId>)[^<]*/, `$1${'x'.repeat(513)}`)],
    'a MessageId with an element': ['EBMS:0009', () => good.replace(/(<eb:MessageId>)/, '$1<eb:x/>')],
    'no Timestamp': ['EBMS:0009', () => removed('Timestamp')],
    'a Timestamp that is no time': ['EBMS:0009', () => swap(good, testTime.toISOString(), '2026-13-02T12:00:00Z')],
    'a Timestamp that is a date': ['EBMS:0009', () => swap(good, testTime.toISOString(), '2026-03-02')],
    'no PartyInfo': ['EBMS:0009', () => removed('PartyInfo')],
    'no To': ['EBMS:0009', () => removed('To')],
    'two PartyId': ['EBMS:0009', () => good.replace(/(<eb:PartyId.*?<\/eb:PartyId>)/, '$1$1')],
    'no Role': ['EBMS:0009', () => removed('Role')],
    'no Action': ['EBMS:0009', () => removed('Action')],
    'no ConversationId': ['EBMS:0009', () => removed('ConversationId')],
    'two MessageInfo': ['EBMS:0009', () => good.replace(/(<eb:MessageInfo>.*<\/eb:MessageInfo>)/s, '$1$1')],
    'another order': [
      'EBMS:0009',
      () =>
        good.replace(/(<eb:PartyInfo>.*<\/eb:PartyInfo>)(<eb:CollaborationInfo>.*<\/eb:CollaborationInfo>)/s, '$2$1'),
    ],
    'an unknown element': ['EBMS:0009', () => swap(good, '</eb:UserMessage>', '<eb:More/></eb:UserMessage>')],
    'an element of another namespace': [
      'EBMS:0009',
      () => swap(good, '</eb:UserMessage>', '<x:PayloadInfo xmlns:x="urn:x"/></eb:UserMessage>'),
    ],
    'two PartInfo about one part': ['EBMS:0009', () => swap(good, '"#soapBody"', `"cid:${contentId}"`)],
    'an href to somewhere else': ['EBMS:0009', () => swap(good, '"#soapBody"', '"http://x/"')],
    'an empty href': ['EBMS:0009', () => swap(good, '"#soapBody"', '""')],
    'a Property twice': ['EBMS:0009', () => swap(good, '"Content"', '"MimeType"')],
    'a Property without a name': ['EBMS:0009', () => swap(good, ' name="Content"', '')],
    'no message at all': ['EBMS:0009', () => removed('UserMessage')],
    'two messages': ['EBMS:0009', () => good.replace(/(<eb:UserMessage.*<\/eb:UserMessage>)/s, '$1$1')],
    'a message and a signal': ['EBMS:0009', () => swap(good, '</eb:Messaging>', '<eb:SignalMessage/></eb:Messaging>')],
    'a signal that is nothing': ['EBMS:0009', () => removed('Receipt', serialise(encodeReceipt(info, [])))],
    'a signal that is two things': [
      'EBMS:0009',
      () => swap(serialise(encodeReceipt(info, [])), '<eb:Receipt>', '<eb:PullRequest mpc="urn:normal"/><eb:Receipt>'),
    ],
    'a pull from no channel': [
      'EBMS:0001',
      () => swap(serialise(encodePull(info, { prioritet: 'NORMAL', id: undefined })), 'urn:normal', 'urn:alt'),
    ],
    'a receipt that holds something else': [
      'EBMS:0009',
      () => serialise(encodeReceipt(info, [])).replaceAll('NonRepudiationInformation', 'ExceptionInformation'),
    ],
    'a receipt that repeats something else': [
      'EBMS:0009',
      () => serialise(encodeReceipt(info, [element(eb, 'Reference', { URI: '#a' })])),
    ],
  };
  for (const [what, [code, xml]] of Object.entries(refused)) {
    it(`${what} is ${code}`, () => {
      expect(codeOf(xml())).to.equal(code);
    });
  }

  it('no Messaging, and two, are EBMS:0009', () => {
    const block = parse(good);
    expect(decodeMessaging(sealTrusted({ ...answered(), blocks: [block] })).type).to.equal('user');
    for (const blocks of [[], [block, block]]) {
      const failure = failureOf(() => decodeMessaging(sealTrusted({ ...answered(), blocks })));
      expect(failure.values['ebms']).to.equal('EBMS:0009');
    }
  });

  it('an empty channel is a warning, and a pulled receipt a message with one part', () => {
    const empty = read(serialise(encodeEmptyChannel(info)));
    const [signal] = empty.type === 'signals' ? empty.signals : [];
    expect(signal?.errors.map((e) => [e.code, e.severity, e.refToMessageInError])).to.deep.equal([
      ['EBMS:0006', 'warning', 'request-1'],
    ]);
    expect(signal?.receipt).to.equal(undefined);
    const pulled = pulledReceipt({ info, mpc: userMessage.mpc, conversationId: 'c-1' }, '984661185', '310000019');
    const xml = serialise(encodeUserMessage(pulled));
    expect(read(xml)).to.deep.equal({ type: 'user', message: pulled });
    expect(xml.match(/<eb:PartInfo>/g)).to.have.length(1);
  });

  it('says what the parts are: the Body, and a document package', () => {
    expect(payloadParts().map((p) => p.href)).to.deep.equal(['#soapBody']);
    expect([...(payloadParts('a@x')[1]?.properties ?? [])]).to.deep.equal([
      ['MimeType', 'application/cms'],
      ['Content', 'sdp:Dokumentpakke'],
    ]);
  });

  it('every code of the error table has its row, and a failure may name another', () => {
    for (const code of Object.keys(errors) as ErrorCode[]) {
      expect(ebmsErrorOf(errors[code].ebms), code).not.to.equal(undefined);
      expect(ebmsErrorFor(new Failure(code, 'x'))).to.include({ code: errors[code].ebms });
    }
    const told = ebmsErrorFor(ebmsFailure('MIME_INCONSISTENCY', 'the part is missing'));
    expect(told).to.deep.equal({
      ...ebmsErrors.MIME_INCONSISTENCY,
      description: 'Invalid request: the part is missing',
    });
    expect(ebmsErrorOf('EBMS:9999')).to.equal(undefined);
  });

  it('a fault is unsigned, from env:Sender, and holds the error in full', () => {
    const row = ebmsErrorFor(new Failure('INTERNAL', 'a secret'));
    const fault = ebmsFault(info, row, row.description);
    expect(fault).not.to.contain('secret');
    expect(fault).not.to.contain('wsse');
    expect(fault).to.contain('<env:Value>env:Sender</env:Value>');
    expect(fault).to.contain('<env:Text xml:lang="en">Other</env:Text>');
    const error = /<eb:Error [^>]*>/.exec(fault)?.[0] ?? '';
    const parsed = parse(`${error.replace('<eb:Error', `<eb:Error xmlns:eb="${eb.uri}"`)}</eb:Error>`);
    const names = ['category', 'errorCode', 'origin', 'refToMessageInError', 'severity', 'shortDescription'];
    expect(names.map((name) => attribute(parsed, name))).to.deep.equal([
      'Content',
      'EBMS:0004',
      'ebMS',
      'request-1',
      'failure',
      'Other',
    ]);
    expect(ebmsFault({ ...info, refToMessageId: undefined }, row, 'x')).not.to.contain('efToMessage');
  });
});
