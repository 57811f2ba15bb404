import { expect } from 'chai';
import type { Store } from '../../src/store/index.js';
import { eachStore } from '../support/stores.js';
import { epost, organisasjon, person } from './support/rows.js';

/** Pairs that a lenient collation takes for equal. */
const lookalikes: Readonly<Record<string, readonly [string, string]>> = {
  case: ['abc', 'ABC'],
  'a trailing space': ['abc', 'abc '],
  'a leading space': ['abc', ' abc'],
  'a trailing tab': ['abc', 'abc\t'],
  'an accent': ['e', 'é'],
  'composed and decomposed letters': ['\u00e5', 'a\u030a'],
  'letters that Norwegians sort alike': ['aa', 'å'],
  'sharp s': ['ss', 'ß'],
  'two emoji': ['\u{1f600}', '\u{1f601}'],
  'a zero-width joiner': ['ab', 'a\u200db'],
  'full width digits': ['1', '\uff11'],
  'a number with a leading zero': ['1', '01'],
  'a number in another form': ['10', '1e1'],
};

/** Text that means something to SQL, or breaks what counts characters wrongly. */
const hostile = [
  "' OR 1=1-- ",
  "\\'; drop table person; -- ",
  '" or ""="',
  '\u02bc or 1=1',
  '`person`',
  '%_',
  '?',
  ':id',
  '$1',
  '\\',
  '\\0',
  '\n\r\t\u0008\u001a',
  '\u{1f468}\u200d\u{1f469}',
  'æøå ÆØÅ',
  '\uffff\ufeff',
];

describe('identifiers', () => {
  eachStore((database) => {
    let store: Store;
    before(async () => {
      store = await database.open();
    });
    const refusal = (work: Promise<unknown>) =>
      work.then(
        () => undefined,
        (error: unknown) => error,
      );

    for (const [difference, [one, two]] of Object.entries(lookalikes)) {
      it(`SECURITY 107: ${difference} keeps persons apart`, async () => {
        const [a, b] = [
          person(`${difference} ${one}`, epost('one@example.com')),
          person(`${difference} ${two}`, epost('two@example.com')),
        ];
        await store.unitOfWork((tx) => tx.upsertPersons([a]));
        expect((await store.reads.persons([b.personidentifikator])).size).to.equal(0);
        expect(await store.unitOfWork((tx) => tx.upsertPersons([b]))).to.equal(1);
        const found = await store.reads.persons([a.personidentifikator, b.personidentifikator]);
        expect(found.get(a.personidentifikator)).to.deep.equal(a);
        expect(found.get(b.personidentifikator)).to.deep.equal(b);
      });

      it(`SECURITY 107: ${difference} is a change of a value`, async () => {
        await store.unitOfWork((tx) => tx.upsertPersons([person('value', epost(`v-${one}`))]));
        expect(await store.unitOfWork((tx) => tx.upsertPersons([person('value', epost(`v-${two}`))]))).to.equal(1);
      });

      it(`SECURITY 107: ${difference} keeps organisations, user names and delegations apart`, async () => {
        await store.unitOfWork(async (tx) => {
          for (const id of [`o-${one}`, `o-${two}`]) {
            await tx.putOrganisation(organisasjon(id));
            const hash = { passordhash: 'scrypt', organisasjonsnummer: id };
            await tx.putCredential({ tjeneste: 'SVARUT', brukernavn: id, ...hash });
            await tx.putDelegation({ leverandoer: id, oppdragsgiver: 'x', fra: new Date(0), til: null });
          }
        });
        const { organisasjoner, legitimasjoner, delegeringer } = await store.reads.senders();
        const all = [
          organisasjoner.map((row) => row.organisasjonsnummer),
          legitimasjoner.map((row) => row.brukernavn),
          delegeringer.map((row) => row.leverandoer),
        ];
        for (const found of all) expect(found).to.include.members([`o-${one}`, `o-${two}`]);
      });
    }

    for (const text of hostile)
      it(`SECURITY 106: ${JSON.stringify(text)} is data, in an identifier and in a value`, async () => {
        const one = person(text, epost(text));
        await store.unitOfWork((tx) => tx.upsertPersons([one]));
        expect((await store.reads.persons([text])).get(text)).to.deep.equal(one);
        await store.unitOfWork((tx) => tx.putOrganisation(organisasjon(`h-${text}`, text)));
        const { organisasjoner } = await store.reads.senders();
        expect(organisasjoner).to.deep.include(organisasjon(`h-${text}`, text));
      });

    it('SECURITY 106: an identifier of 64 characters is stored whole, one of 65 or 300 is refused, not cut', async () => {
      const fits = '\u00e5'.repeat(64);
      await store.unitOfWork((tx) => tx.upsertPersons([person(fits)]));
      expect((await store.reads.persons([fits])).has(fits)).to.equal(true);
      for (const length of [65, 300]) {
        const long = 'x'.repeat(length);
        const error = await refusal(store.unitOfWork((tx) => tx.upsertPersons([person(long)])));
        expect(error).to.have.property('code', 'INTERNAL');
        expect((await store.reads.persons([long, long.slice(0, 64)])).size).to.equal(0);
      }
    });

    it('SECURITY 106: a NUL is stored as it is or refused, and cuts nothing short', async () => {
      const { seneste } = await store.reads.changesFrom(0, 1);
      const cut = person('nul\0one');
      const error = await refusal(store.unitOfWork((tx) => tx.upsertPersons([cut])));
      if (error === undefined)
        expect(await store.reads.persons(['nul\0one'])).to.deep.equal(new Map([['nul\0one', cut]]));
      else expect(error).to.have.property('code', 'INVALID_REQUEST');
      expect((await store.reads.persons(['nul'])).size).to.equal(0);
      const changed = (await store.reads.changesFrom(0, 1)).seneste - seneste;
      expect(changed).to.equal(error === undefined ? 1 : 0);
    });

    it('SECURITY 109: no error text names the identifier that it is about', async () => {
      const secret = '15819010029'.repeat(7);
      const error = await refusal(store.unitOfWork((tx) => tx.upsertPersons([person(secret)])));
      expect(JSON.stringify([error, String(error), (error as Error).stack])).not.to.contain('15819010029');
    });
  });
});
