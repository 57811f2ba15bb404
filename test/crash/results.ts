import { addRows, setting, type Section, type Setting } from '../support/resultsPage.js';
import type { Counts, Kill } from './count.js';
import type { Asked } from './options.js';
import type { EntranceName } from './points.js';
import type { Database } from './world.js';

/* Rows of test/bench/RESULTS.md, which only grow: one for each run on each database. */

const columns = [
  ['date', 'commit', 'machine', 'seed', 'database', 'entrances', 'workers'],
  ['kills', 'power cuts', 'acked', 'delivered', 'recovered', 'lost', 'doubled', 'most s until all ran again'],
].flat();
const about =
  'Each row is one run of `npm run test:crash -- --results` (README, Tests and benchmarks): what clients had an answer for, ' +
  'and what was delivered in the end. "Recovered" got their answer when they were sent again.';

export const section: Section = { heading: '## Crashes', about, columns };

export interface Outcome {
  readonly database: Database;
  readonly kills: readonly Kill[];
  readonly counts: Readonly<Partial<Record<EntranceName, Counts>>>;
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

/** Adds a row for each outcome. */
export const addResults = (asked: Asked, outcomes: readonly Outcome[]): Promise<void> =>
  addRows(
    section,
    outcomes.map((outcome) => rowOf(setting(), asked, outcome)),
  );
