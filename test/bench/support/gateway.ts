import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { plain } from '../../../src/around.js';
import { loadConfig } from '../../../src/config.js';
import type { Channel } from '../../../src/domain/channel.js';
import { ordrett } from '../../../src/domain/hendelsestekst.js';
import { startGateway } from '../../../src/gateway.js';
import { createLog } from '../../../src/log.js';
import { runProcess } from '../../../src/run.js';

/*
 * The gateway whose channels hand every letter to nobody, and write down when: lines of BENCH_LOG, each with a letter's reference and the
 * epoch milliseconds of its delivery. A provider of BENCH_DEAD answers nothing for BENCH_DEAD_MS, and then is not reached. After each
 * BENCH_EVERY letters a line `#` has the time, and the memory that is left after a forced garbage collection: resident set and heap, octets.
 */

const file = process.env['BENCH_LOG'] ?? '';
const dead = process.env['BENCH_DEAD'];
const deadMs = Number(process.env['BENCH_DEAD_MS'] ?? 5_000);
const every = Number(process.env['BENCH_EVERY'] ?? Infinity);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let lines = '';
let delivered = 0;
const flush = (): void => {
  if (lines !== '') appendFileSync(file, lines);
  lines = '';
};
setInterval(flush, 50).unref();

const now = (): string => (performance.timeOrigin + performance.now()).toFixed(2);

function note(reference: string): void {
  if (every === Infinity) lines += `${reference} ${now()}\n`;
  if (++delivered % every !== 0) return;
  const at = now();
  collect();
  const { rss, heapUsed } = process.memoryUsage();
  lines += `# ${at} ${rss} ${heapUsed}\n`;
}

const double: Channel = {
  prepare: () => Promise.resolve(undefined),
  deliver: async ({ forsendelse, beslutning }) => {
    if (dead !== undefined && beslutning.utfall === 'SEND' && beslutning.leverandoer === dead) {
      await sleep(deadMs);
      return { type: 'deferred', kode: 'UNAVAILABLE', grunn: ordrett('No answer') };
    }
    note(forsendelse.eksternRef);
    return { type: 'sent' };
  },
};

await runProcess('gateway', async () => {
  const config = loadConfig(process.env);
  const log = createLog({ level: config.logLevel, values: { role: 'gateway' } });
  const gateway = await startGateway(config, log, { ...plain, channel: (channel) => ({ ...channel, ...double }) });
  const stop = async (): Promise<void> => {
    await gateway.close();
    flush();
  };
  return { url: gateway.url, stop, summary: [] };
});
