import { readFile } from 'node:fs/promises';
import type { Secret } from '../config.js';

/**
 * A secret that is set, or the first line of the file that holds it; undefined where neither is configured.
 * @throws Error with a sentence for people
 */
export async function secretOf(given: Secret | undefined, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return given?.reveal();
  const [line = ''] = (await readFile(file, 'utf8')).split(/\r?\n/);
  if (line === '') throw new Error(`The first line of ${file} is empty. Write the password there.`);
  return line;
}
