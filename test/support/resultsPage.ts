import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/* test/bench/RESULTS.md: sections with a table each, whose rows only grow. */

const file = join(import.meta.dirname, '../bench/RESULTS.md');

export interface Section {
  /** With its hashes. */
  readonly heading: string;
  /** What a row is, in words. */
  readonly about: string;
  readonly columns: readonly string[];
}

/** What a run is told by. */
export interface Setting {
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The page with rows added below those of a section; the section is made where there is none, and the rest stays. */
export function withRows(
  page: string,
  { heading, about, columns }: Section,
  rows: readonly (readonly string[])[],
): string {
  const head = [heading, '', about, '', line(columns), line(columns.map(() => '---'))];
  const lines = page.includes(`${heading}\n`) ? page.split('\n') : [...page.trimEnd().split('\n'), '', ...head, ''];
  const from = lines.indexOf(heading);
  const table = lines.findIndex((text, at) => at > from && text.startsWith('| '));
  let end = table;
  while (lines[end]?.startsWith('|') === true) end++;
  return [...lines.slice(0, end), ...rows.map(line), ...lines.slice(end)].join('\n');
}

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: import.meta.dirname })
    .toString()
    .trim();

/** As things are now. */
export function setting(): Setting {
  const changed = git('status', '--porcelain', '--untracked-files=no', '--', ':/src') === '' ? '' : ' + changes';
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: git('rev-parse', '--short', 'HEAD') + changed,
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 1024 ** 3)} GB`,
  };
}

/** Adds rows to the page that is there. */
export async function addRows(section: Section, rows: readonly (readonly string[])[]): Promise<void> {
  const page = await readFile(file, 'utf8').catch(() => '# Results\n');
  await writeFile(file, withRows(page, section, rows));
}
