import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { BrevInn } from '../../src/contract/forsendelse/request.js';
import { brev, document, hentStatus, sendBrev, vedtak } from '../support/forsendelser.js';
import { mayMount, startContained, type Contained, type DiskName } from './support/contained.js';

/** Letters until a disk without room must have refused one: what is in hand is used first. */
const SOON = 40;
const IDLE = 300;

describe('a gateway that runs out of something', function () {
  if (!mayMount()) {
    it('F23, F24, F25, F44: not run, because a process may not have mounts of its own here');
    return;
  }
  this.timeout(120_000);
  let gateway: Contained;
  const accepted: string[] = [];
  before(async () => {
    gateway = await startContained();
  });
  after(() => gateway.stop());

  const send = async (letter: BrevInn): Promise<boolean> => {
    const { status, text } = await sendBrev(gateway.url, letter);
    if (status === 200) accepted.push(letter.eksternRef);
    else expect([status, text]).to.satisfy(([s, t]: [number, string]) => s === 500 && t.includes('[P-1001]'));
    return status === 200;
  };
  const expectAllThere = async (): Promise<void> => {
    const stands = await hentStatus(gateway.url, accepted.slice(-100));
    expect(stands).to.have.length(Math.min(100, accepted.length));
  };
  /** The first letter that is refused. */
  const untilRefused = async (make: () => BrevInn): Promise<BrevInn> => {
    for (let n = 0; n < SOON; n++) {
      const letter = make();
      if (!(await send(letter))) return letter;
    }
    throw new Error(`${SOON} letters were accepted without room for them`);
  };

  const small = () => brev('digipost');
  /** Too large to share a file with others. */
  const large = () => brev('digipost', { hoveddokument: document(Buffer.concat([vedtak, Buffer.alloc(1_200_000)])) });
  const full: readonly (readonly [title: string, disk: DiskName, by: 'octets' | 'files', make: () => BrevInn])[] = [
    ['F24: no room for documents', 'payloads', 'octets', small],
    ['F24: no room for one file more of documents', 'payloads', 'files', large],
    ['F23: no room for the database', 'db', 'octets', small],
  ];
  for (const [title, disk, by, make] of full)
    it(`${title}: letters are refused as UNAVAILABLE, there are none of them, and all goes on when there is room`, async () => {
      expect(await send(brev('digipost'))).to.equal(true);
      const makeRoom = await gateway.fill(disk, by);
      const refused = await untilRefused(make);
      const documents = await gateway.documents();
      expect(await send(refused)).to.equal(false);
      // Of a commit that failed nobody knows whether it was made: its document is swept up when it is old.
      if (disk === 'payloads') expect(await gateway.documents()).to.equal(documents);
      await makeRoom();
      expect(await hentStatus(gateway.url, [refused.eksternRef]).catch(String)).to.contain('[P-2005]');
      expect(await send(refused), 'the same letter again').to.equal(true);
      await expectAllThere();
    });

  it('F25: a document that could not be made durable is not acknowledged, and nothing of it is left', async () => {
    const documents = await gateway.documents();
    const letter = brev('digipost');
    const mend = await gateway.failFsync();
    try {
      expect(await send(letter)).to.equal(false);
      expect(await gateway.documents()).to.equal(documents);
    } finally {
      await mend();
    }
    expect(await send(letter), 'the same letter again').to.equal(true);
    expect(await gateway.documents()).to.equal(documents + 1);
    await expectAllThere();
  });

  it('F44: without file descriptors nobody is told anything wrong, and when they are back all goes on', async () => {
    const before = await gateway.files();
    await gateway.limitFiles(before + 10);
    const { hostname, port } = new URL(gateway.base);
    const idle: Socket[] = Array.from({ length: IDLE }, () => connect(Number(port), hostname).on('error', () => {}));
    await once(idle[0] as Socket, 'connect');
    await sleep(200);
    const letter = brev('digipost');
    // Refused, or never heard: whoever gets an answer gets one that is true.
    await send(letter).catch(() => undefined);
    expect(await gateway.files()).to.be.below(before + IDLE / 2);
    for (const socket of idle) socket.destroy();
    for (const end = Date.now() + 10_000; (await gateway.files()) > before + 3 && Date.now() < end;) await sleep(20);
    expect(await send(letter), 'the same letter again').to.equal(true);
    await expectAllThere();
    expect((await fetch(`${gateway.base}/health/live`)).status).to.equal(200);
  });
});
