import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Mpc } from '../../src/contract/ebms/names.js';
import { decodeSbd } from '../../src/contract/sdp/sbd.js';
import type { Payload } from '../../src/contract/sdp/types.js';
import { BROKER_PATH } from '../../src/http/meldingsformidler.js';
import { createPacker } from '../../src/package/package.js';
import { verifyEnveloped } from '../../src/security/enveloped.js';
import { signingKey } from '../../src/security/sign.js';
import { parseCertificate } from '../../src/security/x509.js';
import type { Trusted } from '../../src/security/trusted.js';
import { digital, fysisk } from '../contract/sdp/support.js';
import { faultIn } from '../support/faults.js';
import { memoryPayloads } from '../support/memoryPayloads.js';
import {
  askingFor,
  believe,
  letterAbout,
  letterOf,
  postMessage,
  receivedIn,
  signalIn,
  type Asking,
  type Holder,
  type LetterChanges,
  type Sent,
} from '../support/sdpSender.js';
import { startSending, trustOf, type SendingWorld } from '../support/sending.js';
import { eachStore } from '../support/stores.js';
import type { IdentityName } from '../../src/sandbox/pki/identities.js';

const text = Buffer.from('Et brev');

describe('official senders at the broker', function () {
  this.timeout(60_000);
  eachStore((database) => {
    let world: SendingWorld;
    let url: string;
    const holder = (name: IdentityName): Holder => {
      const { organisasjonsnummer, privateKey, certificate } = world.pki.identities[name];
      return { organisasjonsnummer, key: signingKey(privateKey, certificate) };
    };
    let ahead = 0;
    /** Moves the clock of the gateway, and ours with it; the providers stay behind. */
    const advance = (ms: number): void => {
      ahead += ms;
      world.advance(ms);
    };
    const at = (): Date => new Date(Date.now() + ahead);
    before(async () => {
      world = await startSending(database.url());
      url = new URL(BROKER_PATH, world.url).href;
    });
    after(() => world.stop());

    /** A package that the provider can open. */
    async function packageFor(provider: IdentityName, avsender: string): Promise<Buffer> {
      const [payloads, sender] = [memoryPayloads(), world.pki.identities.sender];
      const packer = createPacker({
        payloads,
        clock: { now: at },
        key: signingKey(sender.privateKey, sender.certificate),
        chain: sender.chain,
      });
      const fil = {
        filnavn: 'brev.txt',
        mimetype: 'text/plain',
        tittel: { lang: 'nb', tekst: 'Brev' },
        open: async function* () {
          yield text;
        },
      };
      const blob = await packer.pack(
        {
          mottaker:
            provider === 'utskrift'
              ? null
              : { personidentifikator: null, postkasseadresse: digital.mottaker.postkasseadresse },
          avsender: { organisasjonsnummer: avsender, avsenderidentifikator: null, fakturaReferanse: null },
          hoveddokument: fil,
          vedlegg: [],
          lenke: null,
        },
        parseCertificate(world.pki.identities[provider].certificate),
      );
      return payloads.stored.get(blob.ref) as Buffer;
    }

    const channel = (): Mpc => ({ prioritet: 'PRIORITERT', id: `kø ${randomUUID()}` });

    /** A letter to a provider, in a queue of its own. */
    async function letter(provider: IdentityName, mpc: Mpc, changes: LetterChanges = {}): Promise<Sent> {
      const sender = holder('sender');
      const cms = await packageFor(provider, sender.organisasjonsnummer);
      const payload = letterAbout(sender.organisasjonsnummer, cms, provider === 'utskrift' ? fysisk : digital);
      const receiver = world.pki.identities[provider].organisasjonsnummer;
      const { message, ...more } = changes;
      return letterOf(sender, { cms, payload, receiver, at: at(), message: { mpc, ...message }, ...more });
    }
    const send = async (sent: Sent): Promise<Trusted> => {
      const answer = await postMessage(url, sent.octets, sent.type);
      expect(answer.status, answer.text).to.equal(200);
      return believe(answer, trustOf(world.pki), at());
    };
    const ask = async (asking: Asking, by = holder('sender')) =>
      postMessage(url, await askingFor(by, { at: at(), ...asking }));
    const pulled = async (asking: Asking, by = holder('sender')): Promise<Trusted> => {
      const answer = await ask(asking, by);
      expect(answer.status, answer.text).to.equal(200);
      return believe(answer, trustOf(world.pki), at());
    };
    const isEmpty = (trusted: Trusted): boolean => trusted.operation.local === 'Body';
    /** The next receipt of a queue, as soon as there is one. */
    async function next(asking: Asking, ms = 15_000): Promise<Trusted> {
      const end = Date.now() + ms;
      for (;;) {
        const answer = await pulled(asking);
        if (!isEmpty(answer)) return answer;
        if (Date.now() > end) throw new Error(`no receipt after ${ms} ms`);
        await sleep(50);
      }
    }
    /** Until a provider has handed over so many receipts of a letter. */
    async function reported({ conversationId }: Sent, count: number, ms = 15_000): Promise<void> {
      const end = Date.now() + ms;
      while ((world.lettersIn(conversationId)[0]?.letter.reported.length ?? 0) < count) {
        if (Date.now() > end) throw new Error(`no ${count} receipts after ${ms} ms`);
        await sleep(50);
      }
    }
    /** The document in a pulled message: its signature verifies after it has been handed through. */
    const documentIn = (trusted: Trusted) => {
      const { signer, document } = verifyEnveloped(trusted.operation, trustOf(world.pki), at());
      return { signer: signer.organisasjonsnummer, ...decodeSbd(document) };
    };
    const eventOf = (payload: Payload): string =>
      payload.type === 'kvittering' ? payload.hendelse.type : payload.type;

    it('R-39, CONTRACT 6, 7 and 13: a letter to a mailbox goes on untouched, and its receipts come home', async () => {
      const mpc = channel();
      const sent = await letter('eboks', mpc);
      const receipt = signalIn(await send(sent));
      expect(receipt.info.refToMessageId).to.equal(sent.messageId);
      expect(receipt.receipt?.map(({ uri }) => uri.slice(0, 4))).to.deep.equal(['cid:', '#soa']);
      const first = await next({ pull: mpc });
      const { fra, til, action, conversationId, info, parts, mpc: said } = receivedIn(first);
      const { signer, header, payload } = documentIn(first);
      expect([fra.rolle, til.organisasjonsnummer, til.rolle]).to.deep.equal([
        'meldingsformidler',
        '310000019',
        'avsender',
      ]);
      expect([action, conversationId, parts.length]).to.deep.equal([
        'KvitteringsForespoersel',
        header.instanceIdentifier,
        1,
      ]);
      expect(said).to.deep.equal(mpc);
      expect(info.messageId).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect([signer, header.receiver, header.conversationId]).to.deep.equal([
        '996460320',
        '310000019',
        sent.conversationId,
      ]);
      expect(eventOf(payload)).to.equal('levering');
      const [found] = world.lettersIn(sent.conversationId);
      expect(found?.provider).to.equal('eboks');
      expect(found?.letter.documents[0]?.innhold.equals(text)).to.equal(true);
      const answer = await ask({ confirm: first });
      expect([answer.status, answer.text]).to.deep.equal([202, '']);
      expect(isEmpty(await pulled({ pull: mpc }))).to.equal(true);
    });

    it('CONTRACT 7: an empty channel is a signed warning in 200', async () => {
      const mpc = channel();
      const messageId = randomUUID();
      const answer = await pulled({ pull: mpc, messageId });
      const { errors, receipt, info } = signalIn(answer);
      expect([errors.length, errors[0]?.code, errors[0]?.severity]).to.deep.equal([1, 'EBMS:0006', 'warning']);
      expect([errors[0]?.refToMessageInError, info.refToMessageId, receipt]).to.deep.equal([
        messageId,
        messageId,
        undefined,
      ]);
    });

    it('CONTRACT 7: print reports twice; one message confirms the first receipt and asks for the next', async () => {
      const mpc = channel();
      await send(await letter('utskrift', mpc));
      const mottak = await next({ pull: mpc });
      expect(eventOf(documentIn(mottak).payload)).to.equal('mottak');
      const levering = await next({ pull: mpc, confirm: mottak });
      expect(eventOf(documentIn(levering).payload)).to.equal('levering');
      expect(isEmpty(await pulled({ pull: mpc, confirm: levering }))).to.equal(true);
    });

    it('R-38: the same message again gives the same references newly signed, and one letter; with other content it is EBMS:0003', async () => {
      const mpc = channel();
      const info = { timestamp: at(), messageId: randomUUID(), refToMessageId: undefined };
      const sent = await letter('digipost', mpc, { message: { info } });
      const first = signalIn(await send(sent));
      const files = await world.payloads();
      const again = signalIn(await send(sent));
      expect(again.receipt).to.deep.equal(first.receipt);
      expect(again.info.messageId).not.to.equal(first.info.messageId);
      const other = await letter('digipost', mpc, { message: { info } });
      expect(faultIn(await postMessage(url, other.octets, other.type))).to.deep.include({
        code: 'EBMS:0003',
        about: sent.messageId,
      });
      const levering = await next({ pull: mpc });
      expect(world.lettersIn(sent.conversationId)).to.have.length(1);
      expect(isEmpty(await pulled({ pull: mpc, confirm: levering }))).to.equal(true);
      expect((await world.payloads()).length).to.be.at.most(files.length);
    });

    it('R-37: parallel requests get different receipts, each once, until the lease is over', async () => {
      const mpc = channel();
      for (let i = 0; i < 4; i++) {
        const sent = await letter('digipost', mpc);
        await send(sent);
        await reported(sent, 1);
      }
      const answers = await Promise.all(Array.from({ length: 8 }, () => pulled({ pull: mpc })));
      const receipts = answers.filter((one) => !isEmpty(one)).map(documentIn);
      expect(receipts).to.have.length(4);
      expect(new Set(receipts.map(({ header }) => header.instanceIdentifier)).size).to.equal(4);
      expect(isEmpty(await pulled({ pull: mpc }))).to.equal(true);
    });

    it('SECURITY 74: the same signed request gets the same receipt again, and another sender gets none', async () => {
      const mpc = channel();
      const sent = await letter('utskrift', mpc);
      await send(sent);
      await reported(sent, 2);
      const request = await askingFor(holder('sender'), { at: at(), pull: mpc });
      const once = async () => believe(await postMessage(url, request), trustOf(world.pki), at());
      const [first, again] = [await once(), await once()];
      expect(receivedIn(again).info.messageId).to.equal(receivedIn(first).info.messageId);
      expect(documentIn(again).header).to.deep.equal(documentIn(first).header);
      const foreign = await ask({ pull: mpc }, holder('sender2'));
      expect(faultIn(foreign)).to.include({ code: 'EBMS:0101' });
      expect(isEmpty(await pulled({ pull: mpc }, holder('supplier')))).to.equal(true);
    });

    it('R-42: who acts for a sender sends its letters, and fetches their receipts itself', async () => {
      const [mpc, supplier] = [channel(), holder('supplier')];
      const cms = await packageFor('eboks', '310000019');
      const sent = await letterOf(supplier, {
        cms,
        payload: letterAbout('310000019', cms),
        receiver: world.pki.identities.eboks.organisasjonsnummer,
        at: at(),
        message: { mpc },
      });
      await send(sent);
      const end = Date.now() + 15_000;
      let found = await pulled({ pull: mpc }, supplier);
      while (isEmpty(found) && Date.now() < end) found = await pulled({ pull: mpc }, supplier);
      expect(documentIn(found).header).to.include({ receiver: '310000035', conversationId: sent.conversationId });
      expect(isEmpty(await pulled({ pull: mpc }))).to.equal(true);
    });

    it('R-37: what is not confirmed within five minutes is handed out again, and a confirmation ends it', async () => {
      const mpc = channel();
      await send(await letter('digipost', mpc));
      const first = await next({ pull: mpc });
      advance(299_000);
      expect(isEmpty(await pulled({ pull: mpc }))).to.equal(true);
      advance(1_500);
      const again = await pulled({ pull: mpc });
      expect(documentIn(again).header).to.deep.equal(documentIn(first).header);
      expect(receivedIn(again).info.messageId).not.to.equal(receivedIn(first).info.messageId);
      expect((await ask({ confirm: first })).status, 'late, and of the first delivery').to.equal(202);
      advance(300_001);
      expect(isEmpty(await pulled({ pull: mpc }))).to.equal(true);
    });

    it('R-37: a priority letter that nobody takes over in a day comes back as feil, signed by us', async () => {
      const mpc = channel();
      world.taps.eboks.dead = true;
      const files = await world.payloads();
      const sent = await letter('eboks', mpc);
      await send(sent);
      const end = Date.now() + 30_000;
      while (world.taps.eboks.requests() === 0 && Date.now() < end) await sleep(50);
      advance(86_400_000);
      const feil = documentIn(await next({ pull: mpc }));
      expect(feil.signer).to.equal('310000000');
      expect(feil.header).to.include({
        sender: '310000000',
        receiver: '310000019',
        conversationId: sent.conversationId,
      });
      expect(feil.payload).to.include({ type: 'feil', feiltype: 'SERVER' });
      world.taps.eboks.dead = false;
      expect(world.lettersIn(sent.conversationId)).to.deep.equal([]);
      // What nobody needs any more is removed by and by.
      const left = async () => (await world.payloads()).filter((file) => !files.includes(file));
      while ((await left()).length > 0 && Date.now() < end) await sleep(100);
      expect(await left()).to.deep.equal([]);
    });
  });
});
