import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { importRegister, type ImportInput, type ImportResult } from '../../src/application/importRegister.js';
import { openRegisterFile } from '../../src/application/registerFile.js';
import type { OpenStore } from '../../src/cli/types.js';
import { openStore } from '../../src/store/index.js';
import { chooseServer, freshDatabase } from '../support/mariadb.js';
import { memoryStore } from '../support/memoryStore.js';

const idOf = (n: number) => String(10_000_000_000 + n);
const header = 'personidentifikator,reservasjon,epostadresse,epostadresse_oppdatert';
const row = (n: number, mail = `p${n}@example.com`) => `${idOf(n)},NEI,${mail},2026-01-15T12:00:00Z`;
const rowsOf = (count: number) => Array.from({ length: count }, (_, i) => row(i));
const csv = (rows: readonly string[]) => [header, ...rows, ''].join('\n');

async function openMariadb(): Promise<OpenStore> {
  const { url, drop } = await freshDatabase();
  const store = await openStore({ url });
  return { ...store, close: () => store.close().then(drop) };
}

const stores: Readonly<Record<string, (directory: string) => Promise<OpenStore>>> = {
  memory: async () => memoryStore(),
  SQLite: (directory) => openStore({ url: `sqlite:${join(directory, 'register.db')}` }),
  ...('missing' in chooseServer() ? {} : { MariaDB: openMariadb }),
};

