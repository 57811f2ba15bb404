import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registerCommands } from '../../src/cli/register.js';
import { resident } from '../../src/sandbox/residents.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import { memoryStore, type MemoryStore } from '../support/memoryStore.js';
import { runCommand } from '../support/runCommand.js';

const now = new Date('2026-03-31T08:00:00Z');
const header = 'personidentifikator,epostadresse';
const rows = Array.from({ length: 30 }, (_, i) => `${10_000_000_000 + i},p${i}@example.com`);

describe('cli/register', () => {
  let directory: string;
  let store: MemoryStore;
  let closed: number;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'posthorn-cli-'));
    closed = 0;
    store = { ...memoryStore(), close: async () => void (closed += 1) };
  });
  afterEach(() => rm(directory, { recursive: true }));

  const run = (...args: string[]) =>
    runCommand(
      (program) =>
        registerCommands(program, async () => store, { resident, clock: { now: () => now }, terminal: false }),
      'register',
      ...args,
    );
  const importing = async (lines: readonly string[], ...options: string[]) => {
    const path = join(directory, 'persons.csv');
    await writeFile(path, `${lines.join('\n')}\n`);
    return { path, ...(await run('import', path, ...options)) };
  };

  describe('import', () => {
    it('says how many rows came and how many persons changed', async () => {
      const first = await importing([header, ...rows]);
      expect(first).to.include({ code: 0, out: `Imported ${first.path}: 30 rows, 30 persons changed.\n` });
      const second = await importing([header, ...rows]);
      expect(second.out).to.equal(`Imported ${second.path}: 30 rows, 0 persons changed.\n`);
      expect(closed).to.equal(2);
    });

    it('writes plain lines of progress where there is no terminal', async () => {
      const { err } = await importing([header, ...rows]);
      expect(err).to.match(/^Importing: \d+0 %, \d+ rows\n(.*\n)*$/);
    });

    it('tells every bad row, what to do next, and ends with 1', async () => {
      const { code, out, err } = await importing([header, 'x,p@example.com', rows[1]!, `${rows[2]},more`]);
      expect([code, out]).to.deep.equal([1, '']);
      expect(err).to.contain('row 2, personidentifikator: must be 11 digits\n');
      expect(err).to.contain('row 4: has 3 cells, the header row has 2\n');
      expect(err).to.match(
        /Nothing was imported from .*: 2 of its rows cannot be used\. Correct them .* --skip-errors\.\n$/,
      );
      expect((await store.reads.changesFrom(0, 1)).seneste).to.equal(0);
    });

    it('counts the errors that it does not tell', async () => {
      const { err } = await importing([header, ...rows.flatMap(() => Array<string>(5).fill('x,y'))]);
      expect(err).to.contain('and 200 more errors\n');
    });

    it('leaves bad rows out with --skip-errors', async () => {
      const { code, out, err } = await importing([header, 'x,p@example.com', rows[1]!], '--skip-errors');
      expect(code).to.equal(0);
      expect(out).to.match(/2 rows, 1 persons changed, 1 rows with errors left out\.\n$/);
      expect(err).to.contain('row 2, personidentifikator');
    });

    it('says that it resumed', async () => {
      const working = store.registerImport;
      const crashing = { ...working, publish: () => Promise.reject(new Error('power cut')) };
      store = { ...store, registerImport: crashing };
      expect(await importing([header, ...rows])).to.include({ code: 1 });
      store = { ...store, registerImport: working };
      const { code, out } = await importing([header, ...rows]);
      expect(code).to.equal(0);
      expect(out).to.match(/^Resumed an import that was broken off after row 31\.\nImported/);
      expect(closed).to.equal(2);
    });

    it('refuses a name without a known ending as wrong usage, and a missing file with 1', async () => {
      const wrong = await run('import', join(directory, 'persons.xlsx'));
      expect(wrong.code).to.equal(2);
      expect(wrong.err).to.match(/must end in \.csv, \.jsonl or \.ndjson, each also with \.gz\.\n$/);
      const missing = await run('import', join(directory, 'none.csv'));
      expect(missing.code).to.equal(1);
      expect(missing.err).to.match(/^The file could not be read \(ENOENT.*\)\. Check the name/);
      expect((await run('import')).code).to.equal(2);
    });
  });

  describe('seed', () => {
    it('fills the register with exactly so many reserved', async () => {
      const { code, out } = await run('seed', '--persons', '1500', '--reserved', '18');
      expect([code, out]).to.deep.equal([
        0,
        'The register has 1500 synthetic persons, 18 of them reserved; 1500 changed.\n',
      ]);
      const { personer } = await store.reads.changesFrom(0, 2000);
      expect(personer.filter((person) => person.reservasjon)).to.have.length(18);
    });

    for (const args of [[], ['--persons', '-1'], ['--persons', '1e3'], ['--persons', '5', '--reserved', '6']]) {
      it(`refuses ${JSON.stringify(args)} as wrong usage`, async () => {
        const { code, err } = await run('seed', ...args);
        expect(code).to.equal(2);
        expect(err).to.match(/--persons/);
      });
    }
  });

  describe('show', () => {
    const show = async (name: string) => {
      const { personidentifikator, person } = testpersons(now).find((p) => p.navn === name)!;
      if (person) await store.unitOfWork((tx) => tx.upsertPersons([person]));
      const { code, out } = await run('show', personidentifikator);
      expect(code).to.equal(0);
      return { id: personidentifikator, out };
    };

    it('R-03: shows each channel with its freshness, and the varslingsstatus', async () => {
      const { id, out } = await show('stale-mail');
      expect(out).to.match(new RegExp(`^personidentifikator {2}${id}\n`));
      expect(out).to.match(/^number +FNR, TENOR, rule of 1964$/m);
      expect(out).to.match(/^status +AKTIV$/m);
      expect(out).to.match(/^reservasjon +NEI$/m);
      expect(out).to.match(/^varslingsstatus +KAN_VARSLES$/m);
      expect(out).to.match(/^mobiltelefonnummer +FERSK +\+4799990001 /m);
      expect(out).to.match(/^epostadresse +FORELDET +stale-mail@example\.com .* 2026-02-27T23:00:00\.000Z$/m);
    });

    it('R-03: judges freshness by the calendar of the database', async () => {
      await store.calendar.advance(600 * 86_400_000, new Date());
      const { out } = await show('fresh');
      expect(out).to.match(/^varslingsstatus +KAN_IKKE_VARSLES$/m);
    });

    it('shows a mailbox, a reservation and the rule of 2032', async () => {
      expect((await show('reserved')).out).to.match(/^reservasjon +JA$/m);
      const { out } = await show('2032-number');
      expect(out).to.match(/^number +FNR, TENOR, rule of 2032$/m);
      expect(out).to.match(/^postkasse +0000820324 at 996460320$/m);
      expect(out).to.match(/^mobiltelefonnummer +MANGLER +- +- +- +-$/m);
    });

    it('R-05: shows deleted and unknown persons as what they are', async () => {
      expect((await show('deleted')).out).to.match(
        /^status +SLETTET\nreservasjon +-\nvarslingsstatus +KAN_IKKE_VARSLES$/m,
      );
      expect((await show('unknown')).out).to.match(
        /^status +IKKE_REGISTRERT\nreservasjon +-\nvarslingsstatus +KAN_IKKE_VARSLES$/m,
      );
    });

    it('refuses what is no 11 digits as wrong usage, and judges no check digit', async () => {
      expect(await run('show', '1581901002')).to.deep.equal({
        code: 2,
        out: '',
        err: 'A personidentifikator has 11 digits. Check the number.\n',
      });
      const { code, out } = await run('show', '15819010061');
      expect(code).to.equal(0);
      expect(out).to.match(/^number +wrong check digits or date$/m);
    });
  });
});
