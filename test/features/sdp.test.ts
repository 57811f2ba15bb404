import { expect } from 'chai';
import { expectShown, type Shown } from './shown.js';

/* What a broker of digital post, its senders and its providers can do, by its number in the list of features, and the tests that show it here. */

const letters = 'http/broker/letters';
const signals = 'http/broker/signals';
const door = 'http/meldingsformidler';
const broker = 'scenarios/broker';
const upstream = 'scenarios/upstream';
const java = 'interop/sdpJava';
const wire = 'interop/sdpJavaWire';
const messaging = 'contract/ebms/messaging';
const attacks = 'security/attacks/broker';
const channel = 'channels/sdp/channel';
const asice = 'package/asice';

const features: readonly (readonly [number: number, what: string, ...shown: readonly Shown[]])[] = [
  [1, 'door for letters', [door, 'knows its address with and without two organisation numbers']],
  [2, 'door for signals', [signals, 'an empty channel is a signed warning in 200'], [broker, 'an empty channel']],
  [
    3,
    'shapes of a message',
    [door, 'FEATURES 3'],
    [door, 'multipart with one part'],
    [signals, 'a signal in a multipart message of one part'],
    ['soap/message', 'one that does not say its start or type'],
  ],
  [4, 'parts are bound', ['contract/ebms/parts', 'takes Body and attachments that are as the message says']],
  [5, 'header both ways', [messaging, 'reads the message that it writes'], [messaging, 'a receipt and the next pull']],
  [
    6,
    'envelope verified',
    [attacks, 'every wrapping of Body, Timestamp and Messaging'],
    [attacks, 'is refused, and nothing'],
  ],
  [7, 'answers signed', ['security/signEbms', 'refers to Body, Timestamp, Messaging and attachments in that order']],
  [8, 'time window', [attacks, 'SECURITY 73'], [attacks, 'SECURITY 72']],
  [
    9,
    'certificates',
    ['security/trust', 'refuses to start without an anchor'],
    ['security/x509', 'organisation number'],
  ],
  [10, 'who may send', [letters, 'R-41, SECURITY 86'], [broker, 'R-42']],
  [11, 'agreed values', [messaging, 'takes what real clients send'], [messaging, 'is ${code}']],
  [12, 'document header', ['contract/sdp/sbd', 'refuses ${what}'], ['contract/sdp/sbd', 'accepts ${what}']],
  [13, 'schemas', ['contract/schemas', 'EBMS:0009'], ['contract/schemas', 'business documents']],
  [
    14,
    'inner signature',
    ['security/enveloped', 'the exclusive form those that are used'],
    ['interop/sdpJavaAnswers', 'in both canonical forms'],
  ],
  [15, 'fingerprint of the package', [letters, 'is ${code}, and nothing is stored']],
  [16, 'transport receipt', [letters, 'CONTRACT 6'], [messaging, 'repeats the references of the message']],
  [17, 'errors', [messaging, 'a fault is unsigned'], [messaging, 'every code of the error table has its row']],
  [18, 'plain refusals', [door, 'octets that are no XML are refused before SOAP']],
  [19, 'duplicates', [broker, 'R-38'], [letters, 'knows a message again']],
  [
    20,
    'kept and tried',
    ['domain/retry', 'R-37: lifetime'],
    [broker, 'R-37: a priority letter that nobody takes over'],
  ],
  [21, 'priority first', ['store/queue', 'goes before normal letters']],
  [22, 'channels of a priority', [broker, 'R-37: parallel requests'], ['contract/ebms/names', 'is read and written']],
  [23, 'routes by receiver', [java, 'a provider that is not known'], [broker, 'print reports twice']],
  [
    24,
    'passed on untouched',
    [broker, 'goes on untouched'],
    ['channels/sdp/formidling', 'CONTRACT 13: passes a letter on untouched'],
  ],
  [25, 'receipt of the provider', [channel, 'the letter waits'], ['application/formidle', 'R-40']],
  [26, 'receipts taken in', [door, 'R-39, CONTRACT 6'], ['scenarios/broker', 'its receipts come home']],
  [27, 'handed out in order, lent', [broker, 'R-37: what is not confirmed within five minutes']],
  [28, 'side by side', [broker, 'R-37: parallel requests'], [java, 'calls side by side get different receipts']],
  [29, 'nothing waits', [signals, 'an empty channel is a signed warning in 200']],
  [30, 'confirmed', [signals, 'a confirmation alone'], [signals, 'another digest is not it']],
  [31, 'confirmed and asked at once', [signals, 'a confirmation and the next request come in one message']],
  [32, 'pace', [signals, 'R-37: who asks too soon'], ['channels/sdp/upstream', 'each with its pause']],
  [33, 'package made', [asice, 'come back as they were packed'], ['package/package', 'makes what a mailbox opens']],
  [34, 'package encrypted', ['package/package', 'makes what a mailbox opens'], ['security/cms', 'OAEP']],
  [35, 'package opened', [asice, 'with any one octet changed is refused'], ['package/package', 'for somebody else']],
  [36, 'digital letter', [java, 'from send to opening receipt'], ['channels/sdp/document', 'R-35']],
  [37, 'notices', ['channels/sdp/document', 'R-17'], ['domain/routing/notices', 'R-17']],
  [38, 'letter on paper', [java, 'letters to print'], [wire, 'to print']],
  [39, 'metadata documents', [asice, 'come after the documents'], [wire, 'with metadata of the main document']],
  [40, 'moved mail', ['scenarios/movedMail', 'R-28: goes by the broker'], [letters, 'R-28: moved mail of one mailbox']],
  [41, 'five receipts', [java, 'sdp-api-client as a provider'], [upstream, 'R-22, R-36, R-46']],
  [42, 'errors of a provider', ['domain/receipts', 'R-28: feil'], ['contract/sdp/sbd', 'feil always has detaljer']],
  [43, 'sizes', ['package/limits', 'R-33: packageBytes'], [asice, 'R-33: have up to 200 attachments']],
  [44, 'types and names', ['contract/forsendelse/decode', 'R-33: takes the listed types'], [asice, 'SECURITY 92']],
  [45, 'prices', ['domain/tariff', 'R-57'], ['domain/tariff', 'R-62']],
  [46, 'log of messages', [letters, 'SECURITY 109']],
  [47, 'calls of ours', ['client/post', 'FEATURES 47'], ['client/post', 'given up after the timeout']],
  [48, 'errors told apart', ['domain/retry', 'R-40: ebMS errors in answer to a push'], [channel, 'R-40']],
  [49, 'own certificate', ['sending/holder', 'FEATURES 49'], ['http/health', 'days left']],
  [50, 'right time', ['http/health', 'SECURITY 120']],
];

describe('the features of digital post', () => {
  it('are all in the table, once and in their order', () => {
    expect(features.map(([number]) => number)).to.deep.equal(Array.from({ length: 50 }, (_, i) => i + 1));
  });

  for (const [number, what, ...shown] of features)
    it(`${number}: ${what}`, () => {
      expectShown(shown);
    });
});