for (const [kind, open] of Object.entries(stores)) {
  describe(`application/importRegister on ${kind}`, () => {
    let directory: string;
    let store: OpenStore;

    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'posthorn-import-'));
      store = await open(directory);
    });
    afterEach(async () => {
      await store.close();
      await rm(directory, { recursive: true });
    });

    const fileOf = async (name: string, content: string | Buffer) => {
      const path = join(directory, name);
      await writeFile(path, content);
      return (await openRegisterFile(path))!;
    };
    const runImport = async (
      name: string,
      content: string | Buffer,
      options: Partial<ImportInput> = {},
    ): Promise<ImportResult> =>
      importRegister(store)({ file: await fileOf(name, content), skipErrors: false, ...options });
    const seneste = async () => (await store.reads.changesFrom(0, 1)).seneste;
    const mailOf = async (n: number) => (await store.reads.persons([idOf(n)])).get(idOf(n))?.epostadresse?.verdi;

    it('imports 10,000 rows, each with its change number', async () => {
      const result = await runImport('a.csv', csv(rowsOf(10_000)));
      expect(result).to.deep.equal({
        outcome: 'published',
        rows: 10_000,
        rowsWithErrors: 0,
        resumedAfter: 0,
        changed: 10_000,
        errors: [],
        errorCount: 0,
      });
      expect(await seneste()).to.equal(10_000);
      expect([await mailOf(0), await mailOf(9999)]).to.deep.equal(['p0@example.com', 'p9999@example.com']);
    });

    it('advances no change number when the same file comes again, one when one person changed', async () => {
      const rows = rowsOf(10_000);
      await runImport('a.csv', csv(rows));
      expect((await runImport('a.csv', csv(rows))).changed).to.equal(0);
      expect(await seneste()).to.equal(10_000);
      rows[4321] = row(4321, 'new@example.com');
      expect((await runImport('b.csv', csv(rows))).changed).to.equal(1);
      expect(await seneste()).to.equal(10_001);
      const { personer } = await store.reads.changesFrom(10_001, 10);
      expect(personer.map((p) => p.personidentifikator)).to.deep.equal([idOf(4321)]);
    });

    it('imports nothing at all when one row in the middle is bad, and names the row', async () => {
      const rows = rowsOf(10_000);
      rows[4998] = row(4998, 'x');
      const result = await runImport('a.csv', csv(rows));
      expect(result).to.deep.include({
        outcome: 'refused',
        rows: 10_000,
        rowsWithErrors: 1,
        changed: 0,
        errorCount: 1,
      });
      expect(result.errors).to.deep.equal([
        { row: 5000, column: 'epostadresse', message: 'has 1 characters, must have 3 to 50' },
      ]);
      expect(await seneste()).to.equal(0);
      expect(await mailOf(0)).to.equal(undefined);
    });

    it('stages no more rows of a file that is refused already', async () => {
      const file = await fileOf('a.csv', csv([row(0, 'x'), ...rowsOf(3000).slice(1)]));
      const stage = () => Promise.reject(new Error('staged'));
      const result = await importRegister({ registerImport: { ...store.registerImport, stage } })({
        file,
        skipErrors: false,
      });
      expect(result).to.deep.include({ outcome: 'refused', rows: 3000, errorCount: 1 });
    });

    it('starts anew with a file that was refused', async () => {
      const rows = rowsOf(3000);
      rows[2500] = row(2500, 'x');
      await runImport('a.csv', csv(rows));
      const result = await runImport('a.csv', csv(rows), { skipErrors: true });
      expect(result).to.deep.include({ outcome: 'published', resumedAfter: 0, changed: 2999, rowsWithErrors: 1 });
    });

    it('imports the good rows with skipErrors, and still tells the bad ones', async () => {
      const rows = rowsOf(2500);
      rows[10] = 'no,cells';
      rows[2000] = row(2000, 'x');
      const result = await runImport('a.csv', csv(rows), { skipErrors: true });
      expect(result).to.deep.include({ outcome: 'published', rows: 2500, rowsWithErrors: 2, changed: 2498 });
      expect(result.errors.map((e) => e.row)).to.deep.equal([12, 2002]);
    });

    it('tells the first 100 errors and counts the rest', async () => {
      const result = await runImport('a.csv', csv(rowsOf(150).map((text) => text.replace('NEI', 'MAYBE'))));
      expect(result.errors).to.have.length(100);
      expect(result).to.deep.include({ outcome: 'refused', errorCount: 150, rowsWithErrors: 150 });
    });

    it('resumes after a crash with the rows that were not staged', async () => {
      const content = csv(rowsOf(10_000));
      const file = await fileOf('a.csv', content);
      const { registerImport } = store;
      const staged: number[] = [];
      const stage = async (...[id, upToRow, persons]: Parameters<typeof registerImport.stage>) => {
        if (staged.length === 4) throw new Error('power cut');
        staged.push(persons.length);
        await registerImport.stage(id, upToRow, persons);
      };
      const crashing = importRegister({ registerImport: { ...registerImport, stage } });
      const crash = await crashing({ file, skipErrors: false }).then(
        () => 'no crash',
        (error: Error) => error.message,
      );
      expect([crash, ...staged]).to.deep.equal(['power cut', 1000, 1000, 1000, 1000]);
      expect(await seneste()).to.equal(0);

      const counting = async (...[id, upToRow, persons]: Parameters<typeof registerImport.stage>) => {
        staged.push(persons.length);
        await registerImport.stage(id, upToRow, persons);
      };
      const result = await importRegister({ registerImport: { ...registerImport, stage: counting } })({
        file,
        skipErrors: false,
      });
      expect(staged).to.deep.equal(Array(10).fill(1000));
      expect(result).to.deep.include({ outcome: 'published', resumedAfter: 4001, rows: 10_000, changed: 10_000 });
      expect([await mailOf(0), await mailOf(9999)]).to.deep.equal(['p0@example.com', 'p9999@example.com']);
    });

    it('resumes after a crash before the publish', async () => {
      const file = await fileOf('a.csv', csv(rowsOf(2500)));
      const { registerImport } = store;
      const publish = () => Promise.reject(new Error('power cut'));
      await importRegister({ registerImport: { ...registerImport, publish } })({ file, skipErrors: false }).catch(
        () => {},
      );
      expect(await seneste()).to.equal(0);
      const result = await importRegister(store)({ file, skipErrors: false });
      expect(result).to.deep.include({ outcome: 'published', resumedAfter: 2501, changed: 2500 });
    });

    it('judges the rows before the crash again, so that their errors are not forgotten', async () => {
      const rows = rowsOf(3000);
      rows[500] = row(500, 'x');
      const file = await fileOf('a.csv', csv(rows));
      const { registerImport } = store;
      const publish = () => Promise.reject(new Error('power cut'));
      await importRegister({ registerImport: { ...registerImport, publish } })({ file, skipErrors: true }).catch(
        () => {},
      );
      const result = await importRegister(store)({ file, skipErrors: false });
      expect(result).to.deep.include({ outcome: 'refused', rowsWithErrors: 1, changed: 0 });
      expect(await seneste()).to.equal(0);
    });

    it('R-05: deletes logically', async () => {
      await runImport('a.csv', csv([row(1), row(2)]));
      const deleted = `personidentifikator,status\n${idOf(1)},SLETTET\n`;
      expect((await runImport('b.csv', deleted)).changed).to.equal(1);
      const person = (await store.reads.persons([idOf(1)])).get(idOf(1));
      expect(person).to.deep.include({ status: 'SLETTET', epostadresse: null });
      expect((await runImport('b.csv', deleted)).changed).to.equal(0);
      expect((await store.reads.changesFrom(3, 10)).personer.map((p) => p.status)).to.deep.equal(['SLETTET']);
    });

    it('lets the last of several rows with one identifier count', async () => {
      const rows = [row(1, 'first@example.com'), ...rowsOf(1200).slice(2), row(1, 'last@example.com')];
      expect((await runImport('a.csv', csv(rows))).changed).to.equal(1199);
      expect(await mailOf(1)).to.equal('last@example.com');
    });

    it('reads JSON Lines and gzip to the same persons', async () => {
      await runImport('a.csv', csv(rowsOf(1500)));
      const names = header.split(',');
      const json = rowsOf(1500)
        .map((text) => JSON.stringify(Object.fromEntries(text.split(',').map((cell, i) => [names[i], cell]))))
        .join('\r\n');
      expect(await runImport('b.jsonl.gz', gzipSync(json))).to.deep.include({ rows: 1500, changed: 0 });
      expect(await runImport('c.csv.gz', gzipSync(csv(rowsOf(1500))))).to.deep.include({ rows: 1500, changed: 0 });
    });

    it('tells its progress to the last row and octet', async () => {
      const content = csv(rowsOf(2500));
      const seen: { bytes: number; rows: number }[] = [];
      await runImport('a.csv', content, { onProgress: (at) => seen.push(at) });
      expect(seen.at(-1)).to.deep.equal({ rows: 2500, bytes: Buffer.byteLength(content) });
    });
  });
}
