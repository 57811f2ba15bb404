import { existsSync } from 'node:fs';
import { expect } from 'chai';
import type { XsdValidator } from 'libxml2-wasm';
import {
  ebmsFault,
  encodeEmptyChannel,
  encodePull,
  encodeReceipt,
  encodeReceiptAndPull,
  encodeUserMessage,
  payloadReferences,
  pulledReceipt,
} from '../../src/contract/ebms/encode.js';
import { ebmsErrors } from '../../src/contract/ebms/errors.js';
import { eb, ebbp } from '../../src/contract/ebms/names.js';
import type { MessageInfo } from '../../src/contract/ebms/types.js';
import { signEbms } from '../../src/security/signEbms.js';
import type { XmlElement } from '../../src/xml/model.js';
import { childElements, is } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { serialise } from '../../src/xml/write.js';
import { caller } from '../support/answers.js';
import { cmsPart, multipart, rootPart, signedEnvelope, userMessage, verifyMessage } from '../support/ebms.js';
import { testTime } from '../support/pki.js';
import { reasons } from '../support/xsd.js';
import { compilePublished, shared } from './published.js';

/** The Messaging block of an envelope. */
function messagingIn(envelope: Buffer | string): XmlElement {
  const blocks = childElements(parse(envelope)).flatMap((part) => childElements(part));
  const found = blocks.find((e) => is(e, eb.uri, 'Messaging'));
  if (found === undefined) throw new Error('no Messaging');
  return found;
}

const info: MessageInfo = { timestamp: testTime, messageId: 'a-1', refToMessageId: 'r-1' };

describe('the published contract of the broker', () => {
  let schema: XsdValidator;
  before(function () {
    if (!existsSync(shared)) {
      console.log(`      skipped: the published contract is not at ${shared.pathname}`);
      this.skip();
    }
    schema = compilePublished([
      [eb.uri, 'ebxml/ebms-header-3_0-200704.xsd'],
      [ebbp.uri, 'ebxml/ebbp-signals-2.0.xsd'],
    ]);
  });
  after(() => schema?.dispose());

  const emitted: Readonly<Record<string, () => Promise<XmlElement> | XmlElement>> = {
    'a message of a user': () => encodeUserMessage(userMessage),
    'a message of a user without agreement and reference': () =>
      encodeUserMessage({ ...userMessage, avtale: undefined, info: { ...info, refToMessageId: undefined } }),
    'a pulled receipt': () => encodeUserMessage(pulledReceipt({ ...userMessage, info }, '984661185', '310000019')),
    'a request for a message': () => encodePull(info, userMessage.mpc),
    'a confirmation with the next request': async () => {
      const answer = await verifyMessage(multipart([rootPart(await signedEnvelope()), cmsPart()]));
      return encodeReceiptAndPull(info, payloadReferences(answer), info, userMessage.mpc);
    },
    'an empty channel': () => encodeEmptyChannel(info),
    'a receipt': async () => {
      const request = await verifyMessage(multipart([rootPart(await signedEnvelope()), cmsPart()]));
      return encodeReceipt(info, payloadReferences(request));
    },
    'the header of a fault': () => messagingIn(ebmsFault(info, ebmsErrors.OTHER, 'Internal error')),
    'Messaging as it is signed': async () => {
      const message = { messaging: encodePull(info, userMessage.mpc), body: [], bodyId: 'b', attachments: [] };
      return messagingIn((await signEbms(message, caller.key, testTime)).envelope);
    },
  };
  for (const [what, make] of Object.entries(emitted)) {
    it(`${what} is valid`, async () => {
      expect(reasons(schema, serialise(await make()))).to.deep.equal([]);
    });
  }

  it('the schemas refuse what they should: they are in force', () => {
    const xml = serialise(encodeUserMessage(userMessage));
    expect(reasons(schema, xml.replaceAll('eb:Action', 'eb:Aktion'))).not.to.deep.equal([]);
  });
});
