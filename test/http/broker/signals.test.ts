import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { encodeErrorSignal, encodePull, encodeReceipt } from '../../../src/contract/ebms/encode.js';
import { ebmsErrors } from '../../../src/contract/ebms/errors.js';
import { eb } from '../../../src/contract/ebms/names.js';
import { encodeSbd } from '../../../src/contract/sdp/sbd.js';
import { Failure } from '../../../src/errors.js';
import { signEnveloped, verifyEnveloped, type EnvelopedForm } from '../../../src/security/enveloped.js';
import { signEbms } from '../../../src/security/signEbms.js';
import type { Trusted } from '../../../src/security/trusted.js';
import type { XmlElement } from '../../../src/xml/model.js';
import { childElements } from '../../../src/xml/model.js';
import { parse } from '../../../src/xml/tree.js';
import { element, serialise } from '../../../src/xml/write.js';
import { documentOf, payloads as samples } from '../../contract/sdp/support.js';
import { cms, cmsPart, contentId, contentType, multipart, rootPart, sha256 } from '../../support/ebms.js';
import { faultIn } from '../../support/faults.js';
import { testTime } from '../../support/pki.js';
import { askingFor, believe, bodyReference, receivedIn, signalIn, type Asking } from '../../support/sdpSender.js';
import { brokerKey, digipost, eboks, openDoor, sender, trust, type Door } from './world.js';

const mpc = { prioritet: 'NORMAL', id: 'kø:1' } as const;
const asking = (changes: Asking = {}): Promise<string> => askingFor(sender, { at: testTime, pull: mpc, ...changes });
const info = { timestamp: testTime, messageId: 'pull-1', refToMessageId: undefined };
const about = { ...info, refToMessageId: 'given-1' };
/** What a receipt refers to; the broker goes by the MessageId. */
const references = [
  parse(
    '<ds:Reference xmlns:ds="http://www.w3.org/2000/09/xmldsig#" URI="#soapBody">' +
      '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>' +
      `<ds:DigestValue>${Buffer.alloc(32).toString('base64')}</ds:DigestValue></ds:Reference>`,
  ),
];
const of = (...messaging: readonly XmlElement[]): XmlElement =>
  element(eb, 'Messaging', {}, messaging.flatMap(childElements));

