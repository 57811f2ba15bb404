import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { decodeMessagingElement } from '../../src/contract/ebms/decode.js';
import { decodeSbd } from '../../src/contract/sdp/sbd.js';
import { openDoor, type Door } from '../http/broker/world.js';
import { ourMessages, partsOf } from './ourMessages.js';
import { linesOf, nameOf } from './shape.js';
import { lineDifferences } from './structure.js';

const contract = new URL('../../../shared/spec/sdp/', import.meta.url);
const folder = new URL('samples-soap/', contract);

/** What each recorded message is: what its Messaging holds, and its document. */
const held: Readonly<Record<string, readonly [messaging: string | undefined, document: string | undefined]>> = {
  '1_request': ['FormidleDigitalPost 2', 'digitalPost'],
  '1_response': ['receipt of cid: #soapBody', undefined],
  '3_request': ['FormidleDigitalPost 2', 'digitalPost'],
  '3_response': ['receipt of cid: #soapBody', undefined],
  '4_request': [undefined, 'kvittering levering'],
  '4_response': ['receipt of #soapBody', undefined],
  '5_request_forespoersel': ['pull of NORMAL', undefined],
  '5_request_transportkvittering': ['receipt of #id-', undefined],
  '5_response': ['KvitteringsForespoersel 1', 'kvittering levering'],
  '6_request': ['pull of NORMAL', undefined],
  '6_response': ['EBMS:0006 warning EmptyMessagePartitionChannel', undefined],
  '7_request': ['FormidleFysiskPost 2', 'digitalPost fysisk'],
  eksempel_soap_fault: ['EBMS:xxxx error ', undefined],
};

const info = 'eb:Messaging/eb:SignalMessage';
const user = 'eb:Messaging/eb:UserMessage';
const error = `${info}/eb:Error`;
const part = `${info}/eb:Receipt/ebbp:NonRepudiationInformation/ebbp:MessagePartNRInformation`;
const ec = 'ds:Reference/ds:Transforms/ds:Transform/ec:InclusiveNamespaces';
const sbdHeader = 'ns3:StandardBusinessDocument/ns3:StandardBusinessDocumentHeader';
const instance = `${sbdHeader}/ns3:DocumentIdentification/ns3:InstanceIdentifier`;
const conversation = `${sbdHeader}/ns3:BusinessScope/ns3:Scope/ns3:InstanceIdentifier`;
const post = 'ns3:StandardBusinessDocument/ns9:digitalPost';

interface Difference {
  readonly samples: readonly string[];
  /** `missing`: they have it and we do not; `extra`: we have it and they do not. */
  readonly difference: readonly string[];
  /** Of CONTRACT.md. */
  readonly section: string;
  readonly reason: string;
}

