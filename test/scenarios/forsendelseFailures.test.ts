import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { ensureDevelopmentPki } from '../../src/sandbox/pki/development.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { brev, sendBrev, type Stand } from '../support/forsendelser.js';
import { testCertsDir } from '../support/gateway.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { eachStore } from '../support/stores.js';
import type { Direction } from '../support/tap.js';

const tilstand =
  (...wanted: string[]) =>
  (stand: Stand): boolean =>
    wanted.includes(stand.tilstand);
const tried =
  (times: number) =>
  (stand: Stand): boolean =>
    stand.hendelser.filter((h) => h.type === 'FORSOEK_UTSATT').length >= times;
const codes = ({ hendelser }: Stand): string[] =>
  hendelser.filter((h) => h.type === 'FORSOEK_UTSATT').map((h) => h.kode);

/** Changes the last bit of one octet. */
function flip(octets: Buffer, at: number): Buffer {
  const changed = Buffer.from(octets);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

/** Octets of a file that others write to. */
type Part = ReturnType<SendingWorld['payloadAt']>;
const octetsAt = async ({ path, at, size }: Part): Promise<Buffer> => (await readFile(path)).subarray(at, at + size);

async function overwrite({ path, at }: Part, octets: Buffer): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(octets, 0, octets.length, at);
  await file.close();
}

/** Changes an octet behind some text, or nothing where that is not. */
const behind =
  (text: string, offset = 0) =>
  (octets: Buffer): Buffer => {
    const at = octets.indexOf(text);
    return at < 0 ? octets : flip(octets, at + text.length + offset);
  };

describe('sending a letter to a provider that nobody vouches for', function () {
  this.timeout(60_000);
  eachStore((database) => {
    it('SECURITY 111: the letter waits with the reason, and the provider is told nothing', async () => {
      let requests = 0;
      const { key, certificate } = (await ensureDevelopmentPki(testCertsDir)).identities.digipost.files;
      const [k, c] = await Promise.all([key, certificate].map((file) => readFile(file)));
      const server = createServer({ key: k, cert: c }, () => void requests++).on('tlsClientError', () => {});
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const number = identities.digipost.organisasjonsnummer;
      const world = await startSending(database.url(), {
        settings: (addresses) => ({
          POSTHORN_SDP_PROVIDERS: addresses.replace(
            new RegExp(`${number}=[^,]*`),
            `${number}=https://127.0.0.1:${port}/`,
          ),
        }),
      });
      try {
        const letter = brev('digipost');
        expect((await sendBrev(world.url, letter)).status).to.equal(200);
        const stand = await world.until(letter.eksternRef, tried(1));
        expect([stand.tilstand, ...codes(stand)]).to.deep.equal(['MOTTATT', 'TRANSPORT']);
        expect(stand.hendelser.at(-1)?.tekst).to.match(/cannot be reached: [A-Z_]*(?:CERT|VERIFY)[A-Z_]*\. Next/);
        expect(requests).to.equal(0);
      } finally {
        await world.stop();
        await new Promise((resolve) => server.close(resolve));
      }
    });
  });
});

