import { randomBytes, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { testpersons } from '../../src/sandbox/testpersons.js';
import { byPassword, forsendelseClients, needsSending, sendBy, startHouse } from './sendingClients.js';
import type { House, SendingClient, SendingReport } from './sendingClients.js';
import { withFolder } from './support.js';

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

  const inbox = async (): Promise<readonly Inbox[]> =>
    (await (await fetch(`${house.sandboxUrl}/control/inbox/${recipient}`)).json()) as readonly Inbox[];

  /** Sends one letter whose document has random octets. */
  const send = (client: SendingClient, reference: string, args: readonly string[]): Promise<SendingReport> =>
    withFolder((folder) => {
      const file = join(folder, 'brev.pdf');
      writeFileSync(file, randomBytes(octets));
      return sendBy(forsendelseClients[client], [house.url, reference, recipient, file, ...args]);
    });

  /** The letter went to the mailbox, the client read LEVERT, and the mailbox has the document. */
  async function arrives(client: SendingClient, args: readonly string[]): Promise<SendingReport> {
    const before = await inbox();
    const report = await send(client, randomUUID(), args);
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
});