describe('http/broker/signals', () => {
  let door: Door;
  before(async () => {
    door = await openDoor();
  });
  after(() => door.stop());
  beforeEach(() => door.reset());

  /** A receipt as its provider signed it. */
  const given = async (type: string, form?: EnvelopedForm) => {
    const sbd = await signEnveloped(encodeSbd(documentOf(samples[type] as never)), eboks.key, form);
    return { meldingsId: randomUUID(), instansId: randomUUID(), sbd };
  };
  const raw = async (messaging: XmlElement, changes: { body?: XmlElement[]; attached?: boolean } = {}) => {
    const attachments = changes.attached === true ? [{ contentId, sha256: sha256(cms) }] : [];
    const message = { messaging, body: changes.body ?? [], bodyId: 'soapBody', attachments };
    return (await signEbms(message, sender.key, testTime)).envelope;
  };

  it('CONTRACT 7: an empty channel is a signed warning in 200, with every attribute, and no fault', async () => {
    const answer = await door.post(await asking({ messageId: 'pull-1' }));
    expect([answer.status, answer.type]).to.deep.equal([200, 'application/soap+xml; charset=utf-8']);
    const trusted = await believe(answer, trust, testTime);
    expect(trusted.principal.certificate.der.equals(brokerKey.certificate)).to.equal(true);
    const { errors, receipt, info: said } = signalIn(trusted);
    expect(receipt).to.equal(undefined);
    expect(said.refToMessageId).to.equal('pull-1');
    expect(errors).to.have.length(1);
    expect(errors[0]).to.include({
      code: 'EBMS:0006',
      severity: 'warning',
      shortDescription: 'EmptyMessagePartitionChannel',
      refToMessageInError: 'pull-1',
    });
    for (const attribute of ['category="Communication"', 'origin="ebMS"']) expect(answer.text).to.contain(attribute);
    const [forespoersel] = door.asked;
    expect([forespoersel?.eier, forespoersel?.bekreft?.meldingsId, forespoersel?.hent]).to.deep.equal([
      '310000019',
      undefined,
      mpc,
    ]);
    expect(forespoersel?.replay.key).to.have.length(32);
  });

  for (const form of ['inclusive', 'exclusive'] as const)
    for (const type of ['mottak', 'levering', 'aapning', 'returpost', 'varslingfeilet', 'feil']) {
      it(`CONTRACT 7: hands out ${type} as its provider signed it (${form})`, async () => {
        const utlevering = await given(type, form);
        door.change = { hent: async () => ({ bekreftet: false, utlevering }) };
        const trusted = await believe(await door.post(await asking({ messageId: 'pull-1' })), trust, testTime);
        const message = receivedIn(trusted);
        expect(message).to.deep.include({
          info: { timestamp: testTime, messageId: utlevering.meldingsId, refToMessageId: 'pull-1' },
          mpc,
          fra: { organisasjonsnummer: '984661185', rolle: 'meldingsformidler' },
          til: { organisasjonsnummer: '310000019', rolle: 'avsender' },
          action: 'KvitteringsForespoersel',
          conversationId: utlevering.instansId,
          parts: [{ href: undefined, properties: new Map() }],
        });
        const { signer } = verifyEnveloped(trusted.operation, trust, testTime);
        expect(signer.organisasjonsnummer).to.equal('996460320');
      });
    }

  it('CONTRACT 7: namespaces that nothing uses stand in what is handed out, since the inclusive form counts them', async () => {
    const document = parse(
      `<StandardBusinessDocument xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader" xmlns:i="urn:unused" xmlns:env="urn:mine">` +
        `<kvittering xmlns="http://begrep.difi.no/sdp/schema_v10" i:a='x'>æ&#13;&gt;</kvittering></StandardBusinessDocument>`,
    );
    const sbd = await signEnveloped(document, eboks.key);
    door.change = { hent: async () => ({ bekreftet: false, utlevering: { meldingsId: 'm', instansId: 'i', sbd } }) };
    const trusted = await believe(await door.post(await asking()), trust, testTime);
    expect(verifyEnveloped(trusted.operation, trust, testTime).signer.organisasjonsnummer).to.equal('996460320');
  });

  it('CONTRACT 7: a confirmation alone is answered with 202 and nothing', async () => {
    const envelope = await raw(encodeReceipt(about, references));
    const answer = await door.post(envelope);
    expect([answer.status, answer.text]).to.deep.equal([202, '']);
    expect(door.asked.map(({ eier, bekreft, hent }) => [eier, bekreft?.meldingsId, hent])).to.deep.equal([
      ['310000019', 'given-1', undefined],
    ]);
  });

  describe('CONTRACT 7: a confirmation is held against what was handed out', () => {
    /** Hands a receipt out, and says whether a confirmation that refers to `made` from it is about what was. */
    async function holds(made: (body: XmlElement[], trusted: Trusted) => readonly XmlElement[]): Promise<boolean> {
      const utlevering = await given('levering');
      door.change = { hent: async () => ({ bekreftet: false, utlevering }) };
      const trusted = await believe(await door.post(await asking()), trust, testTime);
      door.reset();
      const refToMessageId = utlevering.meldingsId;
      const references = made(bodyReference(trusted), trusted);
      await door.post(await raw(encodeReceipt({ ...info, messageId: randomUUID(), refToMessageId }, references)));
      const [{ bekreft } = {}] = door.asked;
      expect(bekreft?.meldingsId).to.equal(refToMessageId);
      return bekreft?.gjelder(utlevering) === true;
    }
    /** Of the reference to Body in an answer: with another digest, or another address. */
    const changed = ([body]: XmlElement[], change: (text: string) => string): XmlElement =>
      parse(change(serialise({ ...(body as XmlElement), parent: null, scope: null, declarations: [] })));
    const otherDigest = (text: string) =>
      text.replace(/(DigestValue[^>]*>)[^<]*/, `$1${Buffer.alloc(32).toString('base64')}`);

    it('the reference to its Body, as every client copies it', async () => {
      expect(await holds((body) => body)).to.equal(true);
    });
    it('with everything else that was signed beside it', async () => {
      expect(await holds((_, { references }) => references)).to.equal(true);
    });
    it('under another address', async () => {
      expect(await holds((body) => [changed(body, (text) => text.replace(/URI="[^"]*"/, 'URI="#soapBody"'))])).to.equal(
        true,
      );
    });
    it('another digest is not it, under its own address or another', async () => {
      expect(await holds((body) => [changed(body, otherDigest)])).to.equal(false);
      expect(await holds(() => references)).to.equal(false);
      expect(await holds((body, all) => [changed(body, otherDigest), ...all.references.slice(1)])).to.equal(false);
    });

    it('what is not it is EBMS:0003', async () => {
      door.change = { hent: () => Promise.reject(new Failure('CONFIRMATION_MISMATCH', 'secret')) };
      const answer = await door.post(await raw(encodeReceipt(about, references)));
      expect(faultIn(answer).code).to.equal('EBMS:0003');
    });
  });

  it('a confirmation of nothing that waits is no error, and is told in the log', async () => {
    door.change = { hent: async () => ({ bekreftet: false, utlevering: undefined }) };
    expect((await door.post(await raw(encodeReceipt(about, references)))).status).to.equal(202);
    expect(door.logged()).to.contain('a confirmation of nothing that waits').and.to.contain('given-1');
  });

  it('CONTRACT 7: a confirmation and the next request come in one message', async () => {
    const both = [encodeReceipt(about, references), encodePull({ ...info, messageId: 'pull-2' }, mpc)] as const;
    for (const messaging of [of(...both), of(both[1], both[0])]) {
      const trusted = await believe(await door.post(await raw(messaging)), trust, testTime);
      expect(signalIn(trusted).info.refToMessageId).to.equal('pull-2');
    }
    expect(door.asked.map(({ bekreft, hent }) => [bekreft?.meldingsId, hent])).to.deep.equal([
      ['given-1', mpc],
      ['given-1', mpc],
    ]);
  });

  it('takes what .NET sends: a signal in a multipart message of one part', async () => {
    const octets = multipart([rootPart(await asking())]);
    expect((await door.post(octets, contentType)).status).to.equal(200);
  });

  it('SECURITY 86: who may not fetch is EBMS:0101; a mailbox that has passed mail on may', async () => {
    door.change = {
      kanHente: () => {
        throw new Failure('NO_ACCESS', 'no');
      },
    };
    expect(faultIn(await door.post(await asking({ messageId: 'pull-1' })))).to.include({
      code: 'EBMS:0101',
      about: 'pull-1',
    });
    expect(door.asked).to.deep.equal([]);
    expect((await door.post(await asking({ key: digipost.key }))).status).to.equal(200);
    expect(door.asked.map(({ eier }) => eier)).to.deep.equal(['984661185']);
  });

  const wrong: Readonly<Record<string, readonly [code: string, envelope: () => Promise<string>]>> = {
    'two requests': ['EBMS:0009', () => raw(of(encodePull(info, mpc), encodePull({ ...info, messageId: 'b' }, mpc)))],
    'two confirmations': [
      'EBMS:0009',
      () => raw(of(encodeReceipt(about, references), encodeReceipt(about, references))),
    ],
    'a confirmation of nothing': ['EBMS:0009', () => raw(encodeReceipt(info, []))],
    'a confirmation without RefToMessageId': ['EBMS:0009', () => raw(encodeReceipt(info, references))],
    'what its schema does not allow': [
      'EBMS:0009',
      () => raw(parse(serialise(encodePull(info, mpc)).replace('<eb:MessageInfo>', '<eb:MessageInfo a="b">'))),
    ],
    'an error': ['EBMS:0008', () => raw(encodeErrorSignal(about, ebmsErrors.OTHER, 'x'))],
    'a Body with something in it': [
      'EBMS:0008',
      () => raw(encodePull(info, mpc), { body: [parse('<Body xmlns="urn:a">x</Body>')] }),
    ],
  };
  for (const [what, [code, envelope]] of Object.entries(wrong)) {
    it(`${what} is ${code}`, async () => {
      expect(faultIn(await door.post(await envelope()))).to.include({ code });
      expect(door.asked).to.deep.equal([]);
    });
  }

  it('SECURITY 89: a request with an attachment is EBMS:0007, and nothing is stored', async () => {
    const octets = multipart([rootPart(await raw(encodePull(info, mpc), { attached: true })), cmsPart()]);
    expect(faultIn(await door.post(octets, contentType))).to.include({ code: 'EBMS:0007' });
    expect([door.asked, door.payloads.stored.size]).to.deep.equal([[], 0]);
  });

  it('R-37: who asks too soon after an empty answer is counted, and answered without looking where that is configured', async () => {
    const early = async (): Promise<number> => {
      const { body } = await door.metrics.exposition();
      return Number(/posthorn_early_pulls_total\{priority="NORMAL"\} (\d+)/.exec(body)?.[1] ?? 0);
    };
    const channel = { prioritet: 'NORMAL', id: randomUUID() } as const;
    const before = await early();
    await door.post(await asking({ pull: channel }));
    expect(await early()).to.equal(before);
    await door.post(await asking({ pull: channel }));
    expect([await early(), door.asked.length]).to.deep.equal([before + 1, 2]);
    const utlevering = await given('levering');
    door.change = { throttle: true, hent: async () => ({ bekreftet: false, utlevering }) };
    const trusted = await believe(await door.post(await asking({ pull: channel })), trust, testTime);
    // The confirmation still counts, so the use case is asked; the receipt stays where it is.
    door.change = { throttle: true };
    await door.post(await asking({ pull: channel }));
    expect(door.asked.at(-1)?.hent).to.equal(undefined);
    expect(await early()).to.equal(before + 3);
    const another = { prioritet: 'NORMAL', id: randomUUID() } as const;
    door.change = { throttle: true, hent: async () => ({ bekreftet: false, utlevering }) };
    for (let i = 0; i < 2; i++) await believe(await door.post(await asking({ pull: another })), trust, testTime);
    expect(await early(), 'after a receipt the next is asked for at once').to.equal(before + 3);
    expect(trusted.principal.organisasjonsnummer).to.equal('984661185');
  });
});
