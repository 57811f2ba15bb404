import { readFile } from 'node:fs/promises';
import { CommandError } from './output.js';

/** What a file holds that a command was given. @throws CommandError */
export const fileOf = (path: string): Promise<Buffer> =>
  readFile(path).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`The file could not be read (${reason}). Check the name and that you may read it.`);
  });

/** The same, as UTF-8. @throws CommandError */
export async function textOf(path: string): Promise<string> {
  const octets = await fileOf(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    throw new CommandError('The file is not UTF-8. Save it as UTF-8 and try again.');
  }
}
