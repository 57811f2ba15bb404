import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { draftOf, isMissing } from './files.js';

/** When a process was started, in the system's own count; tells a process from a later one with its number. '' where unknown. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 1).split(' ')[20] ?? '';
}

async function isRunning(pid: number, start: string): Promise<boolean> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return (await startOf(pid)) === start;
}

/** The process that holds a lock, or undefined when the file is absent or its process has ended. */
async function holderOf(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return '';
    throw error;
  });
  const [pid = '', start = ''] = text.trim().split(' ');
  return (await isRunning(Number(pid), start)) ? Number(pid) : undefined;
}

/**
 * Takes the data directory for this process, so that no second `npm start` works in it. A lock whose process has ended is taken over.
 * @returns the function that gives it back
 * @throws Error with a sentence when another process has it
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'posthorn.lock');
  const draft = draftOf(file);
  await writeFile(draft, `${process.pid} ${await startOf(process.pid)}\n`);
  try {
    for (;;) {
      const taken = await link(draft, file).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false;
          throw error;
        },
      );
      if (taken) return () => rm(file, { force: true });
      const holder = await holderOf(file);
      if (holder !== undefined) {
        throw new Error(
          `Posthorn is already running on ${dataDir} (process ${holder}). Stop it, or set POSTHORN_DATA_DIR to another directory and POSTHORN_PORT to another port.`,
        );
      }
      await rm(file, { force: true });
    }
  } finally {
    await rm(draft, { force: true });
  }
}
