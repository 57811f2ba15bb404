import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse, CsvError } from 'csv-parse';
import { columns } from './personRow.js';

/** One row of a register file: its cells, or why it could not be read. */
export interface FileRow {
  /** The line of the file that the row ends on, counted from 1; a CSV header row is line 1. */
  readonly row: number;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly problem?: string;
}

/** A CSV or JSON Lines file, plain or gzip, that can be read from its beginning any number of times. */
export interface RegisterFile {
  /** SHA-256 of the file as it stands on the disk, lower-case hex. */
  readonly id: string;
  /** Octets on the disk. */
  readonly size: number;
  /** Streams the rows; `onBytes` gets the octets read from the disk so far. Throws UnreadableFile. */
  rows(onBytes?: (bytes: number) => void): AsyncIterable<FileRow>;
}

/** The file, not one of its rows, is wrong: nothing after `row` can be trusted. */
export class UnreadableFile extends Error {
  constructor(
    readonly row: number,
    message: string,
  ) {
    super(message);
    this.name = 'UnreadableFile';
  }
}

/** Characters of one row; bounds the memory that a file without line ends or with an open quote can take. */
export const rowCharacters = 64 * 1024;
export const tooLong = `is longer than ${rowCharacters} characters; the file may lack line ends or have an open quote`;

export type Text = AsyncIterable<string>;

async function* utf8(source: AsyncIterable<Buffer>): Text {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of source) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

/** One JSON object a line. */
export async function* jsonRows(text: Text): AsyncIterable<FileRow> {
  let row = 0;
  let rest = '';
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield* jsonRow(++row, line);
    if (rest.length > rowCharacters) throw new UnreadableFile(row + 1, tooLong);
  }
  yield* jsonRow(++row, rest);
}

/** The object that a text holds, and nothing for an empty one. */
export function* jsonRow(row: number, line: string): Iterable<FileRow> {
  if (line.trim() === '') return;
  try {
    const values: unknown = JSON.parse(line);
    const isObject = typeof values === 'object' && values !== null && !Array.isArray(values);
    yield isObject ? { row, values: { ...values } } : { row, problem: 'is not a JSON object' };
  } catch {
    yield { row, problem: 'is not JSON' };
  }
}

/** Comma and semicolon both separate cells, as spreadsheets write either. */
const csvOptions = {
  delimiter: [',', ';'],
  info: true,
  trim: true,
  skip_empty_lines: true,
  relax_column_count: true,
  max_record_size: rowCharacters,
};

function checkHeader(header: readonly string[]): void {
  const known: readonly string[] = columns;
  const wrong = header.find((name, i) => !known.includes(name) || header.indexOf(name) !== i);
  const names = `The columns are ${columns.join(', ')}`;
  if (wrong !== undefined) {
    throw new UnreadableFile(1, `the column "${wrong}" is unknown or stands twice in the header row. ${names}`);
  }
  if (!header.includes('personidentifikator')) {
    throw new UnreadableFile(1, `the header row has no column "personidentifikator". ${names}`);
  }
}

/** Cells under a header row, which `check` may refuse. */
export async function* csvRows(text: Text, check: (header: readonly string[]) => void): AsyncIterable<FileRow> {
  const parser = parse(csvOptions);
  pipeline(Readable.from(text), parser, () => {});
  let header: readonly string[] | undefined;
  for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
    const row = info.lines;
    if (header === undefined) {
      check(record);
      header = record;
    } else if (record.length === header.length) {
      yield { row, values: Object.fromEntries(header.map((name, i) => [name, record[i]])) };
    } else {
      yield { row, problem: `has ${record.length} cells, the header row has ${header.length}` };
    }
  }
}

/** Errors of the libraries, said so that the file can be mended; undefined for what is no fault of the file. */
function explain(error: unknown, row: number): UnreadableFile | undefined {
  if (error instanceof UnreadableFile) return error;
  if (error instanceof CsvError) {
    const line = typeof error['lines'] === 'number' ? error['lines'] : row;
    const reason =
      error.code === 'CSV_MAX_RECORD_SIZE' ? tooLong : 'is not CSV: a quotation mark stands wrongly or is not closed';
    return new UnreadableFile(line, reason);
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    return new UnreadableFile(row + 1, 'or a row soon after it is not UTF-8; save the file as UTF-8');
  }
  return code.startsWith('Z_') ? new UnreadableFile(row + 1, 'cannot be unpacked: the gzip file is broken') : undefined;
}

const formats: readonly (readonly [ending: RegExp, rows: (text: Text) => AsyncIterable<FileRow>])[] = [
  [/\.csv$/i, (text) => csvRows(text, checkHeader)],
  [/\.(jsonl|ndjson)$/i, jsonRows],
];

/** The name endings that `openRegisterFile` takes. */
export const registerFileEndings = '.csv, .jsonl or .ndjson, each also with .gz';

/** A file that is there, with how its text is read. Reads it once for its SHA-256. Throws what the file system says. */
export async function fileWith(
  path: string,
  packed: boolean,
  read: (text: Text) => AsyncIterable<FileRow>,
): Promise<RegisterFile> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  const { size } = await stat(path);
  return {
    id: hash.digest('hex'),
    size,
    async *rows(onBytes) {
      let row = 0;
      const file = createReadStream(path);
      const source = packed ? pipeline(file, createGunzip(), () => {}) : file;
      try {
        for await (const next of read(utf8(source as AsyncIterable<Buffer>))) {
          row = next.row;
          onBytes?.(file.bytesRead);
          yield next;
        }
      } catch (error) {
        throw explain(error, row) ?? error;
      } finally {
        file.destroy();
      }
    },
  };
}

/** Opens a register file by the ending of its name; undefined when the ending is none of `registerFileEndings`. Throws as `fileWith`. */
export async function openRegisterFile(path: string): Promise<RegisterFile | undefined> {
  const packed = /\.gz$/i.test(path);
  const read = formats.find(([ending]) => ending.test(packed ? path.slice(0, -3) : path))?.[1];
  return read && fileWith(path, packed, read);
}
