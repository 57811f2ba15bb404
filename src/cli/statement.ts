import { InvalidArgumentError, type Command } from 'commander';
import { besparelse, kontoutskrift, type Kontoutskrift } from '../application/kontoutskrift.js';
import type { Sumlinje } from '../domain/ledger.js';
import type { Ledgerutvalg } from '../domain/ledgerPorts.js';
import { csv } from './csv.js';
import { kroner, printer, table, UsageError, type Printer } from './output.js';
import { cell } from './wire.js';
import { withStore, type Open } from './withStore.js';

interface Options {
  readonly month: string;
  readonly sender?: string;
  readonly csv?: true;
  readonly json?: true;
}

function month(text: string): string {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) throw new InvalidArgumentError('Give a month like 2026-11.');
  return text;
}

const utvalgAv = ({ month: maaned, sender }: Options): Ledgerutvalg => ({
  maaned,
  ...(sender !== undefined && { avsender: sender }),
});

const columns = ['month', 'sender', 'what', 'supplier', 'cost code', 'count', 'each, øre', 'sum, øre'];

const cells = (maaned: string, { avsender, post, leverandoer, kostnadskode, ...rest }: Sumlinje): string[] => [
  maaned,
  avsender,
  post,
  leverandoer ?? '',
  kostnadskode ?? '',
  String(rest.antall),
  rest.stykkpris === null ? '' : String(rest.stykkpris),
  String(rest.sum),
];

function tell({ linjer, sum, utenPris }: Kontoutskrift, maaned: string, print: Printer): void {
  if (linjer.length === 0) return print.out(`Nothing was charged in ${maaned}.`);
  const head = ['sender', 'what', 'supplier', 'cost code', 'count', 'each', 'sum'];
  const rows = linjer.map((l) => [
    ...[l.avsender, l.post, l.leverandoer ?? '-', cell(l.kostnadskode) || '-', String(l.antall)],
    ...[l.stykkpris === null ? 'no price' : kroner(l.stykkpris), kroner(l.sum)],
  ]);
  for (const line of table([head, ...rows])) print.out(line);
  print.out(`Total of ${maaned}: ${kroner(sum)}, without VAT.`);
  if (utenPris > 0) print.err(`For ${utenPris} of these there was no price. See posthorn prices list.`);
}

const asking = (command: Command): Command =>
  command
    .requiredOption('--month <month>', 'the month, like 2026-11', month)
    .option('--sender <org>', 'organisation number; all senders where it is left out');

function addStatement(program: Command, open: Open): void {
  asking(program.command('statement'))
    .description('Show what a month has cost a sender, or each of them, as it is invoiced')
    .option('--csv', 'print CSV, amounts in øre')
    .option('--json', 'print JSON, amounts in øre')
    .action((options: Options, command: Command) =>
      withStore(open, async ({ ledger }) => {
        if (options.csv && options.json) throw new UsageError('Choose either --csv or --json.');
        const print = printer(command);
        const found = await kontoutskrift({ ledger })(utvalgAv(options));
        const { month: maaned, sender } = options;
        const { formidlet } = await ledger.prisbilde(sender ?? '', maaned);
        if (options.json)
          return print.out(JSON.stringify({ maaned, avsender: sender ?? null, ...found, formidlet }, null, 2));
        if (options.csv) {
          for (const line of csv([columns, ...found.linjer.map((l) => cells(maaned, l))])) print.out(line);
          return;
        }
        tell(found, maaned, print);
        if (sender === undefined) print.out(`The broker has passed on ${formidlet} messages since it began.`);
      }),
    );
}

function addSavings(program: Command, open: Open): void {
  asking(program.command('savings'))
    .description('Show what the mailbox letters of a month have saved: paper avoided × postage, less their price')
    .option('--json', 'print JSON, amounts in øre')
    .action((options: Options, command: Command) =>
      withStore(open, async ({ ledger }) => {
        const print = printer(command);
        const found = await besparelse({ ledger })(utvalgAv(options));
        if (options.json) return print.out(JSON.stringify({ maaned: options.month, ...found }, null, 2));
        const { brev, porto, papir, digitalt, spart } = found;
        if (porto === null) return print.out('There is no price of print to compare with. See posthorn prices list.');
        print.out(`${brev} letters to mailboxes in ${options.month}: ${kroner(digitalt)}.`);
        print.out(`On paper, at ${kroner(porto)} a letter of one page: ${kroner(papir)}.`);
        print.out(`Saved: ${kroner(spart)}.`);
      }),
    );
}

/** Adds `statement` and `savings`, on the configured database. */
export function statementCommands(program: Command, open: Open): void {
  addStatement(program, open);
  addSavings(program, open);
}
