import { addRows, setting, type Section } from '../../support/resultsPage.js';
import type { Database } from '../world.js';
import { members } from './memory.js';
import { WARM_UP, type SoakResult } from './soak.js';

/* Rows of test/bench/RESULTS.md about soaks. */

const processes = ['web', 'worker'] as const;
const section: Section = {
  heading: '## Soaks',
  about:
    'Each row is one run of `npm run test:soak -- --results`: load on every entrance while things fail by chance. Growth is the median of the last ' +
    'third minus that of the first, after forced collections, of the two processes that nobody kills: heap and RSS in MiB, and file descriptors. ' +
    `Load and faults begin ${WARM_UP} minutes before, which do not count (the first row: from the start, after one collection).`,
  columns: [
    ...['date', 'commit', 'machine', 'seed', 'database', 'minutes', 'faults', 'acked', 'delivered', 'lost', 'doubled'],
    ...processes.map((name) => `${name}: heap, RSS, files`),
  ],
};

interface Run {
  readonly minutes: number;
  readonly database: Database;
  readonly seed: string;
  readonly result: SoakResult;
}

/** Adds the row of a run. */
export async function addSoak({ minutes, database, seed, result }: Run): Promise<void> {
  const { date, commit, machine } = setting();
  const all = Object.values(result.counts);
  const faults = Object.values(result.faults).reduce((sum, n) => sum + n, 0);
  const acked = all.reduce((sum, one) => sum + one.acknowledged, 0);
  const delivered = all.reduce((sum, one) => sum + one.delivered, 0);
  const [lost, doubled] = [all.flatMap((one) => one.lost).length, all.flatMap((one) => one.doubled).length];
  const numbers = [minutes, faults, acked, delivered, lost, doubled].map(String);
  const growth = processes.map((name) => members.map((member) => result.growth[name][member]).join(', '));
  await addRows(section, [[date, commit, machine, seed, database, ...numbers, ...growth]]);
}
