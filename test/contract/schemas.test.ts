import { expect } from 'chai';
import {
  encodeEmptyChannel,
  encodePull,
  encodeReceipt,
  encodeUserMessage,
  payloadReferences,
} from '../../src/contract/ebms/encode.js';
import { decodeMessagingElement } from '../../src/contract/ebms/decode.js';
import { decodeCommand } from '../../src/contract/forsendelse/decode.js';
import { stageContents } from '../../src/contract/forsendelse/content.js';
import {
  encodeBekreftKvitteringer,
  encodeForklarForsendelse,
  encodeHentKvitteringer,
  encodeHentStatus,
  encodeSendForsendelse,
  encodeTrekkTilbakeForsendelse,
} from '../../src/contract/forsendelse/request.js';
import { checkForsendelse, checkMessage } from '../../src/contract/schemas.js';
import { decodeSbd, encodeSbd } from '../../src/contract/sdp/sbd.js';
import { limits } from '../../src/limits.js';
import { signEnveloped } from '../../src/security/enveloped.js';
import { sealTrusted } from '../../src/security/trusted.js';
import type { XmlElement } from '../../src/xml/model.js';
import { XmlReader } from '../../src/xml/reader.js';
import { parse, TreeBuilder } from '../../src/xml/tree.js';
import { serialise } from '../../src/xml/write.js';
import { answered } from '../support/answers.js';
import { cmsPart, multipart, rootPart, signedEnvelope, userMessage, verifyMessage } from '../support/ebms.js';
import { memoryPayloads } from '../support/memoryPayloads.js';
import { swap } from '../support/messages.js';
import { failureOf } from '../support/pki.js';
import { signer } from '../package/support.js';
import { bestilling, brev, mottaker } from './forsendelse/letters.js';
import { documentOf, payloads } from './sdp/support.js';

const id = '0b1d2c3e-4f50-4a6b-8c7d-9e0f1a2b3c4d';
const info = { ...userMessage.info, refToMessageId: 'r-1' };
const checkHeader = (xml: string): void => checkMessage({ blocks: [parse(xml)] });
const checkDocument = (xml: string): void => checkMessage({ blocks: [] }, parse(xml));

/** A request as it stands when its contents have gone to the store. */
async function staged(xml: string) {
  const stage = stageContents(memoryPayloads());
  const builder = new TreeBuilder(stage.spill);
  const reader = new XmlReader(builder);
  reader.write(Buffer.from(xml));
  reader.end();
  return { operation: builder.root as XmlElement, contents: await stage.settle() };
}

