import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { CommandError, UsageError } from './output.js';

/** How every command is given a password. */
export interface PasswordOptions {
  readonly password?: string;
  readonly passwordFile?: string;
}

/** Of the development key stores. */
const DEVELOPMENT = 'changeit';

/** @param of what the password opens. @param file what the help says of the file */
export const addPasswordOptions = (command: Command, of: string, file = 'file with the password'): Command =>
  command
    .option('--password <password>', `password of ${of}; others on the machine see it in the list of processes`)
    .option('--password-file <file>', file);

export const addKeyStorePassword = (command: Command): Command =>
  addPasswordOptions(command, 'the key store', 'file with the password (default: that of the development key stores)');

/** The file without the line end that an editor leaves. @throws CommandError when it cannot be read */
async function passwordIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${file} cannot be read (${error.code ?? 'no reason given'}).`);
  });
  return text.replace(/\r?\n$/, '');
}

/** The password that the command line gives, as it is or in a file. @throws UsageError for both, CommandError */
export async function passwordOf({ password, passwordFile }: PasswordOptions): Promise<string | undefined> {
  if (passwordFile === undefined) return password;
  if (password !== undefined) throw new UsageError('Give --password or --password-file, not both.');
  return passwordIn(passwordFile);
}

/** @throws as `passwordOf` */
export const keyStorePassword = async (options: PasswordOptions): Promise<string> =>
  (await passwordOf(options)) ?? DEVELOPMENT;
