import { expect } from 'chai';
import type { BrevInn } from '../../src/contract/forsendelse/request.js';
import { kontoutskrift } from '../../src/application/kontoutskrift.js';
import { maanedAv } from '../../src/domain/ledger.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { openBackend } from '../store/support/backend.js';
import { sender } from '../support/forsendelser.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { is, steps } from '../support/sendingSteps.js';
import { eachStore } from '../support/stores.js';

const atEboks = {
  postkasse: { postkasseadresse: '0000485887', postkasseleverandoerAdresse: identities.eboks.organisasjonsnummer },
};
/** 50 kB. */
const hoveddokument = {
  filnavn: 'brev.txt',
  tittel: 'Vedtak',
  mimetype: 'text/plain',
  innhold: Buffer.alloc(50_000, 'a'),
};

describe('what letters cost, from the letter to the statement', function () {
  this.timeout(60_000);
  eachStore((database) => {
    let world: SendingWorld;
    const { registered, letterTo, accepted, delivered } = steps(() => world);
    before(async () => {
      world = await startSending(database.url());
    });
    after(() => world.stop());

    const month = async (): Promise<string> => maanedAv(new Date(Date.now() + (await world.store.calendar.ahead())));
    const statement = async (maaned: string) => kontoutskrift(world.store)({ maaned, avsender: sender });
    const sumOf = async (maaned: string): Promise<number> => (await statement(maaned)).sum;
    const linesOf = async ({ eksternRef }: BrevInn) => {
      const lines = await world.store.ledger.lines((await world.stored(eksternRef)).id);
      return lines.map(({ post, nummer, oere }) => [post, nummer, oere] as const);
    };

    it('R-57, R-58, R-59, R-61, R-62: given a letter to e-Boks, one to Digipost with an opening receipt, and one on paper, when the month closes, then 742 øre, and 928 when it has been opened', async () => {
      const maaned = await month();
      const before = await sumOf(maaned);
      const opening = { aapningskvittering: { begrunnelse: 'Klagefristen løper fra åpning' } };
      const reader = await registered();
      const second = letterTo(reader, { hoveddokument, ...opening });
      const letters = [
        letterTo(await registered(atEboks), { hoveddokument }),
        second,
        letterTo(await registered({ reservasjon: true })),
      ];
      for (const letter of letters) expect((await delivered(letter)).tilstand).to.equal('LEVERT');
      expect((await sumOf(maaned)) - before).to.equal(2 * 69 + 44 + 50 + 510);
      await world.control('POST', `open/${reader.personidentifikator}?level=4`);
      await world.until(second.eksternRef, is('AAPNET'));
      expect((await sumOf(maaned)) - before).to.equal(928);
      const broker = (await statement(maaned)).linjer.find(({ post }) => post === 'MELDINGSFORMIDLER');
      expect(broker).to.include({ stykkpris: 0, sum: 0 });
    });

    it('R-62: given a letter that no mailbox takes, when it has failed, then nothing is charged for it', async () => {
      const person = await registered();
      await world.control('POST', `switch/${person.personidentifikator}?to=eboks`);
      const letter = letterTo(person);
      expect((await delivered(letter)).tilstand).to.equal('FEILET');
      expect(await linesOf(letter)).to.deep.equal([]);
    });

    it('R-57, R-60: given message 10,000 of a month and 25,000,000 of the nation, when one more is delivered, then it has the prices that begin there', async () => {
      const counters = { [`${sender} ${await month()}`]: 9_999, formidlet: 24_999_999 };
      const backend = await openBackend(database.url());
      for (const [name, value] of Object.entries(counters))
        await backend.write(async (db) => {
          await db.deleteFrom('counter').where('name', '=', name).execute();
          await db.insertInto('counter').values({ name, value }).execute();
        });
      await backend.close();
      const letters = [letterTo(await registered(atEboks)), letterTo(await registered(atEboks))] as const;
      for (const letter of letters) expect((await delivered(letter)).tilstand).to.equal('LEVERT');
      const [last, next] = [await linesOf(letters[0]), await linesOf(letters[1])];
      expect(last).to.deep.include.members([
        ['POSTKASSE', 10_000, 69],
        ['MELDINGSFORMIDLER', 25_000_000, 0],
      ]);
      expect(next).to.deep.include.members([
        ['POSTKASSE', 10_001, 62],
        ['MELDINGSFORMIDLER', 25_000_001, 10],
      ]);
    });

    it('R-61: given the calendar of next month, when a letter is delivered, then it stands on the statement of that month, with a count of its own', async () => {
      const [now, person] = [await month(), await registered(atEboks)];
      const before = await sumOf(now);
      await world.moveCalendar(32 * 86_400_000);
      const next = await month();
      expect(next > now).to.equal(true);
      const letter = letterTo(person);
      await accepted(letter);
      await world.until(letter.eksternRef, is('LEVERT'));
      expect(await linesOf(letter)).to.deep.include(['POSTKASSE', 1, 69]);
      expect(await sumOf(now)).to.equal(before);
      expect(await sumOf(next)).to.be.above(0);
    });
  });
});
