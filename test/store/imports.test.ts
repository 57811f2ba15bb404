import { expect } from 'chai';
import type { Person } from '../../src/domain/person.js';
import type { Store } from '../../src/store/index.js';
import { eachStore } from '../support/stores.js';
import { epost, ids, person } from './support/rows.js';
import { child } from './support/process.js';

describe('the register import', () => {
  eachStore((database) => {
    let store: Store;
    before(async () => {
      store = await database.open();
      await store.unitOfWork((tx) => tx.upsertPersons([person('01'), person('02'), person('03')]));
    });
    const register = async () => (await store.reads.changesFrom(0, 10_000)).personer;
    const find = async (id: string) => (await store.reads.persons([id])).get(id);

    it('what is staged is not in the register, and is resumed at the row where it stopped', async () => {
      const before = await register();
      const { begin, stage } = bound(store);
      expect(await begin('a')).to.equal(0);
      await stage('a', 1000, [person('02', epost('a@example.com')), person('04')]);
      await stage('a', 1700, [person('05')]);
      expect(await begin('a')).to.equal(1700);
      expect(await bound(await database.open()).begin('a')).to.equal(1700);
      expect(await begin('b')).to.equal(0);
      expect(await register()).to.deep.equal(before);
    });

    it('publishes what differs from the register, with the next change numbers, and ends', async () => {
      const { begin, stage, publish } = bound(store);
      const { seneste } = await store.reads.changesFrom(0, 1);
      await stage('a', 1800, [person('01'), person('05', { reservasjon: true })]);
      expect(await publish('a')).to.equal(3);
      const changes = await store.reads.changesFrom(seneste + 1, 10);
      const expected: Person[] = [
        person('02', epost('a@example.com')),
        person('04'),
        person('05', { reservasjon: true }),
      ];
      expect(changes).to.deep.equal({
        personer: expected.map((p, i) => ({ ...p, endringsnummer: seneste + 1 + i })),
        seneste: seneste + 3,
      });
      expect(await begin('a')).to.equal(0);
      expect(await publish('a')).to.equal(0);
    });

    it('agrees with upsertPersons on what a change is, field by field', async () => {
      const none: Partial<Person> = { mobiltelefonnummer: null, epostadresse: null, postkasse: null, spraak: null };
      const variants = [
        {},
        none,
        { status: 'SLETTET' },
        { reservasjon: true },
        { mobiltelefonnummer: { verdi: '', sistOppdatert: null, sistVerifisert: null } },
        { mobiltelefonnummer: { verdi: '+47', sistOppdatert: new Date(0), sistVerifisert: null } },
        epost('å@example.com'),
        epost('Å@example.com'),
        epost('å@example.com '),
        { spraak: 'nb' },
      ] as const satisfies Partial<Person>[];
      const pairs = variants.flatMap((from, i) =>
        variants.map((to, j) => ({ id: `v-${i}-${j}`, from, to, changes: i !== j })),
      );
      await store.unitOfWork((tx) => tx.upsertPersons(pairs.map(({ id, from }) => person(id, from))));
      const { seneste } = await store.reads.changesFrom(0, 1);
      const { begin, stage, publish } = bound(store);
      await begin('variants');
      await stage(
        'variants',
        pairs.length,
        pairs.map(({ id, to }) => person(id, to)),
      );
      expect(await publish('variants')).to.equal(90);
      const { personer } = await store.reads.changesFrom(seneste + 1, 1000);
      const expected = pairs.filter(({ changes }) => changes).map(({ id, to }) => person(id, to));
      expect(personer.map(({ endringsnummer: _, ...p }) => p)).to.deep.equal(expected);
      expect(await store.unitOfWork((tx) => tx.upsertPersons(pairs.map(({ id, to }) => person(id, to))))).to.equal(0);
    });

    it('forgets a discarded import', async () => {
      const { begin, stage, discard } = bound(store);
      await begin('c');
      await stage('c', 10, [person('06')]);
      await discard('c');
      expect(await begin('c')).to.equal(0);
      expect(await bound(store).publish('c')).to.equal(0);
      expect(await find('06')).to.equal(undefined);
    });

    it('keeps two imports apart', async () => {
      const { begin, stage, publish, discard } = bound(store);
      for (const file of ['d', 'D', 'd ']) await begin(file);
      await stage('d', 1, [person('07')]);
      await stage('D', 1, [person('08')]);
      await stage('d ', 1, [person('09')]);
      await discard('D');
      expect(await publish('d')).to.equal(1);
      expect([await find('07'), await find('08'), await find('09')]).to.deep.equal([
        person('07'),
        undefined,
        undefined,
      ]);
      expect(await publish('d ')).to.equal(1);
    });

    it('takes the last of several rows for one person, in one part or in two', async () => {
      const { begin, stage, publish } = bound(store);
      const [first, second, third] = ['1@a.no', '2@a.no', '3@a.no'].map((verdi) => person('twice', epost(verdi)));
      if (!first || !second || !third) throw new Error('three rows');
      await begin('twice');
      await stage('twice', 2, [third, first]);
      await stage('twice', 4, [third, second]);
      expect(await publish('twice')).to.equal(1);
      expect(await find('twice')).to.deep.equal(second);
    });

    it('takes no row twice: two processes that import one file do not mix', async () => {
      const { begin, stage, discard } = bound(store);
      await begin('f');
      await stage('f', 10, [person('13')]);
      for (const [upTo, persons] of [
        [10, [person('14')]],
        [11, [person('14'), person('15')]],
      ] as const) {
        const error: unknown = await stage('f', upTo, persons).catch((e: unknown) => e);
        expect(error).to.have.property('code', 'INVALID_REQUEST');
      }
      expect(await begin('f')).to.equal(10);
      await stage('f', 11, [person('14')]);
      await discard('f');
    });

    it('takes neither rows nor publication of an import that was not begun', async () => {
      const { stage, publish } = bound(store);
      for (const refused of [stage('never', 1, [person('10')]), publish('never')]) {
        const error: unknown = await refused.catch((e: unknown) => e);
        expect(error).to.have.property('code', 'INVALID_REQUEST');
      }
      expect(await find('10')).to.equal(undefined);
    });

    it('a part that fails leaves neither rows nor its mark', async () => {
      const { begin, stage, publish } = bound(store);
      await begin('e');
      await stage('e', 5, [person('11')]);
      const error: unknown = await stage('e', 9, [person('12'), person('x'.repeat(65))]).catch((e: unknown) => e);
      expect(error).to.have.property('code', 'INTERNAL');
      expect(await begin('e')).to.equal(5);
      expect(await publish('e')).to.equal(1);
    });

    it('publishes many rows as a change feed without gaps, also when others write meanwhile', async function () {
      this.timeout(60_000);
      const { begin, stage, publish } = bound(store);
      const { seneste } = await store.reads.changesFrom(0, 1);
      await begin('many');
      const many = ids(5000);
      for (let row = 0; row < 5000; row += 1000)
        await stage(
          'many',
          row + 1000,
          many.slice(row, row + 1000).map((id) => person(id)),
        );
      const other = await database.open();
      const [published] = await Promise.all([
        publish('many'),
        ...ids(20, 90_000).map((id) => other.unitOfWork((tx) => tx.upsertPersons([person(id)]))),
      ]);
      expect(published).to.equal(5000);
      const { personer } = await store.reads.changesFrom(seneste + 1, 10_000);
      expect(personer.map((p) => p.endringsnummer)).to.deep.equal(
        Array.from({ length: 5020 }, (_, i) => seneste + 1 + i),
      );
    });

    it('a process that is killed between staging and publishing leaves the register untouched, and can be resumed', async function () {
      this.timeout(60_000);
      const before = await register();
      const { signal, stderr } = await child('stage', database.url());
      expect(signal, stderr).to.equal('SIGKILL');
      expect(await register()).to.deep.equal(before);
      const { begin, publish } = bound(store);
      expect(await begin('killed')).to.equal(2);
      expect(await publish('killed')).to.equal(2);
      expect((await find('01'))?.epostadresse?.verdi).to.equal('new@example.com');
    });
  });
});

const bound = ({ registerImport: port }: Store) => ({
  begin: (file: string) => port.begin(file),
  stage: (file: string, row: number, persons: readonly Person[]) => port.stage(file, row, persons),
  publish: (file: string) => port.publish(file),
  discard: (file: string) => port.discard(file),
});
