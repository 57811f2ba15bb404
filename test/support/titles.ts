import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');

async function read(): Promise<readonly string[]> {
  const mocha = join(root, 'node_modules/mocha/bin/mocha.js');
  const ignored = ['test/contract-shared/**', 'test/interop/**'].flatMap((folder) => ['--ignore', folder]);
  const { PATH, HOME } = process.env;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [mocha, '--dry-run', '--reporter', 'json', ...ignored, 'test/**/*.test.ts'],
    { cwd: root, maxBuffer: 64 * 1024 * 1024, env: { PATH, HOME } },
  );
  const report = JSON.parse(stdout.slice(stdout.indexOf('{\n'))) as { tests: { fullTitle: string }[] };
  return report.tests.map(({ fullTitle }) => fullTitle);
}

let found: Promise<readonly string[]> | undefined;

/** The full title of every test, as mocha finds them when it runs none: many are made from tables. Found once. */
export const titles = (): Promise<readonly string[]> => (found ??= read());

export const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);
