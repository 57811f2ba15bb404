import { parseArgs } from 'node:util';
import { freshDatabase } from '../support/mariadb.js';
import { report, run } from './run.js';

/*
 * Kills gateways at random times while clients send, and counts: `npm run test:crash -- --kills 25 --database sqlite --workers 0`.
 * `workers`: processes that hand letters on beside one that takes them; 0: one process does both. Exit code 0: nothing lost, nothing doubled.
 */

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '25' },
    database: { type: 'string', default: 'sqlite' },
    workers: { type: 'string', default: '0' },
  },
});

const whole = (name: 'kills' | 'workers'): number => {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 0) throw new Error(`--${name} is a number from 0 on`);
  return number;
};
if (!['sqlite', 'mysql'].includes(values.database)) throw new Error('--database is sqlite or mysql');

const database = values.database === 'mysql' ? await freshDatabase() : undefined;
const counts = await run({ kills: whole('kills'), workers: whole('workers'), databaseUrl: database?.url });
await database?.drop();
process.stdout.write(`${report(counts)}\n`);
process.exit(counts.lost === 0 && counts.doubled === 0 && counts.undelivered === 0 ? 0 : 1);
