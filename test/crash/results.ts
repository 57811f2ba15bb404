import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Counts, Kill } from './count.js';
import type { Asked } from './options.js';
import type { EntranceName } from './points.js';
import type { Database } from './world.js';

/* Rows of test/bench/RESULTS.md, which only grow: one for each run on each database. */

const file = join(import.meta.dirname, '../bench/RESULTS.md');
const HEADING = '## Crashes';
const columns = [
  ['date', 'commit', 'machine', 'seed', 'database', 'entrances', 'workers'],
  ['kills', 'power cuts', 'acked', 'delivered', 'recovered', 'lost', 'doubled', 'most s until all ran again'],
].flat();
const about =
  'Each row is one run of `npm run test:crash -- --results` (README, Tests and benchmarks): what clients had an answer for, ' +
  'and what was delivered in the end. "Recovered" got their answer when they were sent again.';

export interface Outcome {
  readonly database: Database;
  readonly kills: readonly Kill[];
  readonly counts: Readonly<Partial<Record<EntranceName, Counts>>>;
}

/** What a run is told by. */
export interface Setting {
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
}

/** The cells of a row. */
export function rowOf(
  { date, commit, machine }: Setting,
  asked: Asked,
  { database, kills, counts }: Outcome,
): string[] {
  const all = Object.values(counts);
  const workers = asked.webs > 1 ? `${asked.workers} (${asked.webs} web)` : String(asked.workers);
  const sum = (of: (one: Counts) => number): string => String(all.reduce((n, one) => n + of(one), 0));
  const cuts = kills.filter(({ aim }) => aim === 'power').length;
  const most = Math.max(0, ...kills.map(({ recovery }) => recovery));
  return [
    ...[date, commit, machine, asked.seed, database, Object.keys(counts).join(' '), workers],
    ...[String(kills.length - cuts), String(cuts)],
    ...[sum((one) => one.acknowledged), sum((one) => one.delivered), sum((one) => one.recovered)],
    ...[sum((one) => one.lost.length), sum((one) => one.doubled.length), (most / 1000).toFixed(1)],
  ];
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The page with rows added below those of its section; the section is made where there is none, and the rest stays. */
export function withRows(page: string, rows: readonly (readonly string[])[]): string {
  const head = [HEADING, '', about, '', line(columns), line(columns.map(() => '---'))];
  const lines = page.includes(`${HEADING}\n`) ? page.split('\n') : [...page.trimEnd().split('\n'), '', ...head, ''];
  const from = lines.indexOf(HEADING);
  const table = lines.findIndex((text, at) => at > from && text.startsWith('| '));
  let end = table;
  while (lines[end]?.startsWith('|') === true) end++;
  return [...lines.slice(0, end), ...rows.map(line), ...lines.slice(end)].join('\n');
}

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: import.meta.dirname })
    .toString()
    .trim();

/** Adds a row for each outcome. */
export async function addResults(asked: Asked, outcomes: readonly Outcome[]): Promise<void> {
  const changed = git('status', '--porcelain', '--untracked-files=no', '--', ':/src') === '' ? '' : ' + changes';
  const setting = {
    date: new Date().toISOString().slice(0, 10),
    commit: git('rev-parse', '--short', 'HEAD') + changed,
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 1024 ** 3)} GB`,
  };
  const page = await readFile(file, 'utf8').catch(() => '# Results\n');
  await writeFile(
    file,
    withRows(
      page,
      outcomes.map((outcome) => rowOf(setting, asked, outcome)),
    ),
  );
}
