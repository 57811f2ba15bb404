import { availableParallelism } from 'node:os';
import { runAtOnce, type Job } from './atOnce/jobs.js';

/*
 * `tsx scripts/atOnce.ts NAME…`: runs these scripts of package.json side by side and adds up what mocha counted in them. Two more than
 * there are processors, because tests also wait. Exit code 0 when every one of them ended with 0.
 */

const names = process.argv.slice(2);
const jobs = names.map((name): Job => ({ name, command: ['npm', 'run', '--silent', name] }));
console.log(`Side by side: ${names.join(', ')}. What each says comes when it has ended.`);
const good = await runAtOnce(jobs, availableParallelism() + 2, (text) => process.stdout.write(text));
process.exitCode = good ? 0 : 1;
