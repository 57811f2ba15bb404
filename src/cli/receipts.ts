import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { confirmReceipts, fetchReceipts } from '../client/forsendelse.js';
import type { KvitteringISvar } from '../contract/forsendelse/answers.js';
import { limits } from '../limits.js';
import { printer, table, visible } from './output.js';
import type { Printer } from './output.js';
import { addLanguageOption, addWireOptions, cell, instant, serviceFor, told } from './wire.js';
import type { Language, WireDeps, WireOptions } from './wire.js';

interface Options extends WireOptions {
  readonly priority?: 'normal' | 'priority';
  readonly max: number;
  readonly confirm?: true;
  readonly language: Language;
  readonly json?: true;
}

const LEASE_MINUTES = limits.receiptLease / 60_000;

function most(text: string): number {
  const value = Number(text);
  if (!/^[1-9]\d{0,3}$/.test(text) || value > limits.receipts) {
    throw new InvalidArgumentError(`Give a whole number from 1 to ${limits.receipts}.`);
  }
  return value;
}

const queues = { priority: ['PRIORITERT'], normal: ['NORMAL'] } as const;

async function run(options: Options, deps: WireDeps, print: Printer): Promise<void> {
  const service = await serviceFor(options, deps);
  const wanted = options.priority === undefined ? (['PRIORITERT', 'NORMAL'] as const) : queues[options.priority];
  const found: KvitteringISvar[] = [];
  for (const prioritet of wanted) {
    const left = options.max - found.length;
    if (left > 0) found.push(...(await told(service, fetchReceipts(service, prioritet, left))));
  }
  if (options.json === true) print.out(visible(JSON.stringify(found, null, 2)));
  else if (found.length === 0) print.out('No receipt waits.');
  else {
    const rows = found.map(({ hendelse: h, ...k }) => [
      instant(h.tid),
      cell(h.type),
      cell(k.eksternRef) || '-',
      cell(k.forsendelsesId),
      cell(h.tekst[options.language]),
    ]);
    for (const line of table([['time', 'event', 'eksternRef', 'forsendelsesId', 'text'], ...rows])) print.out(line);
  }
  if (found.length === 0) return;
  if (options.confirm !== true)
    return print.err(`Not confirmed (--confirm): they come again in ${LEASE_MINUTES} minutes.`);
  const ids = found.map((k) => k.kvitteringsId);
  const { bekreftet } = await told(service, confirmReceipts(service, ids));
  print.err(`${bekreftet.length} of ${ids.length} confirmed; they do not come again.`);
}

/** `posthorn receipts`: what has happened to letters since their sender asked last. */
export function receiptsCommand(program: Command, deps: WireDeps): void {
  const command = program
    .command('receipts')
    .description(`Fetch receipts that wait; those not confirmed come again after ${LEASE_MINUTES} minutes`)
    .addOption(new Option('--priority <priority>', 'only these (default: both)').choices(['normal', 'priority']))
    .option('--max <n>', 'how many at the most', most, 10)
    .option('--confirm', 'confirm what was shown')
    .option('--json', 'print them as JSON');
  addLanguageOption(addWireOptions(command));
  command.action((options: Options) => run(options, deps, printer(command)));
}
