import { request } from 'node:http';
import { expect } from 'chai';
import { referenceOf } from '../../../src/contract/ebms/decode.js';
import { payloadParts } from '../../../src/contract/ebms/encode.js';
import { Failure } from '../../../src/errors.js';
import { limits } from '../../../src/limits.js';
import { verifyEnveloped } from '../../../src/security/enveloped.js';
import { verify } from '../../../src/security/signature.js';
import { parseMultipartType } from '../../../src/soap/mime.js';
import { parse } from '../../../src/xml/tree.js';
import { digital, fysisk, payloads as samples } from '../../contract/sdp/support.js';
import { cms, cmsPart, contentId, contentType, multipart, rootPart, sdp, sha256 } from '../../support/ebms.js';
import { faultIn } from '../../support/faults.js';
import { mailbox, printer } from '../../support/letters.js';
import { testTime } from '../../support/pki.js';
import { believe, letterAbout, letterOf, signalIn, type LetterChanges } from '../../support/sdpSender.js';
import { brokerKey, digipost, eboks, MOST, openDoor, sender, supplier, trust, type Door } from './world.js';

const letter = (changes: LetterChanges = {}, by = sender) => letterOf(by, { at: testTime, ...changes });
const print = letterAbout('310000019', cms, fysisk);
const flyttet = {
  ...(letterAbout('310000019', cms) as typeof digital),
  type: 'flyttetDigitalPost',
  mottaksdato: '2026-02-01',
  aapnet: false,
} as const;
const moved: LetterChanges = {
  payload: flyttet,
  receiver: '996460320',
  message: {
    action: 'FlyttetDigitalPost',
    avtale: 'flyttet',
    fra: { organisasjonsnummer: mailbox, rolle: 'postkasse' },
  },
};

