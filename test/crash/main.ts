import { parseArgs } from 'node:util';
import { freshDatabase } from '../support/mariadb.js';
import { checks } from './count.js';
import { pointNames, type Point } from './points.js';
import { run } from './run.js';

/*
 * Kills gateways while clients send, every other time at random and every other at the next of the points of points.ts, and counts:
 * `npm run test:crash -- --kills 25 --database sqlite --workers 0`; with `--points dispatch.pushed,receipt.committed` at
 * those only. Exit code 0: nothing is lost, nothing is doubled, every sender was told the truth once, and every point was reached.
 */

const databases = {
  sqlite: ['sqlite'],
  mysql: ['mysql'],
  both: ['sqlite', 'mysql'],
} as const;
type Database = (typeof databases)['both'][number];

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '25' },
    database: { type: 'string', default: 'sqlite' },
    workers: { type: 'string', default: '0' },
    points: { type: 'string', default: pointNames.join() },
  },
});

function whole(name: 'kills' | 'workers'): number {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 0) throw new Error(`--${name} is a number from 0 on`);
  return number;
}

function chosen(): readonly Database[] {
  const name = Object.keys(databases).find((key) => key === values.database) as keyof typeof databases | undefined;
  if (name === undefined) throw new Error(`--database is one of ${Object.keys(databases).join(', ')}`);
  return databases[name];
}

function chosenPoints(): readonly Point[] {
  const names = values.points.split(',');
  const unknown = names.filter((name) => !pointNames.some((point) => point === name));
  if (unknown.length > 0) throw new Error(`--points: ${unknown.join()} is none of ${pointNames.join()}`);
  return pointNames.filter((point) => names.includes(point));
}

const started = Date.now();
const seconds = (): number => Math.round((Date.now() - started) / 1000);
const options = { kills: whole('kills'), workers: whole('workers'), at: chosenPoints() };

async function runOn(database: Database) {
  const say = (line: string): void =>
    void process.stdout.write(`${String(seconds()).padStart(4)} s  ${database.padEnd(6)}  ${line}\n`);
  const server = database === 'mysql' ? await freshDatabase() : undefined;
  const { kills, counts, repeated } = await run({ ...options, databaseUrl: server?.url, say });
  await server?.drop();
  return { database, repeated, checked: checks(counts, kills) };
}

const results = await Promise.all(chosen().map(runOn));
for (const { database, repeated, checked } of results) {
  process.stdout.write(`\n  ${database}, ${options.workers} workers; ${repeated} letters had to be sent again\n`);
  for (const { holds, text } of checked) process.stdout.write(`    ${holds ? '✔' : '✗'} ${text}\n`);
}
const all = results.flatMap(({ checked }) => checked);
const failing = all.filter(({ holds }) => !holds).length;
process.stdout.write(`\n  ${all.length - failing} passing (${seconds()}s)\n`);
if (failing > 0) process.stdout.write(`  ${failing} failing\n`);
process.exit(failing === 0 ? 0 : 1);
