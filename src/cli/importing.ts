import type { ImportInput, ImportResult, RowError } from '../application/importRegister.js';
import type { RegisterFile } from '../application/registerFile.js';
import { CommandError, progress, type Printer } from './output.js';

/** What came of opening a file. @throws CommandError with what the file system says */
export const readable = <T>(opened: Promise<T>): Promise<T> =>
  opened.catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`The file could not be read (${reason}). Check the name and that you may read it.`);
  });

export interface ImportOptions {
  readonly skipErrors: boolean;
  readonly terminal?: boolean | undefined;
}

/** Runs an import under a bar. */
export function importing(
  run: (input: ImportInput) => Promise<ImportResult>,
  file: RegisterFile,
  { skipErrors, terminal }: ImportOptions,
  print: Printer,
): Promise<ImportResult> {
  const bar = progress('Importing', file.size, print, terminal);
  const onProgress = ({ bytes, rows }: { bytes: number; rows: number }) => bar.update(bytes, `${rows} rows`);
  return run({ file, skipErrors, onProgress }).finally(() => bar.stop());
}

const rowError = ({ row, column, message }: RowError) => `row ${row}${column ? `, ${column}` : ''}: ${message}`;

/** Tells the errors, and where an import went on that was broken off. @throws CommandError when nothing was imported */
export function tellErrors(path: string, result: ImportResult, print: Printer): void {
  for (const error of result.errors) print.err(rowError(error));
  const untold = result.errorCount - result.errors.length;
  if (untold > 0) print.err(`and ${untold} more errors`);
  if (result.outcome === 'refused') {
    throw new CommandError(
      `Nothing was imported from ${path}: ${result.rowsWithErrors} of its rows cannot be used. ` +
        'Correct them and import the file again, or leave single bad rows out with --skip-errors.',
    );
  }
  if (result.resumedAfter > 0) print.out(`Resumed an import that was broken off after row ${result.resumedAfter}.`);
}
