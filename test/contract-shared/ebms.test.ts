import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import {
  ParseOption,
  XmlBufferInputProvider,
  XmlDocument,
  XmlError,
  XmlLibError,
  xmlRegisterInputProvider,
  XsdValidator,
} from 'libxml2-wasm';
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
import { eb } from '../../src/contract/ebms/names.js';
import type { MessageInfo } from '../../src/contract/ebms/types.js';
import { signEbms } from '../../src/security/signEbms.js';
import type { XmlElement } from '../../src/xml/model.js';
import { childElements, is } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { serialise } from '../../src/xml/write.js';
import { caller } from '../support/answers.js';
import { cmsPart, multipart, rootPart, signedEnvelope, userMessage, verifyMessage } from '../support/ebms.js';
import { testTime } from '../support/pki.js';

const shared = fileURLToPath(new URL('../../../shared/spec/sdp/', import.meta.url));
const base = 'sdp:/';
const header = 'ebxml/ebms-header-3_0-200704.xsd';
const signals = 'ebxml/ebbp-signals-2.0.xsd';
const options = { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE };

/** The published schemas, compiled together. */
function published(): XsdValidator {
  const folder = join(shared, 'xsd');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:xsd|dtd)$/.test(name))
    .map((name) => [relative('.', name).split(sep).join('/'), readFileSync(join(folder, name))] as const);
  const everywhere = files.flatMap(([name, octets]) => [
    [base + name, octets] as const,
    // Some schemas import by the address at which they were published.
    [`http://www.w3.org/2001/${name.split('/').at(-1)}`, octets] as const,
  ]);
  xmlRegisterInputProvider(new XmlBufferInputProvider(Object.fromEntries(everywhere)));
  const imports = [
    [eb.uri, header],
    ['http://docs.oasis-open.org/ebxml-bp/ebbp-signals-2.0', signals],
  ].map(([ns, file]) => `<xs:import namespace="${ns}" schemaLocation="${file}"/>`);
  const driver = XmlDocument.fromString(
    `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">${imports.join('')}</xs:schema>`,
    { url: `${base}driver.xsd` },
  );
  try {
    return XsdValidator.fromDoc(driver);
  } finally {
    driver.dispose();
  }
}

function reasons(schema: XsdValidator, xml: string): string[] {
  const document = XmlDocument.fromString(xml, options);
  try {
    schema.validate(document);
    return [];
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return error instanceof XmlLibError ? error.details.map((d) => d.message.trim()) : [error.message];
  } finally {
    document.dispose();
  }
}

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
      console.log(`      skipped: the published contract is not at ${shared}`);
      this.skip();
    }
    schema = published();
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
