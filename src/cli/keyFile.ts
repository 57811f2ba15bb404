import { readFile } from 'node:fs/promises';
import { CommandError } from './output.js';

/** A file that a client command needs. @throws CommandError when it cannot be read */
export const readNamed = (file: string, what: string): Promise<Buffer> =>
  readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${what} ${file} cannot be read (${error.code}). Name another file, or run npm start once.`);
  });
