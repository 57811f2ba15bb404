import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';

/** Processors by number, as taskset(1) takes them: servers have the first to themselves, the load generator the others. */
const cores = { server: '0', load: `1-${availableParallelism() - 1}` } as const;

/**
 * Keeps all threads of a process on its cores, so that what is measured is one core, and no thread pays for moving to another.
 * @returns false where that cannot be had (one core, no taskset)
 */
export async function pin(pid: number, role: keyof typeof cores): Promise<boolean> {
  if (availableParallelism() < 2) return false;
  return promisify(execFile)('taskset', ['-a', '-c', '-p', cores[role], String(pid)]).then(
    () => true,
    () => false,
  );
}
