import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { videresender } from '../../../src/channels/sdp/formidling.js';
import type { PushDeps } from '../../../src/channels/sdp/push.js';
import { asBroker } from '../../../src/channels/sdp/route.js';
import { referenceOf } from '../../../src/contract/ebms/decode.js';
import { ebmsFault, encodeReceipt, payloadReferences } from '../../../src/contract/ebms/encode.js';
import { ebmsErrors } from '../../../src/contract/ebms/errors.js';
import { decodeSbd } from '../../../src/contract/sdp/sbd.js';
import type { Art, Formidling } from '../../../src/domain/formidling.js';
import { Failure } from '../../../src/errors.js';
import { signEnveloped, verifyEnveloped, type EnvelopedForm } from '../../../src/security/enveloped.js';
import { newId } from '../../../src/security/sign.js';
import { signEbms } from '../../../src/security/signEbms.js';
import { verify } from '../../../src/security/signature.js';
import type { Trusted } from '../../../src/security/trusted.js';
import type { PartTaker } from '../../../src/soap/message.js';
import { parseMultipartType } from '../../../src/soap/mime.js';
import { parse } from '../../../src/xml/tree.js';
import { brokerKey, sender, trust } from '../../http/broker/world.js';
import { memoryPayloads } from '../../package/support.js';
import { party } from '../../support/answers.js';
import { cms, sdp } from '../../support/ebms.js';
import { formidling } from '../../support/formidlinger.js';
import { mailbox } from '../../support/letters.js';
import { testTime } from '../../support/pki.js';
import { receivedIn } from '../../support/sdpSender.js';

const provider = party(mailbox);
const databehandler = party('310000000');
const verifyDeps = { trust, clock: { now: () => testTime } };

/** A document with namespaces that nothing uses, and characters that canonical forms write otherwise. */
const document =
  `<StandardBusinessDocument xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader" xmlns:i="urn:unused" xmlns:env="urn:mine">` +
  `<digitalPost xmlns="http://begrep.difi.no/sdp/schema_v10" i:a='x'>æ &amp; b&#13;&gt;<!-- c --></digitalPost></StandardBusinessDocument>`;

