import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { plain, type Around } from '../../src/around.js';
import { brev, sendBrev } from '../support/forsendelser.js';
import { startSending } from '../support/sending.js';

/** Milliseconds of a lease, and of a letter on its way. */
const LEASE = 300;
const SLOW = 1_500;

describe('a letter that is longer on its way than its lease', function () {
  this.timeout(60_000);

  it('R35: is handed on once while its process is alive', async () => {
    const begun: string[] = [];
    const around: Around = {
      ...plain,
      leaseMs: LEASE,
      pollMs: 20,
      channel: (channel) => ({
        ...channel,
        deliver: async (shipment) => {
          begun.push(shipment.id);
          await sleep(SLOW);
          return channel.deliver(shipment);
        },
      }),
    };
    const world = await startSending(undefined, { around });
    const letter = brev('digipost');
    expect((await sendBrev(world.url, letter)).status).to.equal(200);
    await world.until(letter.eksternRef, ({ tilstand }) => tilstand === 'LEVERT');
    expect(begun).to.have.length(1);
    await world.stop();
  });
});
