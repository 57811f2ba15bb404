import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { brev, postadresse, sendBrev, type Stand } from '../support/forsendelser.js';
import { koekvittering } from '../support/formidlinger.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { eachStore } from '../support/stores.js';
import { mottakersOrgnr, svarutSteps } from '../support/svarutSteps.js';
import { chanceOf } from './chance.js';
import { plan } from './plan.js';
import { pointNames, points, pointsOf, watching, type Point } from './points.js';

const LEASE_MS = 4_321;

describe('points of the crash test', function () {
  this.timeout(60_000);
  eachStore((database) => {
    const reached: Point[] = [];
    const leases: number[] = [];
    let world: SendingWorld;
    before(async () => {
      const around = watching((point) => void reached.push(point));
      world = await startSending(database.url(), {
        around: {
          ...around,
          leaseMs: LEASE_MS,
          store: (store) => {
            const queue: typeof store.queue = {
              ...store.queue,
              claim: (now, leaseMs, ...rest) => {
                leases.push(leaseMs);
                return store.queue.claim(now, leaseMs, ...rest);
              },
            };
            return around.store({ ...store, queue });
          },
        },
      });
    });
    after(() => world.stop());
    beforeEach(() => void reached.splice(0));

    const isDelivered = ({ tilstand }: Stand): boolean => tilstand === 'LEVERT';
    /** Whoever asks for a letter can see what is committed before the process that committed it has gone on. */
    async function settled(): Promise<void> {
      const times = (point: Point): number => reached.filter((p) => p === point).length;
      while (!reached.includes('dispatch.recorded') || times('receipt.committed') < times('receipt.written'))
        await sleep(5);
    }
    /** Sends a letter to the end. A provider's receipt may be faster than its answer, so each process's points are told apart. */
    async function wayOf(letter: ReturnType<typeof brev>): Promise<Record<string, Point[]>> {
      expect((await sendBrev(world.url, letter)).status).to.equal(200);
      await world.until(letter.eksternRef, isDelivered);
      await world.until(letter.eksternRef, ({ hendelser }) => hendelser.some(({ type }) => type === 'SENDT'));
      await settled();
      return Object.fromEntries(
        ['accept', 'dispatch', 'receipt'].map((part) => [part, reached.filter((p) => p.startsWith(part))]),
      );
    }
    const named = (part: string): Point[] => pointNames.filter((point) => point.startsWith(part));

    it('are each passed once by a letter to a mailbox, in their order', async () => {
      expect(await wayOf(brev('digipost'))).to.deep.equal({
        accept: named('accept'),
        dispatch: named('dispatch'),
        receipt: named('receipt'),
      });
    });

    it('are passed by both receipts of a letter on paper', async () => {
      const letter = brev('reserved');
      const way = await wayOf({ ...letter, mottaker: { ...letter.mottaker, postadresse } });
      expect(way['receipt']).to.deep.equal([...named('receipt'), ...named('receipt')]);
    });

    it('are not passed by what writes no letter: a repeated call, an attempt that fails', async () => {
      const letter = brev('digipost', { tittel: 'mailbox down' });
      await sendBrev(world.url, letter);
      await world.until(letter.eksternRef, ({ hendelser }) => hendelser.some((h) => h.type === 'FORSOEK_UTSATT'));
      expect(reached).to.include('dispatch.kept').and.not.include('dispatch.pushed');
      expect(reached).to.not.include('dispatch.recorded');
      reached.splice(0);
      await sendBrev(world.url, letter);
      expect(reached.filter((point) => point.startsWith('accept'))).to.deep.equal(['accept.stored']);
    });

    it('are passed by what is lent, confirmed and acknowledged, and by what SvarUt says', async () => {
      const { send, order, until } = svarutSteps(() => world);
      const id = await send(await order({ orgnr: mottakersOrgnr }));
      await until(id, 'KLAR_FOR_MOTTAK');
      expect(reached).to.include('status.written');
      reached.splice(0);
      await world.svarinn.kvitterMottak('svarinn-dev', id);
      expect(reached).to.deep.equal(['svarinn.acknowledging', 'status.written', 'svarinn.acknowledged']);
      reached.splice(0);
      const { unitOfWork } = world.store;
      const [waiting, now] = [koekvittering(), new Date()];
      await unitOfWork((tx) => tx.putKoekvittering(waiting));
      const lent = await unitOfWork((tx) =>
        tx.leaseKoekvittering(waiting, now, new Date(now.getTime() + 1), Buffer.alloc(32)),
      );
      await unitOfWork((tx) => tx.confirmKoekvittering(waiting.eier, lent?.meldingsId ?? ''));
      expect(reached).to.deep.equal(['queue.written', 'pull.lent', 'pull.confirming', 'pull.confirmed']);
    });

    it('leave the lease to whoever composes the gateway', () => {
      expect(new Set(leases)).to.deep.equal(new Set([LEASE_MS]));
    });
  });

  const everyPoint = { at: pointNames, database: false };

  it('take turns with chance, each point once before any comes again', () => {
    const twice = plan(4 * pointNames.length, everyPoint, chanceOf('7'));
    expect(twice.filter((_, n) => n % 2 === 0)).to.deep.equal(pointNames.flatMap(() => ['random', 'random']));
    const at = twice.filter((_, n) => n % 2 === 1);
    for (const half of [at.slice(0, pointNames.length), at.slice(pointNames.length)])
      expect(half).to.have.members(pointNames).and.not.deep.equal(pointNames);
  });

  it('come in the same order for the same seed, and in another for another', () => {
    const order = (seed: string) => plan(20, everyPoint, chanceOf(seed));
    expect(order('7')).to.deep.equal(order('7')).and.not.deep.equal(order('8'));
  });

  it('give the database its turn where there is one', () => {
    const random = plan(12, { ...everyPoint, database: true }, chanceOf('7')).filter((_, n) => n % 2 === 0);
    expect(random).to.deep.equal(['random', 'database', 'random', 'random', 'database', 'random']);
  });

  it('belong to a process each, and to whoever passes there', () => {
    for (const [name, { role }] of Object.entries(points)) {
      expect(role, name).to.equal(/^(dispatch|push|status)/.test(name) ? 'worker' : 'web');
    }
    expect(pointsOf(['broker']))
      .to.include('pull.lent')
      .and.not.include('dispatch.pushed');
    expect(pointsOf(['forsendelse']))
      .to.include('dispatch.pushed')
      .and.not.include('svarinn.acknowledged');
  });
});