describe('sending a letter while something fails', function () {
  this.timeout(60_000);
  eachStore((database) => {
    let world: SendingWorld;
    before(async () => {
      world = await startSending(database.url());
    });
    after(() => world.stop());

    async function accepted(letter = brev('digipost')): Promise<string> {
      const svar = await sendBrev(world.url, letter);
      expect(svar.status, svar.text).to.equal(200);
      return letter.eksternRef;
    }
    const delivered = (ref: string): Promise<Stand> => world.until(ref, tilstand('LEVERT', 'FEILET'), 25_000);
    async function expectOnce(ref: string): Promise<Stand> {
      const stand = await delivered(ref);
      expect(stand.tilstand, JSON.stringify(stand.hendelser)).to.equal('LEVERT');
      expect(await world.lettersOf(ref)).to.have.length(1);
      return stand;
    }

    const misbehaviours = [
      ['mailbox down', ['EBMS:0004', 'EBMS:0004']],
      ['late receipt', []],
      ['bad signature', ['UNVERIFIABLE']],
      ['wrong ref', ['UNVERIFIABLE']],
      ['timeout after commit', ['TRANSPORT']],
    ] as const;
    it('F27, F28, R-39: delivers once in spite of each failure on demand', async () => {
      const refs = await Promise.all(
        misbehaviours.map(([words]) => accepted(brev('digipost', { tittel: `Vedtak, ${words}` }))),
      );
      for (const [i, [words, expected]] of misbehaviours.entries()) {
        expect(codes(await expectOnce(refs[i] ?? '')), words).to.deep.equal(expected);
      }
    });

    it('F32: a dead provider keeps no letter to another waiting, and has its own when it is back', async () => {
      const { digipost } = world.taps;
      digipost.dead = true;
      const waiting = await Promise.all(Array.from({ length: 3 }, () => accepted()));
      const others = await Promise.all(Array.from({ length: 3 }, () => accepted(brev('e-boks'))));
      for (const ref of others) await expectOnce(ref);
      const seen = await Promise.all(waiting.map((ref) => world.until(ref, tried(1))));
      for (const { tilstand: state, hendelser } of seen) {
        expect(state).to.equal('MOTTATT');
        for (const { kode, tekst, tid } of hendelser.slice(1)) {
          expect(kode).to.equal('TRANSPORT');
          expect(tekst).to.match(/^Attempt \d+: The provider cannot be reached: ECONNRESET\. Next attempt at /);
          expect(Math.abs(tid.getTime() - Date.now())).to.be.below(60_000);
        }
      }
      // Who reads the history of a letter is not told where the provider is; who reads the log is.
      expect(JSON.stringify(seen)).not.to.contain(digipost.url);
      expect(world.logLines.join()).to.contain(digipost.url);
      digipost.dead = false;
      world.advance(10_000);
      for (const ref of waiting) await expectOnce(ref);
    });

    it('F26: a document that is damaged or missing when it is to be sent keeps its letter here, with an alarm; others go on', async () => {
      const { digipost } = world.taps;
      digipost.dead = true;
      const refs = await Promise.all([accepted(), accepted()]);
      const stored = await Promise.all(refs.map((ref) => world.until(ref, tried(1)).then(() => world.stored(ref))));
      const [damaged, missing] = stored.map(({ pakke }) => world.payloadAt(pakke?.cms.ref ?? ''));
      if (damaged === undefined || missing === undefined) throw new Error('nothing is stored');
      const kept = await Promise.all([damaged, missing].map(octetsAt));
      const before = world.logLines.length;
      const [whole = Buffer.of()] = kept;
      await overwrite(damaged, flip(whole, damaged.size - 100));
      await overwrite(missing, Buffer.alloc(missing.size));
      digipost.dead = false;
      await expectOnce(await accepted());
      const waiting = await Promise.all(
        refs.map((ref) => world.until(ref, (stand) => codes(stand).includes('INTERNAL'))),
      );
      expect(waiting.map((stand) => stand.tilstand)).to.deep.equal(['MOTTATT', 'MOTTATT']);
      for (const ref of refs) expect(await world.lettersOf(ref)).to.have.length(0);
      const alarms = world.logLines.slice(before).filter((line) => line.includes('"level":"error"'));
      for (const { pakke } of stored) expect(alarms.join()).to.contain(`payload ${pakke?.cms.ref}`);
      // What comes back from a copy is sent.
      await overwrite(damaged, whole);
      await overwrite(missing, kept[1] ?? Buffer.of());
      for (const ref of refs) await expectOnce(ref);
    });

    const places: readonly (readonly [string, Direction, (octets: Buffer) => Buffer])[] = [
      ['the package', 'request', (octets) => flip(octets, octets.length - 300)],
      ['the document about it', 'request', behind('Vedtak i')],
      ['the envelope', 'request', behind('<eb:ConversationId>')],
      ['the receipt', 'answer', behind('<eb:MessageId>')],
    ];
    for (const [what, on, change] of places) {
      it(`SECURITY 100: an octet of ${what} that changes on the way makes nothing sent, and is made good`, async () => {
        const { digipost } = world.taps;
        digipost.change = (octets, direction) => (direction === on ? change(octets) : octets);
        // What the mailbox reports of the letter would tell that it is there.
        world.broker.dead = true;
        const ref = await accepted();
        const stand = await world.until(ref, tried(1));
        expect(stand.tilstand, JSON.stringify(stand.hendelser)).to.equal('MOTTATT');
        expect(await world.lettersOf(ref)).to.have.length(on === 'answer' ? 1 : 0);
        [digipost.change, world.broker.dead] = [undefined, false];
        await expectOnce(ref);
      });
    }

    it('SECURITY 100: an octet of a report that changes on the way delivers nothing, and is made good', async () => {
      world.broker.change = (octets, direction) =>
        direction === 'request' ? behind('ConversationId>')(octets) : octets;
      const ref = await accepted();
      const before = world.broker.requests();
      const stand = await world.until(ref, (s) => s.tilstand === 'SENDT' && world.broker.requests() > before + 1);
      expect(stand.hendelser.map((h) => h.type)).to.deep.equal(['MOTTATT', 'SENDT']);
      world.broker.change = undefined;
      await expectOnce(ref);
    });
  });
});
