import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { runProcess } from '../../src/run.js';
import { collect } from './garbage.js';
import { watchHttp } from './httpPoints.js';
import { watching, type Point } from './points.js';
import type { Holding, Sentence } from './processes.js';

/* The gateway as a process of its own that dies at the point which its parent names, before anything else can happen. */

/** Milliseconds that a dead process keeps its letters from the others: less than a late receipt is late. */
const LEASE_MS = 2_000;

let sentence: Sentence | undefined;
let passed = 0;
process.on('message', (message: Sentence | 'holding') => {
  if (message === 'holding') void tellHolding();
  else sentence = message;
});

/** Milliseconds in which V8's other threads give back the pages that a collection has emptied. */
const GIVING_BACK_MS = 150;

/** One collection alone leaves pages that are empty, or nearly, in the resident set: by chance many or few of them. */
async function tellHolding(): Promise<void> {
  collect();
  await sleep(GIVING_BACK_MS);
  collect();
  await sleep(GIVING_BACK_MS);
  const { rss, heapUsed: heap } = process.memoryUsage();
  process.send?.({ rss, heap, files: fs.readdirSync('/proc/self/fd').length } satisfies Holding);
}

function reach(point: Point): void {
  if (point === sentence?.point && ++passed === sentence.passes) process.kill(process.pid, 'SIGKILL');
}

// Files that nobody makes durable, so that the test of the power can be seen to fail.
if (process.env['CRASH_WITHOUT_FSYNC'] !== undefined) {
  const forget = ((_file: number, done: fs.NoParamCallback) => void setImmediate(done, null)) as typeof fs.fsync;
  Object.assign(fs, { fsync: forget, fdatasync: forget });
  syncBuiltinESMExports();
}

await runProcess('gateway', async () => {
  const { startGateway } = await import('../../src/gateway.js');
  const config = loadConfig(process.env);
  const log = createLog({ level: config.logLevel, values: { role: 'gateway' } });
  watchHttp(reach);
  const gateway = await startGateway(config, log, { ...watching(reach), leaseMs: LEASE_MS });
  return { url: gateway.url, stop: () => gateway.close(), summary: [] };
});
