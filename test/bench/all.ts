import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { addRows, setting } from '../support/resultsPage.js';
import { outcomesIn, rowOf, section } from './support/figures.js';

/** Every bench with the sizes that its goals are about, the quickest first. */
const benches: readonly (readonly string[])[] = [
  ['lookup'],
  ['ebms'],
  ['shipment'],
  ['dispatch'],
  ['queue', '--db', 'sqlite'],
  ['queue', '--db', 'mariadb'],
  ['fairness'],
  ['large'],
  ['svarut-large'],
  ['register'],
];

/** Runs one in a process of its own, which says what it says here too. @returns what it said, and whether it came to its end */
async function run(args: readonly string[]): Promise<{ printed: string; ended: boolean }> {
  const tsx = createRequire(import.meta.url).resolve('tsx/cli');
  const child = spawn(process.execPath, [tsx, join(import.meta.dirname, 'main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (text: Buffer) => {
    printed += text.toString();
    process.stdout.write(text);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { printed, ended: code === 0 };
}

/** `npm run bench -- all`: every bench, one after the other, each with its rows in test/bench/RESULTS.md as soon as it is over. */
export async function all(names: readonly string[]): Promise<void> {
  const failed: string[] = [];
  for (const args of benches.filter(([name = '']) => names.length === 0 || names.includes(name))) {
    console.log(`\n== ${args.join(' ')}\n`);
    const { printed, ended } = await run(args);
    const [load = NaN] = loadavg();
    const rows = outcomesIn(printed).map((outcome) => rowOf(setting(), load, outcome));
    if (rows.length > 0) await addRows(section, rows);
    if (!ended) failed.push(args.join(' '));
  }
  console.log(JSON.stringify({ bench: 'all', failed }));
  if (failed.length > 0) process.exitCode = 1;
}
