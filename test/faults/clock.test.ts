import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClockWatch } from '../../src/http/clockwatch.js';
import { brev, sendBrev, type Stand } from '../support/forsendelser.js';
import { startSending, type SendingWorld } from '../support/sending.js';

const hour = 3_600_000;
/** Milliseconds in which a worker has looked for work, and each round has come. */
const ROUNDS_MS = 1_100;

/** Judges the gateway's clock by real time. */
const watched = (clock: { now: () => Date }): (() => boolean) => {
  const watch = createClockWatch({ store: { read: () => undefined, write: () => undefined }, now: () => +clock.now() });
  return () => watch.right();
};

describe('a clock that jumps', function () {
  this.timeout(60_000);
  let world: SendingWorld;
  before(async () => {
    world = await startSending(undefined, { timeIsRight: watched });
  });
  after(() => world.stop());
  const tilstand =
    (wanted: string) =>
    (stand: Stand): boolean =>
      stand.tilstand === wanted;
  const attempts = ({ hendelser }: Stand): number => hendelser.filter((h) => h.type === 'FORSOEK_UTSATT').length;

  const jumps = [
    ['an hour ahead', hour],
    ['half a year ahead', 182 * 24 * hour],
    ['an hour back', -hour],
    ['to 1970', -Date.now()],
  ] as const;
  it('F39: gives nothing up, tries nothing, removes nothing and loses no turn, until it is right again', async () => {
    const { digipost } = world.taps;
    const delivered = brev('e-boks');
    await sendBrev(world.url, delivered);
    await world.until(delivered.eksternRef, tilstand('LEVERT'));
    digipost.dead = true;
    const waiting = brev('digipost');
    await sendBrev(world.url, waiting);
    const before = await world.until(waiting.eksternRef, (stand) => attempts(stand) > 0);
    const [files, requests] = [await world.payloads(), digipost.requests()];
    for (const [what, ms] of jumps) {
      world.advance(ms);
      await sleep(ROUNDS_MS);
      const { id, tilstand: now } = await world.stored(waiting.eksternRef);
      const events = await world.store.shipments.events(id);
      expect([now, events.length], what).to.deep.equal(['MOTTATT', before.hendelser.length]);
      world.advance(-ms);
    }
    expect(digipost.requests()).to.equal(requests);
    expect(await world.payloads()).to.have.members(files);
    digipost.dead = false;
    const after = await world.until(waiting.eksternRef, tilstand('LEVERT'));
    expect(after.hendelser.map(({ type }) => type)).to.not.include('OPPGITT');
    expect(await world.lettersOf(waiting.eksternRef)).to.have.length(1);
  });
});
