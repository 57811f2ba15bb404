import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { decodePersons } from '../../src/contract/oppslagstjenesten/decode.js';
import { encodeHentPersoner } from '../../src/contract/oppslagstjenesten/encode.js';
import { informasjonsbehov } from '../../src/domain/person.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import { postRaw, signedAs } from '../support/caller.js';
import type { GatewayProcess } from '../support/gatewayProcess.js';
import { startGatewayProcess } from '../support/gatewayProcess.js';

const MiB = 1024 * 1024;
const ids = testpersons(new Date()).map((t) => t.personidentifikator);

describe('a gateway under attack', function () {
  this.timeout(120_000);
  let gateway: GatewayProcess;
  let resident = 0;

  /** Milliseconds until a good request is answered, and answered right. */
  async function goodRequest(): Promise<number> {
    const { envelope, open } = await signedAs(gateway, 'sender', encodeHentPersoner(informasjonsbehov, ids));
    const started = performance.now();
    const { octets } = await postRaw(gateway.url, envelope);
    const taken = performance.now() - started;
    expect(decodePersons(open(octets))).to.have.length(ids.length);
    return taken;
  }

  /** N0: the next good request is answered within 1 s, and memory has not grown by 50 MB. */
  async function expectUnmoved(): Promise<void> {
    expect(await goodRequest()).to.be.below(1000);
    expect((await gateway.rss()) - resident).to.be.below(50 * MiB);
  }

  async function idle(count: number, greeting: string): Promise<Socket[]> {
    const { port, hostname } = new URL(gateway.base);
    const sockets = Array.from({ length: count }, () => connect(Number(port), hostname).on('error', () => {}));
    await Promise.all(sockets.map((s) => once(s, 'connect')));
    for (const socket of sockets) socket.write(greeting);
    return sockets;
  }

  before(async () => {
    gateway = await startGatewayProcess();
    for (let i = 0; i < 200; i++) await goodRequest();
    resident = await gateway.rss();
  });
  after(() => gateway.stop());

  it('SECURITY 102: refuses 5 MB of garbage, announced or in chunks', async () => {
    const garbage = Buffer.alloc(5 * MiB, 'x');
    for (let i = 0; i < 10; i++) expect((await postRaw(gateway.url, garbage)).status).to.equal(413);
    const { port, hostname } = new URL(gateway.base);
    const socket = connect(Number(port), hostname).on('error', () => {});
    socket.write(
      `POST ${new URL(gateway.url).pathname} HTTP/1.1\r\nHost: a\r\nContent-Type: application/soap+xml\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const piece = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, '<'), Buffer.from('\r\n')]);
    for (let i = 0; i < 80 && !socket.destroyed; i++) socket.write(piece);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).to.match(/^HTTP\/1.1 (413|500) /);
    socket.destroy();
    await expectUnmoved();
  });

  it('SECURITY 6: refuses XML nested 100,000 deep', async () => {
    const deep = `<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"><env:Body>${'<a>'.repeat(100_000)}`;
    for (let i = 0; i < 10; i++) {
      const { status, text } = await postRaw(gateway.url, deep);
      expect(status).to.equal(500);
      expect(text).to.contain('env:Sender');
    }
    await expectUnmoved();
  });

  it('SECURITY 101: serves others while slow clients drip', async () => {
    const drips = await idle(300, 'POST /kontaktinfo-external/ws-v5 HTTP/1.1\r\nHost: a\r\n');
    for (let i = 0; i < 3; i++) {
      for (const socket of drips) socket.write('X');
      await sleep(200);
    }
    await expectUnmoved();
    drips.forEach((socket) => socket.destroy());
  });

  it('SECURITY 101: serves others while 2000 sockets are idle', async () => {
    const sockets = await idle(2000, '');
    await expectUnmoved();
    sockets.forEach((socket) => socket.destroy());
  });
});
