import type { Command } from 'commander';
import { letterStatus } from '../client/forsendelse.js';
import type { StatusISvar } from '../contract/forsendelse/answers.js';
import type { Printer } from './output.js';
import { printer, table, UsageError, visible } from './output.js';
import { addLanguageOption, addWireOptions, cell, instant, serviceFor, told } from './wire.js';
import type { Language, WireDeps, WireOptions } from './wire.js';

interface Options extends WireOptions {
  readonly ref?: string;
  readonly language: Language;
  readonly json?: true;
}

function tell({ beslutning, hendelser, ...status }: StatusISvar, language: Language, print: Printer): void {
  const facts = [
    ['forsendelsesId', cell(status.forsendelsesId)],
    ['eksternRef', cell(status.eksternRef)],
    ['tilstand', cell(status.tilstand)],
    ['kanal', cell([beslutning.kanal, beslutning.leverandoer].filter((t) => t !== null).join(' ')) || '-'],
  ];
  for (const line of table(facts)) print.out(line);
  print.out(cell(beslutning.tekst[language]));
  print.out('');
  const rows = hendelser.map((h) => [instant(h.tid), cell(h.type), cell(h.kode) || '-', cell(h.tekst[language])]);
  for (const line of table([['time', 'event', 'code', 'reason'], ...rows])) print.out(line);
}

async function run(id: string | undefined, options: Options, deps: WireDeps, print: Printer): Promise<void> {
  const { ref, json, language } = options;
  if ((id === undefined) === (ref === undefined)) throw new UsageError('Give the id of the letter, or --ref.');
  const service = await serviceFor(options, deps);
  const utvalg = id === undefined ? { eksterneRefer: ref === undefined ? [] : [ref] } : { ider: [id] };
  const statuses = await told(service, letterStatus(service, utvalg));
  if (json === true) return print.out(visible(JSON.stringify(statuses, null, 2)));
  for (const status of statuses) tell(status, language, print);
}

/** `posthorn status`: where a letter is, and everything that has happened to it. */
export function statusCommand(program: Command, deps: WireDeps): void {
  const command = program
    .command('status')
    .description('Say where a letter is, and what happened to it when and why')
    .argument('[id]', 'forsendelsesId')
    .option('--ref <ref>', 'the reference that you gave the letter, instead of its id')
    .option('--json', 'print it as JSON');
  addLanguageOption(addWireOptions(command));
  command.action((id: string | undefined, options: Options) => run(id, options, deps, printer(command)));
}
