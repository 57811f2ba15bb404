import { randomBytes, type KeyObject } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDataKey } from './values.js';

async function write(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Publishes a new key under its name whole or not at all; the first of several processes wins. */
async function make(dir: string, file: string): Promise<void> {
  const draft = join(dir, `.data.key.${process.pid}.${randomBytes(4).toString('hex')}`);
  await write(draft, `${randomBytes(32).toString('base64')}\n`);
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  // What is sealed under the key must not outlast it: its name is on the disk before the first row is.
  const folder = await open(dir, 'r');
  await folder.sync().finally(() => folder.close());
}

/**
 * The development data key: read from `data.key` in the data directory, made there once (mode 0600).
 * Never used in production, where POSTHORN_DATA_KEY is required.
 */
export async function ensureDataKey(dir: string): Promise<KeyObject> {
  const file = join(dir, 'data.key');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const existing = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (existing === undefined) await make(dir, file);
  const key = parseDataKey((existing ?? (await readFile(file, 'utf8'))).trim());
  if (key === undefined) {
    throw new Error(
      `${file} does not hold a data key (32 octets as base64). Without the key that made it, stored payloads cannot be read. ` +
        'Restore the file from a copy, or remove the whole data directory to start afresh.',
    );
  }
  return key;
}
