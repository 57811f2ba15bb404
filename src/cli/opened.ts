import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { reportOpened } from '../client/forsendelse.js';
import { printer, UsageError, type Printer } from './output.js';
import { addWireOptions, cell, serviceFor, told } from './wire.js';
import type { WireDeps, WireOptions } from './wire.js';

interface Options extends WireOptions {
  readonly ref?: string;
  readonly at?: Date;
}

function instant(text: string): Date {
  const at = new Date(text);
  if (!/(?:Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(at.getTime()))
    throw new InvalidArgumentError('Write it with its zone, as 2026-03-02T12:00:00+01:00.');
  return at;
}

async function run(id: string | undefined, options: Options, deps: WireDeps, print: Printer): Promise<void> {
  const { ref, at } = options;
  if ((id === undefined) === (ref === undefined)) throw new UsageError('Give the id of the letter, or --ref.');
  const service = await serviceFor(options, deps);
  const utvalg = id === undefined ? { eksterneRefer: ref === undefined ? [] : [ref] } : { ider: [id] };
  print.out(`The letter is ${cell(await told(service, reportOpened(service, utvalg, at)))}.`);
}

/** `posthorn opened`: the recipient has opened a letter in its sender's own portal, and is notified of it no more. */
export function openedCommand(program: Command, deps: WireDeps): void {
  const command = program
    .command('opened')
    .description('Report that the recipient has opened a letter in your own portal')
    .argument('[id]', 'forsendelsesId')
    .option('--ref <ref>', 'the reference that you gave the letter, instead of its id')
    .option('--at <time>', 'when it was opened (default: now)', instant);
  addWireOptions(command);
  command.action((id: string | undefined, options: Options) => run(id, options, deps, printer(command)));
}
