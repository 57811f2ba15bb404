import { execFile } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../../..');

/** Where the benchmarks keep what they make; on the project's disk, so that a commit costs what it costs there. BENCH_NAME keeps two runs apart. */
export const cacheDir = join(root, 'node_modules/.cache/posthorn-bench', process.env['BENCH_NAME'] ?? '');

/** A compiled module of the project, by the path of its source without ending, such as `src/main`. */
export const compiled = (module: string): string => join(cacheDir, 'js', `${module}.js`);

/**
 * Compiles sources and contenders as `npm run build` does: what runs in production is plain JavaScript, without the names that tsx
 * gives to every function each time that it is made.
 * @param project says what is compiled @param out where to
 */
export async function compile(project = 'test/bench/tsconfig.bench.json', out = join(cacheDir, 'js')): Promise<void> {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [tsc, '-p', join(root, project), '--outDir', out]);
  await writeFile(join(out, 'package.json'), '{ "type": "module" }\n');
  for (const folder of ['wsdl', 'xsd']) await symlink(join(root, folder), join(out, folder));
}
