import type { RegisterImport } from '../domain/ports.js';
import type { CellError } from './cells.js';
import { readPerson } from './personRow.js';
import { UnreadableFile, type FileRow, type RegisterFile } from './registerFile.js';

/** Rows staged in one transaction. */
const batchSize = 1000;
/** Errors told one by one; the rest is counted. */
const toldErrors = 100;

export interface RowError extends CellError {
  readonly row: number;
}

export interface ImportProgress {
  /** Octets of the file read so far. */
  readonly bytes: number;
  readonly rows: number;
}

export interface ImportInput {
  readonly file: RegisterFile;
  /** Import the rows without errors although others have some. */
  readonly skipErrors: boolean;
  readonly onProgress?: (progress: ImportProgress) => void;
}

export interface ImportResult {
  /** `refused`: the register is as it was. */
  readonly outcome: 'published' | 'refused';
  /** Rows read, with and without errors. */
  readonly rows: number;
  readonly rowsWithErrors: number;
  /** Line of the file up to which an earlier run, broken off, had staged; 0 when there was none. */
  readonly resumedAfter: number;
  /** What was added or changed: of persons those that really changed, each with its own change number. */
  readonly changed: number;
  /** The first errors, at most 100, and how many there are in all. */
  readonly errors: readonly RowError[];
  readonly errorCount: number;
}

/** What a row holds, or everything that is wrong with it. */
export type RowReader<T> = (values: Readonly<Record<string, unknown>>) => { readonly held: T } | readonly CellError[];

/** Judges rows and keeps the book of what is wrong. */
function errorBook<T>(read: RowReader<T>) {
  const book = { errors: [] as RowError[], errorCount: 0, rowsWithErrors: 0, rows: 0 };
  const add = (row: number, errors: readonly CellError[]) => {
    book.rowsWithErrors += 1;
    book.errorCount += errors.length;
    const room = Math.max(0, toldErrors - book.errors.length);
    book.errors.push(...errors.slice(0, room).map((error) => ({ row, ...error })));
  };
  const judge = ({ row, values, problem }: FileRow): T | undefined => {
    book.rows += 1;
    const result = values === undefined ? [{ message: problem ?? 'cannot be read' }] : read(values);
    if ('held' in result) return result.held;
    add(row, result);
    return undefined;
  };
  return { book, add, judge };
}

/**
 * Imports a file into a register: rows are staged in batches and become visible by one publish at the end, so that nothing is ever half
 * imported. A row with an error refuses the whole file, unless `skipErrors`; all rows are judged either way. A run that was broken
 * off is resumed by the next import of the same file, recognised by its SHA-256.
 * Throws what the store or the file system throws, and is then resumable.
 */
export const importInto =
  <T>(target: RegisterImport<T>, read: RowReader<T>) =>
  async ({ file, skipErrors, onProgress }: ImportInput): Promise<ImportResult> => {
    const resumedAfter = await target.begin(file.id);
    const { book, add, judge } = errorBook(read);
    const done = { bytes: 0, row: 0 };
    let batch: T[] = [];
    const stage = async () => {
      if (batch.length > 0) await target.stage(file.id, done.row, batch);
      batch = [];
    };
    const finish = async (outcome: ImportResult['outcome']): Promise<ImportResult> => {
      if (outcome === 'refused') await target.discard(file.id);
      const changed = outcome === 'published' ? await target.publish(file.id) : 0;
      return { ...book, outcome, resumedAfter, changed };
    };
    try {
      for await (const next of file.rows((bytes) => (done.bytes = bytes))) {
        done.row = next.row;
        const held = judge(next);
        const wanted = skipErrors || book.errorCount === 0;
        if (held !== undefined && wanted && next.row > resumedAfter) batch.push(held);
        if (batch.length >= batchSize) await stage();
        onProgress?.({ bytes: done.bytes, rows: book.rows });
      }
      if (book.rows === 0)
        throw new UnreadableFile(1, 'or a later one should hold something, but the file has no rows');
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      add(error.row, [{ message: error.message }]);
      return finish('refused');
    }
    if (book.errorCount > 0 && !skipErrors) return finish('refused');
    await stage();
    return finish('published');
  };

/** Imports persons: rows that change nothing take no change number. */
export const importRegister = ({ registerImport }: { registerImport: RegisterImport }) =>
  importInto(registerImport, (values) => {
    const read = readPerson(values);
    return 'personidentifikator' in read ? { held: read } : read;
  });
