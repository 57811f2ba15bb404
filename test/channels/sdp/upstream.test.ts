import { expect } from 'chai';
import { kilder } from '../../../src/channels/sdp/kilder.js';
import { asSender, type Upstream } from '../../../src/channels/sdp/route.js';
import { confirm, pull } from '../../../src/client/ebmsPull.js';
import { encodeEmptyChannel } from '../../../src/contract/ebms/encode.js';
import { encodeSbd } from '../../../src/contract/sdp/sbd.js';
import type { Feil } from '../../../src/contract/sdp/types.js';
import type { Henting } from '../../../src/domain/kvitteringskilde.js';
import type { Leverandoer } from '../../../src/domain/sender.js';
import { enterpriseSubject } from '../../../src/sandbox/pki/identities.js';
import { signEnveloped, verifyEnveloped } from '../../../src/security/enveloped.js';
import type { SigningKey } from '../../../src/security/sign.js';
import { signingKey } from '../../../src/security/sign.js';
import { parse } from '../../../src/xml/tree.js';
import { caller, party } from '../../support/answers.js';
import type { Reply } from '../../support/brokerStub.js';
import {
  broker,
  brokerAt,
  deps,
  document,
  envelope,
  infoFor,
  mpc,
  provider,
  receipt,
  signedSbd,
  us,
  withBroker,
} from '../../support/brokerStub.js';
import { mailbox } from '../../support/letters.js';
import { makeChain, testKey, testTime } from '../../support/pki.js';

const eboks: Leverandoer = {
  organisasjonsnummer: '996460320',
  navn: 'P',
  rolle: 'POSTKASSE',
  sertifikat: provider.leaf,
};
/** A mailbox with the broker's number, and a certificate of its own. */
const mailboxChain = makeChain({
  leafKey: testKey('mailbox'),
  leaf: { subject: enterpriseSubject({ organisasjonsnummer: mailbox, organisasjon: 'EN POSTKASSE' }), serial: 79n },
});
const digipost: Leverandoer = { ...eboks, organisasjonsnummer: mailbox, sertifikat: mailboxChain.leaf };
const databehandler = { organisasjonsnummer: us, key: caller.key };

const upstreamAt = (url: string): Upstream => ({
  url,
  organisasjonsnummer: '984661185',
  sertifikater: [broker.leaf],
  mpcId: 'posthorn-1',
  pause: { NORMAL: 600_000, PRIORITERT: 60_000 },
});

