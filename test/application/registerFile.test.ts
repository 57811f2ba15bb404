import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openRegisterFile, UnreadableFile, type FileRow } from '../../src/application/registerFile.js';

describe('application/registerFile', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'posthorn-file-'));
  });
  after(() => rm(directory, { recursive: true }));

  const open = async (name: string, content: string | Buffer) => {
    const path = join(directory, name);
    await writeFile(path, content);
    return openRegisterFile(path);
  };
  const read = async (name: string, content: string | Buffer): Promise<FileRow[]> => {
    const rows: FileRow[] = [];
    for await (const row of (await open(name, content))!.rows()) rows.push(row);
    return rows;
  };
  /** Row and message of the error that reading ends with. */
  const failure = (name: string, content: string | Buffer): Promise<string> =>
    read(name, content).then(
      () => 'no error',
      (error: unknown) => (error instanceof UnreadableFile ? `${error.row}: ${error.message}` : String(error)),
    );

  const id = '10000000001';

  it('is known by the SHA-256 of what is on the disk', async () => {
    const packed = gzipSync('{}');
    const file = await open('a.jsonl.gz', packed);
    expect(file?.id).to.equal(createHash('sha256').update(packed).digest('hex'));
    expect(file?.size).to.equal(packed.length);
  });

  it('can be read twice', async () => {
    const file = (await open('a.jsonl', '{"a":1}\n{"a":2}\n'))!;
    const count = async () => {
      let rows = 0;
      for await (const { values } of file.rows()) rows += values ? 1 : 0;
      return rows;
    };
    expect([await count(), await count()]).to.deep.equal([2, 2]);
  });

  it('takes the format from the ending of the name', async () => {
    for (const name of ['a.csv', 'A.CSV', 'a.csv.gz', 'a.jsonl', 'a.ndjson', 'a.NDJSON.GZ']) {
      expect(await open(name, ''), name).to.not.equal(undefined);
    }
    for (const name of ['a.xlsx', 'a.gz', 'csv', 'a.csv.zip', 'a.json']) {
      expect(await open(name, ''), name).to.equal(undefined);
    }
  });

  describe('CSV', () => {
    it('reads commas, semicolons, quotes, line ends of any kind, a byte order mark, empty lines', async () => {
      const values = { personidentifikator: id, epostadresse: 'a;b@example.com' };
      for (const text of [
        `personidentifikator,epostadresse\n${id},"a;b@example.com"\n`,
        `\ufeffpersonidentifikator;epostadresse\r\n${id};"a;b@example.com"\r\n`,
        ` personidentifikator , epostadresse \n ${id} , "a;b@example.com" `,
      ]) {
        expect(await read('a.csv', text)).to.deep.equal([{ row: 2, values }]);
      }
      const rows = await read('a.csv', `personidentifikator\n\n${id}\n\n${id}\n`);
      expect(rows.map(({ row }) => row)).to.deep.equal([3, 5]);
    });

    it('counts lines, also where a cell has a line end', async () => {
      const rows = await read('a.csv', `personidentifikator,epostadresse\n${id},"a\nb"\n${id},c\n`);
      expect(rows.map(({ row, values }) => [row, values?.['epostadresse']])).to.deep.equal([
        [3, 'a\nb'],
        [4, 'c'],
      ]);
    });

    it('makes a row with too few or too many cells a problem of that row', async () => {
      const rows = await read('a.csv', `personidentifikator,epostadresse\n${id}\n${id},a,b\n${id},a\n`);
      expect(rows.map(({ problem }) => problem)).to.deep.equal([
        'has 1 cells, the header row has 2',
        'has 3 cells, the header row has 2',
        undefined,
      ]);
    });

    it('refuses a header row with unknown, repeated or missing columns', async () => {
      expect(await failure('a.csv', 'personidentifikator,epost\n')).to.match(/^1: the column "epost" is unknown/);
      expect(await failure('a.csv', 'personidentifikator,spraak,spraak\n')).to.match(/^1: the column "spraak"/);
      expect(await failure('a.csv', 'spraak\nnb\n')).to.match(/^1: the header row has no column "personidentifikator"/);
      expect(await failure('a.csv', `${id}\n`)).to.match(/^1: the column/);
    });

    it('refuses quotation marks that stand wrongly, with the line and without the value', async () => {
      const text = `personidentifikator,epostadresse\n${id},a\n${id},"b"c\n`;
      expect(await failure('a.csv', text)).to.equal('3: is not CSV: a quotation mark stands wrongly or is not closed');
      expect(await failure('a.csv', text.replace('"b"c', '"b'))).to.match(/^\d: is not CSV/);
    });

    it('does not read a row without end into memory', async () => {
      const text = `personidentifikator,epostadresse\n${id},"${'x'.repeat(70_000)}`;
      expect(await failure('a.csv', text)).to.match(/^2: is longer than 65536 characters/);
    });
  });

  describe('JSON Lines', () => {
    it('reads an object a line, and makes anything else a problem of its row', async () => {
      const lines = ['{"personidentifikator":"1"}', '', '{"a":', '[]', 'null', '"text"', ' {} '];
      expect(await read('a.jsonl', lines.join('\r\n'))).to.deep.equal([
        { row: 1, values: { personidentifikator: '1' } },
        { row: 3, problem: 'is not JSON' },
        { row: 4, problem: 'is not a JSON object' },
        { row: 5, problem: 'is not a JSON object' },
        { row: 6, problem: 'is not a JSON object' },
        { row: 7, values: {} },
      ]);
    });

    it('reads characters that are split between two reads', async () => {
      const line = JSON.stringify({ epostadresse: 'øæå😀' });
      const rows = await read('a.jsonl', Array(20_000).fill(line).join('\n'));
      expect(rows).to.have.length(20_000);
      expect(new Set(rows.map(({ values }) => values?.['epostadresse']))).to.deep.equal(new Set(['øæå😀']));
    });

    it('does not read a line without end into memory', async () => {
      const text = `{}\n{"a":"${'x'.repeat(300_000)}`;
      expect(await failure('a.jsonl', text)).to.match(/^2: is longer than 65536 characters/);
    });
  });

  describe('broken files', () => {
    it('says that a file is not UTF-8', async () => {
      const latin1 = Buffer.from('personidentifikator\nbjørn\n', 'latin1');
      expect(await failure('a.csv', latin1)).to.match(/not UTF-8; save the file as UTF-8$/);
      expect(await failure('a.jsonl', latin1)).to.match(/not UTF-8; save the file as UTF-8$/);
    });

    it('says that a gzip file is broken or cut', async () => {
      const packed = gzipSync(`personidentifikator\n${`${id}\n`.repeat(1000)}`);
      expect(await failure('a.csv.gz', packed.subarray(0, packed.length - 20))).to.match(/the gzip file is broken$/);
      expect(await failure('a.csv.gz', Buffer.from('plain text'))).to.match(/the gzip file is broken$/);
    });
  });
});
