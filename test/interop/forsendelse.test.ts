import { randomBytes, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { testpersons } from '../../src/sandbox/testpersons.js';
import { encodeHentKvitteringer } from '../../src/contract/forsendelse/request.js';
import { signingKey } from '../../src/security/sign.js';
import { signedEnvelope } from '../../src/security/signAnswer.js';
import { contentType } from '../../src/soap/names.js';
import { startTap } from '../support/tap.js';
import { byPassword, forsendelseClients, needsSending, sendBy, startHouse } from './sendingClients.js';
import type { House, SendingClient, SendingReport } from './sendingClients.js';
import { needs, withFolder, withOtherCreated } from './support.js';
import { startProxy } from './proxy.js';
import { xmlsec1Verify } from './xmlsec1.js';

const recipient = testpersons(new Date()).find((p) => p.navn === 'digipost')?.personidentifikator ?? 'nobody';
const octets = 70_001;

interface Inbox {
  readonly conversationId: string;
  readonly title: string;
  readonly files: readonly { readonly name: string; readonly type: string; readonly octets: number }[];
}

describe('foreign clients of Forsendelse', () => {
  let house: House;
  before(async () => {
    house = await startHouse();
  });
  after(() => house.stop());

  const signs = (): string[] => ['--certs', house.gateway.certs];

  const inbox = async (): Promise<readonly Inbox[]> =>
    (await (await fetch(`${house.sandboxUrl}/control/inbox/${recipient}`)).json()) as readonly Inbox[];

  /** Sends one letter whose document is random octets in all but its mark. */
  const send = (client: SendingClient, reference: string, args: readonly string[], url = house.url) =>
    withFolder((folder) => {
      const file = join(folder, 'brev.pdf');
      writeFileSync(file, Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(octets)]).subarray(0, octets));
      return sendBy(forsendelseClients[client], [url, reference, recipient, file, ...args]);
    });

  /** The letter went to the mailbox, the client read LEVERT, and the mailbox has the document. */
  async function arrives(client: SendingClient, args: readonly string[], url?: string): Promise<SendingReport> {
    const before = await inbox();
    const report = await send(client, randomUUID(), args, url);
    const { sendt, status } = report;
    expect(sendt, JSON.stringify(report)).to.include({ kanal: 'POSTKASSE' });
    expect(status).to.include({ forsendelsesId: sendt?.forsendelsesId, tilstand: 'LEVERT' });
    expect(status?.hendelser).to.deep.equal(['MOTTATT', 'SENDT', 'LEVERING']);
    const seen = new Set(before.map((letter) => letter.conversationId));
    const files = (await inbox()).filter((letter) => !seen.has(letter.conversationId)).map((letter) => letter.files);
    expect(files).to.deep.equal([[{ name: 'brev.pdf', type: 'application/pdf', octets }]]);
    return report;
  }

  for (const client of ['zeep', 'php', 'gsoap'] as const) {
    describe(client, () => {
      before(needsSending(client));

      it('sends a letter by the WSDL alone with HTTP Basic, and reads its status until it is delivered', () =>
        arrives(client, byPassword));

      it('SECURITY 114: a wrong password is refused, and the client says so', async () => {
        const refused = await send(client, randomUUID(), ['--user', 'sender-dev', '--password', 'wrong']).then(
          (report) => report.feil,
          (error: Error) => error.message,
        );
        expect(JSON.stringify(refused)).to.match(/401|Unauthorized/i);
      });
    });
  }

  /** What a client sent first, when its letter had arrived. */
  async function sentBy(client: SendingClient, args: readonly string[]): Promise<string> {
    const tap = await startTap(() => house.gateway.base);
    const sent: string[] = [];
    tap.change = (octets, direction) => {
      if (direction === 'request') sent.push(octets.toString('latin1'));
      return octets;
    };
    try {
      await arrives(client, args, tap.url + new URL(house.url).pathname);
    } finally {
      await tap.stop();
    }
    return sent.find((octets) => octets.includes('SendForsendelse')) ?? '';
  }

  const included = /innhold>\s*<xop:Include [^>]*href="cid:/;
  const attached = /innholdRef>cid:[^<]+<[^]*\r\nContent-ID: <brev/;

  for (const [client, how, args, expected] of [
    ['gsoap', 'by MTOM', () => [...byPassword, '--mtom'], included],
    ['zeep', 'as an attachment', () => [...byPassword, '--attach'], attached],
    ['wss4j', 'by MTOM, signed before it is optimised', () => [...signs(), '--mtom'], included],
    ['wss4j', 'as an attachment, signed', () => [...signs(), '--attach'], attached],
  ] as const) {
    describe(`${client}, ${how}`, () => {
      before(needsSending(client));

      it('sends the document in a part of its own, and it arrives', async () => {
        expect(await sentBy(client, args())).to.match(expected);
      });
    });
  }

  for (const way of ['--mtom', '--attach']) {
    describe(`wss4j, signed, ${way}`, () => {
      before(needsSending('wss4j'));

      it('SECURITY 42: is refused when an octet of its part is altered on the way', async () => {
        const tap = await startTap(() => house.gateway.base);
        tap.change = (octets, direction) => {
          const at = octets.lastIndexOf('\r\n--MIME-wss4j--');
          if (direction === 'request' && at > 0) octets[at - 1] = (octets[at - 1] ?? 0) ^ 1;
          return octets;
        };
        try {
          const report = await send('wss4j', randomUUID(), [...signs(), way], tap.url + new URL(house.url).pathname);
          expect(report.feil?.tekst).to.match(/security error/);
        } finally {
          await tap.stop();
        }
      });
    });
  }

  for (const client of ['zeep', 'wss4j'] as const) {
    describe(`${client}, by signature`, () => {
      before(needsSending(client));

      it('signs Timestamp and Body by RSA-SHA256, and verifies every answer', async () => {
        const { signerteSvar } = await arrives(client, signs());
        expect(signerteSvar).to.be.at.least(2);
      });

      it('refuses an answer that was altered on its way', async () => {
        const proxy = await startProxy(house.url, withOtherCreated);
        try {
          const report = await send(client, randomUUID(), signs(), proxy.url);
          expect(report)
            .to.have.property('avvist')
            .that.matches(/signature|digest/i);
        } finally {
          await proxy.stop();
        }
      });
    });
  }

  describe('an answer to a signed request', () => {
    before(needs('xmlsec1'));

    it('verifies in xmlsec1, and no longer when its Body is altered', async () => {
      const { privateKey, certificate } = house.gateway.pki.identities.sender;
      const ask = encodeHentKvitteringer('NORMAL', 1);
      const request = await signedEnvelope(ask, '1.1', signingKey(privateKey, certificate), new Date());
      const headers = { 'Content-Type': contentType['1.1'] };
      const response = await fetch(house.url, { method: 'POST', body: request, headers });
      const answer = await response.text();
      expect(response.status, answer).to.equal(200);
      const ca = join(house.gateway.certs, 'ca.pem');
      const { valid, output, signer } = await xmlsec1Verify(answer, ca);
      expect(valid, output).to.equal(true);
      expect(signer.raw.equals(house.gateway.pki.identities.posthorn.certificate)).to.equal(true);
      const altered = answer.replace('HentKvitteringerResponse', 'HentKvitteringerResponse a="b"');
      expect(altered).not.to.equal(answer);
      expect((await xmlsec1Verify(altered, ca)).valid).to.equal(false);
    });
  });
});