describe('channels/sdp, a broker upstream', () => {
  describe('a letter', () => {
    const route = asSender(databehandler, upstreamAt('https://broker.example/api'))(
      { ...eboks, url: 'https://broker.example/api' },
      '310000027',
    );

    it('CONTRACT 1, 4: goes below its address, from the databehandler in its role, to the broker, in a channel of our own', () => {
      const { fra, til, mpcId, url, key } = route;
      expect({ fra, til, mpcId, url }).to.deep.equal({
        fra: { organisasjonsnummer: us, rolle: 'avsender' },
        til: { organisasjonsnummer: '984661185', rolle: 'meldingsformidler' },
        mpcId: 'posthorn-1',
        url: `https://broker.example/api/9908:${us}/9908:310000027`,
      });
      expect(key).to.equal(caller.key);
    });

    it('SECURITY 86: is receipted by its certificate only; that of a mailbox with the same number is another', () => {
      const signer = (der: Buffer) => {
        const certificate = deps.trust.check(der, testTime);
        return { certificate, organisasjonsnummer: certificate.organisasjonsnummer ?? '' };
      };
      expect(signer(mailboxChain.leaf).organisasjonsnummer).to.equal('984661185');
      expect(route.isReceiver(signer(broker.leaf))).to.equal(true);
      expect(route.isReceiver(signer(mailboxChain.leaf))).to.equal(false);
    });
  });

  describe('its receipts', () => {
    const at = (url: string) =>
      kilder({ databehandler, upstream: upstreamAt(url), leverandoerer: [eboks, digipost], ...deps });

    it('R-37: wait in two channels of our own, each with its pause', () => {
      expect(at('http://x').map(({ navn, pause }) => [navn, pause])).to.deep.equal([
        ['urn:prioritert:posthorn-1', 60_000],
        ['urn:normal:posthorn-1', 600_000],
      ]);
    });

    async function fetched(reply: Reply): Promise<Henting> {
      let found: Henting | undefined;
      await withBroker(reply, async (url) => {
        found = await at(url)[0]?.hent();
      });
      return found as Henting;
    }

    it('come with the document as it was signed', async () => {
      const found = await fetched(receipt());
      if (found.type !== 'kvittering') throw new Error(JSON.stringify(found));
      expect(found.kvittering).to.deep.include({
        type: 'levering',
        feiltype: null,
        konversasjonsId: document.header.conversationId,
        leverandoer: '996460320',
      });
      expect(found.kvittering.avFormidler).to.equal(undefined);
      verifyEnveloped(parse(found.dokument), deps.trust, testTime);
    });

    it('none: tom', async () => {
      expect(await fetched(({ id }) => envelope(encodeEmptyChannel(infoFor(id))))).to.deep.equal({ type: 'tom' });
    });

    it('an answer that cannot be believed: feil, with the reason', async () => {
      const found = await fetched(receipt({ key: provider.key }));
      expect(found).to.deep.equal({
        type: 'feil',
        grunn: 'unverifiable: the answer is signed by somebody else',
      });
      expect(await fetched(() => '<html/>')).to.include({ type: 'feil' });
    });

    const feil: Feil = { type: 'feil', tidspunkt: testTime, feiltype: 'SERVER', detaljer: 'too old' };
    const feilOf = (sender: string, key: SigningKey): Reply =>
      receipt({
        sbd: () => signEnveloped(encodeSbd({ header: { ...document.header, sender }, payload: feil }), key),
      });
    const other = party('310000027');

    it('R-37: an error that the broker makes itself stands for the provider, whichever key signs it', async () => {
      for (const [sender, key] of [
        ['310000027', other.key],
        ['984661185', broker.key],
      ] as const) {
        const found = await fetched(feilOf(sender, key));
        expect(found.type === 'kvittering' && found.kvittering).to.deep.include({
          type: 'feil',
          feiltype: 'SERVER',
          avFormidler: true,
        });
      }
    });

    it('an error of the provider is its own', async () => {
      const found = await fetched(feilOf('996460320', provider.key));
      expect(found.type === 'kvittering' && found.kvittering.avFormidler).to.equal(undefined);
    });

    it('SECURITY 86: nobody delivers but the provider, and nobody has its number but with its certificate', async () => {
      const same = makeChain({
        leafKey: testKey('same number'),
        leaf: { subject: enterpriseSubject({ organisasjonsnummer: '996460320', organisasjon: 'P' }), serial: 80n },
      });
      for (const reply of [
        receipt({ sbd: () => signedSbd({ sender: '310000027' }, other.key) }),
        feilOf('996460320', signingKey(same.privateKey, same.leaf)),
        receipt({ sbd: () => signedSbd({ sender: '984661185' }, broker.key) }),
      ]) {
        expect(await fetched(reply)).to.deep.equal({
          type: 'feil',
          grunn: 'unverifiable: the document is signed by somebody else than its sender',
        });
      }
    });

    it('are confirmed alone, and with the question for the next', async () => {
      const answers: Reply[] = [receipt(), ({ id }) => envelope(encodeEmptyChannel(infoFor(id))), () => '<html/>'];
      await withBroker(
        (asked, response) => answers.shift()?.(asked, response),
        async (url, seen) => {
          const [kilde] = at(url);
          const found = await kilde?.hent();
          if (kilde === undefined || found?.type !== 'kvittering') throw new Error('no receipt');
          expect(await kilde.hent(found.bekreftelse)).to.deep.equal({ type: 'tom' });
          expect(await kilde.bekreft(found.bekreftelse)).to.match(/no SOAP 1.2 envelope/);
          const confirmed = seen.slice(1).map(({ messaging }) => messaging.type === 'signals' && messaging.signals);
          expect(confirmed.map((s) => s && s.map((one) => one.info.refToMessageId))).to.deep.equal([
            ['answer-1', undefined],
            ['answer-1'],
          ]);
        },
      );
      await withBroker(receipt(), async (url) => {
        const found = await pull(brokerAt(url), mpc);
        if (found.type !== 'message') throw new Error('no receipt');
        expect(await confirm(brokerAt(url), found.pulled.confirmation)).to.deep.equal({ type: 'confirmed' });
        expect(await at(url)[0]?.bekreft(found.pulled.confirmation)).to.equal(undefined);
      });
    });
  });
});
