import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { brev, postadresse, sendBrev, testperson } from '../support/forsendelser.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { eachStore } from '../support/stores.js';

const day = 86_400_000;

describe('the contents of letters', function () {
  this.timeout(60_000);
  eachStore((database) => {
    let world: SendingWorld;
    before(async () => {
      world = await startSending(database.url());
    });
    after(() => world.stop());

    const accepted = async (letter: ReturnType<typeof brev>): Promise<string> => {
      const svar = await sendBrev(world.url, letter);
      expect(svar.status, svar.text).to.equal(200);
      return letter.eksternRef;
    };
    const stateOf = (ref: string, tilstand: string) => world.until(ref, (stand) => stand.tilstand === tilstand);

    it('F16: are removed 30 days of the calendar after a letter is final, while one that waits keeps its own until it has gone', async () => {
      const letter = brev('digipost');
      const ref = letter.eksternRef;
      const first = await sendBrev(world.url, letter);
      expect(first.status, first.text).to.equal(200);
      const { personidentifikator: id } = testperson('reserved');
      const virkningstidspunkt = new Date(Date.now() + 60 * day);
      const waiting = await accepted(brev('reserved', { mottaker: { id, postadresse }, virkningstidspunkt }));
      await stateOf(ref, 'LEVERT');
      // A receipt that belongs to no letter is kept for whoever must look at it.
      const [delivered] = await world.lettersOf(ref);
      if (delivered === undefined) throw new Error('the letter is at no provider');
      const stranger = { ...delivered.letter, conversationId: randomUUID() };
      expect(await world.doubles.digipost.report(stranger, { type: 'levering' })).to.equal(true);

      const all = await world.payloads();
      expect(all).to.have.length(1 + 2 + 1 + 1);
      expect(await world.store.retention.unknown(all), 'files without a reason').to.deep.equal([]);
      const { pakke, forsendelse } = await world.stored(ref);
      const own = [forsendelse.hoveddokument.innhold.ref, pakke?.sbd?.ref, pakke?.cms.ref];

      await world.moveCalendar(29 * day);
      await sleep(6_000);
      expect(await world.payloads()).to.have.members(all);
      await world.moveCalendar(2 * day);
      while ((await world.payloads()).length > 2) await sleep(100);
      expect(await world.payloads()).to.have.members(all.filter((file) => !own.includes(file)));
      expect((await sendBrev(world.url, letter)).text, 'the same letter again').to.equal(first.text);
      expect(await world.lettersOf(ref)).to.have.length(1);

      await world.moveCalendar(30 * day);
      await stateOf(waiting, 'LEVERT');
      const [printed] = await world.lettersOf(waiting);
      expect(printed?.letter.documents).to.have.length(1);
    });
  });
});
