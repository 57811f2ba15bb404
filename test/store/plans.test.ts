import { expect } from 'chai';
import { CompiledQuery, DummyDriver, Kysely, MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler } from 'kysely';
import { changesFrom, personReader } from '../../src/store/persons.js';
import type { Flavour } from '../../src/store/backend.js';
import type { Tables } from '../../src/store/schema.js';
import { eachStore } from '../support/stores.js';
import { openBackend } from './support/backend.js';
import { ids, person } from './support/rows.js';

type RootQuery = Pick<CompiledQuery, 'sql' | 'parameters'>;

describe('the statements of the hot paths', () => {
  eachStore((database) => {
    /** The SQL that a read sends, caught on a database that answers nothing. */
    async function statementsOf(read: (db: Kysely<Tables>) => Promise<unknown>): Promise<RootQuery[]> {
      const sent: RootQuery[] = [];
      const dialect = {
        createAdapter: () => new MysqlAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (db: Kysely<unknown>) => new MysqlIntrospector(db),
        createQueryCompiler: () => new MysqlQueryCompiler(),
      };
      await read(new Kysely<Tables>({ dialect, log: ({ query }) => void sent.push(query) })).catch(() => undefined);
      return sent;
    }
    const explained = async ({ sql, parameters }: RootQuery): Promise<string[]> => {
      const backend = await openBackend(database.url());
      const explain = database.kind === 'sqlite' ? 'explain query plan' : 'explain';
      const { rows } = await backend.read((db) =>
        db.executeQuery<Record<string, string>>(CompiledQuery.raw(`${explain} ${sql}`, [...parameters])),
      );
      await backend.close();
      return rows.map((row) =>
        database.kind === 'sqlite' ? String(row['detail']) : `${row['type']} ${row['key']} ${row['Extra']}`,
      );
    };

    let flavour: Flavour;

    before(async function () {
      this.timeout(60_000);
      const store = await database.open();
      const rows = ids(20_000).map((id) => person(id));
      await store.unitOfWork((tx) => tx.upsertPersons(rows));
      const backend = await openBackend(database.url());
      await backend.write((db) =>
        db.executeQuery(CompiledQuery.raw(database.kind === 'sqlite' ? 'analyze' : 'analyze table person')),
      );
      flavour = backend.flavour;
      await backend.close();
    });

    for (const count of [1, 10, 1000])
      it(`the look-up of ${count} is one statement that goes by the primary key`, async () => {
        const persons = personReader(flavour);
        const sent = await statementsOf((db) => persons(db, ids(count)));
        expect(sent).to.have.length(1);
        const plan = await explained(sent[0] as RootQuery);
        const byKey = database.kind === 'sqlite' ? /^SEARCH person USING PRIMARY KEY/ : /^(range|const) PRIMARY /;
        expect(plan).to.have.length(1);
        expect(plan[0]).to.match(byKey);
      });

    it('the change feed goes by the index on change numbers, without sorting', async () => {
      const [feed] = await statementsOf((db) => changesFrom(db, 100, 1000));
      const plan = await explained(feed as RootQuery);
      const byIndex =
        database.kind === 'sqlite' ? /^SEARCH person USING INDEX .*\(endringsnummer>\?\)$/ : /^range endringsnummer /;
      expect(plan).to.have.length(1);
      expect(plan[0])
        .to.match(byIndex)
        .and.not.match(/filesort|TEMP B-TREE/);
    });
  });
});
