import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { expect } from 'chai';
import { WSA } from '../../../src/soap/names.js';
import { directReference, hentPersoner, post, swap, tokenReference } from '../../support/messages.js';
import { octetsOf } from './attack.js';
import { actionAttacks } from './soap.js';
import { attacks, variants } from './tables.js';
import type { Target } from './target.js';
import { expectNothing, startTarget } from './target.js';

describe('the front door', () => {
  let target: Target;
  before(async () => {
    target = await startTarget();
  });
  after(() => target.stop());

  describe('refuses, and nothing is left behind', () => {
    for (const attack of [...attacks, ...actionAttacks]) {
      it(`SECURITY ${attack.security}: ${attack.wrong}`, async () => {
        await expectNothing(target, attack.code, () => post(target, octetsOf(attack, target.parties())));
      });
    }
  });

  describe('answers', () => {
    for (const variant of variants) {
      it(variant.wrong, async () => {
        const answer = await post(target, octetsOf(variant, target.parties()));
        expect(answer.status, answer.text).to.equal(200);
      });
    }
  });

  describe('never calls out', () => {
    let listener: Server;
    let calls = 0;
    before((done) => {
      listener = createServer((socket) => {
        calls++;
        socket.destroy();
      }).listen(0, '127.0.0.1', done);
    });
    after((done) => void listener.close(done));

    it('SECURITY 4, 5, 16, 17, 25, 46, 59, 70: whatever address a message names', async () => {
      const address = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/x`;
      const good = target.good();
      const named = (block: string): string => swap(target.good().text, '<env:Header>', `<env:Header>${block}`);
      const texts = [
        `<!DOCTYPE x SYSTEM "${address}">${good.text}`,
        `<!DOCTYPE x [<!ENTITY % p SYSTEM "${address}">%p;]>${good.text}`,
        `<?xml-stylesheet href="${address}"?>${good.text}`,
        named(`<wsa:ReplyTo xmlns:wsa="${WSA}"><wsa:Address>${address}</wsa:Address></wsa:ReplyTo>`),
        named(`<wsa:FaultTo xmlns:wsa="${WSA}"><wsa:Address>${address}</wsa:Address></wsa:FaultTo>`),
        swap(
          good.text,
          '<env:Envelope ',
          `<env:Envelope xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="urn:x ${address}" `,
        ),
        target.good({
          operation: hentPersoner(`<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="${address}"/>`),
        }).text,
        target.good({
          operation: `<x:EncryptedData xmlns:x="http://www.w3.org/2001/04/xmlenc#"><x:CipherReference URI="${address}"/></x:EncryptedData>`,
        }).text,
        target.good({ references: ([first, second]) => [{ ...first!, uri: address }, second!] }).text,
        target.good({ keyInfo: () => tokenReference(directReference(address)) }).text,
        target.good({ keyInfo: () => `<ds:RetrievalMethod URI="${address}"/>` }).text,
      ];
      for (const text of texts) await post(target, text);
      expect(calls).to.equal(0);
      expect((await fetch(address).catch(() => undefined))?.status).to.equal(undefined);
      expect(calls).to.equal(1);
    });
  });
});
