import { expect } from 'chai';
import type { Person } from '../../src/domain/person.js';
import type { BrevInn } from '../../src/contract/forsendelse/request.js';
import { brev, hentStatus, postadresse, sendBrev, testperson, type Stand } from '../support/forsendelser.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { eachStore } from '../support/stores.js';

const is =
  (tilstand: string) =>
  (stand: Stand): boolean =>
    stand.tilstand === tilstand;
const types = (stand: Stand | undefined): string[] => (stand?.hendelser ?? []).map((h) => h.type);

/** The row of a test person. */
function rowOf(navn: string): Person {
  const { person } = testperson(navn);
  if (person === undefined) throw new Error(`${navn} is not in the register`);
  return person;
}

describe('sending a letter once', function () {
  this.timeout(60_000);
  eachStore((database) => {
    let world: SendingWorld;
    before(async () => {
      world = await startSending(database.url());
    });
    after(() => world.stop());

    async function accepted(letter: BrevInn): Promise<string> {
      const svar = await sendBrev(world.url, letter);
      expect(svar.status, svar.text).to.equal(200);
      return letter.eksternRef;
    }
    /** A letter to print that waits `ms`, so that its package is not made meanwhile. */
    const waiting = (ms: number): BrevInn => {
      const mottaker = { id: testperson('reserved').personidentifikator, postadresse };
      return brev('reserved', { mottaker, virkningstidspunkt: new Date(Date.now() + ms) });
    };

    it('answers the same letter twice alike, delivers it once, and keeps its contents once', async () => {
      const letter = brev('digipost');
      const first = await sendBrev(world.url, letter);
      await world.until(letter.eksternRef, is('LEVERT'));
      const files = await world.payloads();
      const second = await sendBrev(world.url, letter);
      expect([first.status, second.text]).to.deep.equal([200, first.text]);
      expect(files).to.include.members([...(await world.payloads())]);
      expect(await world.lettersOf(letter.eksternRef)).to.have.length(1);
    });

    it('F14: makes one shipment of the same letter fifty times at once, and leaves no contents of the losers', async () => {
      const letter = waiting(3_600_000);
      const files = await world.payloads();
      const answers = await Promise.all(Array.from({ length: 50 }, () => sendBrev(world.url, letter)));
      expect([...new Set(answers.map((svar) => svar.status))]).to.deep.equal([200]);
      expect(new Set(answers.map((svar) => svar.text)).size).to.equal(1);
      const { forsendelse } = await world.stored(letter.eksternRef);
      expect(await world.payloads()).to.have.members([...files, forsendelse.hoveddokument.innhold.ref]);
      const [stand] = await hentStatus(world.url, [letter.eksternRef]);
      expect(types(stand)).to.deep.equal(['MOTTATT']);
    });

    it('F15: refuses another letter of the same reference, though only one octet differs, and leaves the first as it was', async () => {
      const letter = waiting(3_600_000);
      await accepted(letter);
      const [before, files] = [await world.stored(letter.eksternRef), await world.payloads()];
      const innhold = Buffer.from(letter.hoveddokument.innhold);
      innhold[innhold.length - 1] = (innhold.at(-1) ?? 0) ^ 1;
      const svar = await sendBrev(world.url, { ...letter, hoveddokument: { ...letter.hoveddokument, innhold } });
      expect(svar.status).to.equal(500);
      expect(svar.text).to.contain('[P-2004]');
      expect(await world.stored(letter.eksternRef)).to.deep.equal(before);
      expect(files).to.include.members([...(await world.payloads())]);
    });

    it('R-28: asks the register again when the recipient has moved, and sends to the other mailbox by a new message', async () => {
      const person = rowOf('d-number');
      const [{ postkasse }, id] = [rowOf('e-boks'), person.personidentifikator];
      await world.control('POST', `switch/${id}?to=eboks`);
      world.taps.digipost.dead = true;
      const ref = await accepted(brev('d-number'));
      const before = await world.stored(ref);
      // Between acceptance and delivery the recipient moves.
      await world.store.unitOfWork((tx) => tx.upsertPersons([{ ...person, postkasse }]));
      world.taps.digipost.dead = false;
      const stand = await world.until(ref, is('LEVERT'));
      expect(types(stand).filter((type) => type === 'NYTT_OPPSLAG')).to.have.length(1);
      const after = await world.stored(ref);
      expect(after.konversasjonsId).to.equal(before.konversasjonsId);
      expect(after.meldingsId).not.to.equal(before.meldingsId);
      const letters = await world.lettersOf(ref);
      expect(letters.map(({ provider, letter }) => [provider, letter.messageId])).to.deep.equal([
        ['digipost', before.meldingsId],
        ['eboks', after.meldingsId],
      ]);
    });

    it('R-15: print waits for virkningstidspunkt, and is decided again by the register as it is then', async () => {
      const person = rowOf('no-contact');
      const mottaker = { id: person.personidentifikator, postadresse };
      const virkningstidspunkt = new Date(Date.now() + 7 * 86_400_000);
      const ref = await accepted(brev('no-contact', { mottaker, virkningstidspunkt }));
      const fresh = rowOf('digipost');
      await world.store.unitOfWork((tx) =>
        tx.upsertPersons([{ ...fresh, personidentifikator: person.personidentifikator }]),
      );
      await accepted(brev('e-boks')).then((other) => world.until(other, is('LEVERT')));
      const [early] = await hentStatus(world.url, [ref]);
      expect([early?.kanal, early?.tilstand, types(early)]).to.deep.equal(['UTSKRIFT', 'MOTTATT', ['MOTTATT']]);
      await world.moveCalendar(7 * 86_400_000);
      const stand = await world.until(ref, is('LEVERT'));
      expect(stand.kanal).to.equal('POSTKASSE');
      expect(types(stand)).to.include('NYTT_OPPSLAG');
      expect((await world.lettersOf(ref)).map(({ provider }) => provider)).to.deep.equal(['digipost']);
      const { id } = await world.stored(ref);
      const looked = (await world.store.reads.events(50)).filter(({ correlationId }) => correlationId === id);
      expect(looked, 'R-09: who was asked about then').to.have.length(1);
      expect(looked[0]).to.include({ operasjon: 'NyVurdering', organisasjon: '310000019', paaVegneAv: '310000019' });
      expect(looked[0]?.personer.length).to.equal(16);
    });
  });
});
