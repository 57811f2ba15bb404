import { expect } from 'chai';
import type { Person } from '../../src/domain/person.js';
import type { Store } from '../../src/store/index.js';
import { eachStore } from '../support/stores.js';
import { epost, ids, person } from './support/rows.js';

describe('the register', () => {
  eachStore((database) => {
    let store: Store;
    before(async () => {
      store = await database.open();
    });

    const upsert = (...persons: Person[]) => store.unitOfWork((tx) => tx.upsertPersons(persons));
    const find = async (id: string) => (await store.reads.persons([id])).get(id);

    it('is empty at first: the last change number is 0', async () => {
      expect(await store.reads.changesFrom(0, 10)).to.deep.equal({ personer: [], seneste: 0 });
      expect(await store.reads.persons([])).to.deep.equal(new Map());
    });

    it('gives persons back as they were put in, with and without each field', async () => {
      const bare: Partial<Person> = { mobiltelefonnummer: null, epostadresse: null, postkasse: null, spraak: null };
      const persons = [
        person('01'),
        person('02', bare),
        person('03', { status: 'SLETTET', reservasjon: true }),
        person('04', { mobiltelefonnummer: { verdi: '', sistOppdatert: new Date(0), sistVerifisert: new Date(-1) } }),
        person('05', { spraak: 'se', epostadresse: null }),
      ];
      expect(await upsert(...persons)).to.equal(5);
      const found = await store.reads.persons(['05', '04', 'unknown', '03', '02', '01', '01']);
      expect([...found.keys()].sort()).to.deep.equal(['01', '02', '03', '04', '05']);
      for (const expected of persons) expect(found.get(expected.personidentifikator)).to.deep.equal(expected);
    });

    it('finds 1 to 1000 persons in one look-up, whatever the number', async () => {
      const many = ids(1000);
      await upsert(...many.map((id) => person(id)));
      for (const count of [1, 2, 3, 9, 10, 11, 101, 999, 1000]) {
        const found = await store.reads.persons(many.slice(0, count));
        expect([...found.keys()].sort()).to.deep.equal(many.slice(0, count));
      }
    });

    it('gives persons in a transaction as it has left them, and as they were when it fails', async () => {
      await upsert(person('06'));
      const changed = person('06', { reservasjon: true });
      const inside = await store.unitOfWork(async (tx) => {
        await tx.upsertPersons([changed]);
        return tx.persons(['06', 'unknown']);
      });
      expect([...inside]).to.deep.equal([['06', changed]]);
      const failing = store.unitOfWork(async (tx) => {
        await tx.upsertPersons([person('06')]);
        expect((await tx.persons(['06'])).get('06')).to.deep.equal(person('06'));
        throw new Error('on purpose');
      });
      expect(await failing.catch((error: Error) => error.message)).to.equal('on purpose');
      expect(await store.unitOfWork((tx) => tx.persons(['06']))).to.deep.equal(new Map([['06', changed]]));
    });

    it('gives no change number to a row that is not changed', async () => {
      await upsert(person('10'), person('11'));
      const { seneste } = await store.reads.changesFrom(0, 1);
      expect(await upsert(person('10'), person('11'))).to.equal(0);
      expect(await upsert(person('10'), person('11', { reservasjon: true }))).to.equal(1);
      const changes = await store.reads.changesFrom(seneste + 1, 10);
      expect(changes.personer).to.deep.equal([{ ...person('11', { reservasjon: true }), endringsnummer: seneste + 1 }]);
      expect(changes.seneste).to.equal(seneste + 1);
    });

    const changed: Partial<Record<keyof Person, Partial<Person>>> = {
      status: { status: 'SLETTET' },
      reservasjon: { reservasjon: true },
      mobiltelefonnummer: { mobiltelefonnummer: null },
      epostadresse: { epostadresse: { verdi: 'ola.å@example.com', sistOppdatert: null, sistVerifisert: null } },
      postkasse: { postkasse: { postkasseadresse: 'ola.nordmann#1234', postkasseleverandoerAdresse: '996460320' } },
      spraak: { spraak: null },
    };
    for (const [field, change] of Object.entries(changed))
      it(`counts a change of ${field} as one`, async () => {
        await upsert(person('20'));
        expect(await upsert(person('20', change))).to.equal(1);
        expect(await find('20')).to.deep.equal(person('20', change));
      });

    it('takes the last of several rows for one person', async () => {
      expect(await upsert(person('30', epost('a@b.no')), person('30', epost('c@d.no')))).to.equal(1);
      expect((await find('30'))?.epostadresse?.verdi).to.equal('c@d.no');
    });

    it('takes more persons than one statement holds', async () => {
      const many = ids(2500, 5000);
      expect(await upsert(...many.map((id) => person(id)))).to.equal(2500);
      const { personer, seneste } = await store.reads.changesFrom(0, 10_000);
      const numbers = personer.map((p) => p.endringsnummer).slice(-2500);
      expect(numbers).to.deep.equal(Array.from({ length: 2500 }, (_, i) => seneste - 2499 + i));
      expect(personer.slice(-2500).map((p) => p.personidentifikator)).to.deep.equal(many);
    });

    it('R-07: `fra` is inclusive, `limit` holds, and the rows come by change number', async () => {
      const { seneste } = await store.reads.changesFrom(0, 1);
      await upsert(person('43'), person('41'), person('42'));
      const from = async (fra: number, limit: number) =>
        (await store.reads.changesFrom(fra, limit)).personer.map((p) => p.personidentifikator);
      expect(await from(seneste + 1, 3)).to.deep.equal(['43', '41', '42']);
      expect(await from(seneste + 1, 2)).to.deep.equal(['43', '41']);
      expect(await from(seneste + 2, 3)).to.deep.equal(['41', '42']);
      expect(await from(seneste + 4, 3)).to.deep.equal([]);
      expect((await store.reads.changesFrom(seneste + 4, 3)).seneste).to.equal(seneste + 3);
    });

    it('takes the numbers back when the unit of work fails', async () => {
      const before = await store.reads.changesFrom(0, 1);
      const failing = store.unitOfWork(async (tx) => {
        await tx.upsertPersons([person('50')]);
        throw new RangeError('on purpose');
      });
      expect(await failing.catch((error: unknown) => error)).to.be.instanceOf(RangeError);
      expect(await find('50')).to.equal(undefined);
      expect(await store.reads.changesFrom(0, 1)).to.deep.equal(before);
    });
  });
});