describe('channels/sdp/formidling', () => {
  let server: Server;
  let pushed: { readonly trusted: Trusted; readonly cms: Buffer }[] = [];
  let refuse = false;
  const serve = async (request: IncomingMessage): Promise<string> => {
    const pieces: Buffer[] = [];
    const store = async (octets: AsyncIterable<Uint8Array>) => {
      for await (const piece of octets) pieces.push(Buffer.from(piece));
    };
    const parts: PartTaker = { claim: () => ({ include: null, store }) };
    const multipart = parseMultipartType(request.headers['content-type'] ?? '');
    const trusted = await verify({ stream: request, multipart }, sdp, verifyDeps, { parts });
    pushed.push({ trusted, cms: Buffer.concat(pieces) });
    const info = { timestamp: testTime, messageId: 'r', refToMessageId: receivedIn(trusted).info.messageId };
    if (refuse) return ebmsFault(info, ebmsErrors.VALUE_INCONSISTENT, 'no');
    const messaging = encodeReceipt(info, payloadReferences(trusted));
    const message = { messaging, body: [], bodyId: newId('id'), attachments: [] };
    return (await signEbms(message, provider.key, testTime)).envelope;
  };
  before((done) => {
    server = createServer((request, response) => {
      serve(request).then(
        (text) => response.writeHead(refuse ? 500 : 200, { 'Content-Type': 'application/soap+xml' }).end(text),
        (error: unknown) => response.destroy(error as Error),
      );
    });
    server.listen(0, '127.0.0.1', done);
  });
  after((done) => {
    server.closeAllConnections();
    server.close(done);
  });
  beforeEach(() => {
    [pushed, refuse] = [[], false];
  });

  async function passing(changes: Partial<Formidling> = {}, form?: EnvelopedForm) {
    const payloads = memoryPayloads();
    const blob = await payloads.put(
      (async function* () {
        yield cms;
      })(),
    );
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
    const deps: PushDeps = {
      ...verifyDeps,
      payloads,
      via: asBroker({ organisasjonsnummer: mailbox, key: brokerKey }),
      providers: new Map([
        [mailbox, { organisasjonsnummer: mailbox, navn: 'P', rolle: 'POSTKASSE', sertifikat: provider.leaf, url }],
      ]),
    };
    const sbd = await signEnveloped(parse(document), sender.key, form);
    const one = formidling({ innhold: { conversationId: 'C-1', sbd, cms: blob }, ...changes });
    return { one, sbd, channel: videresender(deps, { organisasjonsnummer: '310000000', key: databehandler.key }) };
  }

  for (const form of ['inclusive', 'exclusive'] as const) {
    it(`CONTRACT 13: passes a letter on untouched in an envelope of ours (${form})`, async () => {
      const { one, sbd, channel } = await passing({}, form);
      expect(await channel.deliver(one)).to.deep.equal({ type: 'sent' });
      const [{ trusted, cms: octets }] = pushed as [(typeof pushed)[0]];
      expect(octets.equals(cms), 'octet by octet').to.equal(true);
      expect(verifyEnveloped(trusted.operation, trust, testTime).signer.organisasjonsnummer).to.equal('310000019');
      expect(trusted.principal.certificate.der.equals(brokerKey.certificate)).to.equal(true);
      // The Body that the sender would sign with the same Id has the same digest.
      const again = { messaging: parse('<a/>'), body: [parse(sbd)], bodyId: 'soapBody', attachments: [] };
      const { payload } = await signEbms(again, sender.key, testTime);
      const body = trusted.references.map(referenceOf).find(({ uri }) => uri === '#soapBody');
      expect(body?.digest).to.equal(payload[0]?.digest);
    });
  }

  for (const [art, action] of [
    ['digital', 'FormidleDigitalPost'],
    ['fysisk', 'FormidleFysiskPost'],
    ['flyttet', 'FlyttetDigitalPost'],
  ] as const satisfies readonly (readonly [Art, string])[]) {
    it(`CONTRACT 4, 13: ${art} goes on as ${action}, with the channel and the ConversationId of its sender`, async () => {
      const { one, channel } = await passing({ art });
      await channel.deliver(one);
      const message = receivedIn((pushed[0] as (typeof pushed)[0]).trusted);
      expect(message).to.deep.include({
        info: { timestamp: testTime, messageId: one.videreId, refToMessageId: undefined },
        mpc: one.mpc,
        fra: { organisasjonsnummer: mailbox, rolle: 'meldingsformidler' },
        til: { organisasjonsnummer: mailbox, rolle: 'postkasse' },
        avtale: art,
        action,
        conversationId: 'C-1',
      });
      expect(message.parts[1]?.href).to.equal(`cid:${one.videreId}@posthorn`);
    });
  }

  it('R-40: what a provider says is an outcome, and a provider without an address is a failure that passes', async () => {
    const { one, channel } = await passing();
    refuse = true;
    expect(await channel.deliver(one)).to.include({ type: 'rejected', kode: 'EBMS:0003' });
    const nobody = await passing({ leverandoer: '996460320' });
    const error = await nobody.channel.deliver(nobody.one).catch((e: unknown) => e);
    expect(error).to.be.instanceOf(Failure).and.to.have.property('code', 'UNAVAILABLE');
  });

  it('R-37: tells the sender by a receipt of its own, signed by the databehandler, that verifies', async () => {
    const { one, channel } = await passing();
    const given = await channel.feil(one, 'SERVER', { nb: 'avvist', en: 'x'.repeat(1500) });
    expect(given).to.deep.include({ eier: one.eier, mpc: one.mpc, mottatt: testTime });
    const { signer, document: found } = verifyEnveloped(parse(given.sbd), trust, testTime);
    const { header, payload } = decodeSbd(found);
    expect([signer.organisasjonsnummer, header.sender, header.receiver]).to.deep.equal([
      '310000000',
      '310000000',
      one.dokumentavsender,
    ]);
    expect([header.conversationId, header.instanceIdentifier]).to.deep.equal([one.konversasjonsId, given.instansId]);
    expect(payload).to.include({ type: 'feil', feiltype: 'SERVER', detaljer: `avvist / ${'x'.repeat(991)}` });
  });
});
