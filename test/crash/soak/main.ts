import { parseArgs } from 'node:util';
import { letterChecks, type Counts } from '../count.js';
import type { EntranceName } from '../points.js';
import { clearUp } from '../processes.js';
import type { Database } from '../world.js';
import { memoryChecks } from './memory.js';
import { addSoak } from './results.js';
import { soak, WARM_UP } from './soak.js';

/*
 * Load on every entrance while workers are killed, providers fail, the database restarts, receipts come twice and clients hang up:
 * `npm run test:soak -- --minutes 30 --db mariadb --seed 7`; `--results` adds a row to test/bench/RESULTS.md. Exit code 0: nothing is lost,
 * nothing is doubled, and the processes that were left alone hold in the end what they held at first, once they were warm. The last line is JSON.
 */

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    minutes: { ...text, default: '30' },
    db: { ...text, default: 'sqlite' },
    seed: { ...text, default: String(Date.now()) },
    results: { type: 'boolean', default: false },
  },
});
const databases: Readonly<Record<string, Database>> = { sqlite: 'sqlite', mariadb: 'mariadb', mysql: 'mariadb' };
const [minutes, database, { seed }] = [Number(values.minutes), databases[values.db], values];
if (!(minutes > 0)) throw new Error('--minutes is a number above 0');
if (database === undefined) throw new Error(`--db is one of ${Object.keys(databases).join(', ')}`);

const started = Date.now();
const seconds = (): number => Math.round((Date.now() - started) / 1000);
const say = (line: string): void => void process.stdout.write(`${String(seconds()).padStart(4)} s  ${line}\n`);

say(`${WARM_UP} minutes to warm up, of which memory does not count, and ${minutes} more, on ${database}, seed ${seed}`);
const result = await soak({ minutes, database, seed, say });
const { counts, growth, faults } = result;
const checked = [
  ...Object.entries(counts).flatMap(([name, one]) => letterChecks(name as EntranceName, one)),
  ...Object.entries(growth).flatMap(([name, one]) => memoryChecks(name, one)),
];
for (const { holds, text: line } of checked) process.stdout.write(`    ${holds ? '✔' : '✗'} ${line}\n`);
await clearUp();
if (values.results) await addSoak({ minutes, database, seed, result });
const sum = (of: (one: Counts) => number): number => Object.values(counts).reduce((n, one) => n + of(one), 0);
const line = {
  ...{ soak: database, warmUp: WARM_UP, minutes, seed, faults, growth },
  acknowledged: sum((one) => one.acknowledged),
  delivered: sum((one) => one.delivered),
  recovered: sum((one) => one.recovered),
  lost: sum((one) => one.lost.length),
  doubled: sum((one) => one.doubled.length),
};
process.stdout.write(`${JSON.stringify(line)}\n`);
process.exit(checked.every(({ holds }) => holds) ? 0 : 1);