/** Where our messages are others than the recorded ones. */
const differences: readonly Difference[] = [
  {
    samples: ['1_request', '3_request', '7_request'],
    difference: [`extra ${user}/eb:PayloadInfo/eb:PartInfo[1]@href = #soapBody`],
    section: '4',
    reason: 'Body is named as the prose and the .NET client do; the Java client leaves the name out',
  },
  {
    samples: ['1_request'],
    difference: [`missing ${user}@mpc = urn:normal`, `extra ${user}@mpc = urn:normal:posthorn`],
    section: '7',
    reason:
      'receipts of our letters wait in a channel of our own, for a broker above us may have other askers with our number',
  },
  {
    samples: ['1_request', '7_request'],
    difference: [
      `missing ${instance} = that of ${user}/eb:CollaborationInfo/eb:ConversationId`,
      `missing ${conversation} = an identifier`,
      `extra ${conversation} = that of ${user}/eb:CollaborationInfo/eb:ConversationId`,
    ],
    section: '4',
    reason:
      'ConversationId is that of the document, as the .NET client has it; for the Java client it is the InstanceIdentifier',
  },
  {
    samples: ['1_request', '7_request'],
    difference: [`extra ${instance} = that of ${user}/eb:MessageInfo/eb:MessageId`],
    section: '8',
    reason: 'an InstanceIdentifier is unique for each message, and so is its MessageId: ours are the same',
  },
  {
    samples: ['1_request'],
    difference: [`extra ${post}/ns9:avsender/ns9:organisasjon@authority = iso6523-actorid-upis`],
    section: '9',
    reason: 'the default of the attribute, written out as in the recorded letter to print',
  },
  {
    samples: ['1_request'],
    difference: [
      `extra ${post}/ns9:digitalPostInfo/ns9:aapningskvittering`,
      `extra ${post}/ns9:digitalPostInfo/ns9:aapningskvittering = false`,
    ],
    section: '9',
    reason: 'the default of the element, written out',
  },
  {
    samples: ['1_request'],
    difference: [`extra ${post}/ns9:digitalPostInfo/ns9:varsler`],
    section: '9',
    reason: 'an empty element is normal where nobody is to be told',
  },
  {
    samples: ['1_request'],
    difference: [
      `missing ${post}/ns9:digitalPostInfo/ns9:ikkeSensitivTittel@lang = no`,
      `extra ${post}/ns9:digitalPostInfo/ns9:ikkeSensitivTittel@lang = nb`,
    ],
    section: '9',
    reason: 'a language of two letters: ours says which of the two Norwegian ones',
  },
  {
    samples: ['1_response', '3_response'],
    difference: [`missing ${part}[2]/${ec}`, `missing ${part}[2]/${ec}@PrefixList = `],
    section: '6',
    reason:
      'a copy of the reference in the request, and the transform of our requests is bare, as newer clients send it (section 5)',
  },
  {
    samples: ['4_response', '5_request_transportkvittering'],
    difference: [`missing ${part}/${ec}`, `missing ${part}/${ec}@PrefixList = `],
    section: '6',
    reason: 'as above',
  },
  {
    samples: ['4_request'],
    difference: [
      `missing ${instance} = an identifier`,
      `missing ${conversation} = an identifier`,
      `extra ${instance} = that of ${user}/eb:MessageInfo/eb:MessageId`,
      `extra ${conversation} = that of ${user}/eb:CollaborationInfo/eb:ConversationId`,
    ],
    section: '8',
    reason: 'recorded before it was put into its envelope, so that the document repeats nothing; ours is what leaves',
  },
  {
    samples: ['eksempel_soap_fault'],
    difference: [`missing ${error}@errorCode = EBMS:xxxx`, `extra ${error}@errorCode = EBMS:0001`],
    section: '11',
    reason: 'the recorded fault is a form that nobody has filled in',
  },
  {
    samples: ['eksempel_soap_fault'],
    difference: [
      ...['category = Content', 'origin = ebMS', 'shortDescription = ValueNotRecognized'].map(
        (a) => `extra ${error}@${a}`,
      ),
      `extra ${error}@refToMessageInError = that of ${info}/eb:MessageInfo/eb:RefToMessageId`,
    ],
    section: '11',
    reason: 'the .NET client demands every attribute',
  },
  {
    samples: ['eksempel_soap_fault'],
    difference: [`missing ${error}@severity = error`, `extra ${error}@severity = failure`],
    section: '11',
    reason: 'the severity of ebMS 3; the Java client looks for it',
  },
  {
    samples: ['eksempel_soap_fault'],
    difference: [
      `missing ${error}/eb:Description@lang = en`,
      `extra ${error}/eb:Description@{http://www.w3.org/XML/1998/namespace}:lang = en`,
    ],
    section: '3',
    reason: 'the attribute of the schema is xml:lang, which the Java client validates',
  },
  {
    samples: ['eksempel_soap_fault'],
    difference: [`missing ${error}/eb:ErrorDetail`, `missing ${error}/eb:ErrorDetail = words`],
    section: '11',
    reason: 'optional; what we have to say is in Description',
  },
];

