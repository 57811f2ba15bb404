import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A file to write: content, and whether only its owner may read it. */
export interface NewFile {
  readonly content: Buffer | string;
  readonly secret: boolean;
}
export type NewFiles = ReadonlyMap<string, NewFile>;

/** Lists the files that never change, with their digests, so that `sha256sum -c` can judge the directory too. */
const sums = 'SHA256SUMS';
const sha256 = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');

async function writeInto(dir: string, files: NewFiles): Promise<void> {
  for (const [name, { content, secret }] of files)
    await writeFile(join(dir, name), content, { mode: secret ? 0o600 : 0o644, flag: 'wx', flush: true });
}

/**
 * Puts a whole new set of files in place of the directory `dir`, all at once; files of other names are carried over.
 * Only under a lock: the names of its temporary directories are fixed, so that the next run clears what a crash left.
 * @param changing files that `replaceFiles` may change later, and that are not in SHA256SUMS
 */
export async function replaceDirectory(dir: string, lasting: NewFiles, changing: NewFiles): Promise<void> {
  const [making, replaced] = [`${dir}.making`, `${dir}.replaced`];
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { mode: 0o755 });
  const lines = [...lasting].map(([name, { content }]) => `${sha256(content)}  ${name}\n`);
  const all = new Map([...lasting, ...changing, [sums, { content: lines.join(''), secret: false }]]);
  await writeInto(making, all);
  const before = await readdir(dir).catch(() => []);
  for (const name of before) if (!all.has(name)) await rename(join(dir, name), join(making, name));
  await rm(replaced, { recursive: true, force: true });
  if (before.length > 0) await rename(dir, replaced);
  await rename(making, dir);
  await rm(replaced, { recursive: true, force: true });
}

/** Replaces files in `dir` one by one, each all at once. Only under a lock. */
export async function replaceFiles(dir: string, files: NewFiles): Promise<void> {
  for (const name of files.keys()) await rm(join(dir, `${name}.new`), { force: true });
  await writeInto(dir, new Map([...files].map(([name, file]) => [`${name}.new`, file])));
  for (const name of files.keys()) await rename(join(dir, `${name}.new`), join(dir, name));
}

/** The lasting files of `dir` by name; undefined when one is missing or is not what was written. */
export async function readLasting(dir: string): Promise<ReadonlyMap<string, Buffer> | undefined> {
  try {
    const lines = (await readFile(join(dir, sums), 'utf8')).split('\n').filter(Boolean);
    const read = lines.map(async (line): Promise<[string, Buffer]> => {
      const [digest, name] = line.split('  ');
      const content = await readFile(join(dir, name!));
      if (sha256(content) !== digest) throw new Error(`${name} was changed`);
      return [name!, content];
    });
    return new Map(await Promise.all(read));
  } catch {
    return undefined;
  }
}

/** Makes the directory in which `path` will lie. */
export const makeParent = async (path: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
};
