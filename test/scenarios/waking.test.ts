import { expect } from 'chai';
import { plain } from '../../src/around.js';
import { brev, sendBrev } from '../support/forsendelser.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { eachStore } from '../support/stores.js';

describe('a letter that has been accepted', function () {
  this.timeout(60_000);
  eachStore((database) => {
    let world: SendingWorld;
    before(async () => {
      world = await startSending(database.url(), { around: { ...plain, pollMs: 600_000 } });
    });
    after(() => world.stop());

    it('goes at once, though the worker would rest for ten minutes', async () => {
      for (let n = 0; n < 3; n++) {
        const letter = brev('digipost');
        expect((await sendBrev(world.url, letter)).status).to.equal(200);
        await world.until(letter.eksternRef, ({ tilstand }) => tilstand === 'LEVERT');
      }
    });
  });
});