describe('the recorded messages of the broker', () => {
  const recorded = new Map<string, string>();
  let door: Door | undefined;
  before(async function () {
    if (!existsSync(folder)) {
      console.log(`      skipped: the published contract is not at ${contract.pathname}`);
      this.skip();
    }
    for (const file of readdirSync(folder)) {
      const name = Object.keys(ourMessages).find((beginning) => file.startsWith(beginning));
      recorded.set(name ?? file, readFileSync(new URL(file, folder), 'utf8'));
    }
    door = await openDoor();
  });
  after(() => door?.stop());
  beforeEach(() => door?.reset());

  const sample = (name: string): string => recorded.get(name) ?? '';

  it('are all looked at, by each of the tables', () => {
    expect([...recorded.keys()]).to.have.members(Object.keys(held));
    expect(Object.keys(ourMessages)).to.have.members(Object.keys(held));
    expect(readdirSync(folder)).to.have.length(recorded.size);
  });

  const messagingHeld = (name: string): string | undefined => {
    const messaging = partsOf(sample(name)).find(({ local }) => local === 'Messaging');
    if (messaging === undefined) return undefined;
    const decoded = decodeMessagingElement(messaging);
    if (decoded.type === 'user') return `${decoded.message.action} ${decoded.message.parts.length}`;
    const [{ receipt, pull, errors }] = decoded.signals as [(typeof decoded.signals)[0]];
    if (receipt !== undefined) {
      return `receipt of ${receipt.map(({ uri }) => /^(?:cid:|#id-|#soapBody$)/.exec(uri)?.[0]).join(' ')}`;
    }
    if (pull !== undefined) return `pull of ${pull.prioritet}${pull.id ?? ''}`;
    return errors.map(({ code, severity, shortDescription }) => `${code} ${severity} ${shortDescription}`).join();
  };
  const documentHeld = (name: string): string | undefined => {
    const document = partsOf(sample(name)).find(({ local }) => local === 'StandardBusinessDocument');
    if (document === undefined) return undefined;
    const { payload } = decodeSbd(document);
    if (payload.type === 'kvittering') return `kvittering ${payload.hendelse.type}`;
    return payload.type === 'digitalPost' && payload.fysisk !== null ? 'digitalPost fysisk' : payload.type;
  };
  for (const [name, what] of Object.entries(held)) {
    it(`${name} parses as ${what.filter((one) => one !== undefined).join(', ')}`, () => {
      expect([messagingHeld(name), documentHeld(name)]).to.deep.equal(what);
    });
  }

  for (const [name, make] of Object.entries(ourMessages)) {
    const listed = differences.filter(({ samples }) => samples.includes(name)).flatMap(({ difference }) => difference);
    it(`ours is ${name}, but for what the table lists, and for all of that`, async () => {
      const theirParts = partsOf(sample(name));
      const parts = partsOf(await make(door as Door, sample(name)));
      const theirs = linesOf(theirParts);
      // One was recorded before its Messaging was made.
      const ours = linesOf(parts).filter((line) => theirParts.some((part) => line.startsWith(nameOf(part))));
      expect(parts.map(({ local }) => local)).to.include.members(theirParts.map(({ local }) => local));
      expect(lineDifferences(theirs, ours)).to.have.members(listed);
      const common = (lines: readonly string[], others: readonly string[]) => lines.filter((l) => others.includes(l));
      expect(common(ours, theirs), 'in their order').to.deep.equal(common(theirs, ours));
    });
  }

  const changes: Readonly<Record<string, readonly [from: RegExp, to: string]>> = {
    'another value': [/>urn:sdp:avsender</, '>urn:sdp:postkasse<'],
    'another attribute': [/mpc="urn:normal"/, 'mpc="urn:prioritert"'],
    'an attribute less': [/ mpc="urn:normal"/, ''],
    'another namespace': [/<ns6:Service>SDP<\/ns6:Service>/, '<Service>SDP</Service>'],
    'an element less': [/<ns6:Service>SDP<\/ns6:Service>/, ''],
    'an element more': [/(<ns6:Service>SDP<\/ns6:Service>)/, '$1$1'],
    'another relation of identifiers': [/(<ns6:ConversationId>)2e0858c6/, '$10e0858c6'],
  };
  for (const [what, [from, to]] of Object.entries(changes)) {
    it(`${what} is a difference`, () => {
      const theirs = sample('1_request');
      const changed = theirs.replace(from, to);
      expect(changed).not.to.equal(theirs);
      expect(lineDifferences(linesOf(partsOf(theirs)), linesOf(partsOf(changed)))).not.to.deep.equal([]);
    });
  }

  it('the table names sections of the contract', () => {
    const text = readFileSync(new URL('CONTRACT.md', contract), 'utf8');
    for (const { section, difference } of differences)
      expect(text, difference[0]).to.match(new RegExp(`^## ${section}\\. `, 'm'));
  });
});
