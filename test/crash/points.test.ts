import { expect } from 'chai';
import { brev, postadresse, sendBrev, type Stand } from '../support/forsendelser.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { eachStore } from '../support/stores.js';
import { plan, pointNames, points, watching, type Point } from './points.js';

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
    /** Sends a letter to the end. A provider's receipt may be faster than its answer, so each process's points are told apart. */
    async function wayOf(letter: ReturnType<typeof brev>): Promise<Record<string, Point[]>> {
      expect((await sendBrev(world.url, letter)).status).to.equal(200);
      await world.until(letter.eksternRef, isDelivered);
      await world.until(letter.eksternRef, ({ hendelser }) => hendelser.some(({ type }) => type === 'SENDT'));
      return Object.fromEntries(
        ['accept', 'dispatch', 'receipt'].map((part) => [part, reached.filter((p) => p.startsWith(part))]),
      );
    }
    const pointsOf = (part: string): Point[] => pointNames.filter((point) => point.startsWith(part));

    it('are each passed once by a letter to a mailbox, in their order', async () => {
      expect(await wayOf(brev('digipost'))).to.deep.equal({
        accept: pointsOf('accept'),
        dispatch: pointsOf('dispatch'),
        receipt: pointsOf('receipt'),
      });
    });

    it('are passed by both receipts of a letter on paper', async () => {
      const letter = brev('reserved');
      const way = await wayOf({ ...letter, mottaker: { ...letter.mottaker, postadresse } });
      expect(way['receipt']).to.deep.equal([...pointsOf('receipt'), ...pointsOf('receipt')]);
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

    it('leave the lease to whoever composes the gateway', () => {
      expect(new Set(leases)).to.deep.equal(new Set([LEASE_MS]));
    });
  });

  it('take turns with chance, each point as often as the next', () => {
    expect(plan(5, pointNames)).to.deep.equal([undefined, 'accept.stored', undefined, 'accept.written', undefined]);
    const twice = plan(4 * pointNames.length, pointNames).filter((point) => point !== undefined);
    expect(twice).to.deep.equal([...pointNames, ...pointNames]);
  });

  it('belong to a process each', () => {
    for (const [name, { role }] of Object.entries(points)) {
      expect(role, name).to.equal(name.startsWith('dispatch') ? 'worker' : 'web');
    }
  });
});
