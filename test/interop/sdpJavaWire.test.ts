import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { encodeEmptyChannel } from '../../src/contract/ebms/encode.js';
import type { Mpc } from '../../src/contract/ebms/names.js';
import { checkParts } from '../../src/contract/ebms/parts.js';
import type { UserMessage } from '../../src/contract/ebms/types.js';
import { decodeSbd } from '../../src/contract/sdp/sbd.js';
import type { BusinessDocument } from '../../src/contract/sdp/types.js';
import type { Unpacked } from '../../src/package/asice.js';
import { receivePackage } from '../../src/package/package.js';
import { verifyEnveloped } from '../../src/security/enveloped.js';
import { parseCertificate } from '../../src/security/x509.js';
import { digitalLetter, javaDocument, printLetter } from './javaLetters.js';
import type { JavaDriver } from './javaSdp.js';
import { fetchReceipt, sendLetter } from './javaSdp.js';
import { broker, handsOver, pki, receiptDocument, signals, startJavaWire, userMessage } from './javaWire.js';
import type { JavaWire } from './javaWire.js';
import { infoFor, receiptFor, signedAnswer, type Asked, type StubBroker } from './stubBroker.js';
import { needs } from './support.js';

const { sender, digipost, utskrift } = pki.identities;

describe('messages of the Java clients, read by our codecs', () => {
  let wire: JavaWire;
  let [java, stub]: [JavaDriver, StubBroker] = [undefined!, undefined!];
  before(needs('javaSdp'));
  before(async () => {
    wire = await startJavaWire();
    ({ java, stub } = wire);
  });
  beforeEach(() => {
    stub.answer = (asked) => receiptFor(asked, broker);
    stub.asked.length = 0;
  });
  after(() => wire?.stop());

  const onlyAsked = (): Asked => {
    expect(stub.asked).to.have.length(1);
    return stub.asked[0] as Asked;
  };

  describe('its letters', () => {
    /** What a provider reads of a letter, everything verified. */
    async function opened(asked: Asked): Promise<{ document: BusinessDocument; unpacked: Unpacked; message: UserMessage }> {
      const message = userMessage(asked);
      checkParts(message, asked.trusted);
      const now = new Date();
      const { signer, document } = verifyEnveloped(asked.trusted.operation, stub.trust, now);
      expect(signer.organisasjonsnummer).to.equal(sender.organisasjonsnummer);
      const decoded = decodeSbd(document);
      const provider = [digipost, utskrift].find((p) => p.organisasjonsnummer === decoded.header.receiver);
      if (provider === undefined) return expect.fail('another receiver');
      const certificate = parseCertificate(provider.certificate);
      const receiver = { privateKey: provider.privateKey, certificate, trust: stub.trust };
      const unpacked = await receivePackage(asked.cms, receiver, now);
      expect(unpacked.signer.organisasjonsnummer).to.equal(sender.organisasjonsnummer);
      return { document: decoded, unpacked, message };
    }

    it('to a mailbox: envelope, document and package are read as they are meant', async () => {
      const dokumenter = [javaDocument('brev.pdf'), javaDocument('vedlegg på ni tegn.pdf')];
      const letter = digitalLetter(digipost, { varsler: true }, { mpcId: 'kø:1', prioritet: 'PRIORITERT', dokumenter });
      const { referanseTilMeldingsId } = await sendLetter(java, letter);
      const asked = onlyAsked();
      const { document, unpacked, message } = await opened(asked);
      expect(asked.path).to.equal('/api/9908:310000019/9908:310000019');
      expect(message).to.deep.include({
        mpc: { prioritet: 'PRIORITERT', id: 'kø:1' },
        fra: { organisasjonsnummer: '310000019', rolle: 'avsender' },
        til: { organisasjonsnummer: '984661185', rolle: 'meldingsformidler' },
        avtale: 'digital',
        action: 'FormidleDigitalPost',
      });
      expect(referanseTilMeldingsId).to.equal(message.info.messageId);
      const { header, payload } = document;
      expect(header).to.include({ sender: '310000019', receiver: '984661185', conversationId: letter.konversasjonsId });
      // The client takes this identifier for the conversation's in ebMS (CONTRACT.md section 4).
      expect(message.conversationId).to.equal(header.instanceIdentifier);
      expect(payload).to.deep.include({
        avsender: { organisasjonsnummer: '310000019', avsenderidentifikator: 'etat', fakturaReferanse: 'faktura 1' },
        mottaker: { personidentifikator: '03823012011', postkasseadresse: 'ola.nordmann#1234' },
        fingeravtrykk: asked.trusted.parts[0]?.sha256.toString('hex'),
      });
      const tekst = { lang: 'NO', tekst: 'Du har fått post' };
      expect(payload).to.have.property('digital').that.deep.include({
        aapningskvittering: true,
        sikkerhetsnivaa: 3,
        ikkeSensitivTittel: { lang: 'NO', tekst: 'Svar på søknad' },
        epostVarsel: { til: 'ola@example.com', tekst, dagerEtter: [0, 7] },
        smsVarsel: { til: '99999999', tekst, dagerEtter: [1] },
      });
      expect(unpacked.documents.map((d) => [d.filnavn, d.mimetype, d.innhold.toString('base64')])).to.deep.equal(
        dokumenter.map((d) => [d.filnavn, d.mimetype, d.innhold]),
      );
    });

    it('with metadata of the main document, which lie in the package, and of an attachment, which the client leaves out', async () => {
      const metadata = {
        filnavn: 'lenke.xml',
        mimetype: 'application/vnd.difi.dpi.lenke+xml',
        innhold: Buffer.from('<lenke/>').toString('base64'),
      };
      const more = { ...metadata, filnavn: 'mer.xml' };
      const dokumenter = [
        { ...javaDocument('brev.pdf'), metadata },
        { ...javaDocument('vedlegg.pdf'), metadata: more },
      ];
      await sendLetter(java, digitalLetter(digipost, {}, { dokumenter }));
      const { unpacked } = await opened(onlyAsked());
      expect(unpacked.manifest.vedlegg[0]?.data).to.deep.equal({ href: 'mer.xml', mime: more.mimetype });
      expect(unpacked.documents.map((d) => d.filnavn)).to.deep.equal(['brev.pdf', 'vedlegg.pdf', 'lenke.xml']);
    });

    for (const utlandet of [false, true]) {
      it(`to print, ${utlandet ? 'abroad' : 'at home'}`, async () => {
        const fysisk = { utlandet, posttype: 'A_PRIORITERT', farge: 'FARGE', retur: 'MAKULERING_MED_MELDING' };
        await sendLetter(java, printLetter(utskrift, fysisk));
        const { document, unpacked, message } = await opened(onlyAsked());
        expect(message).to.deep.include({
          mpc: { prioritet: 'NORMAL', id: undefined },
          avtale: 'fysisk',
          action: 'FormidleFysiskPost',
        });
        expect(document.payload).to.have.property('fysisk').that.deep.include({
          instruksjoner: [{ navn: 'konvolutt', verdi: 'C5' }],
        });
        expect(document.payload).to.have.nested.property('fysisk.utskrift').that.include({
          posttype: 'A_PRIORITERT',
          farge: 'FARGE',
          retur: 'MAKULERING_MED_MELDING',
        });
        expect(document.payload).to.have.nested.property(
          'fysisk.mottaker.navn',
          utlandet ? 'Ole Øst' : 'Ola Ås',
        );
        expect(unpacked.manifest.mottaker).to.equal(null);
        expect(unpacked.documents.map((d) => d.filnavn)).to.deep.equal(['brev.pdf']);
      });
    }
  });

  describe('its pulls and confirmations', () => {
    const mpcs: readonly (readonly [Readonly<Record<string, string>>, Mpc])[] = [
      [{ prioritet: 'NORMAL' }, { prioritet: 'NORMAL', id: undefined }],
      [
        { prioritet: 'PRIORITERT', mpcId: 'a:b' },
        { prioritet: 'PRIORITERT', id: 'a:b' },
      ],
    ];
    for (const [asking, mpc] of mpcs) {
      it(`ask ${mpc.prioritet} ${mpc.id ?? ''} and take an empty queue for no receipt`, async () => {
        stub.answer = (asked) => signedAnswer(encodeEmptyChannel(infoFor(asked)), broker);
        expect(await fetchReceipt(java, asking)).to.equal(null);
        expect(onlyAsked().path).to.equal('/api');
        expect(signals(onlyAsked()).map((s) => s.pull)).to.deep.equal([mpc]);
      });
    }

    /** The reference to the Body in our signature, which a confirmation repeats. */
    const bodyReference = (answer: string): readonly [string, string] => {
      const [, uri = '', digest = ''] = /URI="(#id-[^"]+)".*?<ds:DigestValue>([^<]+)</.exec(answer) ?? [];
      return [uri, digest];
    };

    it('confirm by the digest of the Body that they got, alone and with the next pull', async () => {
      const answers: string[] = [];
      const hand = handsOver(await receiptDocument({ type: 'kvittering', tidspunkt: new Date(), hendelse: { type: 'levering' } }));
      stub.answer = async (asked) => {
        const reply = await hand(asked);
        answers.push(reply.body);
        return reply;
      };
      const first = await fetchReceipt(java, { prioritet: 'NORMAL' });
      const second = await fetchReceipt(java, 
        { prioritet: 'NORMAL', forrige: first?.meldingsId ?? '' },
      );
      await java.order('avsender', 'bekreft', { forrige: second?.meldingsId ?? '' });
      const [, both, alone] = stub.asked.map(signals);
      expect(both?.map((s) => s.pull?.prioritet)).to.deep.equal([undefined, 'NORMAL']);
      expect(alone).to.have.length(1);
      for (const [signal, got, answer] of [
        [both?.[0], first, answers[0]],
        [alone?.[0], second, answers[1]],
      ] as const) {
        const [uri, digest] = bodyReference(answer ?? '');
        expect(signal?.info.refToMessageId).to.equal(got?.meldingsId);
        expect(signal?.receipt?.map((r) => [r.uri, r.digest])).to.deep.equal([[uri, digest]]);
      }
    });
  });


  describe('receipts of a provider', () => {
    const kinds = {
      mottak: { type: 'mottak' },
      levering: { type: 'levering' },
      aapning: { type: 'aapning' },
      returpost: { type: 'returpost' },
      varslingfeilet: { type: 'varslingfeilet', varslingskanal: 'SMS', beskrivelse: 'Nummeret er ikke i bruk' },
      feil: { type: 'feil', feiltype: 'KLIENT', detaljer: 'Postkassen finnes ikke' },
    } as const;
    for (const [kind, expected] of Object.entries(kinds)) {
      it(`${kind}: read as it is meant, and our answer is taken`, async () => {
        const order = { prioritet: 'PRIORITERT', mottaker: sender.organisasjonsnummer, konversasjonsId: randomUUID() };
        const messageId = await java.order('postkasse', kind, order);
        const asked = onlyAsked();
        const message = userMessage(asked);
        expect(asked.path).to.equal('/api/9908:984661185/9908:984661185');
        expect(message.info.messageId).to.equal(messageId);
        expect(message).to.deep.include({
          mpc: { prioritet: 'PRIORITERT', id: undefined },
          fra: { organisasjonsnummer: '984661185', rolle: 'postkasse' },
          til: { organisasjonsnummer: '984661185', rolle: 'meldingsformidler' },
          action: 'KvitteringsForespoersel',
        });
        checkParts(message, asked.trusted);
        const { signer, document } = verifyEnveloped(asked.trusted.operation, stub.trust, new Date());
        expect(signer.fingeravtrykk).to.equal(parseCertificate(digipost.certificate).fingeravtrykk);
        const { header, payload } = decodeSbd(document);
        expect(header).to.include({ receiver: sender.organisasjonsnummer, conversationId: order.konversasjonsId });
        expect(payload.type === 'kvittering' ? payload.hendelse : payload).to.deep.include(expected);
      });
    }
  });
});
