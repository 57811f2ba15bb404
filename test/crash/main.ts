import { spawnSync } from 'node:child_process';
import { checks } from './count.js';
import { readOptions } from './options.js';
import { clearUp } from './processes.js';
import { addResults } from './results.js';
import { run } from './run.js';
import type { Database } from './world.js';

/*
 * Kills gateways while clients of every entrance send, every other time at random (now and then the database) and every other at one of the
 * points of points.ts, and counts: `npm run test:crash -- --kills 25 --database both --workers 2 --seed 7`.
 *   --entrances svarut,svarinn     those only; --points dispatch.pushed,receipt.committed: those only
 *   --shipments 10000 --accounts 20 --kill-every 5s     so many letters, while one worker is killed so often
 *   --web 4 --workers 4 --kill-every 3s --minutes 5     so long, while any of them is killed so often
 *   --database galera     three nodes, one of which is killed instead of the database; contents are rows
 *   --power 30     instead of kills: everything is killed, and what was not made durable is gone (needs the right to mount)
 *   --without-fsync     with --power: payloads are not made durable, and the run has to find that out
 *   --results     adds a row to test/bench/RESULTS.md
 * Exit code 0: nothing is lost, nothing is doubled, every sender was told the truth once, and every point was reached.
 */

const options = readOptions(process.argv.slice(2));

// Mounts of a namespace of one's own end with its last process, whatever that ends by.
const NAMESPACE = 'CRASH_NAMESPACE';
if (options.power > 0 && process.env[NAMESPACE] === undefined) {
  const itself = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const env = { ...process.env, [NAMESPACE]: 'own' };
  const { status } = spawnSync('unshare', ['--mount', '--propagation', 'private', ...itself], {
    env,
    stdio: 'inherit',
  });
  process.exit(status ?? 1);
}

const started = Date.now();
const seconds = (): number => Math.round((Date.now() - started) / 1000);
const tell = (line: string): void => void process.stdout.write(`${line}\n`);

async function runOn(database: Database) {
  const say = (line: string): void => tell(`${String(seconds()).padStart(4)} s  ${database.padEnd(7)}  ${line}`);
  const { kills, counts, wrong } = await run({ ...options, database, seed: `${options.seed} ${database}`, say });
  return { database, kills, counts, checked: checks(counts, kills, wrong) };
}

tell(`seed ${options.seed}`);
const results = await Promise.all(options.databases.map(runOn));
for (const { database, checked } of results) {
  tell(`\n  ${database}, ${options.webs} web, ${options.workers} workers, seed ${options.seed}`);
  for (const { holds, text } of checked) tell(`    ${holds ? '✔' : '✗'} ${text}`);
}
await clearUp();
if (options.results) await addResults(options, results);
const all = results.flatMap(({ checked }) => checked);
const failing = all.filter(({ holds }) => !holds).length;
tell(`\n  ${all.length - failing} passing (${seconds()}s)`);
if (failing > 0) tell(`  ${failing} failing`);
process.exit(failing === 0 ? 0 : 1);
