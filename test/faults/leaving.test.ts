import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { encodeSendForsendelse } from '../../src/contract/forsendelse/request.js';
import { plainEnvelope } from '../../src/security/signAnswer.js';
import { pdfOf } from '../contract/forsendelse/letters.js';
import { authorization, brev, sendBrev } from '../support/forsendelser.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { xopMessage } from '../support/partsMessage.js';

describe('a client that leaves before all of its letter has come', function () {
  this.timeout(60_000);
  let world: SendingWorld;
  before(async () => {
    world = await startSending();
  });
  after(() => world.stop());

  /** Says that `octets` are coming, sends all but the last `missing` of them, and leaves. */
  async function leave(octets: Buffer, type: string, missing: number): Promise<void> {
    const { hostname, port, pathname } = new URL(world.url);
    const socket = connect(Number(port), hostname);
    const head = [
      `POST ${pathname} HTTP/1.1`,
      'Host: a',
      `Content-Type: ${type}`,
      `Authorization: ${authorization}`,
      `Content-Length: ${octets.length}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.write(octets.subarray(0, octets.length - missing));
    await once(socket, 'connect');
    await sleep(100);
    socket.destroy();
    await once(socket, 'close');
  }

  it('F37: leaves nothing of it behind, wherever it is cut, is no error of ours, and may send it again', async () => {
    const letter = brev('digipost', {
      hoveddokument: {
        ...brev('digipost').hoveddokument,
        innhold: Buffer.concat([pdfOf(9), Buffer.alloc(300_000, '%')]),
      },
    });
    const envelope = Buffer.from(plainEnvelope(encodeSendForsendelse(letter), '1.1'));
    const parts = xopMessage(envelope.toString(), '1.1');
    const boundary = parts.body.length - parts.body.lastIndexOf('\r\n--');
    const cuts: readonly (readonly [octets: Buffer, type: string, missing: number])[] = [
      [envelope, 'text/xml', 1],
      [envelope, 'text/xml', Math.floor(envelope.length / 2)],
      [parts.body, parts.contentType, 1],
      [parts.body, parts.contentType, boundary],
      [parts.body, parts.contentType, boundary + 1],
    ];
    const before = await world.payloads();
    for (const cut of cuts) await leave(...cut);
    for (let tries = 0; tries < 100 && (await world.payloads()).length > before.length; tries++) await sleep(20);
    expect(await world.payloads()).to.have.members(before);
    expect(world.logLines.filter((line) => line.includes('"level":"error"'))).to.deep.equal([]);
    expect(world.logLines.filter((line) => line.includes('the client left'))).to.have.length(cuts.length);
    expect((await sendBrev(world.url, letter)).status).to.equal(200);
  });
});
