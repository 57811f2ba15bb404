import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { testpersons } from '../../src/sandbox/testpersons.js';
import { startGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import {
  dotnetEnvelope,
  dotnetOpen,
  dotnetPost,
  hentEndringerBody,
  hentPersonerBody,
  hentPrintSertifikatBody,
} from './dotnetlike.js';
import type { DotnetRequest } from './dotnetlike.js';
import { jdkVerify, needs, withOtherCreated } from './support.js';
import { xmlsec1Verify } from './xmlsec1.js';

const ids = testpersons(new Date()).map((p) => p.personidentifikator);

describe('a client with the habits of the official .NET client', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  const body = hentPersonerBody(['Person', 'Kontaktinfo'], ids);
  const signed = (request: Partial<DotnetRequest> = {}) => dotnetEnvelope({ certs: gateway.certs, body, ...request });
  const idsIn = (xml: string): string[] => [...xml.matchAll(/personidentifikator>(\d{11})</g)].map((m) => m[1] ?? '');

  it('HentPersoner: SHA-1 digests, Timestamp without Transforms, 30 minutes to live; the answer passes all its checks', async () => {
    const sent = signed();
    const { status, text } = await dotnetPost(gateway.url, sent);
    expect(status, text).to.equal(200);
    expect(idsIn(dotnetOpen(text, sent, gateway.certs))).to.deep.equal(ids);
  });

  it('HentEndringer and HentPrintSertifikat', async () => {
    for (const [request, answer] of [
      [hentEndringerBody(['Person'], 1), '<ns3:HentEndringerRespons '],
      [hentPrintSertifikatBody, '<ns3:HentPrintSertifikatRespons '],
    ] as const) {
      const sent = signed({ body: request });
      const { text } = await dotnetPost(gateway.url, sent);
      expect(dotnetOpen(text, sent, gateway.certs).startsWith(answer)).to.equal(true);
    }
  });

  it('its clock may be four minutes behind', async () => {
    const { status } = await dotnetPost(gateway.url, signed({ created: new Date(Date.now() - 4 * 60_000) }));
    expect(status).to.equal(200);
  });

  it('its PaaVegneAv, which it never signs, is refused unless the row of the sender allows it', async () => {
    const { status, text } = await dotnetPost(gateway.url, signed({ name: 'supplier', paaVegneAv: '310000019' }));
    expect(status).to.equal(500);
    expect(text).to.contain('wsse:FailedCheck');
  });

  it('its PaaVegneAv is taken once the row of the sender allows it', async () => {
    const { organisasjoner } = await gateway.store.reads.senders();
    const supplier = organisasjoner.find((o) => o.organisasjonsnummer === '310000035');
    if (supplier === undefined) throw new Error('the development data has no supplier');
    await gateway.store.unitOfWork((tx) => tx.putOrganisation({ ...supplier, tillatUsignertPaaVegneAv: true }));
    for (;;) {
      const sent = signed({ name: 'supplier', paaVegneAv: '310000019' });
      const { status, text } = await dotnetPost(gateway.url, sent);
      if (status === 200) return expect(idsIn(dotnetOpen(text, sent, gateway.certs, 'supplier'))).to.deep.equal(ids);
      // The gateway reads the sender tables anew every few seconds; if it never does, mocha ends the test.
      await delay(200);
    }
  });

  it('SECURITY 74: the same envelope twice is refused the second time', async () => {
    const sent = signed();
    expect((await dotnetPost(gateway.url, sent)).status).to.equal(200);
    const again = await dotnetPost(gateway.url, sent);
    expect(again.status).to.equal(500);
    expect(again.text).to.contain('wsse:FailedCheck');
  });

  it('no right: a fault with another status than 2xx, which is the only kind that it reads', async () => {
    const { status, text } = await dotnetPost(gateway.url, signed({ name: 'sender2' }));
    expect(status).to.equal(500);
    expect(text).to.contain('Service owner 310000027 does not have access to OPPSLAGSTJENESTEN');
  });

  it('SECURITY 53: refuses a good answer to another request', async () => {
    const { text } = await dotnetPost(gateway.url, signed());
    expect(() => dotnetOpen(text, signed(), gateway.certs)).to.throw('another request');
  });

  describe('its signature, in other engines', () => {
    before(needs('xmlsec1', 'wss4j'));

    it('verifies, and no longer when the Timestamp is altered', async () => {
      const { xml } = signed();
      const altered = withOtherCreated(xml);
      const ca = `${gateway.certs}/ca.pem`;
      expect(await xmlsec1Verify(xml, ca)).to.include({ valid: true });
      expect(await xmlsec1Verify(altered, ca)).to.include({ valid: false });
      expect((await jdkVerify(xml)).referanser.map((r) => [r.element, r.gyldig])).to.deep.equal([
        ['Timestamp', true],
        ['Body', true],
      ]);
      expect((await jdkVerify(altered)).referanser.map((r) => [r.element, r.gyldig])).to.deep.equal([
        ['Timestamp', false],
        ['Body', true],
      ]);
    });
  });
});