describe('contract/schemas', () => {
  describe('Forsendelse', () => {
    const good = serialise(encodeSendForsendelse(brev(), '310000019'));

    it('takes every request that our own client makes, contents replaced by placeholders', async () => {
      for (const request of [
        encodeSendForsendelse(brev(), '310000019'),
        encodeForklarForsendelse({ mottakere: [mottaker], bestilling }),
        encodeHentStatus({ eksterneRefer: ['a b'] }),
        encodeHentKvitteringer('NORMAL', 1),
        encodeBekreftKvitteringer([id]),
        encodeTrekkTilbakeForsendelse({ ider: [id] }),
      ]) {
        checkForsendelse((await staged(serialise(request))).operation);
      }
    });

    const broken: readonly (readonly [what: string, from: string, to: string, where: string])[] = [
      ['an attribute that the contract has not', '<f:klasse>', '<f:klasse a="23863814839">', 'a of klasse'],
      [
        "SECURITY 17: a type of the sender's own",
        '<f:klasse>',
        '<f:klasse xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="http://www.w3.org/2001/XMLSchema" i:type="x:int">',
        'type of klasse',
      ],
    ];
    for (const [what, from, to, where] of broken) {
      it(`refuses ${what}, which the decoder passes over; the reason has no value in it`, async () => {
        const { operation, contents } = await staged(swap(good, from, to));
        decodeCommand(sealTrusted({ ...answered(), operation }), contents);
        const { code, values } = failureOf(() => checkForsendelse(operation));
        expect([code, values['reason']]).to.deep.equal([
          'INVALID_REQUEST',
          `the schema does not allow ${where} as it stands`,
        ]);
      });
    }

    it('SECURITY 16, 17: opens nothing that a request names', async () => {
      const hint =
        'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="urn:x http://127.0.0.1:9/x.xsd"';
      checkForsendelse((await staged(good.replace('<f:SendForsendelse', `<f:SendForsendelse ${hint}`))).operation);
      const include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>';
      const { operation } = await staged(swap(good, '<f:klasse>', `${include}<f:klasse>`));
      expect(failureOf(() => checkForsendelse(operation)).code).to.equal('INVALID_REQUEST');
    });

    it('reads values whose prefixes are bound further out', async () => {
      const typed = swap(good, '<f:klasse>', '<f:klasse i:type="g:klasse">');
      const outer = `<o xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:g="urn:posthorn:forsendelse:v1" xmlns:f="urn:posthorn:forsendelse:v1">${typed}</o>`;
      const { operation } = await staged(outer);
      checkForsendelse(operation.children[0] as XmlElement);
    });

    it('holds documents up to the limit against the schema, and refuses larger ones unread', async () => {
      const { operation } = await staged(good);
      const size = Buffer.byteLength(serialise(operation));
      const of = (octets: number): string | undefined => {
        const child = { ...(operation.children[0] as XmlElement), children: ['x'.repeat(octets)] };
        const changed = { ...operation, children: [child, ...operation.children.slice(1)] };
        return failureOf(() => checkForsendelse(changed)).values['reason'];
      };
      const room = limits.schemaBytes - size + '310000019'.length;
      for (const n of [room - 1, room]) expect(of(n)).to.equal('the schema does not allow avsender as it stands');
      expect(of(room + 1)).to.equal(`SendForsendelse is larger than ${limits.schemaBytes} octets`);
    });
  });

  describe('ebMS', () => {
    const good = serialise(encodeUserMessage(userMessage));

    it('takes messages and signals of every kind', async () => {
      const request = await verifyMessage(multipart([rootPart(await signedEnvelope()), cmsPart()]));
      for (const messaging of [
        encodeUserMessage(userMessage),
        encodePull(info, userMessage.mpc),
        encodeReceipt(info, payloadReferences(request)),
        encodeEmptyChannel(info),
      ]) {
        checkHeader(serialise(messaging));
      }
      checkMessage(request);
    });

    const broken: readonly (readonly [what: string, from: string, to: string, where: string])[] = [
      ['an attribute that the contract has not', '<eb:MessageInfo>', '<eb:MessageInfo a="b">', 'a of MessageInfo'],
      ['text between elements', '<eb:PartyInfo>', '<eb:PartyInfo>x', 'PartyInfo'],
      [
        'two descriptions of one part',
        '<eb:PartProperties>',
        '<eb:Description xml:lang="en">a</eb:Description><eb:Description xml:lang="en">b</eb:Description><eb:PartProperties>',
        'Description',
      ],
    ];
    for (const [what, from, to, where] of broken) {
      it(`refuses ${what}, which the decoder passes over: EBMS:0009`, () => {
        const xml = swap(good, from, to);
        decodeMessagingElement(parse(xml));
        const { code, values } = failureOf(() => checkHeader(xml));
        expect([code, values]).to.deep.equal([
          'INVALID_REQUEST',
          { reason: `the schema does not allow ${where} as it stands`, ebms: 'EBMS:0009' },
        ]);
      });
    }
  });

  describe('business documents', () => {
    for (const [what, payload] of Object.entries(payloads)) {
      it(`takes ${what}, signed`, async () => {
        checkDocument(await signEnveloped(encodeSbd(documentOf(payload)), signer.key));
      });
    }

    it('takes a letter that moves between mailboxes, and the key beside the certificate as a mailbox writes it', async () => {
      const signed = await signEnveloped(encodeSbd(documentOf(payloads['a letter to a mailbox']!)), signer.key);
      const moved = signed
        .replaceAll('digitalPost>', 'flyttetDigitalPost>')
        .replace('>digitalPost<', '>flyttetDigitalPost<')
        .replace(
          /(<\/ns9:dokumentpakkefingeravtrykk>)/,
          '$1<ns9:mottaksdato>2026-03-02</ns9:mottaksdato><ns9:aapnet>true</ns9:aapnet>',
        );
      checkDocument(moved);
      const key =
        '<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AA==</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>';
      checkDocument(swap(signed, '<ds:KeyInfo>', `<ds:KeyInfo>${key}`));
    });

    const letter = 'a letter to a mailbox';
    const broken: readonly (readonly [
      what: string,
      payload: string,
      from: string | RegExp,
      to: string,
      where: string,
    ])[] = [
      ['an attribute that the contract has not', letter, '<ns9:varsler>', '<ns9:varsler a="b">', 'a of varsler'],
      ['text in an empty receipt', 'levering', '<ns9:levering>', '<ns9:levering a="b">', 'a of levering'],
      [
        'an identifier without its register',
        letter,
        '>9908:310000019</ns9:organisasjon',
        '>310000019</ns9:organisasjon',
        'organisasjon',
      ],
    ];
    for (const [what, payload, from, to, where] of broken) {
      it(`refuses ${what}, which the decoder passes over`, async () => {
        const signed = await signEnveloped(encodeSbd(documentOf(payloads[payload]!)), signer.key);
        const xml = signed.replace(from, to);
        expect(xml).not.to.equal(signed);
        decodeSbd(parse(xml));
        const { code, values } = failureOf(() => checkDocument(xml));
        expect([code, values]).to.deep.equal([
          'INVALID_REQUEST',
          { reason: `the schema does not allow ${where} as it stands` },
        ]);
      });
    }

    const members: readonly (readonly [what: string, payload: string, from: RegExp, to: string])[] = [
      ['no signature', letter, /<ds:Signature.*<\/ds:Signature>/, ''],
      ['no conversation', letter, /<ns3:BusinessScope>.*<\/ns3:BusinessScope>/, ''],
      ['R-17: the same day twice', letter, />7<\/ns9:dagerEtter>/, '>0</ns9:dagerEtter>'],
      ['R-17: a day after the 25th', letter, />7<\/ns9:dagerEtter>/, '>26</ns9:dagerEtter>'],
      ['R-27: a level that is none', letter, />4<\/ns9:sikkerhetsnivaa>/, '>2</ns9:sikkerhetsnivaa>'],
      ['R-45: a colour that is none', 'a letter to print', />FARGE</, '>SORT_HVITT<'],
      ['a receipt of two kinds', 'levering', /(<ns9:levering>.*<\/ns9:levering>)/, '$1<ns9:aapning/>'],
      ['an error of nobody', 'feil', />KLIENT</, '>INGEN<'],
      ['a UUID that is none', letter, />E4880724-/, '>X4880724-'],
    ];
    for (const [what, payload, from, to] of members) {
      it(`refuses ${what}`, async () => {
        const signed = await signEnveloped(encodeSbd(documentOf(payloads[payload]!)), signer.key);
        const xml = signed.replace(from, to);
        expect(xml).not.to.equal(signed);
        expect(failureOf(() => checkDocument(xml)).code).to.equal('INVALID_REQUEST');
      });
    }
  });
});