describe('http/broker/letters', () => {
  let door: Door;
  before(async () => {
    door = await openDoor();
  });
  after(() => door.stop());
  beforeEach(() => door.reset());

  const refused = async (changes: LetterChanges, by = sender) => {
    const { octets, type, messageId } = await letter(changes, by);
    const { code, description, about } = faultIn(await door.post(octets, type));
    expect(door.taken).to.deep.equal([]);
    expect(door.payloads.stored.size, 'the package is let go').to.equal(0);
    return { code, description, about: about === messageId ? 'it' : about };
  };

  it('R-39, CONTRACT 6: takes a letter over, and signs for the references of the request, the attachment first', async () => {
    const sent = await letter();
    const answer = await door.post(sent.octets, sent.type);
    expect([answer.status, answer.type]).to.deep.equal([200, 'application/soap+xml; charset=utf-8']);
    const trusted = await believe(answer, trust, testTime);
    expect(trusted.principal.certificate.der.equals(brokerKey.certificate)).to.equal(true);
    const { info, receipt } = signalIn(trusted);
    expect([info.refToMessageId, trusted.operation.children]).to.deep.equal([sent.messageId, []]);
    const stream = (async function* () {
      yield sent.octets;
    })();
    const incoming = { stream, multipart: parseMultipartType(sent.type) };
    const own = (await verify(incoming, sdp, { trust, clock: { now: () => testTime } })).references.map(referenceOf);
    const [body, , , attached] = own;
    expect(receipt).to.deep.equal([attached, body]);
    const [melding, ...more] = door.taken;
    expect(more).to.deep.equal([]);
    const { noekkel, innhold, ...rest } = melding as (typeof door.taken)[0];
    expect(rest).to.deep.equal({
      eier: '310000019',
      mpc: { prioritet: 'PRIORITERT', id: undefined },
      meldingsId: sent.messageId,
      art: 'digital',
      leverandoer: mailbox,
      konversasjonsId: sent.conversationId,
      dokumentavsender: '310000019',
      regning: { avsender: '310000019', kostnadskode: null },
    });
    expect([noekkel.key.length, noekkel.digest.length]).to.deep.equal([32, 32]);
    expect(noekkel.expires.getTime() - testTime.getTime()).to.be.above(35 * 86_400_000);
    expect(door.payloads.stored.get(innhold.cms.ref)?.equals(cms), 'octet by octet').to.equal(true);
    expect(innhold.cms.sha256).to.equal(sha256(cms));
    expect(verifyEnveloped(parse(innhold.sbd), trust, testTime).signer.organisasjonsnummer).to.equal('310000019');
    expect(innhold.sbd).to.equal(sent.sbd);
  });

  it('knows a message again by signer, MessageId and digests, whatever else is otherwise', async () => {
    const info = { timestamp: testTime, messageId: 'm-1', refToMessageId: undefined };
    const first = await letter({ message: { info } });
    const post = ({ octets, type }: typeof first) => door.post(octets, type);
    await post(first);
    await post({ ...first, octets: multipart([rootPart(first.envelope), cmsPart({ content: cms })]) });
    await post(await letter({ message: { info } }));
    await post(await letter({ message: { info: { ...info, messageId: 'M-1' } } }));
    await post(await letter({ message: { info } }, supplier));
    const [one, two, other, third, another] = door.taken.map(({ noekkel }) => noekkel);
    expect([two?.key, two?.digest]).to.deep.equal([one?.key, one?.digest]);
    expect(other?.key).to.deep.equal(one?.key);
    expect(other?.digest, 'another InstanceIdentifier is other content').not.to.deep.equal(one?.digest);
    expect(third?.key, 'MessageIds are compared octet by octet').not.to.deep.equal(one?.key);
    expect(another?.key, 'SECURITY 75: the MessageId of another signer').not.to.deep.equal(one?.key);
    expect(door.taken).to.have.length(5);
  });

  const good: Readonly<Record<string, LetterChanges>> = {
    'CONTRACT 8: a document signed in exclusive C14N, as .NET does': { form: 'exclusive' },
    'CONTRACT 4: ConversationId is the InstanceIdentifier, as Java does': {
      header: { instanceIdentifier: 'AAAAAAAA-0000-4000-8000-000000000001' },
      message: { conversationId: 'aaaaaaaa-0000-4000-8000-000000000001' },
    },
    'CONTRACT 4: no AgreementRef': { message: { avtale: undefined } },
    'CONTRACT 4: PartInfo of Body without href': {
      message: { parts: [{ href: undefined, properties: new Map() }, ...payloadParts(contentId).slice(1)] },
    },
    'CONTRACT 7: a channel with colons': { message: { mpc: { prioritet: 'NORMAL', id: 'a:b' } } },
    'a letter to print': { payload: print, receiver: printer },
    'a package of so many octets': {
      cms: Buffer.alloc(MOST, 1),
      payload: letterAbout('310000019', Buffer.alloc(MOST, 1)),
    },
    'one octet less': {
      cms: Buffer.alloc(MOST - 1, 1),
      payload: letterAbout('310000019', Buffer.alloc(MOST - 1, 1)),
    },
  };
  for (const [what, changes] of Object.entries(good)) {
    it(`takes ${what}`, async () => {
      const { octets, type } = await letter(changes);
      const answer = await door.post(octets, type);
      expect(answer.status, answer.text).to.equal(200);
      expect(door.taken).to.have.length(1);
    });
  }

  it('R-42: hands the use case whose letter it is, and by whom: of the envelope and of the document', async () => {
    const asked: unknown[] = [];
    door.change = { kanFormidle: (who, avsender) => void asked.push([who.organisasjonsnummer, avsender]) };
    const mine = letterAbout('310000019', cms);
    for (const changes of [
      { payload: mine, message: { fra: { organisasjonsnummer: '310000035', rolle: 'avsender' } } },
      {
        payload: mine,
        header: { sender: '310000019' },
        innerKey: sender.key,
        message: { fra: { organisasjonsnummer: '310000035', rolle: 'avsender' } },
      },
    ] as const) {
      const { octets, type } = await letter(changes, supplier);
      expect((await door.post(octets, type)).status).to.equal(200);
    }
    expect(asked).to.deep.equal([
      ['310000035', '310000019'],
      ['310000035', '310000019'],
      ['310000035', '310000019'],
      ['310000019', '310000019'],
    ]);
    expect(door.taken.map(({ eier, dokumentavsender }) => [eier, dokumentavsender])).to.deep.equal([
      ['310000035', '310000035'],
      ['310000035', '310000019'],
    ]);
    expect(
      door.taken.map(({ regning }) => regning?.avsender),
      'R-61',
    ).to.deep.equal(['310000019', '310000019']);
  });

  it('R-61: the body wants its own reference on the bill; an empty one is none', async () => {
    for (const fakturaReferanse of ['K-17', '']) {
      const avsender = { ...digital.avsender, fakturaReferanse };
      const { octets, type } = await letter({ payload: letterAbout('310000019', cms, { ...digital, avsender }) });
      expect((await door.post(octets, type)).status).to.equal(200);
    }
    expect(door.taken.map(({ regning }) => regning?.kostnadskode)).to.deep.equal(['K-17', null]);
  });

  it('R-41, SECURITY 86: who may not send is EBMS:0101, before the package has come', async () => {
    door.change = {
      kanFormidle: () => {
        throw new Failure('NO_ACCESS', 'no', { owner: '310000019', service: 'SDP' });
      },
    };
    expect(await refused({})).to.include({ code: 'EBMS:0101', about: 'it' });
    expect(door.puts()).to.equal(0);
  });

  const at = (seconds: number): Date => new Date(testTime.getTime() + seconds * 1000);
  const refusals: Readonly<Record<string, readonly [code: string, about: string | undefined, changes: LetterChanges]>> =
    {
      'R-40: another number in From': [
        'EBMS:0003',
        'it',
        { message: { fra: { organisasjonsnummer: '310000027', rolle: 'avsender' } } },
      ],
      'R-40: another role in From': [
        'EBMS:0003',
        'it',
        { message: { fra: { organisasjonsnummer: '310000019', rolle: 'meldingsformidler' } } },
      ],
      'SECURITY 86: a sender that says it is a provider': [
        'EBMS:0101',
        'it',
        { message: { fra: { organisasjonsnummer: '310000019', rolle: 'postkasse' } } },
      ],
      'SECURITY 78: another number in To': [
        'EBMS:0003',
        'it',
        { message: { til: { organisasjonsnummer: '310000000', rolle: 'meldingsformidler' } } },
      ],
      'another role in To': [
        'EBMS:0003',
        'it',
        { message: { til: { organisasjonsnummer: mailbox, rolle: 'postkasse' } } },
      ],
      'R-28: FlyttetDigitalPost of a sender': [
        'EBMS:0001',
        'it',
        { ...moved, message: { action: 'FlyttetDigitalPost', avtale: 'flyttet' } },
      ],
      'R-28: flyttetDigitalPost of a sender under another Action': ['EBMS:0008', 'it', { payload: flyttet }],
      'KvitteringsForespoersel of a sender': ['EBMS:0001', 'it', { message: { action: 'KvitteringsForespoersel' } }],
      'R-40: a receipt of a sender': ['EBMS:0008', 'it', { payload: samples['levering'] as typeof digital }],
      'an Action that is not what the document is': ['EBMS:0003', 'it', { message: { action: 'FormidleFysiskPost' } }],
      'an AgreementRef that is not what the document is': ['EBMS:0003', 'it', { message: { avtale: 'fysisk' } }],
      'a ConversationId of nothing in the document': ['EBMS:0003', 'it', { message: { conversationId: 'other' } }],
      'R-40: an unknown receiver': ['EBMS:0001', 'it', { receiver: '310000027' }],
      'a letter to a mailbox, for the printer': ['EBMS:0001', 'it', { receiver: printer }],
      'a letter to print, for a mailbox': ['EBMS:0001', 'it', { payload: print }],
      'SECURITY 86: a document from another than From and the body whose letter it is': [
        'EBMS:0003',
        'it',
        { header: { sender: '310000035' }, innerKey: supplier.key },
      ],
      'SECURITY 86: a document signed by another than its sender': ['EBMS:0003', 'it', { innerKey: supplier.key }],
      'an unsigned document': [
        'EBMS:0103',
        'it',
        { after: (d) => d.replace(/<ds:Signature[ >].*<\/ds:Signature>/s, '') },
      ],
      'a document that was changed': ['EBMS:0101', 'it', { after: (d) => d.replace('Prøve', 'Pr0ve') }],
      'another Body': ['EBMS:0008', 'it', { body: [parse('<a xmlns="urn:a"/>')] }],
      'R-40: an empty Body': ['EBMS:0008', 'it', { body: [] }],
      'a document that the contract does not know': [
        'EBMS:0003',
        'it',
        { alter: (d) => d.replaceAll('sikkerhetsnivaa', 'sikkerhet') },
      ],
      'a document without a UUID for its conversation': ['EBMS:0003', 'it', { header: { conversationId: 'samtale' } }],
      'SECURITY 42: a fingerprint that is not that of the attachment': [
        'EBMS:0003',
        'it',
        { payload: letterAbout('310000019', Buffer.from('other')) },
      ],
      'SECURITY 89: a PartInfo about another attachment': [
        'EBMS:0007',
        'it',
        { message: { parts: payloadParts('x@y') } },
      ],
      'SECURITY 89: an attachment that no PartInfo is about': [
        'EBMS:0007',
        'it',
        { message: { parts: payloadParts() } },
      ],
      'SECURITY 42: another MimeType than the attachment has': [
        'EBMS:0007',
        'it',
        {
          message: {
            parts: [
              ...payloadParts(),
              { href: `cid:${contentId}`, properties: new Map([['MimeType', 'application/pdf']]) },
            ],
          },
        },
      ],
      'a package that is one octet too large': [
        'EBMS:0011',
        'it',
        { cms: Buffer.alloc(MOST + 1, 1), payload: letterAbout('310000019', Buffer.alloc(MOST + 1, 1)) },
      ],
      'SECURITY 42: an attachment that is not signed': ['EBMS:0007', 'it', { attachments: [] }],
      'SECURITY 42: an attachment that was changed': [
        'EBMS:0101',
        'it',
        {
          attachments: [{ contentId, sha256: sha256(Buffer.from('other')) }],
          payload: letterAbout('310000019', Buffer.from('other')),
        },
      ],
      'SECURITY 73: an old message': ['EBMS:0103', undefined, { at: at(-181) }],
      'SECURITY 73: a message from the future': ['EBMS:0103', undefined, { at: at(61) }],
      'SECURITY 78: no Messaging, as messages to other doors are': [
        'EBMS:0009',
        undefined,
        { messaging: parse('<a xmlns="urn:a"/>') },
      ],
    };
  for (const [what, [code, about, changes]] of Object.entries(refusals)) {
    it(`${what} is ${code}, and nothing is stored`, async () => {
      expect(await refused(changes)).to.include({ code, about });
      expect(door.logged()).to.contain('message refused');
    });
  }

  it('CONTRACT 2: a letter in a message without parts has no package', async () => {
    const { envelope } = await letter({ attachments: [] });
    expect(faultIn(await door.post(envelope))).to.include({ code: 'EBMS:0007' });
    const signed = await letter();
    expect(faultIn(await door.post(signed.envelope)), 'what is signed is not there').to.include({ code: 'EBMS:0103' });
  });

  it('SECURITY 102: a message that says that it is too large is refused before it has come', async () => {
    const announce = (octets: number): Promise<number> =>
      new Promise((resolve, reject) => {
        const headers = { 'Content-Type': contentType, 'Content-Length': octets };
        const call = request(door.url, { method: 'POST', headers }, (answer) => {
          resolve(answer.statusCode ?? 0);
          call.destroy();
        });
        call.on('error', reject);
        call.write('--b1\r\n\r\n<a');
      });
    // What is not too large is read, and found wrong.
    const sizes = [limits.messageBytes - 1, limits.messageBytes, limits.messageBytes + 1];
    expect(await Promise.all(sizes.map(announce))).to.deep.equal([400, 400, 413]);
  });

  it('SECURITY 89: two packages are EBMS:0007', async () => {
    const both = [contentId, 'second@x'].map((id) => ({ contentId: id, sha256: sha256(cms) }));
    const { envelope, type } = await letter({ attachments: both });
    const second = cmsPart({ header: 'Content-Type: application/cms\r\nContent-ID: <second@x>' });
    const octets = multipart([rootPart(envelope), cmsPart(), second]);
    expect(faultIn(await door.post(octets, type))).to.include({ code: 'EBMS:0007' });
    expect(door.puts(), 'before a package has come').to.equal(0);
  });

  it('R-28: moved mail of one mailbox to another passes', async () => {
    const sent = await letter(moved, digipost);
    const answer = await door.post(sent.octets, sent.type);
    expect(answer.status, answer.text).to.equal(200);
    const [melding] = door.taken;
    expect(melding).to.include({ art: 'flyttet', eier: mailbox, leverandoer: '996460320', dokumentavsender: mailbox });
    expect(melding?.innhold.sbd).to.contain('flyttetDigitalPost');
    expect(melding?.regning, 'R-30: nobody pays for a move').to.equal(null);
  });

  const wrongMoves: Readonly<Record<string, readonly [code: string, changes: LetterChanges]>> = {
    'a letter of a provider': ['EBMS:0001', { message: { action: 'FormidleDigitalPost' } }],
    'moved mail that is a new letter': ['EBMS:0008', { ...moved, payload: letterAbout('310000019', cms) }],
    'moved mail to print': ['EBMS:0001', { ...moved, receiver: printer }],
    'moved mail signed by the broker’s key': ['EBMS:0101', { ...moved, innerKey: brokerKey }],
    'moved mail of another mailbox': ['EBMS:0003', { ...moved, header: { sender: '996460320' }, innerKey: eboks.key }],
    'moved mail from another than its signer': [
      'EBMS:0003',
      { ...moved, message: { ...moved.message, fra: { organisasjonsnummer: '996460320', rolle: 'postkasse' } } },
    ],
  };
  for (const [what, [code, changes]] of Object.entries(wrongMoves)) {
    it(`R-28: ${what} is ${code}`, async () => {
      expect(await refused(changes, digipost)).to.include({ code });
    });
  }

  it('R-38: other content under the same MessageId is EBMS:0003, and our own trouble EBMS:0004, which senders repeat', async () => {
    const failures = [
      ['EBMS:0003', new Failure('MESSAGE_ID_USED', 'secret')],
      ['EBMS:0004', new Failure('UNAVAILABLE', 'secret')],
      ['EBMS:0004', new Error('secret')],
    ] as const;
    for (const [code, error] of failures) {
      door.change = { taImot: () => Promise.reject(error) };
      const { octets, type, messageId } = await letter();
      const answer = await door.post(octets, type);
      expect(faultIn(answer)).to.include({ code, about: messageId });
      expect(answer.text).not.to.contain('secret');
    }
  });

  it('a payload store that fails is EBMS:0004', async () => {
    const payloads = { put: () => Promise.reject(new Failure('UNAVAILABLE', 'disk')), remove: async () => undefined };
    door.change = { payloads };
    const { octets, type, messageId } = await letter();
    expect(faultIn(await door.post(octets, type))).to.include({ code: 'EBMS:0004', about: messageId });
  });

  it('SECURITY 109: the log tells what was taken over, and no national id', async () => {
    const { octets, type, messageId } = await letter();
    await door.post(octets, type);
    expect(door.logged()).to.contain('message taken over').and.to.contain(messageId);
    expect(door.logged()).not.to.contain(
      (digital as { mottaker: { personidentifikator: string } }).mottaker.personidentifikator,
    );
  });
});
